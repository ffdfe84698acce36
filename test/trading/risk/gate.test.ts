/** What each limit refuses, to the last decimal, and what the breaches come to. */
import { describe, expect, test } from 'bun:test'
import type { Fill, Order } from '../../../src/schema/orders'
import type { RiskLimits } from '../../../src/schema/risk-limits'
import { Account } from '../../../src/trading/accounts/account'
import { Decimal } from '../../../src/trading/decimal'
import { type Refusal, RiskGate } from '../../../src/trading/risk/gate'
import { SizeLimits } from '../../../src/trading/risk/size-limits'
import { AccountView } from '../../../src/trading/session/account-view'

const SYMBOL = 'BTC-USDT'

/** An account at one venue, with a gate before it. */
class Trader {
  readonly gate = new RiskGate()
  readonly account: Account
  readonly view: AccountView
  lastPrice: string | undefined = '100'
  nowMs = 1_000_000
  private orders = 0

  constructor(limits: RiskLimits, model: 'linear' | 'spot' = 'linear') {
    this.account = new Account(
      { model, cash: { USDT: '1000000', BTC: model === 'spot' ? '2' : '0' }, leverage: '1', checkMargin: false },
      () => ({ symbol: SYMBOL, type: 'spot', baseCurrency: 'BTC', quoteCurrency: 'USDT', venue: 'sim' }),
    )
    this.view = new AccountView(this.account)
    this.gate.update({ limits: { sim: limits }, halts: {} })
  }

  /** An order that goes is open from then on. */
  order(change: Partial<Order> = {}): Refusal | undefined {
    const order: Order = {
      provider: 'sim',
      symbol: SYMBOL,
      side: 'buy',
      type: change.price === undefined ? 'market' : 'limit',
      quantity: '1',
      timeInForce: 'GTC',
      postOnly: false,
      reduceOnly: false,
      clientOrderId: `o-${++this.orders}`,
      ...change,
    }
    const { lastPrice } = this
    const market = () => ({
      contract: this.account.contract(order.symbol),
      lastPrice: lastPrice === undefined ? undefined : Decimal.parse(lastPrice),
      exposure: this.view.exposure(order.symbol),
    })
    const refusal = this.gate.judge(order, market, this.nowMs)
    if (!refusal) this.account.placed(order)
    return refusal
  }

  /** What it is refused for; undefined when it goes. */
  breach(change: Partial<Order> = {}): string | undefined {
    return this.order(change)?.breach.type
  }

  hold(quantity: string, side: 'buy' | 'sell' = 'buy'): void {
    const fill: Fill = {
      symbol: SYMBOL,
      side,
      price: '100',
      quantity,
      fee: '0',
      feeCurrency: 'USDT',
      liquidity: 'taker',
      timeMs: 0,
    }
    this.account.applyFill(fill)
  }
}

test('without limits every order goes, and its market is never looked at', () => {
  const gate = new RiskGate()
  gate.update({ limits: {}, halts: {} })
  const look = () => {
    throw new Error('looked')
  }
  const order = { provider: 'sim' } as Order
  expect(gate.judge(order, look, 0)).toBeUndefined()
})

