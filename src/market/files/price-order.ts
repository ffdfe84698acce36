/** Candles whose prices nothing names: in which orders they are written, and whether a row can be in one of them. */
import { Contradiction, overruling } from './contradiction'
import type { FormatName } from './formats'
import type { Row } from './row'

interface Prices {
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
}

/** Other orders than open, high, low, close. Rows rarely tell them apart for sure: they are read when they are named. */
export const OTHER_ORDERS = {
  'coinbase-ohlcv': { low: 1, high: 2, open: 3, close: 4 },
  'bitfinex-ohlcv': { open: 1, close: 2, high: 3, low: 4 },
} as const satisfies Partial<Record<FormatName, Prices>>

/** What no candle can be, with its prices as texts; undefined when it can, or when one is no number. */
export function impossible(open: string, high: string, low: string, close: string): string | undefined {
  const [top, bottom] = [Number(high), Number(low)]
  if (top < bottom) return `high ${high} is below low ${low}`
  if (Number(open) < bottom) return `open ${open} is below low ${low}`
  if (Number(open) > top) return `open ${open} is above high ${high}`
  if (Number(close) < bottom) return `close ${close} is below low ${low}`
  return Number(close) > top ? `close ${close} is above high ${high}` : undefined
}

export const impossibleIn = (row: Row, { open, high, low, close }: Prices) =>
  impossible(row.text(open), row.text(high), row.text(low), row.text(close))

export function wrongOrder(row: Row, columns: Prices, said: string, guessed: FormatName): Contradiction {
  const positions = [columns.open, columns.high, columns.low, columns.close].toSorted((a, b) => a - b)
  const others = Object.entries(OTHER_ORDERS).filter(([, order]) => impossibleIn(row, order) === undefined)
  const remedies = others.map(([format, order]) => `--format ${format} takes them as ${namesOf(order)}`)
  const remedy = positions.join() === '1,2,3,4' && remedies.length > 0 ? remedies.join(', ') : undefined
  return new Contradiction(
    `${said}: the columns were taken for ${namesOf(columns)} (${guessed}), which no candle can be`,
    overruling(guessed, remedy),
  )
}

const namesOf = (order: Prices) =>
  Object.entries({ open: order.open, high: order.high, low: order.low, close: order.close })
    .sort(([, a], [, b]) => a - b)
    .map(([name]) => name)
    .join(', ')
