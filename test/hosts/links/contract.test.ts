/** Each link, by what all of them do. */
import { setDefaultTimeout } from 'bun:test'
import { join } from 'node:path'
import { processes } from '../hosts'
import { linkContract } from '../link-contract'
import { loopbackLinks } from './loopback'
import { scripted } from './scripted-host'

// Processes come up in their own time when the machine is busy.
setDefaultTimeout(60_000)

const HOST = join(import.meta.dir, 'scripted-host.ts')

linkContract('a pair of sockets, to a process', (script) =>
  processes({ command: [process.execPath, HOST, JSON.stringify(script)], heartbeatMs: 60_000 }),
)
linkContract('nothing, to the same process', (script) => loopbackLinks((end) => scripted(script, end)))
