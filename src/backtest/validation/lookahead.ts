/**
 * Whether a run has used what came later: the same strategy over histories that are cut short must decide, up to the cut,
 * what it decides over the whole. A sandbox sees no later event by construction, and this shows it on the data at hand,
 * with all that lies between a file and a handler: how rows are dated, put together and ordered.
 */
import type { DataFeed } from '../../market/files/open'
import type { RunObserver } from '../observer'
import type { Ran } from '../run'
import { type DecisionLine, DecisionLog, firstDifference } from './decisions'

/** Histories that are cut. */
const CUTS = 20

export interface LookaheadCheck {
  readonly cuts: number
  /** Decisions over the whole. */
  readonly decisions: number
  /** Undefined: none, every history gives the same. */
  readonly difference?: LookaheadDifference
}

export interface LookaheadDifference {
  /** The history ends before this moment, ms. */
  readonly cutMs: number
  /** What is decided with all that comes later, and what without. */
  readonly whole: DecisionLine | undefined
  readonly cut: DecisionLine | undefined
}

/** Makes the run over the data at hand, of one strategy or of several. */
export type RunOver = (feed: DataFeed, observer: RunObserver) => Promise<Pick<Ran, 'stats'>>

/**
 * @param open the data that were run, those before a time, ms. @param signal ends it between two runs.
 * @throws Failure as `runBacktest`.
 */
export async function checkLookahead(
  run: RunOver,
  open: (toMs?: number) => Promise<DataFeed>,
  signal?: AbortSignal,
): Promise<LookaheadCheck> {
  const whole = await decisionsOf(run, await open())
  const { startMs, endMs } = whole
  const cuts = Array.from({ length: CUTS }, (_, at) => startMs + Math.ceil(((endMs - startMs) * (at + 1)) / (CUTS + 1)))
  const decisions = whole.log.lines.length
  for (const cutMs of cuts) {
    if (signal?.aborted) break
    if (cutMs <= startMs) continue
    const { log } = await decisionsOf(run, await open(cutMs))
    // what is decided on the reports of the last event is told with the next one
    const before = whole.log.lines.findIndex(({ timeMs }) => timeMs >= log.lastEventMs)
    const least = Math.max(log.lines.length, before < 0 ? decisions : before)
    const at = firstDifference(whole.log.lines.slice(0, least), log.lines)
    if (at !== undefined) {
      return { cuts: CUTS, decisions, difference: { cutMs, whole: whole.log.lines[at], cut: log.lines[at] } }
    }
  }
  return { cuts: CUTS, decisions }
}

/** For people, in one sentence or with what differs. */
export function lookaheadText({ cuts, decisions, difference }: LookaheadCheck): string {
  if (!difference)
    return `no look-ahead: cut short at ${cuts} places, the data give the same ${decisions} orders and cancels up to there\n`
  const { cutMs, whole, cut } = difference
  const text = (line: DecisionLine | undefined) =>
    line === undefined ? 'nothing' : `${new Date(line.timeMs).toISOString()} ${line.text}`
  const lines = [
    `look-ahead: with the data cut short at ${new Date(cutMs).toISOString()} it decides otherwise`,
    `  with what comes later: ${text(whole)}`,
    `  without:               ${text(cut)}`,
  ]
  return `${lines.join('\n')}\n`
}

async function decisionsOf(run: RunOver, feed: DataFeed) {
  await using data = feed
  const log = new DecisionLog()
  const { stats } = await run(data, log)
  return { log, startMs: stats.start!, endMs: stats.end! }
}