describe('the position', () => {
  test('may reach its limit with all open orders of the side filled, and not pass it by the smallest part', () => {
    const trader = new Trader({ maxPositionSize: '3' })
    trader.hold('1')
    expect(trader.breach({ price: '90' })).toBeUndefined()
    expect(trader.breach({ quantity: '1.000000000000000000000000001' })).toBe('POSITION_LIMIT')
    expect(trader.breach({ quantity: '1' })).toBeUndefined()
  })

  test('says in the refusal what it could become', () => {
    const trader = new Trader({ maxPositionSize: '0.3' })
    trader.hold('0.1')
    expect(trader.order({ quantity: '0.20000000001' })).toMatchObject({
      breach: {
        reason: 'the position in BTC-USDT could become 0.30000000001, the limit is 0.3',
        metrics: { symbol: 'BTC-USDT', projected_position: '0.30000000001', max_position: '0.3' },
      },
    })
  })

  test('orders of the other side make no room', () => {
    const trader = new Trader({ maxPositionSize: '1' })
    expect(trader.breach({ side: 'sell', price: '110' })).toBeUndefined()
    expect(trader.breach({ price: '90' })).toBeUndefined()
    expect(trader.breach({ price: '90' })).toBe('POSITION_LIMIT')
  })

  test('that is above a limit set later can be reduced, turned within it, and not turned beyond it', () => {
    const trader = new Trader({ maxPositionSize: '5' })
    trader.hold('10')
    expect(trader.breach({ side: 'sell', quantity: '16' })).toBe('POSITION_LIMIT')
    expect(trader.breach({ side: 'sell', quantity: '3' })).toBeUndefined()
    expect(trader.breach({ side: 'sell', quantity: '12' })).toBeUndefined()
    expect(trader.breach({ side: 'buy', quantity: '0.1' })).toBe('POSITION_LIMIT')
  })

  test('a short one is bound like a long one', () => {
    const trader = new Trader({ maxPositionSize: '2' })
    trader.hold('1', 'sell')
    expect(trader.breach({ side: 'sell', quantity: '1.1' })).toBe('POSITION_LIMIT')
    expect(trader.breach({ side: 'buy', quantity: '3' })).toBeUndefined()
  })

  test('reduce-only orders are never too large; what they may close first stands against no other order', () => {
    const trader = new Trader({ maxPositionSize: '3', maxNotionalValue: '300' })
    trader.hold('5')
    expect(trader.breach({ side: 'sell', quantity: '8', price: '200' })).toBe('NOTIONAL_LIMIT')
    expect(trader.breach({ side: 'sell', quantity: '4', reduceOnly: true })).toBeUndefined()
    expect(trader.breach({ side: 'sell', quantity: '4.1' })).toBe('POSITION_LIMIT')
    expect(trader.breach({ side: 'sell', quantity: '1' })).toBeUndefined()
    expect(trader.breach({ side: 'sell', quantity: '50', reduceOnly: true })).toBeUndefined()
    expect(trader.breach({ side: 'sell', quantity: '2.1' })).toBe('POSITION_LIMIT')
  })

  test('what its owner has cancelled counts no more, though its end is not reported yet', () => {
    const trader = new Trader({ maxPositionSize: '1', maxConcurrentOrders: 1 })
    expect(trader.breach({ price: '90', clientOrderId: 'first' })).toBeUndefined()
    expect(trader.breach({ price: '91' })).toBe('CONCURRENCY')
    trader.view.cancelling('first')
    expect(trader.breach({ price: '91' })).toBeUndefined()
  })

  test('of a spot account is all that is held', () => {
    const trader = new Trader({ maxPositionSize: '2.5' }, 'spot')
    expect(trader.breach({ quantity: '0.6' })).toBe('POSITION_LIMIT')
    expect(trader.breach({ quantity: '0.5' })).toBeUndefined()
  })
})

