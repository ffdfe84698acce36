/**
 * Reads files in a process of its own: one that never ends, or takes all memory, is found by whoever started it. Says
 * of each file its name before it is read, and what came of it; in the end, on standard error, how many bytes it had in
 * memory at most.
 */
import { existsSync, readFileSync, writeSync } from 'node:fs'
import { Failure } from '../../../../src/errors/failure'
import { folder, readData } from '../../folder'
import { ARROW } from './arrow'
import { mutants, SOUND } from './mutants'
import { PARQUET } from './parquet'

const [what = '', seed = '1', each = '1'] = process.argv.slice(2)
const say = (line: string) => writeSync(1, `${line}\n`)

function* made(files: typeof PARQUET) {
  for (const [name, make] of Object.entries(files)) yield { name, bytes: make() }
}

function filesOf() {
  switch (what) {
    case 'arrow':
      return made(ARROW)
    case 'parquet':
      return made(PARQUET)
    case 'sound':
      return Object.entries(SOUND).map(([name, bytes]) => ({ name, bytes }))
    default:
      return mutants(Number(seed), Number(each))
  }
}

await using at = await folder()
for (const { name, bytes } of filesOf()) {
  say(name)
  const path = await at.write('BTCUSDT', bytes)
  const came = await readData([path], { skipBadRows: true }).then(
    ({ events }) => `read ${events.length}`,
    (error: unknown) => (error instanceof Failure ? `${error.code}: ${error.message}` : `error: ${String(error)}`),
  )
  say(came.replaceAll('\n', ' '))
}
process.stderr.write(String(mostMemory()))

/** What the system counts for a process on Linux may be of the one that it was forked from. */
function mostMemory(): number {
  const status = '/proc/self/status'
  if (!existsSync(status)) return process.resourceUsage().maxRSS * 1024
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(status, 'utf8'))?.[1]) * 1024
}
