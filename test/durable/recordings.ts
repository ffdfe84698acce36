/** Market data to replay: walks at random, of any length, and the same each time. */
import { randomOf } from './random'

export interface Recording {
  /** The provider that replays it. */
  readonly provider: string
  readonly file: string
  readonly text: string
  readonly events: number
  /** Time of the last of them, as it is delivered. */
  readonly lastMs: number
  readonly symbols: readonly string[]
}

const START_MS = Date.UTC(2024, 0, 1)
const MINUTE_MS = 60_000

/** Candles of BTC-USDT, a minute each, with trades enough in each of them for the orders of all. */
export function candles(events: number): Recording {
  const random = randomOf(31)
  let price = 40_000
  const rows = Array.from({ length: events }, (_, at) => {
    const open = price
    price = walked(price, random)
    const high = Math.max(open, price) + random() * 20
    const low = Math.min(open, price) - random() * 20
    const prices = [open, high, low, price].map((one) => one.toFixed(1))
    return [START_MS + at * MINUTE_MS, ...prices, (1000 + random() * 1000).toFixed(3)].join(',')
  })
  const text = lines('timestamp,open,high,low,close,volume', rows)
  return {
    provider: 'month',
    file: 'BTC-USDT.csv',
    text,
    events,
    lastMs: START_MS + events * MINUTE_MS - 1,
    symbols: ['BTC-USDT'],
  }
}

/** A file of candles of a minute, as CSV with the time first. */
export async function candlesOf(path: string): Promise<Recording> {
  const text = await Bun.file(path).text()
  const rows = text.trim().split('\n').slice(1)
  const [last = ''] = rows.at(-1)!.split(',')
  const lastMs = (Number(last) || Date.parse(`${last}Z`)) + MINUTE_MS - 1
  return { provider: 'month', file: 'BTC-USDT.csv', text, events: rows.length, lastMs, symbols: ['BTC-USDT'] }
}

/** Trades of two symbols, some within the same millisecond. */
export function trades(events: number): Recording {
  const random = randomOf(7)
  const prices: Record<string, number> = { 'ETH-USDT': 2500, 'SOL-USDT': 100 }
  const symbols = Object.keys(prices)
  let timeMs = START_MS
  const rows = Array.from({ length: events }, () => {
    timeMs += Math.floor(random() * random() * 5000)
    const symbol = symbols[random() < 0.7 ? 0 : 1]!
    prices[symbol] = walked(prices[symbol]!, random)
    const quantity = (100 + random() * 900).toFixed(2)
    return [timeMs, symbol, prices[symbol].toFixed(2), quantity, random() < 0.5 ? 'buy' : 'sell'].join(',')
  })
  const text = lines('timestamp,symbol,price,quantity,side', rows)
  return { provider: 'tape', file: 'tape.csv', text, events, lastMs: timeMs, symbols }
}

/** By a thousandth at most. */
const walked = (price: number, random: () => number) => price * (1 + (random() - 0.5) / 500)

const lines = (header: string, rows: readonly string[]) => `${[header, ...rows].join('\n')}\n`
