/** Headers of several rows, as yfinance writes them: what the columns are, whose they are, and what the rows are named by. */
import { bare } from './columns'
import { platformSymbol } from './symbols'

export interface StackedHeader {
  /** Bare words, one a column. */
  readonly words: readonly string[]
  readonly rows: number
  /** All tickers, each once. */
  readonly symbols: readonly string[]
}

/** What the first column is called, over columns that are named by it and by ticker. */
const LEVELS = ['price', 'ticker', 'pricetype', 'attributes']
const PRICES = ['open', 'high', 'low', 'close']
const TIMES = ['date', 'datetime', 'time', 'timestamp']

/** @param rows some rows from the head of the text. @returns undefined when its header is one row or none. */
export function readStackedHeader(rows: readonly (readonly string[])[]): StackedHeader | undefined {
  const [first = [], second = [], third = []] = rows
  const fields = [first, second].find((row) => PRICES.every((word) => row.map(bare).includes(word)))
  const tickers = fields === first ? second : first
  const corners = [first, second].map((row) => bare(row[0] ?? ''))
  const stacked = corners.every((word) => word === '' || LEVELS.includes(word) || TIMES.includes(word))
  if (!fields || !stacked || tickers.length !== fields.length) return undefined
  const names = tickers.slice(1).map((name) => name.trim())
  if (names.length === 0 || names.some((name) => name === '' || !/[a-z]/i.test(name))) return undefined
  // The last row of the three names the rows' times and leaves the rest empty; it may be absent.
  const naming = TIMES.includes(bare(third[0] ?? '')) && third.slice(1).every((field) => field.trim() === '')
  return {
    words: ['date', ...fields.slice(1).map(bare)],
    rows: naming ? 3 : 2,
    symbols: [...new Set(names.map(platformSymbol))],
  }
}
