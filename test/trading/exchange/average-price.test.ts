/** The average price of a market over minutes, against all of its events at once. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { MarketEvent } from '../../../src/schema/events'
import { AveragePrice } from '../../../src/trading/exchange/average-price'
import { bar, MINUTE, ticker, trade } from '../venue'

test('is that of the trades of the last minutes by volume, whenever somebody asks', () => {
  const step = fc.tuple(fc.nat(3 * MINUTE), fc.integer({ min: 1, max: 400 }), fc.nat(5), fc.boolean())
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (steps, count) => {
      const average = new AveragePrice(count)
      const seen: { minute: number; price: number; quantity: number }[] = []
      let timeMs = 0
      for (const [later, price, quantity, asks] of steps) {
        timeMs += later
        average.observe(trade(timeMs, String(price), String(quantity)))
        seen.push({ minute: Math.floor(timeMs / MINUTE), price, quantity })
        if (!asks) continue
        const within = seen.filter(({ minute }) => minute > Math.floor(timeMs / MINUTE) - count)
        const traded = within.reduce((sum, one) => sum + one.quantity, 0)
        const worth = within.reduce((sum, one) => sum + one.quantity * one.price, 0)
        const told = average.at(timeMs)
        if (traded === 0) expect(told).toBeUndefined()
        else expect(told!.toNumber()).toBeCloseTo(worth / traded, 9)
      }
    }),
  )
})

test('is that of the closes of candles, and of nothing else', () => {
  const average = new AveragePrice(2)
  const events: MarketEvent[] = [
    bar(0, '1', '9', '1', '4', '10'),
    ticker(MINUTE, '50', '60'),
    bar(1, '1', '9', '1', '8', '30'),
  ]
  for (const event of events) average.observe(event)
  expect(average.at(2 * MINUTE - 1)?.toString()).toBe('7')
  expect(average.at(2 * MINUTE)?.toString()).toBe('8')
  expect(average.at(9 * MINUTE)).toBeUndefined()
})
