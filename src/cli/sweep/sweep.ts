/** `meltica sweep`: a strategy over market data with many configs, on all cores. */
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { ReportFile } from '../../backtest/report/file'
import { grouped } from '../../backtest/result/grouped'
import { FIGURES } from '../../backtest/statistics/figures'
import { Crew } from '../../backtest/sweep/crew'
import { type Chosen, choose } from '../../backtest/sweep/sampling'
import { Space } from '../../backtest/sweep/space'
import { Failure } from '../../errors/failure'
import { readInput, STANDARD } from '../../files/input'
import { Output } from '../../files/output'
import { formatsHelp } from '../../market/files/formats'
import { loadEngine } from '../../sandbox/engine'
import { askYes } from '../ask'
import { keepApart } from '../run/apart'
import { settingsOf, whole } from '../run/flags'
import { dataFiles, loadStrategy } from '../run/opening'
import { runOptions } from '../run/options'
import { shellWord } from '../shell-word'
import { EXIT } from './exit'
import { runFlagsOf, type SweepFlags, samplingOf, sweepSetting } from './flags'
import { SweepProgress } from './progress'
import { search } from './search'
import { walkForwardToFiles } from './walk-forward'
import type { SweepRequest } from './worker'

/** More are asked for first. */
const MANY_RUNS = 100_000
/** What data in all processes together may take of the memory of the machine. */
const MEMORY_SHARE = 0.5

const SET = new Option(
  '--set <key=values...>',
  'values of a config field: one, several (a,b,c), or a range of numbers or durations (from:to:step)',
).argParser(sweepSetting)

const EXAMPLES = `
Every combination is run, the field named last changes first; each run is what meltica backtest makes of the same config.

Examples:
  meltica sweep momentum --data trades.csv.gz --set lookback=5:50:5 --set threshold=0.1,0.5,1
  meltica sweep ./cross.js --data 1m.csv --set fast=2:50:1 --set slow=20:400:10 --random 200 --objective calmar
  meltica sweep ./cross.js --data 1m.csv --set fast=2:50:1 --runs runs.jsonl --csv runs.csv
  meltica sweep ./cross.js --data 1m.csv --set fast=2:50:1 --runs runs.jsonl --csv runs.csv --resume`

/** @param worker the command line that starts a worker. @param warned hears of each warning beside standard error. */
export function sweepCommand(worker: readonly string[], warned: (text: string) => void = () => undefined): Command {
  const command = new Command('sweep')
    .description('run a strategy over market data with many configs, and print the best')
    .argument('<strategy>', 'a selector (name, name:tag, name@sha256:...) or the path of a file; - for standard input')
  return runOptions(command, SET)
    .option('--random <n>', 'run so many combinations, drawn by --seed, none twice', whole(1))
    .option('--sobol <n>', 'run so many combinations, spread evenly by a Sobol sequence', whole(1))
    .option('--jobs <n>', 'processes that make runs side by side', whole(1), availableParallelism())
    .addOption(
      new Option('--objective <figure>', 'what the runs are ranked by; see the figures of a backtest')
        .choices(Object.keys(FIGURES))
        .default('sharpe'),
    )
    .option('--runs <file>', 'write a line of JSON for each run, in their order; - for standard output')
    .option('--csv <file>', 'write a line of CSV for each run, in their order; - for standard output')
    .option('--report <file>', 'write the best runs and heatmaps of each pair of fields as one HTML page; - as above')
    .option('--resume', 'go on with the sweep that was to write --runs and did not end')
    .option(
      '--walk-forward <windows>',
      'search in each window, run the best in the next: train=90d,test=30d, perhaps with ,anchored',
    )
    .option('--yes', `make more than ${grouped(MANY_RUNS, 0)} runs without being asked`)
    .option('--cache-mb <n>', 'memory that the data may take in each process (default: half of all)', whole(0))
    .addHelpText('after', EXAMPLES)
    .action((strategy: string, flags: SweepFlags) => sweep(strategy, flags, worker, warned))
}

