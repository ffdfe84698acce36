/** From known columns to a layout: which kind of data they make, and what its first rows tell. */
import { bookReader, depthReader } from './books'
import type { Columns } from './columns'
import { type FeedKind, FORMATS, type FormatName, type NamedFormat } from './formats'
import { type KlineRules, klineReader, type Stamp } from './klines'
import type { Layout, ReaderContext, RowReader } from './layout'
import { LONGEST_MONTH_MS, MONTH_MS } from './lengths'
import { type Moments, momentsOf } from './moments'
import { type QuoteRules, quoteReader } from './quotes'
import type { Row } from './row'
import { areMoments, isNewestFirst, type Length, lengthOf, mostFrequent } from './spacing'
import type { Split } from './splitters'
import { type Head, type Survey, survey } from './survey'
import { tickReader } from './ticks'
import { isMonthEnd, isMonthStart } from './times'
import { tradeReader } from './trades'

/** What is known of a text besides its columns. */
export interface Traits {
  readonly format: FormatName
  /** What the user says that it is: then neither the order of the columns nor the kind is a guess. */
  readonly named?: NamedFormat | undefined
  readonly split: Split
  readonly skip: number
  readonly fieldCount?: number
  /** Nothing in the text says what its columns are. */
  readonly headless?: boolean
  /** Zone of times that name none; UTC when absent. */
  readonly zone?: string | undefined
  /** Reads a row's time in place of the usual reading. */
  readonly time?: (row: Row) => number
  readonly places?: number
  readonly zeroKeeps?: boolean
  /** How long the candles are, by what the format says. */
  readonly intervalMs?: number
  /** How long they are by the name of the file. */
  readonly nameMs?: number | undefined
  /** Candles are named by their end. */
  readonly namedByEnd?: boolean
}

/** @returns undefined when the columns do not make the kind of data that is named, or none at all. */
export function assemble(columns: Columns, traits: Traits, head: Head): Layout | undefined {
  const { named } = traits
  const kind = kindOf(columns, named)
  if (kind === undefined || (columns.time === undefined && !traits.time)) return undefined
  const moments = momentsOf(columns, traits, head)
  const seen = survey(columns, moments.time, moments.closeTime, head)
  const newestFirst = isNewestFirst(seen.times)
  const startsAt = newestFirst || seen.times.length === 0 ? Number.NEGATIVE_INFINITY : seen.earliestMs
  const common = {
    split: traits.split,
    skip: traits.skip,
    ...(traits.fieldCount === undefined ? {} : { columns: traits.fieldCount }),
    newestFirst,
    symbols: seen.symbols,
  }
  if (kind !== 'klines') {
    const format = named?.name ?? traits.format
    const rules = { format, doubtful: seen.doubtful && named === undefined }
    const reader = readerOf(kind, columns, moments.time, traits, rules)
    return { ...common, format, kind, startsAt, intervalMs: 0, reader }
  }
  if (areTicks(columns, traits, seen)) {
    const guessed = named === undefined
    const all = { ...columns, time: moments.time, price: columns.close!, quantity: columns.volume! }
    const reader = (context: ReaderContext) => tickReader(all, guessed, context)
    return { ...common, format: 'ohlcv-ticks', kind: 'trades', startsAt, intervalMs: 0, reader }
  }
  const rules = klineRules(traits, moments, seen, newestFirst)
  const { open, high, low, close, closeTime: _, ...others } = columns
  const places = traits.places === undefined ? {} : { places: traits.places }
  const prices = { open: open!, high: high!, low: low!, close: close!, ...places }
  const all = { ...others, ...prices, time: moments.time, closeTime: moments.closeTime }
  return {
    ...common,
    format: rules.format,
    kind,
    // A candle named by its end happens a moment before the time in its row.
    startsAt: startsAt - rules.intervalMs,
    intervalMs: rules.intervalMs,
    reader: (context) => klineReader(all, rules, context),
  }
}

