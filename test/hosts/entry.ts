/** The sandbox host process of these tests. */
import { runSandboxHost } from '../../src/cli/sandbox-host'

runSandboxHost()
