/** An account as its instance sees it, against an account that has what was sent and never had what was cancelled. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { ExecState } from '../../../src/schema/events'
import type { Order } from '../../../src/schema/orders'
import { Account, type Exposure } from '../../../src/trading/account'
import { AccountView } from '../../../src/trading/session/account-view'
import { instrument, LINEAR, limit, order, SPOT, SYMBOL } from '../venue'

const OTHER = 'ETH-USDT'
const SETTINGS = [LINEAR, { ...LINEAR, leverage: '3' }, SPOT] as const

function opened(settings: (typeof SETTINGS)[number]): Account {
  const account = new Account({ ...settings, cash: { USDT: '1000', BTC: '5', ETH: '5' } }, instrument)
  account.mark(SYMBOL, '100')
  account.mark(OTHER, '10')
  return account
}

const report = (of: Order, state: ExecState) => ({
  order: of,
  payload: {
    clientOrderId: of.clientOrderId,
    exchangeOrderId: `x-${of.clientOrderId}`,
    state,
    side: 'Buy',
    orderType: 'Limit',
    price: '0',
    quantity: of.quantity,
    filledQuantity: '0',
    remainingQty: of.quantity,
    avgFillPrice: '0',
    timestamp: 0,
  } as const,
})

const STEPS = fc.array(
  fc.record({
    act: fc.constantFrom('send', 'send', 'cancel', 'ACK', 'REJECTED', 'CANCELLED'),
    which: fc.nat(5),
    side: fc.constantFrom('buy', 'sell'),
    symbol: fc.constantFrom(SYMBOL, OTHER),
    quantity: fc.constantFrom('0.5', '1', '2'),
    price: fc.constantFrom('8', '90', undefined),
    reduceOnly: fc.boolean(),
  }),
  { minLength: 10, maxLength: 40 },
)

test('it answers as an account that has all that was sent, and nothing that was asked to be cancelled', () => {
  let leaving = 0
  fc.assert(
    fc.property(fc.constantFrom(...SETTINGS), STEPS, (settings, steps) => {
      const account = opened(settings)
      const view = new AccountView(account)
      const orders: Order[] = []
      const [expected, asked, acknowledged, over] = [
        new Set<Order>(),
        new Set<Order>(),
        new Set<Order>(),
        new Set<Order>(),
      ]
      for (const { act, which, side, symbol, quantity, price, reduceOnly } of steps) {
        if (act === 'send') {
          const terms = { symbol, quantity, reduceOnly }
          const id = `o${orders.length}`
          const sent =
            price === undefined ? order({ clientOrderId: id, side, ...terms }) : limit(id, side, price, terms)
          orders.push(sent)
          expected.add(sent)
          view.sent(sent)
        } else {
          const one = orders[which]
          if (!one || over.has(one)) continue
          if (act === 'cancel') {
            expect(view.cancelling(one.clientOrderId)).toBe(!asked.has(one))
            asked.add(one)
            expected.delete(one)
            leaving++
          } else {
            if (act === 'ACK' && acknowledged.has(one)) continue
            if (act === 'ACK') acknowledged.add(one)
            else {
              over.add(one)
              expected.delete(one)
            }
            view.apply(report(one, act))
          }
        }
        const model = opened(settings)
        for (const one of orders) if (expected.has(one)) model.placed(one)
        const byId = (list: ReturnType<Account['openOrders']>) =>
          list.toSorted((a, b) => a.clientOrderId.localeCompare(b.clientOrderId))
        expect(byId(view.openOrders(''))).toEqual(byId(model.openOrders('')))
        expect(byId(view.openOrders(OTHER))).toEqual(byId(model.openOrders(OTHER)))
        for (const currency of ['USDT', 'BTC', 'ETH']) expect(view.balance(currency)).toEqual(model.balance(currency))
        for (const next of [
          limit('next', 'buy', '7', { symbol: OTHER, quantity: '90' }),
          limit('next', 'sell', '1', { quantity: '4' }),
        ]) {
          expect(view.refusal(next)).toBe(model.refusal(next)!)
        }
        const left = ({ open }: Exposure) =>
          open.map(({ order: { clientOrderId }, remaining }) => `${clientOrderId} ${remaining.toString()}`).toSorted()
        expect(left(view.exposure(SYMBOL))).toEqual(left(model.exposure(SYMBOL)))
      }
      expect(view.awaited).toBe(orders.filter((one) => !acknowledged.has(one) && !over.has(one)).length)
    }),
    { numRuns: 300, seed: 10 },
  )
  expect(leaving).toBeGreaterThan(100)
})
