/** Rows of trades. */
import type { Side } from '../../schema/events'
import { serials } from '../serials'
import { tradeDraft } from './drafts'
import { type ReaderContext, type RowReader, symbolColumn } from './layout'
import { type Row, RowProblem } from './row'
import { TradeInText } from './trade-in-text'

const [B, S, Y, L] = [98, 115, 121, 108]
/** The bit that makes an ASCII letter small. */
const LOWER_CASE = 32
const QUOTE = 34

export interface TradeColumns {
  readonly time: (row: Row) => number
  readonly price: number
  readonly quantity: number
  readonly id?: number
  /** The taker's side, as a word. */
  readonly side?: number
  /** Whether the buyer was the maker, so that the taker sold. */
  readonly buyerMaker?: number
  readonly symbol?: number
  /** A field that is not 0 or empty: a print the exchange doubts; passed over. */
  readonly doubtful?: number
  readonly places?: number
}

export function tradeReader(columns: TradeColumns, context: ReaderContext): RowReader {
  const symbolOf = symbolColumn(columns.symbol, context)
  const sideOf = sideColumn(columns)
  const rowId = serials('')
  const { places = 0 } = columns
  const isPlain = (row: Row) =>
    places === 0 &&
    row.isPlain(columns.price) &&
    row.isPlain(columns.quantity) &&
    (columns.id === undefined || (row.code(columns.id, 0) !== QUOTE && row.fits(columns.id)))
  return {
    read(row, add) {
      const symbol = symbolOf(row)
      if (symbol === undefined) return
      if (columns.doubtful !== undefined && row.text(columns.doubtful) === '1') return
      const timeMs = columns.time(row)
      const value = isPlain(row) ? row.plainNumber(columns.price) : 0
      if (value > 0) {
        add(new TradeInText(row, columns, context, symbol, timeMs, sideOf(row, value), value))
        return
      }
      const price = row.price(columns.price, 'price', places)
      const id = columns.id === undefined ? rowId(row.number) : row.text(columns.id)
      const quantity = row.decimal(columns.quantity, 'quantity')
      add(tradeDraft(context, symbol, timeMs, id, sideOf(row, Number(price)), price, quantity))
    },
  }
}

function sideColumn({ side, buyerMaker }: TradeColumns): (row: Row, price: number) => Side {
  if (side !== undefined) return (row) => sideOfWord(row, side)
  if (buyerMaker !== undefined) return (row) => (truth(row.text(buyerMaker)) ? 'Sell' : 'Buy')
  return tickTest()
}

/** By the word's ends and length: cutting it out and comparing it costs more than the rest of the row. */
function sideOfWord(row: Row, column: number): Side {
  const length = row.length(column)
  const first = row.code(column, 0) | LOWER_CASE
  const last = row.code(column, length - 1) | LOWER_CASE
  if (first === B && (length === 1 || (length === 3 && last === Y))) return 'Buy'
  if (first === S && (length === 1 || (length === 4 && last === L))) return 'Sell'
  throw new RowProblem(`side ${JSON.stringify(row.text(column))} is neither buy nor sell`)
}

function truth(text: string): boolean {
  switch (text) {
    case 'true':
    case 'True':
    case 'TRUE':
    case '1':
      return true
    case 'false':
    case 'False':
    case 'FALSE':
    case '0':
      return false
    default:
      throw new RowProblem(`${JSON.stringify(text)} is neither true nor false`)
  }
}

/**
 * The side of trades that do not tell theirs: a higher price than before was bought, a lower one sold, an equal one as
 * the trade before (tick test, Lee and Ready 1991).
 */
function tickTest(): (row: Row, price: number) => Side {
  let last = Number.NaN
  let side: Side = 'Buy'
  return (_row, price) => {
    if (price > last) side = 'Buy'
    else if (price < last) side = 'Sell'
    last = price
    return side
  }
}
