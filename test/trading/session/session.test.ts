/** A session over a market and a venue that do what they are told and keep what they hear. */
import { beforeEach, expect, test } from 'bun:test'
import type { Instrument } from '../../../src/schema/events'
import { DEFAULT_RATES } from '../../../src/schema/instance-rates'
import type { Order, OrderRequest } from '../../../src/schema/orders'
import { Account } from '../../../src/trading/accounts/account'
import { type Refusal, RiskGate } from '../../../src/trading/risk/gate'
import { AccountView } from '../../../src/trading/session/account-view'
import type { Line } from '../../../src/trading/session/logbook'
import { Session, type SessionPort, type SessionTerms } from '../../../src/trading/session/session'
import { instrument, LINEAR } from '../venue'

/** The number of a record is its time, ms; before the first one the strategy is created. */
const CREATE = -1
const CLOCK_MS = 77

class Port implements SessionPort {
  readonly scope = [
    { provider: 'a', symbols: ['BTC-USDT', 'ETH-USDT'] },
    { provider: 'b', symbols: ['ETH-USDT', 'XRP-USDT'] },
  ]
  readonly heard: unknown[] = []
  readonly lines: [Line, timeMs: number][] = []
  readonly accounts = new Map(
    this.scope.map(({ provider }) => [
      provider,
      new Account({ ...LINEAR, cash: { USDT: '1000' } }, (symbol) => ({ ...instrument(symbol), ...this.rules })),
    ]),
  )
  readonly views = new Map(Array.from(this.accounts, ([provider, account]) => [provider, new AccountView(account)]))
  readonly prices = new Map([
    ['BTC-USDT', '100'],
    ['ETH-USDT', '10'],
    ['XRP-USDT', '1'],
  ])
  readonly reached: number[] = []
  rules: Partial<Instrument> = {}
  whyClosed: string | undefined
  asleep: Promise<void> | undefined

  constructor() {
    for (const account of this.accounts.values()) for (const [symbol, price] of this.prices) account.mark(symbol, price)
  }
  reach(record: number): number | undefined {
    this.reached.push(record)
    return this.timeOf(record)
  }
  timeOf(record: number): number | undefined {
    return record === CREATE ? undefined : record
  }
  view(provider: string): AccountView {
    return this.views.get(provider)!
  }
  instrument(_: string, symbol: string): Instrument | undefined {
    return symbol === 'XRP-USDT' ? undefined : { ...instrument(symbol), ...this.rules }
  }
  lastPrice(_: string, symbol: string): string | undefined {
    return this.prices.get(symbol)
  }
  submit({ clientOrderId, provider, symbol }: Order, timeMs: number): void {
    this.heard.push(['submit', clientOrderId, provider, symbol, timeMs])
  }
  cancel(provider: string, clientOrderId: string, timeMs: number): void {
    this.heard.push(['cancel', clientOrderId, provider, timeMs])
  }
  skipped({ clientOrderId }: Order, timeMs: number): void {
    this.heard.push(['skipped', clientOrderId, timeMs])
  }
  stopped({ clientOrderId }: Order, { breach }: Refusal, timeMs: number, record: number): void {
    this.heard.push(['stopped', clientOrderId, breach.type, timeMs, record])
  }
  closed(): string | undefined {
    return this.whyClosed
  }
  sleep(): void | Promise<void> {
    return this.asleep
  }
  now(): number {
    return CLOCK_MS
  }
}

const TERMS: SessionTerms = { idPrefix: 'id', dryRun: false, seed: 9n, rates: { ...DEFAULT_RATES, ordersPerSecond: 3 } }
const BUY: OrderRequest = {
  provider: '',
  symbol: '',
  side: 'buy',
  type: 'limit',
  quantity: '1',
  price: '50',
  timeInForce: 'GTC',
  postOnly: false,
  reduceOnly: false,
  numbers: 0,
}

const WORTH = { maxNotionalValue: '155', notionalCurrency: 'USDT' }

let port: Port
let gate: RiskGate
beforeEach(() => {
  port = new Port()
  gate = new RiskGate()
})

const opened = (change: Partial<SessionTerms> = {}) =>
  new Session({ ...TERMS, ...change }, gate, port, {
    hasRoom: () => true,
    send: (line, timeMs) => void port.lines.push([line, timeMs]),
  })
const buy = (session: Session, record: number, change: Partial<OrderRequest> = {}) =>
  session.submitOrder({ ...BUY, ...change }, record)

