/** A gateway that starts two hosts, says which, and then does nothing but live. */
import { HostPool } from '../../src/hosts/pool'
import { pidOf, processes } from './hosts'

const pool = await HostPool.start({
  connect: processes(),
  count: 2,
  log: () => undefined,
  now: Date.now,
  elapsed: () => performance.now(),
})
process.stdout.write(`${JSON.stringify([0, 1].map((index) => pidOf(pool, index)))}\n`)
await new Promise(() => undefined)
