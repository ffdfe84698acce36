/** Rows of best bids and asks, to Tickers. */
import { Contradiction, overruling } from './contradiction'
import { tickerDraft } from './drafts'
import type { FormatName } from './formats'
import { type ReaderContext, type RowReader, symbolColumn } from './layout'
import type { Row } from './row'

export interface QuoteColumns {
  readonly time: (row: Row) => number
  readonly bid: number
  readonly ask: number
  readonly symbol?: number
  readonly doubtful?: number
  readonly places?: number
  /** A price of 0 says that this side did not change. */
  readonly zeroKeeps?: boolean
}

export interface QuoteRules {
  readonly format: FormatName
  /** In most of the first rows the bid is above the ask: the columns are not what they seem. */
  readonly doubtful: boolean
}

/** Quotes know no trades: a Ticker's last price is the middle between bid and ask, its 24 h volume 0. */
export function quoteReader(columns: QuoteColumns, rules: QuoteRules, context: ReaderContext): RowReader {
  const symbolOf = symbolColumn(columns.symbol, context)
  const sides = new Map<string, { bid: string; ask: string }>()
  const side = (row: Row, index: number, name: string, kept: string) =>
    columns.zeroKeeps && row.text(index) === '0' ? kept : row.price(index, name, columns.places)
  return {
    read(row, add) {
      const symbol = symbolOf(row)
      if (symbol === undefined) return
      if (columns.doubtful !== undefined && row.text(columns.doubtful) === '1') return
      const timeMs = columns.time(row)
      const before = sides.get(symbol) ?? { bid: '', ask: '' }
      const bid = side(row, columns.bid, 'bid', before.bid)
      const ask = side(row, columns.ask, 'ask', before.ask)
      if (rules.doubtful && Number(bid) > Number(ask)) throw crossed(bid, ask, rules)
      sides.set(symbol, { bid, ask })
      if (bid === '' || ask === '') return
      add(tickerDraft(context, symbol, timeMs, bid, ask))
    },
  }
}

function crossed(bid: string, ask: string, { format }: QuoteRules): Contradiction {
  return new Contradiction(
    `bid ${bid} is above ask ${ask}, as in most of the first rows: the columns are not bid and ask (${format})`,
    overruling(format),
  )
}