test('an order is numbered, seen at once, and leaves at the time of its record', () => {
  const session = opened()
  expect(buy(session, 5)).toBe('id-1')
  expect(buy(session, 6, { provider: 'b' })).toBe('id-2')
  expect(port.heard).toEqual([
    ['submit', 'id-1', 'a', 'BTC-USDT', 5],
    ['submit', 'id-2', 'b', 'ETH-USDT', 6],
  ])
  expect([session.orders, session.skipped, port.reached]).toEqual([2, 0, [5, 6]])
  expect(session.query('openOrders', '', 7)).toMatchObject([{ clientOrderId: 'id-1' }, { clientOrderId: 'id-2' }])
  expect(session.query('openOrders', 'ETH-USDT', 8)).toMatchObject([{ clientOrderId: 'id-2' }])
  expect(session.query('balance', 'USDT', 9)).toEqual({ total: 2000, available: 1900 })
  expect(port.reached).toEqual([5, 6, 7, 8, 9])
})

test('a refused order takes no number, no room and no money', () => {
  const session = opened()
  const refusals: [why: string, record: number, change: Partial<OrderRequest>][] = [
    ['orders are refused while create runs: trade in a handler', CREATE, {}],
    ['the rules of XRP-USDT are not known yet', 5, { provider: 'b', symbol: 'XRP-USDT' }],
    ['insufficient margin', 5, { quantity: '21' }],
    ['quantity 0 is not above zero', 5, { quantity: '0' }],
    ['quantity "much" is not a decimal number', 5, { quantity: 'much' }],
    ['insufficient margin', 5, { quantity: '22' }],
  ]
  for (const [why, record, change] of refusals) expect(() => buy(session, record, change)).toThrow(why)
  port.whyClosed = 'the data have ended'
  expect(() => buy(session, 5)).toThrow('the data have ended')
  port.whyClosed = undefined
  expect([session.orders, port.heard, session.query('openOrders', '', 5)]).toEqual([0, [], []])
  for (let n = 1; n <= 3; n++) expect(buy(session, 5)).toBe(`id-${n}`)
  expect(() => buy(session, 1004)).toThrow('more than 3 orders within a second')
  expect(buy(session, 1005)).toBe('id-4')
})

test.each([
  ['100', 'id-1'],
  ['100.01', 'the order is worth 100 USDT, below the minimum of 100.01'],
])('the least notional of %s is judged by the last price where the order names none', (minNotional, answer) => {
  const session = opened()
  const { price: _, ...market } = { ...BUY, type: 'market' as const }
  port.rules = { minNotional }
  if (answer === 'id-1') expect(session.submitOrder(market, 5)).toBe(answer)
  else expect(() => session.submitOrder(market, 5)).toThrow(answer)
})

test('a dry run counts, numbers and tells of orders, and sends none', () => {
  const session = opened({ dryRun: true })
  expect([buy(session, 5), buy(session, 6)]).toEqual(['id-1', 'id-2'])
  expect([session.orders, session.skipped, session.query('openOrders', '', 7)]).toEqual([0, 2, []])
  expect(port.heard).toEqual([
    ['skipped', 'id-1', 5],
    ['skipped', 'id-2', 6],
  ])
  const line = {
    level: 'info',
    source: 'host',
    message: 'dry run: limit order to buy 1 BTC-USDT at 50 was not sent',
  } as const
  expect(port.lines).toEqual([
    [line, 5],
    [line, 6],
  ])
  expect(() => buy(session, 7, { quantity: '21' })).toThrow('insufficient margin')
})

test('numbers are rounded, and that is said once', () => {
  const session = opened()
  port.rules = { quantityIncrement: '0.5' }
  for (const quantity of ['1.2', '1.7']) buy(session, 5, { quantity, numbers: 1 })
  expect(session.query('openOrders', '', 5)).toMatchObject([{ quantity: '1' }, { quantity: '1.5' }])
  expect(port.lines.map(([{ message }, timeMs]) => [message.slice(0, 19), timeMs])).toEqual([
    ['numbers are rounded', 5],
  ])
})

test('an order that a limit stops is told of, with its record, and does not leave', () => {
  gate.update({ limits: { a: { maxPositionSize: '2', ...WORTH } }, halts: { b: 'halted' } })
  const session = opened()
  expect(() => buy(session, 5, { provider: 'b' })).toThrow('halted')
  expect(buy(session, 6)).toBe('id-1')
  // what is open counts as well
  expect(() => buy(session, 7, { quantity: '1.5' })).toThrow('position')
  expect(port.heard).toEqual([
    ['stopped', 'id-1', 'KILL_SWITCH', 5, 5],
    ['submit', 'id-1', 'a', 'BTC-USDT', 6],
    ['stopped', 'id-2', 'POSITION_LIMIT', 7, 7],
  ])
  expect(session.orders).toBe(1)
})