describe('the notional', () => {
  test('values what is held at the last price, whatever an order asks for', () => {
    const trader = new Trader({ maxNotionalValue: '500' })
    trader.hold('5')
    expect(trader.order({ price: '1' })).toMatchObject({
      breach: { type: 'NOTIONAL_LIMIT', metrics: { projected_notional: '501', max_notional: '500' } },
    })
    expect(trader.breach({ side: 'sell', quantity: '1', price: '1' })).toBeUndefined()
  })

  test('values an order that waits at its price, and only without one at its stop price', () => {
    const terms = { type: 'stopLimit', quantity: '1' } as const
    const trader = new Trader({ maxNotionalValue: '100' })
    expect(trader.breach({ ...terms, price: '100.1', stopPrice: '10' })).toBe('NOTIONAL_LIMIT')
    expect(trader.breach({ ...terms, price: '50', stopPrice: '1000' })).toBeUndefined()
    expect(trader.breach({ type: 'stop', quantity: '1', stopPrice: '50.1' })).toBe('NOTIONAL_LIMIT')
    expect(trader.breach({ type: 'stop', quantity: '1', stopPrice: '50' })).toBeUndefined()
  })

  test('before the first price values an order at its own, and refuses what has none', () => {
    const trader = new Trader({ maxNotionalValue: '100' })
    trader.lastPrice = undefined
    expect([trader.breach({ price: '100.1' }), trader.breach({ price: '100' })]).toEqual(['NOTIONAL_LIMIT', undefined])
    expect(trader.breach()).toBe('ORDER_VALIDATION')
  })

  test('values the position at the last price and each order at its own', () => {
    const trader = new Trader({ maxNotionalValue: '1000', notionalCurrency: 'USDT' })
    trader.hold('4')
    expect(trader.breach({ quantity: '2', price: '90' })).toBeUndefined()
    // 4 at 100, 2 at 90, leaves 420
    expect(trader.order({ quantity: '4.21' })).toMatchObject({
      breach: { type: 'NOTIONAL_LIMIT', metrics: { projected_notional: '1001', max_notional: '1000' } },
    })
    expect(trader.breach({ quantity: '4.2' })).toBeUndefined()
  })

  test('of a market that is quoted in another currency cannot be measured, and is refused', () => {
    const trader = new Trader({ maxNotionalValue: '1000', notionalCurrency: 'EUR' })
    expect(trader.order()?.breach.reason).toBe('BTC-USDT is worth USDT, the limit of its notional is in EUR')
  })

  test('without a currency is in that of each market', () => {
    expect(new Trader({ maxNotionalValue: '100' }).breach()).toBeUndefined()
    expect(new Trader({ maxNotionalValue: '99.99' }).breach()).toBe('NOTIONAL_LIMIT')
  })

  test('before the first price a market order is refused and a limit order measured by its own', () => {
    const trader = new Trader({ maxNotionalValue: '100' })
    trader.lastPrice = undefined
    expect(trader.breach()).toBe('ORDER_VALIDATION')
    expect(trader.breach({ price: '100.01' })).toBe('NOTIONAL_LIMIT')
    expect(trader.breach({ price: '100' })).toBeUndefined()
  })
})

describe('the price band', () => {
  test('is exact at both of its ends', () => {
    for (const [price, breach] of [
      ['97.5', undefined],
      ['97.4999999', 'PRICE_BAND'],
      ['102.5', undefined],
      ['102.5000001', 'PRICE_BAND'],
    ] as const) {
      expect([price, new Trader({ priceBandPercent: 2.5 }).breach({ price })]).toEqual([price, breach])
    }
  })

  test('is measured from the stop price where there is one, and binds no order without a price', () => {
    const trader = new Trader({ priceBandPercent: 1 })
    const stopped = { type: 'stopLimit', stopPrice: '200' } as const
    expect(trader.breach({ ...stopped, price: '202' })).toBeUndefined()
    expect(trader.breach({ ...stopped, price: '202.1' })).toBe('PRICE_BAND')
    expect(trader.breach({ type: 'stop', stopPrice: '500' })).toBeUndefined()
    expect(trader.breach()).toBeUndefined()
  })

  test('before the first price refuses what it cannot measure', () => {
    const trader = new Trader({ priceBandPercent: 1 })
    trader.lastPrice = undefined
    expect(trader.breach({ price: '100' })).toBe('ORDER_VALIDATION')
  })

  test('a tiny percentage is taken as it is written', () => {
    const trader = new Trader({ priceBandPercent: 1e-7 })
    expect(trader.breach({ price: '100.0000001' })).toBeUndefined()
    expect(trader.breach({ price: '100.00000011' })).toBe('PRICE_BAND')
  })
})

