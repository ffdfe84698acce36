/** `meltica sweep`: a strategy over market data with many configs, on all cores. */
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { ReportFile } from '../../backtest/report/file'
import { grouped } from '../../backtest/result/figure-text'
import { FIGURES } from '../../backtest/statistics/figures'
import { Crew } from '../../backtest/sweep/crew'
import { Journal, writeLines } from '../../backtest/sweep/journal'
import { KeptReturns } from '../../backtest/sweep/kept-returns'
import type { Opened, Task } from '../../backtest/sweep/messages'
import { Ranking } from '../../backtest/sweep/ranking'
import { sweepReport } from '../../backtest/sweep/report'
import { lineText, type RunLine } from '../../backtest/sweep/run-line'
import { besideTable, csvLines, runTable } from '../../backtest/sweep/run-table'
import { type Chosen, choose } from '../../backtest/sweep/sampling'
import { Space } from '../../backtest/sweep/space'
import { honestyLines } from '../../backtest/validation/honesty'
import { Failure } from '../../errors/failure'
import { readInput, STANDARD } from '../../files/input'
import { Output } from '../../files/output'
import { formatsHelp } from '../../market/files/formats'
import { loadEngine } from '../../sandbox/engine'
import { askYes } from '../ask'
import { settingsOf, whole } from '../run/flags'
import { dataFiles, loadStrategy } from '../run/opening'
import { runOptions } from '../run/options'
import { shellWord } from '../shell-word'
import { besideTheBest } from './best-run'
import { decidesOf, runFlagsOf, type SweepFlags, samplingOf, sweepSetting } from './flags'
import { measuredRun } from './measured-run'
import { SweepProgress } from './progress'
import { type WalkedForward, walkForwardSweep } from './walk-forward'
import type { SweepRequest } from './worker'

const EXIT = { done: 0, interrupted: 130 } as const
/** More are asked for first. */
const MANY_RUNS = 100_000
const BEST = 10
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
  if (flags.walkForward !== undefined) {
    const parts = { request, flags, plan: flags.walkForward, opened, space, chosen, crew, progress, report, command }
    finishWalkForward(await walkForwardSweep(parts), flags, space, progress, csv)
    return
  }
  const ranking = new Ranking(flags.objective, chosen.count)
  const returns = new KeptReturns(chosen.count)
  const annual: number[] = []
  const rank = (run: number, { stats }: RunLine) => {
    ranking.add(run, stats)
    if (stats.sharpe !== null) annual.push(stats.sharpe)
  }
  const decides = decidesOf(flags, opened)
  using journal = new Journal(
    { path: flags.runs, resume: flags.resume ?? false, decides, count: chosen.count },
    (run, text) => rank(run, JSON.parse(text) as RunLine),
  )
  tellOf(opened, flags, journal, progress)
  progress.start(journal.done, chosen.count)
  for await (const { run, line, hasDied, ...more } of crew.search(tasksOf(space, chosen, journal))) {
    journal.add(run, lineText(line))
    rank(run, line)
    returns.add(run, more.returns)
    progress.update(journal.done)
    if (hasDied) progress.warn(`${line.stopped}: ${JSON.stringify(line.config)}`)
  }
  progress.end()
  if (journal.done < chosen.count) {
    progress.note(endText(journal, chosen.count))
    process.exitCode = EXIT.interrupted
    return
  }
  const parameters = space.axes.map(({ name }) => name)
  if (csv) {
    writeLines(csv, csvLines(journal.lines(), parameters))
    csv.publish()
  }
  const places = ranking.best(BEST)
  const best = places.map((run) => JSON.parse(journal.read(run)) as RunLine)
  const found = best[0]?.stats.events ? space.written(chosen.combination(places[0]!)) : undefined
  const part = found && (await measuredRun(named, { ...request.flags, set: found }))
  const honesty = part && besideTheBest(part, { annual, tried: chosen.count, returns, seed: flags.seed })
  const beside = honesty ? honestyLines(honesty, part.ran.period) : []
  await report?.finish(() => sweepReport({ opened, space, chosen, ranking, best, beside, command }))
  if (flags.runs !== undefined) journal.publish(flags.runs)
  progress.note(progress.summary(journal.done))
  const { currency } = opened
  const swept = space.swept.map(({ name }) => name)
  const table = outputsOf(flags).includes(STANDARD) ? process.stderr : process.stdout
  table.write(runTable(best, { swept, objective: flags.objective, currency }))
  if (beside.length > 0) table.write(besideTable('Beside the best of them', beside))
  if (ranking.valued === 0) progress.warn(`no run has the figure ${flags.objective}: rank by another with --objective`)
  if (best.every(({ orders }) => orders === 0)) progress.warn('the best of them ordered nothing')
}

/** Writes the runs of all windows, and shows what came of the tests. */
function finishWalkForward(
  { journal: made, count, table }: WalkedForward,
  flags: SweepFlags,
  space: Space,
  progress: SweepProgress,
  csv: Output | undefined,
): void {
  using journal = made
  if (table === undefined) {
    progress.note(endText(journal, count))
    process.exitCode = EXIT.interrupted
    return
  }
  if (csv) {
    const parameters = space.axes.map(({ name }) => name)
    writeLines(csv, csvLines(journal.lines(), parameters))
    csv.publish()
  }
  if (flags.runs !== undefined) journal.publish(flags.runs)
  progress.note(progress.summary(journal.done))
  const out = outputsOf(flags).includes(STANDARD) ? process.stderr : process.stdout
  out.write(table)
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

const outputsOf = ({ runs, csv, report }: SweepFlags) => [runs, csv, report]

/** @throws Failure usage. */
function refuseContradictions(selector: string, flags: SweepFlags): void {
  if ([selector, ...(flags.data ?? [])].filter((name) => name === STANDARD).length > 1)
    throw new Failure('usage', 'standard input is named twice: it can be read but once')
  if (outputsOf(flags).filter((path) => path === STANDARD).length > 1)
    throw new Failure('usage', '--runs, --csv and --report cannot be standard output together')
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

function tellOf({ cached, problems }: Opened, flags: SweepFlags, journal: Journal, progress: SweepProgress): void {
  for (const problem of problems) progress.warn(`skipped: ${problem}`)
  if (!cached) progress.note('the data are too large to be kept in memory: each run reads them again (see --cache-mb)')
  if (!flags.resume) return
  if (journal.done === 0) progress.note(`there is nothing to go on with in ${journal.partial}: all runs are made`)
  else progress.note(`${grouped(journal.done, 0)} runs are there already`)
}

function* tasksOf(space: Space, chosen: Chosen, journal: Journal): Generator<Task> {
  for (let run = 0; run < chosen.count; run++) {
    if (!journal.has(run)) yield { run, config: space.config(chosen.combination(run)), returns: true }
  }
}

function endText({ done, partial }: Journal, count: number): string {
  const how = `${grouped(done, 0)} of ${grouped(count, 0)} runs were made`
  if (partial === undefined) return `${how}, and none is kept: --runs would keep them`
  return `${how}, and are kept in ${partial}: the same command with --resume goes on`
}
