/** What a recognised text is: how it splits into rows and how a row becomes events. */
import type { MarketEvent } from '../../schema/events'
import type { FeedKind, FormatName } from './formats'
import { type Row, RowProblem } from './row'
import type { Split } from './splitters'

export interface ReaderContext {
  readonly provider: string
  /** The symbol of rows that do not name theirs. */
  readonly symbol: string
  /** Platform symbol of one written in a row; undefined: not asked for. */
  readonly resolve: (written: string) => string | undefined
  /** Which text it is; stands in the events' `sequence` until the feed numbers them. */
  readonly ordinal: number
}

/** Makes events of rows. Their `eventId` and `sequence` are left open: the feed gives them in the order of time. */
export interface RowReader {
  /** @throws RowProblem */
  read(row: Row, add: (event: MarketEvent) => void): void
  /** After the last row: what was still being gathered. */
  finish?(add: (event: MarketEvent) => void): void
}

export interface Layout {
  /** Short and stable, as `binance-klines`; it is written into results. */
  readonly format: FormatName
  readonly kind: FeedKind
  readonly split: Split
  /** Lines before the first row: a header, an address. */
  readonly skip: number
  /** How many fields a row must have; absent: any. */
  readonly columns?: number
  readonly newestFirst: boolean
  /** Time of the first event, ms; -Infinity when the head of the text does not tell. */
  readonly startsAt: number
  /** Symbols named in the head of the text, as written; empty when rows name none. */
  readonly symbols: readonly string[]
  /** Length of a candle, ms; 0 when unknown or none. */
  readonly intervalMs: number
  reader(context: ReaderContext): RowReader
}

/**
 * Resolves the symbol of each row, asking for each run of equal ones only once. A column that is empty throughout names
 * nothing; one that is empty in some rows only is broken there.
 */
export function symbolColumn(column: number | undefined, context: ReaderContext): (row: Row) => string | undefined {
  if (column === undefined) return () => context.symbol
  let written: string | undefined
  let symbol: string | undefined
  return (row) => {
    const text = row.text(column)
    if (text !== written) {
      if (written !== undefined && (text === '') !== (written === '')) {
        if (text === '') throw new RowProblem('it names no symbol')
        throw new RowProblem(
          `it names the symbol ${text}, rows before it none`,
          'it names a symbol, rows before it none',
        )
      }
      written = text
      symbol = text === '' ? context.symbol : context.resolve(text)
    }
    return symbol
  }
}
