/** Counts what was read from a file, for the result of a backtest. */
import { Failure } from '../../errors/failure'
import type { KlinePayload, MarketEvent } from '../../schema/events'
import type { Container } from './entry'
import { type Gap, gapBetween } from './gaps'
import type { Layout } from './layout'

/** What was read from a file, as it stands in a backtest's result. */
export interface DataSource {
  /** Base name. */
  readonly file: string
  /** The digest of the bytes on the disk, hex. */
  readonly sha256: string
  readonly format: string
  /** Rows that were understood, whether or not they lie in the time asked for. */
  readonly rows: number
  /** Candles missing between those that are there. */
  readonly gaps: number
  readonly badRows: number
  /** RFC 3339; when the first event of the file happened, of a candle its opening. Null when there was none. */
  readonly from: string | null
  readonly to: string | null
  /** Null when no candle is missing. */
  readonly firstGap: Gap | null
  /** The first one of those with the most candles missing. */
  readonly longestGap: Gap | null
}

/** Problems that are kept in words of each file. */
const MOST_PROBLEMS = 10

export class Tally {
  format = ''
  rows = 0
  gaps = 0
  badRows = 0
  readonly problems: string[] = []
  #sha256 = ''
  #first = Number.POSITIVE_INFINITY
  #last = Number.NEGATIVE_INFINITY
  #firstGap: Gap | null = null
  #longestGap: Gap | null = null
  readonly #covered = { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY }

  constructor(readonly container: Container) {}

  bad(problem: string): void {
    this.badRows++
    if (this.problems.length < MOST_PROBLEMS) this.problems.push(problem)
  }

  /** @param events in the order of time; those that were asked for. */
  span(events: readonly MarketEvent[]): void {
    const [first] = events
    if (!first) return
    this.#first = Math.min(this.#first, startOf(first))
    this.#last = Math.max(this.#last, events[events.length - 1]!.timeMs)
  }

  /** In the order of time. */
  gap(gap: Gap): void {
    this.gaps += gap.missing
    this.#firstGap ??= gap
    if (gap.missing > (this.#longestGap?.missing ?? 0)) this.#longestGap = gap
  }

  /** @param events in the order of time, whether or not they were asked for. */
  cover(events: readonly MarketEvent[]): void {
    const [first] = events
    if (!first) return
    this.#covered.first = Math.min(this.#covered.first, startOf(first))
    this.#covered.last = Math.max(this.#covered.last, events[events.length - 1]!.timeMs)
  }

  /** What the file has, in words. @param symbol the one that was asked for. */
  covers(symbol: string | undefined): string {
    const { first, last } = this.#covered
    const { file } = this.container
    if (first > last) return `${file} has nothing${symbol === undefined ? '' : ` of ${symbol}`}`
    return `${file} has ${new Date(first).toISOString()} to ${new Date(last).toISOString()}`
  }

  /** Takes the digest; of a file that was read to its end it is there already. */
  async identify(): Promise<void> {
    this.#sha256 = await this.container.digest()
  }

  /** At the end of the file. @throws Failure data_broken when every row was skipped: that is no way to read a file. */
  refuseNothing(): void {
    if (this.rows > 0 || this.badRows === 0) return
    const { file } = this.container
    throw new Failure(
      'data_broken',
      `${file} has not one row that can be read; the first problem: ${this.problems[0]}`,
      {},
      'if it is of another format, name it with --format, which --format help lists',
    )
  }

  result(): DataSource {
    const { format, rows, gaps, badRows } = this
    const time = (ms: number) => (Number.isFinite(ms) ? new Date(ms).toISOString() : null)
    return {
      file: this.container.file,
      sha256: this.#sha256,
      format,
      rows,
      gaps,
      badRows,
      from: time(this.#first),
      to: time(this.#last),
      firstGap: this.#firstGap,
      longestGap: this.#longestGap,
    }
  }
}

const startOf = (event: MarketEvent) => (event.type === 'KlineSummary' ? event.payload.openTime : event.timeMs)

/**
 * Counts the intervals without a candle, in the order of the feed, so that those between two files count too: in the
 * later one. Nights, weekends and holidays count like any other absence. Of two candles of one time, as overlapping
 * files have them, the second is a bad row.
 * @param counts whether a candle that closes then lies in the time asked for.
 */
export async function* withGaps(
  batches: AsyncIterable<MarketEvent[]>,
  texts: readonly { readonly source: Tally; readonly layout: Layout }[],
  { skipBadRows, counts }: { readonly skipBadRows: boolean; readonly counts: (timeMs: number) => boolean },
): AsyncGenerator<MarketEvent[]> {
  const candles = new Map<string, { readonly payload: KlinePayload; readonly source: Tally }>()
  for await (const batch of batches) {
    yield batch.filter((event) => {
      if (event.type !== 'KlineSummary') return true
      const { source, layout } = texts[event.sequence]!
      const { symbol, payload } = event
      const known = candles.get(symbol)
      const before = known?.payload
      candles.set(symbol, { payload, source })
      if (before?.openTime === payload.openTime)
        return refuseSecond([known!.source, source], symbol, payload.openTime, skipBadRows)
      const counted = before && counts(before.closeTime) && counts(payload.closeTime)
      const gap = counted && gapBetween(symbol, before, payload, layout.intervalMs)
      if (gap) source.gap(gap)
      return true
    })
  }
}

function refuseSecond(
  [first, source]: readonly [first: Tally, second: Tally],
  symbol: string,
  openTime: number,
  skipBadRows: boolean,
): false {
  const problem = `${source.container.file}: a second candle of ${symbol} at ${new Date(openTime).toISOString()}`
  if (!skipBadRows && first !== source) {
    const advice = 'leave one of the files out, or keep the first of two candles with --skip-bad-rows'
    throw new Failure('data_broken', `${problem}: it overlaps with ${first.container.file}`, {}, advice)
  }
  if (!skipBadRows) throw new Failure('data_broken', problem)
  source.rows--
  source.bad(problem)
  return false
}
