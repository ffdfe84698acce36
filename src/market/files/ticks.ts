/** Rows of trades that are written as candles of one price. */
import { Contradiction, overruling } from './contradiction'
import type { ReaderContext, RowReader } from './layout'
import { type TradeColumns, tradeReader } from './trades'

export interface TickColumns extends TradeColumns {
  readonly open?: number
  readonly high?: number
  readonly low?: number
  readonly close?: number
}

/** @param guessed only the first rows say so: one with several prices contradicts it. */
export function tickReader(columns: TickColumns, guessed: boolean, context: ReaderContext): RowReader {
  const trades = tradeReader(columns, context)
  const { open, high, low, close } = columns
  if (!guessed) return trades
  return {
    ...trades,
    read(row, add) {
      for (const [one, two, names] of [
        [high!, low!, 'high and low'],
        [open!, close!, 'open and close'],
      ] as const) {
        if (row.text(one) === row.text(two)) continue
        throw new Contradiction(
          `${names} are ${row.text(one)} and ${row.text(two)}: by the first rows these are trades of one price (ohlcv-ticks)`,
          overruling('ohlcv-ticks', '--format ohlcv reads candles'),
        )
      }
      trades.read(row, add)
    },
  }
}