async function sweep(
  selector: string,
  flags: SweepFlags,
  worker: readonly string[],
  warned: (text: string) => void,
): Promise<void> {
  if (flags.format === 'help') {
    process.stdout.write(formatsHelp())
    return
  }
  refuseContradictions(selector, flags)
  await using stack = new AsyncDisposableStack()
  const named = selector === STANDARD ? await spooled(stack) : selector
  const { strategy, path } = await loadStrategy(await loadEngine(), named, flags.strategies)
  const hint = `meltica check ${shellWord(path)} lists its config fields`
  const space = Space.of(strategy.metadata, flags.set ?? [], hint)
  const chosen = choose(space, samplingOf(flags))
  if (!(await isMeant(chosen, flags))) return
  using csv = flags.csv === undefined ? undefined : new Output(flags.csv)
  using report = flags.report === undefined ? undefined : new ReportFile(flags.report)
  const set = space.written(0)
  const data = await dataFiles(flags.data, stack)
  const jobs = Math.min(flags.jobs, chosen.count)
  const mostBytes = flags.cacheMb === undefined ? (totalmem() * MEMORY_SHARE) / jobs : flags.cacheMb * 1e6
  const request: SweepRequest = { selector: named, flags: { ...runFlagsOf(flags), data, set }, mostBytes }
  using progress = new SweepProgress(warned)
  const { signal } = progress
  await using crew = new Crew({ command: worker, request, jobs, signal })
  const opened = await unlessStopped(crew.opened, signal)
  if (opened === undefined) return
  if (opened.strategy.hash !== strategy.hash)
    throw new Failure('usage', 'the strategy has changed while it was read', {}, 'sweep again')
  const command = ['meltica', ...process.argv.slice(2).filter((word) => word !== '--resume')].map(shellWord).join(' ')
  const parts = { request, flags, opened, space, chosen, crew, progress, report, csv, command }
  if (flags.walkForward === undefined) await search(parts)
  else await walkForwardToFiles({ ...parts, plan: flags.walkForward })
}

/** Ends with the status of an interrupted process after a Ctrl-C. */
async function unlessStopped<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await promise
  } catch (error) {
    if (!signal.aborted) throw error
    process.exitCode = EXIT.interrupted
    return undefined
  }
}

/** @throws Failure usage. */
function refuseContradictions(selector: string, flags: SweepFlags): void {
  if ([selector, ...(flags.data ?? [])].filter((name) => name === STANDARD).length > 1)
    throw new Failure('usage', 'standard input is named twice: it can be read but once')
  const { runs, csv, report } = flags
  const partial = runs === undefined || runs === STANDARD ? undefined : `${runs}.partial`
  const outputs = { '--runs': runs, 'the journal of --runs': partial, '--csv': csv, '--report': report }
  keepApart([selector], flags, outputs)
  if (flags.resume && (flags.runs === undefined || flags.runs === STANDARD))
    throw new Failure('usage', '--resume goes on with the file of --runs: name it')
  settingsOf(runFlagsOf(flags))
}

/** A strategy from standard input, for every process to read. */
async function spooled(stack: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'meltica-sweep-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'strategy.js')
  await Bun.write(path, readInput(STANDARD))
  return path
}

/** @throws Failure usage where nobody can be asked. */
async function isMeant({ count }: Chosen, { yes = false }: SweepFlags): Promise<boolean> {
  if (count <= MANY_RUNS || yes) return true
  const runs = `${grouped(count, 0)} runs`
  const answer = await askYes(`The sweep would make ${runs}. Go on?`)
  if (answer !== undefined) return answer
  const hint = `--random ${grouped(200, 0)} or --sobol 200 choose some of them; --yes makes all`
  throw new Failure('usage', `the sweep would make ${runs}`, {}, hint)
}
