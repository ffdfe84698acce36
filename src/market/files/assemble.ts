/** From known columns to a layout: which kind of data they make, and what its first rows tell. */
import { bookReader, depthReader } from './books'
import type { Columns } from './columns'
import { klineReader, type Stamp } from './klines'
import type { FeedKind, Layout, ReaderContext, RowReader } from './layout'
import { quoteReader } from './quotes'
import { type Row, RowProblem } from './row'
import { spacingOf } from './spacing'
import type { Split } from './splitters'
import { isMonthEnd, isMonthStart, timeReader } from './times'
import { tradeReader } from './trades'

const MONTH_MS = 28 * 86_400_000

/** What is known of a text besides its columns. */
export interface Traits {
  readonly format: string
  readonly split: Split
  readonly skip: number
  readonly fieldCount?: number
  /** Zone of times that name none; UTC when absent. */
  readonly zone?: string | undefined
  /** Reads a row's time in place of the usual reading. */
  readonly time?: (row: Row) => number
  readonly places?: number
  readonly zeroKeeps?: boolean
  readonly intervalMs?: number
  /** Candles are named by their end. */
  readonly namedByEnd?: boolean
}

/** @param head calls back for each row at the head of the text. @returns undefined when the columns make no known kind. */
export function assemble(
  columns: Columns,
  traits: Traits,
  head: (each: (row: Row) => void) => void,
): Layout | undefined {
  const kind = kindOf(columns)
  if (kind === undefined || (columns.time === undefined && !traits.time)) return undefined
  const written = timeReader(traits.zone)
  const time = traits.time ?? timeColumn(columns, written)
  const { times, flat, symbols } = survey(columns, time, head)
  const spacing = spacingOf(times)
  const intervalMs = kind === 'klines' ? (traits.intervalMs ?? spacing.intervalMs) : 0
  // Trades written as candles, each of one price and at its own moment.
  const ticks = kind === 'klines' && flat && !spacing.regular && traits.intervalMs === undefined && times.length > 2
  const reader = ticks
    ? (context: ReaderContext) =>
        tradeReader({ ...columns, time, price: columns.close!, quantity: columns.volume! }, context)
    : readerOf(kind, columns, traits, time, written, stampOf(times, intervalMs, traits), intervalMs)
  return {
    format: ticks ? 'ohlcv-ticks' : traits.format,
    kind: ticks ? 'trades' : kind,
    split: traits.split,
    skip: traits.skip,
    ...(traits.fieldCount === undefined ? {} : { columns: traits.fieldCount }),
    newestFirst: spacing.newestFirst,
    // A candle named by its end happens a moment before the time in its row.
    startsAt: spacing.startsAt - intervalMs,
    symbols,
    intervalMs: ticks ? 0 : intervalMs,
    reader,
  }
}

function kindOf(columns: Columns): FeedKind | undefined {
  const { open, high, low, close, bid, ask, price, quantity, side, isAsk } = columns
  const { updateType, isSnapshot, finalUpdateId } = columns
  if (columns.levels) return 'books'
  if (open !== undefined && high !== undefined && low !== undefined && close !== undefined) return 'klines'
  if (bid !== undefined && ask !== undefined) return 'quotes'
  if (price === undefined || quantity === undefined) return undefined
  const changes = updateType ?? isSnapshot ?? finalUpdateId
  return changes !== undefined && (side ?? isAsk) !== undefined ? 'books' : 'trades'
}

function timeColumn({ time, clock }: Columns, written: (text: string) => number): (row: Row) => number {
  if (clock === undefined) return (row) => row.time(time!, written)
  return (row) => {
    const text = `${row.text(time!)} ${row.text(clock)}`
    const ms = written(text)
    if (Number.isNaN(ms)) throw new RowProblem(`time ${JSON.stringify(text)} is not understood`)
    return ms
  }
}

function survey(columns: Columns, time: (row: Row) => number, head: (each: (row: Row) => void) => void) {
  const times: number[] = []
  const symbols = new Set<string>()
  let flat = columns.volume !== undefined
  let first: string | undefined
  head((row) => {
    const symbol = columns.symbol === undefined ? '' : row.text(columns.symbol)
    if (symbol !== '') symbols.add(symbol)
    first ??= symbol
    if (columns.open !== undefined && row.text(columns.open) !== row.text(columns.close!)) flat = false
    if (columns.high !== undefined && row.text(columns.high) !== row.text(columns.low!)) flat = false
    // Broken rows are met again, and named, when the text is read.
    try {
      if (symbol === first) times.push(time(row))
    } catch (error) {
      if (!(error instanceof RowProblem)) throw error
    }
  })
  return { times, flat, symbols: [...symbols] }
}

function stampOf(times: readonly number[], intervalMs: number, { namedByEnd }: Traits): Stamp {
  if (intervalMs >= MONTH_MS && (times.every(isMonthEnd) || times.every(isMonthStart))) return 'month'
  return namedByEnd ? 'end' : 'open'
}

function readerOf(
  kind: FeedKind,
  columns: Columns,
  traits: Traits,
  time: (row: Row) => number,
  written: (text: string) => number,
  stamp: Stamp,
  intervalMs: number,
): (context: ReaderContext) => RowReader {
  const common = { ...columns, time, ...(traits.places === undefined ? {} : { places: traits.places }) }
  const { open, high, low, close, bid, ask, price, quantity } = columns
  switch (kind) {
    case 'klines': {
      const all = { ...common, open: open!, high: high!, low: low!, close: close! }
      return (context) => klineReader(all, stamp, intervalMs, written, context)
    }
    case 'quotes': {
      const all = { ...common, bid: bid!, ask: ask!, zeroKeeps: traits.zeroKeeps ?? false }
      return (context) => quoteReader(all, context)
    }
    case 'books':
      return columns.levels
        ? (context) => bookReader({ ...columns.levels!, symbol: columns.symbol }, time, context)
        : (context) => depthReader({ ...columns, price: price!, quantity: quantity! }, time, context)
    default: {
      const all = { ...common, price: price!, quantity: quantity! }
      return (context) => tradeReader(all, context)
    }
  }
}
