/** Whether a replay has come to what the journal has: order by order, every field, and line by line. */
import { Failure } from '../../../errors/failure'
import type { Archive } from '../../../inputs/rerun/archived-run'
import { type Ran, rerun } from '../../../inputs/rerun/rerun'
import type { Act, LogLine } from '../../../protocol/reported'
import { loadEngine } from '../../../sandbox/engine'
import { Differs } from '../../../sandbox-host/inputs/courses'
import type { LogItem, OrderItem } from '../../../schema/instance-records'
import { sideWord } from '../../../schema/orders'
import type { Journalled, Span } from './recorded'

type Ordered = Extract<Act, { kind: 'ordered' }>

/** What the replay does within the span. */
export interface Replay extends Ran {
  readonly runs: number
  readonly orders: readonly ReplayedOrder[]
  /** Orders of a dry run: they passed every check and were not sent. */
  readonly skipped: number
  readonly cancels: number
  readonly lines: readonly LogLine[]
}

/** An order as the journal has it, but for what became of it. */
export type ReplayedOrder = Omit<
  OrderItem,
  'exchangeOrderId' | 'state' | 'filledQuantity' | 'remainingQty' | 'avgFillPrice' | 'rejectReason' | 'updatedAt'
>

export interface Unlike {
  readonly what: 'order' | 'line'
  /** Undefined: it has none there. */
  readonly journal: object | undefined
  readonly replay: object | undefined
}

/** @throws Failure replay_differs where it comes to something that cannot follow. */
export async function replayed({ head, runs }: Archive, { from = 0, to = Infinity }: Span): Promise<Replay> {
  const engine = await loadEngine()
  const orders: ReplayedOrder[] = []
  const lines: LogLine[] = []
  const all = { events: 0, handled: 0, skipped: 0, cancels: 0, prefixes: new Map<string, number>() }
  const isWanted = ({ timeMs }: { readonly timeMs: number }) => timeMs >= from && timeMs <= to
  const teller = {
    acted(act: Act) {
      if (!isWanted(act)) return
      if (act.kind === 'ordered') orders.push(replayedOrder(act))
      else if (act.kind === 'skipped') all.skipped++
      else if (act.kind === 'cancelled') all.cancels++
    },
    logged: (line: LogLine) => void (isWanted(line) && lines.push(line)),
    failed: () => undefined,
  }
  for (const run of runs) {
    try {
      const ran = await rerun(run, { engine, head, teller, clock: () => performance.now() })
      all.events += ran.events
      all.handled += ran.handled
      for (const [prefix, count] of ran.prefixes)
        all.prefixes.set(prefix, Math.min(count, all.prefixes.get(prefix) ?? Infinity))
    } catch (error) {
      if (!(error instanceof Differs)) throw error
      const since = new Date(run.startMs).toISOString()
      throw new Failure('replay_differs', `the run since ${since} comes to something else: ${error.message}`)
    }
  }
  return { runs: runs.length, orders, lines, ...all }
}

function replayedOrder({ order, timeMs }: Ordered): ReplayedOrder {
  const { side, ...rest } = order
  return { ...rest, side: sideWord(side), placedAt: new Date(timeMs).toISOString() }
}

/**
 * @param before what the journal had before the inputs were asked for: all of it follows from them.
 * @param after what it has now: it has all that follows from them.
 * @param keptFromMs orders from before may be gone.
 */
export function unlike(
  replay: Replay,
  before: Journalled,
  after: Journalled,
  keptFromMs: number,
  span: Span,
): Unlike | undefined {
  return unlikeOrder(replay, before.orders, after.orders, keptFromMs, span) ?? unlikeLine(replay.lines, after.lines)
}

function unlikeOrder(
  { orders, prefixes }: Replay,
  before: readonly OrderItem[],
  after: readonly OrderItem[],
  keptFromMs: number,
  { from = 0, to = Infinity }: Span,
): Unlike | undefined {
  const journal = new Map(after.map((order) => [order.clientOrderId, order]))
  const replay = new Set(orders.map(({ clientOrderId }) => clientOrderId))
  for (const order of orders) {
    const kept = journal.get(order.clientOrderId)
    if (!kept && Date.parse(order.placedAt) < keptFromMs) continue
    const told = kept && placed(kept)
    if (!Bun.deepEquals(told, order)) return { what: 'order', journal: told, replay: order }
  }
  const missing = before.find(
    ({ clientOrderId, placedAt }) =>
      !replay.has(clientOrderId) &&
      isOf(clientOrderId, prefixes) &&
      Date.parse(placedAt) >= from &&
      Date.parse(placedAt) <= to,
  )
  return missing && { what: 'order', journal: placed(missing), replay: undefined }
}

/** It was made where the replay has been. */
function isOf(clientOrderId: string, prefixes: ReadonlyMap<string, number>): boolean {
  const [, prefix = '', number] = /^(.*)-(\d+)$/.exec(clientOrderId) ?? []
  const before = prefixes.get(prefix)
  return before !== undefined && Number(number) > before
}

function placed(order: OrderItem): ReplayedOrder {
  const {
    exchangeOrderId: _,
    state,
    filledQuantity,
    remainingQty,
    avgFillPrice,
    rejectReason,
    updatedAt,
    ...made
  } = order
  return made
}

/** What the gateway says of an instance stands between the lines of the replay. */
function unlikeLine(replay: readonly LogLine[], journal: readonly LogItem[]): Unlike | undefined {
  if (replay.length === 0) return undefined
  const ends = endsOf(replay, journal)
  let best: { readonly count: number; readonly unlike: Unlike | undefined } | undefined
  for (const end of ends) {
    const found = backwards(replay, journal, end)
    if (!found.unlike) return undefined
    if (!best || found.count > best.count) best = found
  }
  return best ? best.unlike : { what: 'line', journal: undefined, replay: lineOf(replay.at(-1)!) }
}

/** Where in the journal the last line of the replay may stand. */
function endsOf(replay: readonly LogLine[], journal: readonly LogItem[]): number[] {
  const last = replay.at(-1)!
  return journal.flatMap((line, at) => (isSame(last, line) ? [at] : [])).reverse()
}

function backwards(replay: readonly LogLine[], journal: readonly LogItem[], end: number) {
  let at = end
  let count = 0
  for (const line of replay.toReversed()) {
    while (at >= 0 && !isSame(line, journal[at]!) && journal[at]!.source === 'host') at--
    // no more of them are kept
    if (at < 0) break
    const kept = journal[at]!
    if (!isSame(line, kept)) return { count, unlike: { what: 'line' as const, journal: kept, replay: lineOf(line) } }
    at--
    count++
  }
  return { count, unlike: undefined }
}

const isSame = (line: LogLine, kept: LogItem): boolean =>
  line.message === kept.message && line.level === kept.level && line.source === kept.source

const lineOf = ({ level, source, message, timeMs }: LogLine) => ({
  time: new Date(timeMs).toISOString(),
  level,
  source,
  message,
})
