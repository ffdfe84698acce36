/** Small files of market data, a second or a minute from row to row. */
import type { Recording } from './situation'

export const START_MS = Date.UTC(2024, 0, 1)
const SECOND_MS = 1000
const MINUTE_MS = 60_000

/** A price, or with its quantity and the time since the row before, ms. */
type TradeRow = number | readonly [price: number, quantity: number, afterMs?: number]

/** Trades of BTC-USDT, of quantity 100 and a second apart unless a row says otherwise. */
export function trades(...rows: readonly TradeRow[]): Recording {
  let timeMs = START_MS - SECOND_MS
  const lines = rows.map((row) => {
    const [price, quantity, afterMs = SECOND_MS] = typeof row === 'number' ? [row, 100] : row
    timeMs += afterMs
    return `${timeMs},${price},${quantity},buy`
  })
  return recording('timestamp,price,quantity,side', lines)
}

/** Trades of several symbols, a second apart. */
export function tradesOf(...rows: readonly (readonly [symbol: string, price: number])[]): Recording {
  const lines = rows.map(([symbol, price], i) => `${START_MS + i * SECOND_MS},${symbol},${price},100,buy`)
  const symbols = [...new Set(rows.map(([symbol]) => symbol))]
  return { ...recording('timestamp,symbol,price,quantity,side', lines), file: 'tape.csv', symbols }
}

/** Best quotes, a second apart. */
export function quotes(...rows: readonly (readonly [bid: number, ask: number])[]): Recording {
  const lines = rows.map(([bid, ask], i) => `${START_MS + i * SECOND_MS},${bid},${ask}`)
  return recording('timestamp,bid,ask', lines)
}

/** Candles of a minute. */
export function candles(...rows: readonly (readonly [open: number, high: number, low: number, close: number])[]) {
  const lines = rows.map((row, i) => `${START_MS + i * MINUTE_MS},${row.join(',')},100`)
  return recording('timestamp,open,high,low,close,volume', lines)
}

type Levels = readonly (readonly [price: number, quantity: number])[]

const BOOK_DEPTH = 3

/** Books of up to three levels a side, a second apart, the best level first. */
export function books(...rows: readonly { readonly bids: Levels; readonly asks: Levels }[]): Recording {
  const depth = Array.from({ length: BOOK_DEPTH }, (_, i) => i)
  const columns = depth.flatMap((i) => ['asks', 'bids'].flatMap((s) => [`${s}[${i}].price`, `${s}[${i}].amount`]))
  const lines = rows.map(({ bids, asks }, i) => {
    const timeUs = (START_MS + i * SECOND_MS) * 1000
    const levels = depth.flatMap((level) => [...(asks[level] ?? ['', '']), ...(bids[level] ?? ['', ''])])
    return ['binance', 'BTCUSDT', timeUs, timeUs, ...levels].join(',')
  })
  return recording(['exchange', 'symbol', 'timestamp', 'local_timestamp', ...columns].join(','), lines)
}

function recording(header: string, lines: readonly string[]): Recording {
  return {
    file: 'BTC-USDT.csv',
    text: `${[header, ...lines].join('\n')}\n`,
    events: lines.length,
    symbols: ['BTC-USDT'],
  }
}
