/** An account as its instance sees it, against an account that has what was sent and never had what was cancelled. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { ExecState } from '../../../src/schema/events'
import type { ExecutionReport, Fill, Order } from '../../../src/schema/orders'
import { Account, type Exposure } from '../../../src/trading/accounts/account'
import { Decimal } from '../../../src/trading/decimal'
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

/** At which the venue reckons with an order that has no price. */
const VALUED_AT = '95'

/** @param quantity what is filled of it, '0' for nothing. */
const fillOf = ({ symbol, side }: Order, quantity: string): { readonly fill?: Fill } => {
  const terms = { price: '9', fee: '0.01', feeCurrency: 'USDT', liquidity: 'taker', timeMs: 0 } as const
  return quantity === '0' ? {} : { fill: { symbol, side, quantity, ...terms } }
}

const report = (of: Order, state: ExecState, filled = '0'): ExecutionReport => ({
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
  },
  ...fillOf(of, filled),
})

const STEPS = fc.array(
  fc.record({
    act: fc.constantFrom(
      'send',
      'send',
      'cancel',
      'ACK',
      'ACK',
      'PARTIAL',
      'FILLED',
      'REJECTED',
      'CANCELLED',
      'UNHEARD',
    ),
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
  let filled = 0
  fc.assert(
    fc.property(fc.constantFrom(...SETTINGS), STEPS, (settings, steps) => {
      const account = opened(settings)
      const view = new AccountView(account)
      const orders: Order[] = []
      const [expected, asked, answered, over] = [new Set<Order>(), new Set<Order>(), new Set<Order>(), new Set<Order>()]
      const fills: Fill[] = []
      const left = new Map<Order, Decimal>()
      const leftOf = (one: Order) => left.get(one) ?? Decimal.parse(one.quantity)
      /** As much as may be of a quarter, or all that is left. */
      const fill = (one: Order, state: 'PARTIAL' | 'FILLED') => {
        const quarter = Decimal.parse(one.quantity).times(Decimal.parse('0.25'))
        const quantity = state === 'FILLED' ? leftOf(one) : quarter
        left.set(one, leftOf(one).minus(quantity))
        const said = report(one, state, quantity.toString())
        fills.push(said.fill!)
        filled++
        return said
      }
      for (const { act, which, side, symbol, quantity, price, reduceOnly } of steps) {
        if (act === 'send' || act === 'UNHEARD') {
          const terms = { symbol, quantity, reduceOnly }
          const id = `o${orders.length}`
          const sent =
            price === undefined ? order({ clientOrderId: id, side, ...terms }) : limit(id, side, price, terms)
          orders.push(sent)
          expected.add(sent)
          if (act === 'send') view.sent(sent)
          else {
            // an order of another start of the instance: the venue knows it, nobody has sent it here
            view.apply(report(sent, 'ACK'), VALUED_AT)
            answered.add(sent)
          }
        } else {
          const one = orders[which]
          if (!one || over.has(one)) continue
          if (act === 'cancel') {
            expect(view.cancelling(one.clientOrderId)).toBe(!asked.has(one))
            asked.add(one)
            expected.delete(one)
            leaving++
          } else {
            if (act === 'PARTIAL' && leftOf(one).times(Decimal.parse('4')).toString() === one.quantity) continue
            if (act === 'ACK' || act === 'PARTIAL') answered.add(one)
            else {
              over.add(one)
              expected.delete(one)
            }
            // an acknowledgement may come again
            view.apply(act === 'PARTIAL' || act === 'FILLED' ? fill(one, act) : report(one, act), VALUED_AT)
          }
        }
        const model = opened(settings)
        for (const one of fills) model.applyFill(one)
        for (const one of orders) {
          const done = Decimal.parse(one.quantity).minus(leftOf(one)).toString()
          if (expected.has(one)) model.placed(one, done, answered.has(one) ? VALUED_AT : undefined)
        }
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
        const remaining = ({ open }: Exposure) =>
          open
            .map(({ order: { clientOrderId }, remaining: amount }) => `${clientOrderId} ${amount.toString()}`)
            .toSorted()
        expect(remaining(view.exposure(SYMBOL))).toEqual(remaining(model.exposure(SYMBOL)))
        expect(view.exposure(SYMBOL).held).toEqual(model.held(SYMBOL))
        expect(view.position(SYMBOL)).toEqual(model.position(SYMBOL))
        expect(view.equity()).toBe(model.equity())
      }
      expect(view.awaited).toBe(orders.filter((one) => !answered.has(one) && !over.has(one)).length)
    }),
    { numRuns: 300, seed: 10 },
  )
  expect(leaving).toBeGreaterThan(100)
  expect(filled).toBeGreaterThan(100)
})
