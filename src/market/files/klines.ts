/** Rows of candles. */
import type { ReaderContext, RowReader } from './layout'
import { symbolColumn } from './layout'
import { type Row, RowProblem } from './row'
import { monthStart } from './times'

export interface KlineColumns {
  readonly time: (row: Row) => number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume?: number
  /** Last moment of the candle, inclusive. */
  readonly closeTime?: number
  readonly symbol?: number
  /** Prices are whole numbers with this many digits behind the point. */
  readonly places?: number
}

/** What the time of a candle names: its begin, its end, or its month by any day of it. */
export type Stamp = 'open' | 'end' | 'month'

/** The event's time is the candle's close, one millisecond before the next one opens, as Binance counts. */
export function klineReader(
  columns: KlineColumns,
  stamp: Stamp,
  intervalMs: number,
  written: (text: string) => number,
  context: ReaderContext,
): RowReader {
  const symbolOf = symbolColumn(columns.symbol, context)
  const opened = new Map<string, number>()
  const price = (row: Row, index: number, name: string) => row.price(index, name, columns.places)
  return {
    read(row, add) {
      const symbol = symbolOf(row)
      if (symbol === undefined) return
      const named = columns.time(row)
      const openTime = stamp === 'open' ? named : stamp === 'end' ? named - intervalMs : monthStart(named)
      if (opened.get(symbol) === openTime) {
        throw new RowProblem(`it is a second candle of ${new Date(openTime).toISOString()}`)
      }
      opened.set(symbol, openTime)
      const closeTime =
        columns.closeTime !== undefined
          ? row.time(columns.closeTime, written)
          : stamp === 'month'
            ? monthStart(named, 1) - 1
            : openTime + Math.max(intervalMs - 1, 0)
      const payload = {
        openPrice: price(row, columns.open, 'open'),
        closePrice: price(row, columns.close, 'close'),
        highPrice: price(row, columns.high, 'high'),
        lowPrice: price(row, columns.low, 'low'),
        volume: columns.volume === undefined ? '0' : volume(row, columns.volume),
        openTime,
        closeTime,
      }
      const low = Number(payload.lowPrice)
      const high = Number(payload.highPrice)
      if (high < low) throw new RowProblem(`high ${payload.highPrice} is below low ${payload.lowPrice}`)
      if (closeTime < openTime) throw new RowProblem('the candle closes before it opens')
      add({
        eventId: '',
        provider: context.provider,
        symbol,
        sequence: context.ordinal,
        timeMs: closeTime,
        type: 'KlineSummary',
        payload,
      })
    },
  }
}

/** Vendors write nothing, a dash or NULL for no volume. */
function volume(row: Row, index: number): string {
  const text = row.text(index)
  return text === '' || text === '-' || text === 'NULL' ? '0' : row.decimal(index, 'volume')
}
