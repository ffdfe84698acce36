/** Rows of order books: changes with one level a row, and snapshots with all levels in a row. */
import type { BookLevel } from '../../schema/events'
import type { Columns, LevelColumns } from './columns'
import { bookDraft } from './drafts'
import { ladders } from './ladder'
import { type ReaderContext, type RowReader, symbolColumn } from './layout'
import { type Row, RowProblem } from './row'

export interface DepthColumns extends Columns {
  readonly price: number
  readonly quantity: number
}

/** Rows of one message share their time and update id; a BookSnapshot is emitted after each message. */
export function depthReader(columns: DepthColumns, time: (row: Row) => number, context: ReaderContext): RowReader {
  const symbolOf = symbolColumn(columns.symbol, context)
  const bookOf = ladders()
  let message: { key: string; symbol: string; timeMs: number } | undefined
  /** Symbols whose newest message is a snapshot, or a part of one. */
  const inSnapshot = new Set<string>()
  const finish: RowReader['finish'] = (add) => {
    const sides = message && bookOf(message.symbol).top()
    if (message && sides) add(bookDraft(context, message.symbol, message.timeMs, sides))
    message = undefined
  }
  return {
    read(row, add) {
      const symbol = symbolOf(row)
      if (symbol === undefined) return
      const [side, price] = [sideOf(row, columns), row.price(columns.price, 'price')]
      const quantity = row.decimal(columns.quantity, 'quantity')
      const timeMs = time(row)
      const key = `${symbol} ${timeMs} ${columns.finalUpdateId === undefined ? '' : row.text(columns.finalUpdateId)}`
      const book = bookOf(symbol)
      if (key !== message?.key) {
        finish(add)
        message = { key, symbol, timeMs }
        if (!isSnapshot(row, columns)) inSnapshot.delete(symbol)
        else if (!inSnapshot.has(symbol)) {
          inSnapshot.add(symbol)
          book.clear()
        }
      }
      book.set(side, price, quantity)
    },
    finish,
  }
}

function sideOf(row: Row, { isAsk, side }: Columns): 'bid' | 'ask' {
  const text = row.text((isAsk ?? side)!).toLowerCase()
  if (isAsk !== undefined && (text === '0' || text === 'false')) return 'bid'
  if (isAsk !== undefined && (text === '1' || text === 'true')) return 'ask'
  if (/^(b|bid|buy)$/.test(text)) return 'bid'
  if (/^(a|ask|s|sell)$/.test(text)) return 'ask'
  throw new RowProblem(`side ${JSON.stringify(text)} is neither bid nor ask`)
}

function isSnapshot(row: Row, { updateType, isSnapshot }: Columns): boolean {
  if (updateType !== undefined) return row.text(updateType).startsWith('snap')
  return isSnapshot !== undefined && row.text(isSnapshot).toLowerCase() === 'true'
}

/** Levels that a thin book does not have are left empty in the file. */
export function bookReader(
  columns: { readonly bids: LevelColumns; readonly asks: LevelColumns; readonly symbol?: number | undefined },
  time: (row: Row) => number,
  context: ReaderContext,
): RowReader {
  const symbolOf = symbolColumn(columns.symbol, context)
  const levels = (row: Row, side: LevelColumns): BookLevel[] =>
    side
      .filter(([price]) => row.length(price) > 0)
      .map(([price, quantity]) => ({ price: row.price(price, 'price'), quantity: row.decimal(quantity, 'amount') }))
  return {
    read(row, add) {
      const symbol = symbolOf(row)
      if (symbol === undefined) return
      add(bookDraft(context, symbol, time(row), { bids: levels(row, columns.bids), asks: levels(row, columns.asks) }))
    },
  }
}
