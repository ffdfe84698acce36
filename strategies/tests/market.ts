/** A made-up market: the price walks at random, more lively at some times than at others; the same at every call. */
import type { CandleRow, TradeRow } from 'meltica'

const BEGIN = Date.UTC(2024, 0, 1)
const MINUTE = 60_000

/** Candles of a minute. */
export function candles(count: number): CandleRow[] {
  const next = walk()
  let close = next()
  return Array.from({ length: count }, (_, minute) => {
    const open = close
    const prices = [open, next(), next(), next()]
    close = prices[3]!
    return {
      time: BEGIN + minute * MINUTE,
      open: written(open),
      high: written(Math.max(...prices)),
      low: written(Math.min(...prices)),
      close: written(close),
      volume: 10,
    }
  })
}

/** Trades of two seconds, bought and sold in turn. */
export function trades(count: number): TradeRow[] {
  const next = walk()
  return Array.from({ length: count }, (_, index) => ({
    time: BEGIN + index * 2000,
    price: written(next()),
    quantity: '0.5',
    side: index % 2 === 0 ? 'buy' : 'sell',
  }))
}

/** Candles of a minute that close at these prices, each from the close of the one before. */
export function closing(...closes: number[]): CandleRow[] {
  return closes.map((close, minute) => {
    const open = closes[minute - 1] ?? close
    return { time: BEGIN + minute * MINUTE, open, high: Math.max(open, close), low: Math.min(open, close), close }
  })
}

/** Prices in cents, one after the other. */
function walk(): () => number {
  let seed = 7
  let cents = 4_200_000
  let lively = 0
  // the minimal standard generator of Park and Miller
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
  return () => {
    if (random() < 0.01) lively = Math.floor(random() * 4)
    cents += Math.round((random() + random() + random() - 1.5) * 4000 * (1 + lively))
    return cents
  }
}

const written = (cents: number): string => (cents / 100).toFixed(2)
