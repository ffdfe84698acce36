/** Trades to measure with: a seeded walk that turns often enough for momentum to order. */
import type { MarketEvent, TradePayload } from '../src/schema/events'

export type TradeEvent = Extract<MarketEvent, { type: 'Trade' }>

const START_MS = Date.UTC(2026, 0, 1)

/** Trade number `index` of a market whose price follows a wave of 15 trades and a slow one. */
export function trade(index: number): TradeEvent {
  const price = (20_000 + 100 * Math.sin(index / 2.47) + 400 * Math.sin(index / 5000)).toFixed(2)
  const timeMs = START_MS + index * 50
  const payload: TradePayload = {
    tradeId: String(index),
    side: index & 1 ? 'Buy' : 'Sell',
    price,
    quantity: '0.015',
    timestamp: timeMs,
  }
  return {
    eventId: `bench-${index}`,
    provider: 'sim',
    symbol: 'BTC-USDT',
    sequence: index,
    timeMs,
    type: 'Trade',
    payload,
  }
}

export const trades = (count: number): TradeEvent[] => Array.from({ length: count }, (_, index) => trade(index))

/** As a file of market data. */
export async function writeTrades(path: string, count: number): Promise<void> {
  const writer = Bun.file(path).writer()
  void writer.write('timestamp,price,quantity,side\n')
  for (let index = 0; index < count; index++) {
    const { price, quantity, side, timestamp } = trade(index).payload
    void writer.write(`${timestamp},${price},${quantity},${side.toLowerCase()}\n`)
    if (index % 10_000 === 0) await writer.flush()
  }
  await writer.end()
}