test('only allowed order types go, however they are spelled', () => {
  const trader = new Trader({ allowedOrderTypes: ['Limit', 'STOPLIMIT'] })
  expect(trader.order()?.breach.reason).toBe('market orders are not allowed, only limit, stopLimit')
  expect(trader.breach({ price: '100' })).toBeUndefined()
  expect(trader.breach({ type: 'stopLimit', price: '100', stopPrice: '100' })).toBeUndefined()
})

test('open orders are counted in each symbol by itself', () => {
  const trader = new Trader({ maxConcurrentOrders: 2 })
  expect([1, 2, 3].map(() => trader.breach({ price: '90' }))).toEqual([undefined, undefined, 'CONCURRENCY'])
  expect(trader.breach({ price: '90', symbol: 'ETH-USDT' })).toBeUndefined()
})

describe('the throttle', () => {
  test('lets a burst go at once, then so many per second', () => {
    const trader = new Trader({ orderThrottle: 4, orderBurst: 3 })
    const at = (ms: number) => {
      trader.nowMs = 1_000_000 + ms
      return trader.breach()
    }
    expect([0, 0, 0, 0].map(at)).toEqual([undefined, undefined, undefined, 'RATE_LIMIT'])
    expect([249, 250, 250, 500, 10_000, 10_000, 10_000, 10_000].map(at)).toEqual([
      'RATE_LIMIT',
      undefined,
      'RATE_LIMIT',
      undefined,
      undefined,
      undefined,
      undefined,
      'RATE_LIMIT',
    ])
  })

  test('one order at a time unless a burst is given; a clock that is set back stops nobody', () => {
    const trader = new Trader({ orderThrottle: 0.5 })
    expect(trader.breach()).toBeUndefined()
    trader.nowMs -= 500_000
    expect(trader.breach()).toBe('RATE_LIMIT')
    trader.nowMs += 2000
    expect(trader.breach()).toBeUndefined()
  })

  test('what another limit refuses takes no room, and limits set again keep the count', () => {
    const limits = { orderThrottle: 1, maxPositionSize: '1' }
    const trader = new Trader(limits)
    expect(trader.breach({ quantity: '2' })).toBe('POSITION_LIMIT')
    expect(trader.breach({ quantity: '0.1' })).toBeUndefined()
    trader.gate.update({ limits: { sim: { ...limits, maxPositionSize: '5' } }, halts: {} })
    expect(trader.breach({ quantity: '0.1' })).toBe('RATE_LIMIT')
    trader.gate.update({ limits: { sim: { orderThrottle: 2 } }, halts: {} })
    expect(trader.breach({ quantity: '0.1' })).toBeUndefined()
  })
})

describe('breaches', () => {
  const limits = { maxPositionSize: '1', circuitBreaker: { enabled: true, threshold: 2, cooldown: '1m30s' } }
  const large = { quantity: '2' }

  test('open the circuit breaker, which refuses everything until its cooldown is over', () => {
    const trader = new Trader(limits)
    expect([trader.breach(large), trader.breach({ quantity: '1' })]).toEqual(['POSITION_LIMIT', undefined])
    expect(trader.order(large)?.breaker).toMatchObject({ breaches: 2, openUntilMs: 1_090_000 })
    trader.nowMs += 89_999
    expect(trader.order({ side: 'sell' })?.breach).toMatchObject({
      type: 'CIRCUIT_BREAKER',
      reason: 'the circuit breaker is open until 1970-01-01T00:18:10.000Z, after 2 breaches',
    })
    trader.nowMs += 1
    expect(trader.breach({ side: 'sell' })).toBeUndefined()
    expect(trader.order(large)?.breaker).toEqual({ breaches: 3, counted: 1, openUntilMs: 0 })
  })

  test('ask for the kill switch, and the gate stays shut until it is told how things stand', () => {
    const trader = new Trader({ maxPositionSize: '1', killSwitchEnabled: true, maxRiskBreaches: 2 })
    expect(trader.order(large)?.kill).toBeUndefined()
    expect(trader.order(large)?.kill).toBe(
      '2 risk breaches, the last: the position in BTC-USDT could become 2, the limit is 1',
    )
    expect(trader.order({ quantity: '1' })?.breach.type).toBe('KILL_SWITCH')
    trader.gate.update({ limits: {}, halts: {}, breakers: {} })
    expect(trader.breach(large)).toBeUndefined()
  })

  test('ask for nothing unless killSwitchEnabled says so', () => {
    const trader = new Trader({ maxPositionSize: '1', maxRiskBreaches: 1 })
    expect(trader.order(large)).not.toHaveProperty('kill')
  })

  test('go on from where a former gate was', () => {
    const trader = new Trader(limits)
    const breakers = { sim: { breaches: 7, counted: 1, openUntilMs: 0 } }
    trader.gate.update({ limits: { sim: limits }, halts: {}, breakers })
    expect(trader.order(large)?.breaker).toEqual({ breaches: 8, counted: 2, openUntilMs: 1_090_000 })
  })
})

