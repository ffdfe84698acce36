/** What a strategy finds of the market when it is created. */
import { expect, test } from 'bun:test'
import { LastPrices } from '../../src/hosts/last-prices'
import type { MarketEvent } from '../../src/schema/events'

let sequence = 0
const event = (type: MarketEvent['type'], provider: string, symbol: string, timeMs: number) =>
  ({ type, provider, symbol, timeMs, sequence: ++sequence }) as MarketEvent

test('it is the last trade and ticker of each symbol of its scope, in the order of their times', () => {
  const prices = new LastPrices()
  const seen = [
    event('Trade', 'sim', 'BTC-USDT', 1),
    event('Trade', 'sim', 'BTC-USDT', 9),
    event('Ticker', 'sim', 'BTC-USDT', 3),
    event('Ticker', 'sim', 'BTC-USDT', 5),
    event('Trade', 'sim', 'ETH-USDT', 4),
    event('KlineSummary', 'sim', 'ETH-USDT', 7),
    event('Trade', 'okx', 'BTC-USDT', 6),
    event('Ticker', 'okx', 'BTC-USDT', 2),
    event('Trade', 'sim', 'XRP-USDT', 8),
  ]
  for (const one of seen) prices.see(one)
  const [, trade, , ticker, eth, , far, farTicker] = seen
  expect(prices.of([{ provider: 'sim', symbols: ['BTC-USDT', 'ETH-USDT', 'NEW-USDT'] }])).toEqual([
    eth!,
    ticker!,
    trade!,
  ])
  expect(prices.of([{ provider: 'okx', symbols: ['BTC-USDT'] }])).toEqual([farTicker!, far!])
  const both = ['okx', 'sim'].map((provider) => ({ provider, symbols: ['BTC-USDT'] }))
  expect(prices.of(both)).toEqual([farTicker!, ticker!, far!, trade!])
  expect(prices.of([{ provider: 'other', symbols: ['BTC-USDT'] }])).toEqual([])
})
