/** A gateway that starts two hosts, says which, and then does nothing but live. */
import { HostPool } from '../../src/hosts/pool'
import { HOST_COMMAND } from './hosts'

const pool = await HostPool.start({
  command: HOST_COMMAND,
  count: 2,
  log: () => undefined,
  now: Date.now,
  elapsed: () => performance.now(),
})
process.stdout.write(`${JSON.stringify(pool.hosts().map(({ pid }) => pid))}\n`)
await new Promise(() => undefined)
