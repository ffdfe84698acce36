/**
 * Makes small changes to the sources at random, one at a time in a copy of the project, runs the tests of the area, and
 * prints those that no test noticed. The same seed makes the same changes to the same sources.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { areaOf, testFiles, testsOf, under } from './areas'
import { applied, type Change, described } from './change'
import { changesOf } from './changes'
import { Copy } from './copy'
import { drawn } from './draw'
import { Tally } from './tally'
import { Trial } from './trial'
import { Types } from './types'

const USAGE = `usage: make mutate [ARGS='--files src/trading --count 50 --seed 1']
  --files PATH   a file or a folder of src/, again for more (default: src)
  --count N      changes in each area, the folders of src/ (default: 10)
  --seed N       which ones (default: 1)
  --tests PATH   these tests alone, again for more (default: those of the area)
`

interface Settings {
  readonly files: readonly string[]
  readonly count: number
  readonly seed: number
  readonly tests: readonly string[] | undefined
}

interface Placed extends Change {
  readonly file: string
}

const settings = settled(process.argv.slice(2))
const copy = new Copy(join(import.meta.dir, '../..'))
process.once('exit', () => copy[Symbol.dispose]())
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130))
const tally = new Tally()
for (const [area, files] of chosen(settings.files)) await mutate(area, files, tally)
process.stdout.write(`${tally.lines().join('\n')}\n`)
process.exitCode = tally.isEnough ? 0 : 1

async function mutate(area: string, files: readonly string[], tally: Tally): Promise<void> {
  const { count, seed, tests } = settings
  const all = files.flatMap((file): Placed[] => changesOf(file, copy.read(file)).map((change) => ({ ...change, file })))
  const types = new Types(copy.root, files)
  process.stderr.write(
    `${area}: ${all.length} changes are possible; each test runs once without any before it is asked\n`,
  )
  const trial = new Trial(copy, tests ? testFiles(copy.root, tests) : testsOf(copy.root, area))
  let made = 0
  for (const change of drawn(all, seed)) {
    if (made === count) break
    const source = copy.read(change.file)
    const text = applied(source, change)
    if (!types.accepts(change.file, text)) continue
    made++
    const isNoticed = await trial.notices(change.file, text)
    tally.add(area, isNoticed)
    const told = described(change.file, source, change)
    if (isNoticed) process.stderr.write(`noticed  ${told}\n`)
    else process.stdout.write(`SURVIVED ${told}\n`)
  }
}

/** The files by their area. */
function chosen(paths: readonly string[]): Map<string, string[]> {
  const files = paths.flatMap((path) => under(copy.root, path.replace(/\/$/, ''), '.ts'))
  const sources = files.filter((file) => file.startsWith('src/') && !file.endsWith('.d.ts'))
  if (sources.length === 0) refused(`nothing under src/ is called ${paths.join(', ')}`)
  return Map.groupBy(new Set(sources), areaOf)
}

function settled(args: string[]): Settings {
  const text = { type: 'string' } as const
  const several = { type: 'string', multiple: true } as const
  try {
    const { values } = parseArgs({ args, options: { files: several, count: text, seed: text, tests: several } })
    const { files = ['src'], count = '10', seed = '1', tests } = values
    return { files, count: whole('--count', count), seed: whole('--seed', seed), tests }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
    process.exit(2)
  }
}

function whole(flag: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${flag} takes a whole number, not '${text}'`)
  return Number(text)
}

function refused(reason: string): never {
  process.stderr.write(`${reason}\n`)
  process.exit(2)
}