/** Rows of trades may look like candles, each of one price and at its own moment. */
function areTicks(columns: Columns, { named, intervalMs }: Traits, { flat, times }: Survey): boolean {
  if (named) return named.name === 'ohlcv-ticks'
  return flat && intervalMs === undefined && columns.closeTime === undefined && areMoments(times)
}

function klineRules(traits: Traits, { clockless }: Moments, seen: Survey, newestFirst: boolean): KlineRules {
  const { named, headless = false, namedByEnd = false } = traits
  const byEnd = named ? named.name === 'ohlcv-end' : namedByEnd && !clockless
  const format = named?.name ?? (namedByEnd && !byEnd ? 'ohlcv' : traits.format)
  const length = lengthFor(traits, seen)
  const others = { format, newestFirst, orderGuessed: named === undefined && (headless || seen.doubtful) }
  const byMonth = monthStamp(length, seen.times)
  if (!byMonth) return { ...length, ...others, stamp: byEnd ? 'end' : 'open', months: 0 }
  // A name that tells months is believed: most of them may be missing.
  const intervalMs = traits.nameMs === MONTH_MS ? MONTH_MS : length.intervalMs
  const months = Math.ceil(intervalMs / LONGEST_MONTH_MS)
  return { ...others, intervalMs, shortestMs: length.shortestMs > 0 ? months * MONTH_MS : 0, stamp: byMonth, months }
}

/** Months, quarters and years that are named by the first or the last day of a month; undefined of other candles. */
function monthStamp({ intervalMs }: Length, times: readonly number[]): Stamp | undefined {
  if (intervalMs < MONTH_MS) return undefined
  if (times.every(isMonthStart)) return 'firstMonth'
  return times.every(isMonthEnd) ? 'lastMonth' : undefined
}

/** Tells it by what the user says, what the rows say, what the format says, and the distances between the rows. */
function lengthFor({ named, intervalMs = 0, nameMs }: Traits, { times, lengths }: Survey): Length {
  const told = named?.intervalMs ?? (lengths.length > 0 ? mostFrequent(lengths) : intervalMs)
  return told > 0 ? { intervalMs: told, shortestMs: 0 } : lengthOf(times, nameMs)
}

function kindOf(columns: Columns, named: NamedFormat | undefined): FeedKind | undefined {
  const { open, high, low, close, bid, ask, price, quantity, side, isAsk } = columns
  const changes = [columns.updateType, columns.isSnapshot, columns.finalUpdateId].some((at) => at !== undefined)
  const bars = open !== undefined && high !== undefined && low !== undefined && close !== undefined
  const deals = price !== undefined && quantity !== undefined
  const kinds: FeedKind[] = []
  if (columns.levels) kinds.push('books')
  if (bars) kinds.push('klines')
  if (bid !== undefined && ask !== undefined) kinds.push('quotes')
  if (deals && changes && (side !== undefined || isAsk !== undefined)) kinds.push('books')
  if (deals) kinds.push('trades')
  if (!named) return kinds[0]
  if (named.name === 'ohlcv-ticks') return bars && columns.volume !== undefined ? 'klines' : undefined
  const wanted = FORMATS[named.name].kind
  return kinds.find((kind) => kind === wanted)
}

function readerOf(
  kind: Exclude<FeedKind, 'klines'>,
  columns: Columns,
  time: (row: Row) => number,
  traits: Traits,
  rules: QuoteRules,
): (context: ReaderContext) => RowReader {
  const { bid, ask, price, quantity, levels } = columns
  const common = { ...columns, time, ...(traits.places === undefined ? {} : { places: traits.places }) }
  switch (kind) {
    case 'quotes': {
      const all = { ...common, bid: bid!, ask: ask!, zeroKeeps: traits.zeroKeeps ?? false }
      return (context) => quoteReader(all, rules, context)
    }
    case 'books':
      return levels
        ? (context) => bookReader({ ...levels, symbol: columns.symbol }, time, context)
        : (context) => depthReader({ ...columns, price: price!, quantity: quantity! }, time, context)
    default: {
      const all = { ...common, price: price!, quantity: quantity! }
      return (context) => tradeReader(all, context)
    }
  }
}
