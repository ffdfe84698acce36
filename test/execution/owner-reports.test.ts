/** What becomes of an order is journalled, then told with what it does to the account; now and then the account is kept. */
import { expect, test } from 'bun:test'
import type { OrderContext } from '../../src/trading/risk/rules'
import { limit, order, SYMBOL, trade } from '../trading/venue'
import { openPaper } from './paper'
import { OWNER } from './stage'

const NOW = [1000, false] as const

test('an order is sent, journalled and told, with the price that it counts with and the price that has filled it', () => {
  const { stage, venue } = openPaper()
  using _ = stage
  venue.observe([trade(1000, '100')])
  stage.manager.submit(OWNER, limit('a', 'buy', '99', { quantity: '3' }), 1000, false)
  venue.observe([trade(2000, '98', '1'), trade(3000, '97', '5')])
  expect(stage.happened).toEqual([
    'sent me a at 1000',
    'journalled me a ACK',
    'told me at paper a ACK by its number, valued 99',
    'journalled me a PARTIAL',
    'told me at paper a PARTIAL by its number, mark 98, valued 99',
    `balances me at paper 1 ${SYMBOL}: 9999.901 USDT`,
    'journalled me a FILLED',
    // what has ended counts no more
    'told me at paper a FILLED by its number, mark 97',
    // two of them bought at 99, and worth 97
    `balances me at paper 2 ${SYMBOL}: 9999.703 USDT`,
  ])
})

test('an order that the venue makes to close a position is journalled as one of its owner, and its end comes before the notice', () => {
  const { stage, venue } = openPaper()
  using _ = stage
  venue.observe([trade(1000, '100')])
  stage.manager.submit(OWNER, order({ clientOrderId: 'short', side: 'sell', quantity: '90' }), ...NOW)
  venue.observe([trade(2000, '100', '100')])
  stage.manager.submit(OWNER, limit('rests', 'buy', '50'), 2000, false)
  stage.happened.length = 0
  venue.observe([trade(3000, '300', '100')])
  const closing = stage.orders()[0]!
  expect(closing).toMatchObject({ state: 'FILLED', side: 'Buy', quantity: '90', filledQuantity: '90' })
  expect(stage.executions().map(({ clientOrderId }) => clientOrderId)).toEqual([closing.clientOrderId, 'short'])
  const id = closing.clientOrderId
  expect(stage.happened).toEqual([
    'journalled me rests CANCELLED',
    'told me at paper rests CANCELLED by its number, mark 300',
    `journalled me ${id} FILLED`,
    `told me at paper ${id} FILLED by its number, mark 300`,
    `balances me at paper 90 ${SYMBOL}: -8018 USDT`,
    'liquidated me USDT',
  ])
})

/** Buys 1 so many times. */
function buys(opened: ReturnType<typeof openPaper>, times: number, from = 0): void {
  for (let at = from; at < from + times; at++) {
    opened.venue.observe([trade(1000 + at, '1', '100')])
    opened.stage.manager.submit(OWNER, order({ clientOrderId: `o${at}` }), 1000 + at, false)
    opened.venue.observe([trade(1000 + at, '1', '100')])
  }
}

test('the state of an account is kept at every hundredth fill, whether those before it are of this run or of an earlier one', () => {
  const opened = openPaper()
  using stage = opened.stage
  const history = () => stage.store.journal.history(OWNER.key, 'paper', 'linear')
  const kept = () => [history().state?.positions?.[0]?.[1] !== undefined, history().fills.length]
  buys(opened, 99)
  expect(kept()).toEqual([false, 99])
  buys(opened, 1, 99)
  expect(kept()).toEqual([true, 0])
  buys(opened, 99, 100)
  expect(kept()).toEqual([true, 99])
  const again = openPaper({ directory: stage.copy() })
  using next = again.stage
  const ofNext = () => next.store.journal.history(OWNER.key, 'paper', 'linear').fills.length
  expect(ofNext()).toBe(99)
  buys(again, 1, 199)
  expect(ofNext()).toBe(0)
  expect(again.venue.account('1').held(SYMBOL).toString()).toBe('200')
})

test('an account of a hundred fills whose state was never kept has it kept when it is opened', () => {
  const opened = openPaper()
  using stage = opened.stage
  const fill = { symbol: SYMBOL, side: 'buy', price: '1', quantity: '1', fee: '0', feeCurrency: 'USDT' } as const
  const { journal } = stage.store
  const one = order({ clientOrderId: 'long', quantity: '200' })
  journal.ordered(OWNER.key, one, 0)
  stage.manager.openAccounts(OWNER, [SYMBOL], 0)
  const traded = (count: number) => {
    const payload = {
      ...stage.told.at(-1)!.payload,
      state: 'FILLED' as const,
      filledQuantity: '200',
      remainingQty: '0',
    }
    for (let at = 0; at < count; at++) {
      journal.reported(OWNER.key, { order: one, payload, fill: { ...fill, liquidity: 'taker', timeMs: 1 } })
    }
  }
  const waiting = () => journal.history(OWNER.key, 'paper', 'linear').fills.length
  traded(99)
  stage.manager.openAccounts(OWNER, [SYMBOL], 0)
  expect(waiting()).toBe(99)
  traded(1)
  stage.manager.openAccounts(OWNER, [SYMBOL], 0)
  expect(waiting()).toBe(0)
})