test('a kill switch refuses with its reason at its provider alone, and counts as no breach', () => {
  const trader = new Trader({ circuitBreaker: { enabled: true, threshold: 1, cooldown: '1h' } })
  trader.gate.update({ limits: {}, halts: { sim: 'the kill switch is set: too hot' } })
  expect(trader.order()).toEqual({
    breach: { type: 'KILL_SWITCH', reason: 'the kill switch is set: too hot', metrics: {} },
    breaker: { breaches: 0, counted: 0, openUntilMs: 0 },
  })
  expect(trader.breach({ provider: 'other' })).toBeUndefined()
})

test('limits of 0 and empty ones bind nothing', () => {
  const trader = new Trader({
    maxPositionSize: '0',
    maxNotionalValue: '0.0',
    notionalCurrency: '',
    orderThrottle: 0,
    orderBurst: 0,
    maxConcurrentOrders: 0,
    priceBandPercent: 0,
    allowedOrderTypes: [],
    killSwitchEnabled: true,
    maxRiskBreaches: 0,
    circuitBreaker: { enabled: false, threshold: 0, cooldown: '' },
  })
  expect(trader.breach({ quantity: '1000000', price: '1' })).toBeUndefined()
})

test('the sizes are judged once more where orders arrive, each provider and instance by its own', () => {
  const sizes = new SizeLimits({
    maxPositionSize: '1',
    maxConcurrentOrders: 1,
    providers: { other: { maxPositionSize: '0', maxNotionalValue: '150' }, free: { maxPositionSize: '0' } },
    instances: { large: { maxPositionSize: '5' } },
  })
  const trader = new Trader({})
  const order = (provider: string, quantity: string): Order => ({
    provider,
    symbol: SYMBOL,
    side: 'buy',
    type: 'market',
    quantity,
    timeInForce: 'GTC',
    postOnly: false,
    reduceOnly: false,
    clientOrderId: 'o',
  })
  let looks = 0
  const market = () => {
    looks++
    return {
      contract: trader.account.contract(SYMBOL),
      lastPrice: Decimal.parse('100'),
      exposure: trader.account.exposure(SYMBOL),
    }
  }
  const refused = (instance: string, provider: string, quantity: string) =>
    sizes.refusal(instance, order(provider, quantity), market)
  expect([refused('a', 'sim', '1'), refused('large', 'sim', '5')]).toEqual([undefined, undefined])
  const becomes = (quantity: string, limit: string) =>
    `the position in BTC-USDT could become ${quantity}, the limit is ${limit}`
  expect([refused('a', 'sim', '1.1'), refused('large', 'sim', '5.1')]).toEqual([
    becomes('1.1', '1'),
    becomes('5.1', '5'),
  ])
  expect(refused('a', 'other', '1.5')).toBeUndefined()
  expect(refused('a', 'other', '1.6')).toBe('the position in BTC-USDT could become worth 160 USDT, the limit is 150')
  expect(refused('large', 'other', '2')).toContain('worth 200 USDT')
  expect(looks).toBe(7)
  expect([refused('a', 'free', '1000'), looks]).toEqual([undefined, 7])
})

