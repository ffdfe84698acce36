/** Every trade, to be sorted and filtered. */

import type { ColumnWriter } from '../columns'
import type { ReportInput } from '../input'
import type { Section } from '../sections'

/** Decimals of percentages, which are computed. */
const PERCENT_DIGITS = 4
const MAE = 'Maximum adverse excursion: the most that it was down, in percent of what was put in'
const MFE = 'Maximum favourable excursion: the most that it was up, in percent of what was put in'

export function tradesSection({ recorder, ran }: ReportInput, columns: ColumnWriter): Section | undefined {
  const { trades, labels } = recorder
  if (trades.pnl.values.length === 0) return undefined
  return {
    kind: 'trades',
    id: 'trades',
    title: 'Trades',
    data: {
      currency: ran.currency,
      symbols: trades.symbols,
      symbol: columns.wholes(trades.symbol),
      ...(labels.length > 0 && { strategies: labels, strategy: columns.wholes(trades.strategy) }),
      long: columns.wholes(trades.long),
      open: columns.wholes(trades.open),
      entryTimes: columns.wholes(trades.entryTimes),
      exitTimes: columns.wholes(trades.exitTimes),
      quantities: columns.decimals(trades.quantities),
      entryPrices: columns.decimals(trades.entryPrices),
      exitPrices: columns.decimals(trades.exitPrices),
      pnl: columns.decimals(trades.pnl),
      pnlPct: columns.numbers(trades.pnlPct, PERCENT_DIGITS),
      fees: columns.decimals(trades.fees),
      excursions: [
        { label: 'MAE %', formula: MAE, values: columns.numbers(trades.mae, PERCENT_DIGITS) },
        { label: 'MFE %', formula: MFE, values: columns.numbers(trades.mfe, PERCENT_DIGITS) },
      ],
    },
  }
}