test('an order is judged by its market: the last price, what is held, and what is open', () => {
  const seen: OrderContext[] = []
  const { stage, venue } = openPaper({
    refusal: (owner, one, market) => {
      if (one.clientOrderId === 'judged') seen.push(market())
      return owner.id === 'me' ? undefined : 'a stranger'
    },
  })
  using _ = stage
  venue.observe([trade(1000, '100')])
  stage.manager.submit(OWNER, order({ clientOrderId: 'bought', quantity: '2' }), ...NOW)
  venue.observe([trade(2000, '101', '10')])
  stage.manager.submit(OWNER, limit('open', 'sell', '120'), 2000, false)
  stage.manager.submit(OWNER, limit('judged', 'buy', '90'), 2000, false)
  const [{ contract, lastPrice, exposure } = undefined!] = seen
  expect(seen).toHaveLength(1)
  expect([contract.settlementCurrency, lastPrice?.toString(), exposure.held.toString()]).toEqual(['USDT', '101', '2'])
  expect(
    exposure.open.map(({ order: { clientOrderId }, remaining }) => `${clientOrderId} ${remaining.toString()}`),
  ).toEqual(['open 1'])
})

test('balances, cancels and scope are of the owner alone, and those of nobody are none', () => {
  const { stage, venue } = openPaper()
  using _ = stage
  const { manager } = stage
  const other = { key: 2, id: 'other' }
  const stranger = { key: 3, id: 'stranger' }
  venue.observe([trade(1000, '100')])
  manager.openAccounts(other, [SYMBOL], 0)
  manager.submit(OWNER, limit('a', 'buy', '90', { quantity: '2' }), ...NOW)
  manager.submit(other, limit('b', 'buy', '90'), ...NOW)
  const open = () =>
    ['1', '2'].map((name) =>
      venue
        .openOrders(name)
        .map(({ payload }) => payload.clientOrderId)
        .join(),
    )
  manager.cancel(OWNER, 'b', ...NOW)
  manager.cancel(stranger, 'a', ...NOW)
  manager.cancelAll(stranger, 1000)
  expect(open()).toEqual(['a', 'b'])
  expect(manager.balances(OWNER)).toEqual([{ provider: 'paper', currency: 'USDT', total: '10000', available: '9820' }])
  expect(manager.balances(stranger)).toEqual([])
  expect([OWNER, other, stranger].map((one) => manager.knows(one))).toEqual([true, true, false])
  manager.cancelAll(OWNER, 1000)
  expect(open()).toEqual(['', 'b'])
  manager.cancel(other, 'b', ...NOW)
  expect(open()).toEqual(['', ''])
})

test('who leaves has its orders ended, those as well that were to be placed later, and is known no more', () => {
  const { stage, venue } = openPaper()
  using _ = stage
  venue.observe([trade(1000, '100')])
  stage.manager.submit(OWNER, limit('open', 'buy', '90'), 1000, true)
  stage.manager.submit(OWNER, limit('later', 'buy', '90'), 5000, true)
  stage.manager.leave(OWNER, 2000)
  const ends = stage.orders().map(({ clientOrderId, state, rejectReason }) => [clientOrderId, state, rejectReason])
  expect(ends).toEqual([
    ['later', 'REJECTED', 'its account was closed'],
    ['open', 'CANCELLED', undefined],
  ])
  expect(stage.manager.knows(OWNER)).toBe(false)
  stage.happened.length = 0
  stage.manager.leave(OWNER, 3000)
  venue.observe([trade(6000, '80', '100')])
  expect([stage.happened, stage.executions()]).toEqual([[], []])
})

test('a scope has what was traded when it was another one', () => {
  const { stage, venue } = openPaper()
  using _ = stage
  const { manager } = stage
  venue.observe([trade(1000, '100'), trade(1000, '10', '10', 'ETH-USDT')])
  manager.submit(OWNER, order({ clientOrderId: 'a' }), ...NOW)
  manager.submit(OWNER, limit('b', 'buy', '5', { symbol: 'ETH-USDT', quantity: '4' }), ...NOW)
  venue.observe([trade(2000, '100'), trade(2000, '4', '1', 'ETH-USDT')])
  const { provider, symbols, instruments, account, fills, openOrders } = manager.scopeOf(OWNER, ['XRP-USDT'])
  expect([provider, symbols]).toEqual(['paper', ['XRP-USDT']])
  expect(instruments.map(({ symbol }) => symbol).sort()).toEqual(['BTC-USDT', 'ETH-USDT', 'XRP-USDT'])
  expect(account.cash).toEqual({ USDT: '10000' })
  expect(fills.map(({ symbol, quantity }) => `${quantity} ${symbol}`)).toEqual(['1 BTC-USDT', '1 ETH-USDT'])
  expect(openOrders.map(({ order: { clientOrderId }, filledQuantity }) => [clientOrderId, filledQuantity])).toEqual([
    ['b', '1'],
  ])
})