describe('while only what reduces passes', () => {
  function reducing(model: 'linear' | 'spot' = 'linear'): Trader {
    const trader = new Trader({ maxPositionSize: '0.1' }, model)
    trader.gate.update({ limits: {}, halts: {}, reducing: { sim: 'only what reduces' } })
    return trader
  }

  test('it is what makes a position smaller with every open order of its side filled', () => {
    const trader = reducing()
    expect(trader.order()).toMatchObject({ breach: { type: 'REDUCING', reason: 'only what reduces' } })
    trader.hold('3')
    expect(trader.breach({ side: 'buy' })).toBe('REDUCING')
    expect(trader.breach({ side: 'sell', quantity: '3.0000001' })).toBe('REDUCING')
    expect(trader.breach({ side: 'sell', quantity: '2', price: '110' })).toBeUndefined()
    expect(trader.breach({ side: 'sell', quantity: '1.5' })).toBe('REDUCING')
    expect(trader.breach({ side: 'sell', quantity: '1' })).toBeUndefined()
    expect(trader.breach({ side: 'sell', quantity: '9', reduceOnly: true })).toBeUndefined()
  })

  test('a short is reduced by buying, a spot account by selling what it holds', () => {
    const short = reducing()
    short.hold('3', 'sell')
    expect([short.breach({ side: 'sell' }), short.breach({ side: 'buy', quantity: '3' })]).toEqual([
      'REDUCING',
      undefined,
    ])
    const spot = reducing('spot')
    expect([spot.breach({ side: 'buy' }), spot.breach({ side: 'sell', quantity: '2' })]).toEqual([
      'REDUCING',
      undefined,
    ])
  })

  test('a kill comes before it, no breach counts, and it ends with the next terms', () => {
    const trader = reducing()
    trader.gate.update({ limits: {}, halts: { sim: 'killed' }, reducing: { sim: 'only what reduces' } })
    expect(trader.order()).toMatchObject({ breach: { type: 'KILL_SWITCH' }, breaker: { breaches: 0 } })
    trader.gate.update({ limits: {}, halts: {} })
    expect(trader.breach()).toBeUndefined()
  })
})

describe('the collar', () => {
  const collared = () => new Trader({ priceCollarPercent: 10 })

  test('holds every price at which an order could fill near the last one, to the last decimal', () => {
    const trader = collared()
    const cases = [
      { price: '110' },
      { price: '90' },
      { type: 'stop', stopPrice: '110' },
      { type: 'stopLimit', stopPrice: '105', price: '110' },
      {},
    ] as const
    for (const order of cases) expect(trader.breach(order)).toBeUndefined()
    const far = [
      { price: '110.0000001' },
      { price: '89.9999999' },
      { price: '89', reduceOnly: true },
      { type: 'stop', stopPrice: '110.01' },
      { type: 'stopLimit', stopPrice: '105', price: '110.01' },
      { type: 'stopLimit', stopPrice: '111', price: '110' },
    ] as const
    for (const order of far) expect(trader.breach(order)).toBe('PRICE_COLLAR')
    expect(trader.order({ type: 'stop', stopPrice: '120' })?.breach).toEqual({
      type: 'PRICE_COLLAR',
      reason: 'the stop price, 120, is more than 10 % away from 100',
      metrics: { symbol: SYMBOL, last_price: '100', price: '120', collar_percent: '10' },
    })
  })

  test('lets no market order go without a price, unless it only reduces', () => {
    const trader = collared()
    trader.hold('2')
    trader.lastPrice = undefined
    expect(trader.breach()).toBe('ORDER_VALIDATION')
    expect(trader.breach({ price: '100' })).toBe('ORDER_VALIDATION')
    expect(trader.breach({ side: 'sell', reduceOnly: true })).toBeUndefined()
  })
})
