/** Which market events anybody in a host wants. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { HANDLER_OF_EVENT } from '../../src/protocol/conflation'
import { type Subscription, SubscriptionTable } from '../../src/protocol/subscriptions'
import type { MarketEvent } from '../../src/schema/events'

type Type = MarketEvent['type']
const TYPES = Object.keys(HANDLER_OF_EVENT) as Type[]

const eventOf = (type: Type, provider: string, symbol: string) => ({ type, provider, symbol }) as MarketEvent

const symbols = fc.subarray(['S', 'T', 'U'])
const interest: fc.Arbitrary<Subscription> = fc.record(
  {
    scope: fc.uniqueArray(fc.record({ provider: fc.constantFrom('p', 'q', 'r'), symbols }), {
      selector: ({ provider }) => provider,
    }),
    handlers: fc.subarray(Object.values(HANDLER_OF_EVENT)),
    crossProvider: fc.boolean(),
  },
  { requiredKeys: ['scope', 'crossProvider'] },
)

/** Trades and tickers without a handler, too: they set what `getLastPrice` and its like answer. */
function wants(
  { scope, handlers, crossProvider }: Subscription,
  type: Type,
  provider: string,
  symbol: string,
): boolean {
  const inScope = scope.some((one) => (crossProvider || one.provider === provider) && one.symbols.includes(symbol))
  const handled = handlers === undefined || handlers.includes(HANDLER_OF_EVENT[type])
  return inScope && (handled || type === 'Trade' || type === 'Ticker')
}

test('a host wants what any of its instances wants, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(interest, { maxLength: 4 }), (interests) => {
      const table = new SubscriptionTable()
      for (const one of interests) table.add(one)
      for (const type of TYPES)
        for (const provider of ['p', 'q', 'r', 'unknown'])
          for (const symbol of ['S', 'T', 'U', 'V']) {
            const anybody = interests.some((one) => wants(one, type, provider, symbol))
            expect(table.wants(eventOf(type, provider, symbol))).toBe(anybody)
          }
    }),
  )
})
