/** What holds whatever an instance orders and the market does: no limit is passed, and nothing is refused that would not pass it. */
import { expect, test } from 'bun:test'
import Decimal from 'decimal.js'
import fc from 'fast-check'
import type { Order } from '../../../src/schema/orders'
import { RiskGate } from '../../../src/trading/risk/gate'
import { contract, LINEAR, openExchange, order, SYMBOL, trade } from '../venue'

const MAX_POSITION = '5'
const MAX_OPEN = 3

type Happening = { readonly order: Partial<Order> } | { readonly price: string } | { readonly cancel: number }

const price = fc.integer({ min: 180, max: 220 }).map((halves) => String(halves / 2))
const orders = fc
  .record({
    side: fc.constantFrom('buy', 'sell'),
    type: fc.constantFrom('market', 'limit'),
    quantity: fc.constantFrom('0.1', '0.3', '1', '2.5', '5', '7'),
    price,
    timeInForce: fc.constantFrom('GTC', 'IOC'),
  } as const)
  .map(({ price: limitPrice, ...rest }): { order: Partial<Order> } => ({
    order: { ...rest, ...(rest.type === 'limit' && { price: limitPrice }) },
  }))
const happenings: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 5, arbitrary: orders },
  { weight: 3, arbitrary: price.map((at) => ({ price: at })) },
  { weight: 1, arbitrary: fc.nat().map((cancel) => ({ cancel })) },
)

test('no sequence of orders, fills and cancels takes the position over its limit', () => {
  fc.assert(
    fc.property(fc.array(happenings, { maxLength: 60 }), (story) => {
      const exchange = openExchange({}, { ...LINEAR, checkMargin: false })
      const account = exchange.account('me')
      const gate = new RiskGate()
      gate.update({ limits: { paper: { maxPositionSize: MAX_POSITION, maxConcurrentOrders: MAX_OPEN } }, halts: {} })
      story.forEach((happening, step) => {
        if ('price' in happening) exchange.observe(trade(step, happening.price, '2'))
        else if ('cancel' in happening) {
          const open = exchange.openAt('me')
          const one = open[happening.cancel % Math.max(open.length, 1)]
          if (one) exchange.cancel('me', one.clientOrderId, step)
        } else {
          const placed = order({ clientOrderId: `o${step}`, ...happening.order })
          const market = () => ({
            contract: contract(SYMBOL),
            lastPrice: exchange.lastPrice(SYMBOL),
            exposure: account.exposure(SYMBOL),
          })
          const before = exchange.openAt('me')
          const direction = placed.side === 'buy' ? 1 : -1
          const worst = before
            .filter(({ side }) => side === placed.side)
            .reduce(
              (sum, { quantity, filledQuantity }) => sum.plus(quantity).minus(filledQuantity),
              new Decimal(account.position(SYMBOL).quantity).times(direction).plus(placed.quantity),
            )
          const refusal = gate.judge(placed, market, step)
          expect(refusal === undefined).toBe(worst.lte(MAX_POSITION) && before.length < MAX_OPEN)
          if (!refusal) exchange.submit('me', placed, step)
        }
        expect(new Decimal(account.position(SYMBOL).quantity).abs().lte(MAX_POSITION)).toBe(true)
        expect(exchange.openAt('me').length).toBeLessThanOrEqual(MAX_OPEN)
      })
    }),
    { numRuns: 300 },
  )
})
