/** The search of a sweep: all runs that were chosen, ranked, with what stands beside the best of them. */
import type { ReportFile } from '../../backtest/report/file'
import type { Crew } from '../../backtest/sweep/crew'
import { Journal, writeLines } from '../../backtest/sweep/journal'
import { KeptReturns } from '../../backtest/sweep/kept-returns'
import type { Opened, Task } from '../../backtest/sweep/messages'
import { Ranking } from '../../backtest/sweep/ranking'
import { sweepReport } from '../../backtest/sweep/report'
import { lineText, type RunLine } from '../../backtest/sweep/run-line'
import { besideTable, csvLines, runTable } from '../../backtest/sweep/run-table'
import type { Chosen } from '../../backtest/sweep/sampling'
import type { Space } from '../../backtest/sweep/space'
import { type HonestyLine, honestyLines } from '../../backtest/validation/honesty'
import type { Output } from '../../files/output'
import { version } from '../version'
import { besideTheBest } from './best-run'
import { EXIT } from './exit'
import { decidesOf, type SweepFlags } from './flags'
import { measuredRun } from './measured-run'
import type { SweepProgress } from './progress'
import { endText, tableStream, tellOf } from './tell'
import type { SweepRequest } from './worker'

const BEST = 10

export interface SearchParts {
  readonly request: SweepRequest
  readonly flags: SweepFlags
  readonly opened: Opened
  readonly space: Space
  readonly chosen: Chosen
  readonly crew: Crew<SweepRequest>
  readonly progress: SweepProgress
  readonly report: ReportFile | undefined
  /** Where the runs go as CSV. */
  readonly csv: Output | undefined
  /** To be typed to get the same once more. */
  readonly command: string
}

/** What the runs have come to so far, whichever of them ended first. */
class Found {
  readonly ranking: Ranking
  readonly returns: KeptReturns
  /** Sharpe ratios of a year, by the numbers of the runs; NaN where there is none. */
  readonly annual: Float64Array

  constructor({ flags, chosen }: SearchParts) {
    this.ranking = new Ranking(flags.objective, chosen.count)
    this.returns = new KeptReturns(chosen.count)
    this.annual = new Float64Array(chosen.count).fill(Number.NaN)
  }

  /** @returns the returns that are kept of it. */
  take(run: number, { stats }: RunLine, returns: Float64Array | undefined): Float64Array | undefined {
    this.ranking.add(run, stats)
    this.annual[run] = stats.sharpe ?? Number.NaN
    return this.returns.add(run, returns)
  }
}

/** @throws Failure of the runs and of what is written. */
export async function search(parts: SearchParts): Promise<void> {
  const { flags, opened, chosen, progress } = parts
  const found = new Found(parts)
  const { runs: path, resume = false } = flags
  using journal = new Journal(
    { path, resume, decides: decidesOf(flags, opened), count: chosen.count },
    (run, text, returns) => found.take(run, JSON.parse(text) as RunLine, returns),
  )
  tellOf(opened, flags, journal, progress)
  await makeRuns(parts, journal, found)
  if (journal.done < chosen.count) {
    progress.note(endText(journal, chosen.count))
    process.exitCode = EXIT.interrupted
    return
  }
  await conclude(parts, journal, found)
}

/** Those that are not there yet. */
async function makeRuns(parts: SearchParts, journal: Journal, found: Found): Promise<void> {
  const { chosen, crew, progress } = parts
  progress.start(journal.done, chosen.count)
  for await (const { run, line, hasDied, returns } of crew.search(tasksOf(parts, journal))) {
    journal.add(run, lineText(line), found.take(run, line, returns))
    progress.update(journal.done)
    if (hasDied) progress.warn(`${line.stopped}: ${JSON.stringify(line.config)}`)
  }
  progress.end()
}

function* tasksOf({ space, chosen }: SearchParts, journal: Journal): Generator<Task> {
  for (let run = 0; run < chosen.count; run++) {
    if (!journal.has(run)) yield { run, config: space.config(chosen.combination(run)), returns: true }
  }
}

/** Writes the files, and shows the best. */
async function conclude(parts: SearchParts, journal: Journal, found: Found): Promise<void> {
  const { flags, opened, space, chosen, progress, report, csv, command } = parts
  const { ranking } = found
  writeCsv(csv, journal, space)
  const places = ranking.best(BEST)
  const best = places.map((run) => JSON.parse(journal.read(run)) as RunLine)
  const beside = best[0]?.stats.events ? await besideOf(places[0]!, parts, found) : []
  await report?.finish(() => sweepReport({ opened, space, chosen, ranking, best, beside, command, version }))
  if (flags.runs !== undefined) journal.publish(flags.runs)
  progress.note(progress.summary(journal.done))
  const swept = space.swept.map(({ name }) => name)
  const table = tableStream(flags)
  table.write(runTable(best, { swept, objective: flags.objective, currency: opened.currency }))
  if (beside.length > 0) table.write(besideTable('Beside the best of them', beside))
  if (ranking.valued === 0) progress.warn(`no run has the figure ${flags.objective}: rank by another with --objective`)
  if (best.every(({ orders }) => orders === 0)) progress.warn('the best of them ordered nothing')
}

async function besideOf(
  run: number,
  { request, flags, space, chosen }: SearchParts,
  { annual, returns }: Found,
): Promise<HonestyLine[]> {
  const set = space.written(chosen.combination(run))
  const part = await measuredRun(request.selector, { ...request.flags, set })
  const honesty = besideTheBest(part, { annual, tried: chosen.count, returns, seed: flags.seed })
  return honestyLines(honesty, part.ran.period)
}

export function writeCsv(csv: Output | undefined, journal: Journal, { axes }: Space): void {
  if (!csv) return
  const parameters = axes.map(({ name }) => name)
  writeLines(csv, csvLines(journal.lines(), parameters))
  csv.publish()
}
