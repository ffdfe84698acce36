/** `meltica sweep --walk-forward`: a search in each window, and what its best run comes to in the next. */
import { Journal } from '../../backtest/sweep/journal'
import type { Opened, Task } from '../../backtest/sweep/messages'
import { Ranking } from '../../backtest/sweep/ranking'
import { lineText, type RunLine } from '../../backtest/sweep/run-line'
import { type TestedConfig, type WindowSearch, walkForward } from '../../backtest/validation/walk-forward'
import { walkForwardReport } from '../../backtest/validation/walk-forward-report'
import { walkForwardTable } from '../../backtest/validation/walk-forward-table'
import { parseWalkForward, type Span, type WalkForwardWindow, windowsOf } from '../../backtest/validation/windows'
import type { RunFlags } from '../run/flags'
import { openFeed } from '../run/opening'
import { version } from '../version'
import { EXIT } from './exit'
import { decidesOf } from './flags'
import { measuredRun } from './measured-run'
import { type SearchParts, writeCsv } from './search'
import { endText, tableStream, tellOf } from './tell'
import type { SweepRequest } from './worker'

export interface WalkForwardParts extends SearchParts {
  /** As `parseWalkForward` takes it. */
  readonly plan: string
}

interface WalkedForward {
  /** The runs of all windows, one after the other; to be disposed of. */
  readonly journal: Journal
  /** All of them. */
  readonly count: number
  /** For the terminal; undefined where it was interrupted. */
  readonly table: string | undefined
}

/** Makes it, writes the runs of all windows, and shows what came of the tests. @throws Failure as of its runs and files. */
export async function walkForwardToFiles(parts: WalkForwardParts): Promise<void> {
  const { flags, space, progress, csv } = parts
  const { journal: made, count, table } = await walkForwardSweep(parts)
  using journal = made
  if (table === undefined) {
    progress.note(endText(journal, count))
    process.exitCode = EXIT.interrupted
    return
  }
  writeCsv(csv, journal, space)
  if (flags.runs !== undefined) journal.publish(flags.runs)
  progress.note(progress.summary(journal.done))
  tableStream(flags).write(table)
}

/** @throws Failure of the windows, the runs and the report. */
async function walkForwardSweep(parts: WalkForwardParts): Promise<WalkedForward> {
  const { flags, plan, opened, space, chosen, crew, progress, report, command, request } = parts
  const windows = windowsOf(parseWalkForward(plan), spanOf(opened))
  const count = windows.length * chosen.count
  const rankings = windows.map(() => new Ranking(flags.objective, chosen.count))
  const rank = (run: number, { stats }: RunLine) =>
    rankings[Math.floor(run / chosen.count)]!.add(run % chosen.count, stats)
  const journal = new Journal(
    { path: flags.runs, resume: flags.resume ?? false, decides: decidesOf(flags, opened), count },
    (run, text) => rank(run, JSON.parse(text) as RunLine),
  )
  tellOf(opened, flags, journal, progress)
  progress.start(journal.done, count)
  const search = async ({ train }: WalkForwardWindow, index: number): Promise<WindowSearch> => {
    for await (const { run, line } of crew.search(tasksIn(parts, train, index, journal))) {
      journal.add(run, lineText(line))
      rank(run, line)
      progress.update(journal.done)
    }
    return { tried: chosen.count, best: bestOf(rankings[index]!, parts) }
  }
  const barMs = await barLengthOf(request)
  const test = (set: TestedConfig, span: Span, cash: string) =>
    measuredRun(request.selector, testFlags(request.flags, { set, span, cash, barMs }))
  const result = await walkForward(windows, { search, test }, flags.cash, progress.signal)
  progress.end()
  if (journal.done < count) return { journal, count, table: undefined }
  const swept = space.swept.map(({ name }) => name)
  const terms = { objective: flags.objective, currency: opened.currency, swept, seed: flags.seed }
  await report?.finish((columns) => walkForwardReport({ result, terms, opened, plan, command, version }, columns))
  return { journal, count, table: walkForwardTable(result, terms) }
}

/** Runs of a window are numbered behind those of the windows before. */
function* tasksIn({ space, chosen }: WalkForwardParts, train: Span, index: number, journal: Journal): Generator<Task> {
  const window = { from: train.fromMs, to: train.toMs }
  for (let at = 0; at < chosen.count; at++) {
    const run = index * chosen.count + at
    if (!journal.has(run)) yield { run, config: space.config(chosen.combination(at)), window }
  }
}

function bestOf(ranking: Ranking, { space, chosen }: WalkForwardParts): WindowSearch['best'] {
  const [best] = ranking.best(1)
  if (best === undefined || Number.isNaN(ranking.value(best))) return undefined
  return { config: space.written(chosen.combination(best)), objective: ranking.value(best) }
}

/** From the first event, of a candle its opening, to behind the last. */
function spanOf({ data }: Opened): Span {
  const froms = data.flatMap(({ from }) => (from === null ? [] : [Date.parse(from)]))
  const tos = data.flatMap(({ to }) => (to === null ? [] : [Date.parse(to)]))
  return { fromMs: Math.min(...froms), toMs: Math.max(...tos) + 1 }
}

/** That of the bars of a warm-up, ms; 0 where there is none. */
async function barLengthOf({ flags }: SweepRequest): Promise<number> {
  if (!flags.warmup) return 0
  await using feed = await openFeed(flags.data ?? [], flags)
  return feed.intervalMs
}

interface Test {
  readonly set: TestedConfig
  readonly span: Span
  readonly cash: string
  readonly barMs: number
}

/** The bars of a warm-up are those before the test. */
function testFlags(flags: RunFlags, { set, span, cash, barMs }: Test): RunFlags {
  return { ...flags, set, cash, from: span.fromMs - (flags.warmup ?? 0) * barMs, to: span.toMs }
}