test('limits reckon with the last price where the order names none', () => {
  gate.update({ limits: { a: WORTH }, halts: {} })
  const session = opened()
  const { price: _, ...market } = { ...BUY, type: 'market' as const }
  expect(session.submitOrder(market, 5)).toBe('id-1')
  expect(() => session.submitOrder(market, 6)).toThrow('could become worth 200 USDT, the limit is 155')
})

test('an order is cancelled once, at the provider that has it', () => {
  const session = opened()
  for (const provider of ['a', 'b', 'b']) buy(session, 5, { provider, symbol: 'ETH-USDT', price: '5' })
  expect(session.cancelOrder('id-2', CREATE)).toBe(false)
  expect(session.cancelAll('', CREATE)).toBe(0)
  port.heard.length = 0
  expect([session.cancelOrder('id-2', 6), session.cancelOrder('id-2', 7), session.cancelOrder('id-9', 7)]).toEqual([
    true,
    false,
    false,
  ])
  expect([session.cancelAll('BTC-USDT', 8), session.cancelAll('ETH-USDT', 8), session.cancelAll('', 9)]).toEqual([
    0, 2, 0,
  ])
  expect(port.heard).toEqual([
    ['cancel', 'id-2', 'b', 6],
    ['cancel', 'id-1', 'a', 8],
    ['cancel', 'id-3', 'b', 8],
  ])
})

test('positions and rules are of the first provider that has the symbol', () => {
  const session = opened()
  const fill = { side: 'buy', quantity: '3', fee: '0', feeCurrency: 'USDT', liquidity: 'taker', timeMs: 0 } as const
  port.accounts.get('b')!.applyFill({ ...fill, symbol: 'ETH-USDT', price: '10' })
  port.accounts.get('b')!.applyFill({ ...fill, symbol: 'XRP-USDT', price: '0.5' })
  port.accounts.get('b')!.applyFill({ ...fill, symbol: 'XRP-USDT', side: 'sell', quantity: '1', price: '0.75' })
  expect(session.query('position', 'ETH-USDT', 5)).toMatchObject({ quantity: 0 })
  expect(session.query('position', 'XRP-USDT', 5)).toEqual({
    symbol: 'XRP-USDT',
    quantity: 2,
    averagePrice: 0.5,
    unrealizedPnl: 1,
    realizedPnl: 0.25,
  })
  expect(session.query('equity', '', 5)).toBe(2001.25)
  expect(session.query('instrument', '', 5)).toMatchObject({ symbol: 'BTC-USDT' })
  expect(session.query('instrument', 'XRP-USDT', 5)).toBeNull()
})

test('a sleep moves the clock of the instance, until the market has caught up', async () => {
  const session = opened()
  expect(session.sleep(100, CREATE)).toBeUndefined()
  buy(session, 5)
  expect(session.sleep(100, 5)).toBeUndefined()
  expect(session.sleep(20, 5)).toBeUndefined()
  expect(session.ownMs(5)).toBe(125)
  buy(session, 6)
  session.cancelOrder('id-1', 6)
  buy(session, 126)
  expect(port.heard).toEqual([
    ['submit', 'id-1', 'a', 'BTC-USDT', 5],
    ['submit', 'id-2', 'a', 'BTC-USDT', 125],
    ['cancel', 'id-1', 'a', 125],
    ['submit', 'id-3', 'a', 'BTC-USDT', 126],
  ])
  port.asleep = Promise.resolve()
  const sleeping = session.sleep(50, 200)
  expect(session.ownMs(200)).toBe(200)
  await sleeping
  expect(session.ownMs(200)).toBe(250)
})

test('lines bear the time of their record, or the clock while the strategy is created', () => {
  const session = opened({ rates: { ...TERMS.rates, logsPerSecond: 1 } })
  expect(session.wantsLog(4, CREATE)).toBe(true)
  session.log('born', CREATE)
  expect(session.wantsLog(4, 999)).toBe(false)
  expect(session.wantsLog(4, 1000)).toBe(true)
  session.log('made', 1000)
  expect(
    port.lines.map(([{ level, source, message }, timeMs]) => [level, source, message.slice(0, 11), timeMs]),
  ).toEqual([
    ['info', 'strategy', 'born', CLOCK_MS],
    ['warn', 'host', 'more than 1', 999],
    ['info', 'strategy', 'made', 1000],
  ])
  // a line is no reason to bring the market anywhere
  expect(port.reached).toEqual([])
  expect([session.now(), session.randomSeed()]).toEqual([CLOCK_MS, 9n])
})
