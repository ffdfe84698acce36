import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Fill } from '../../../src/schema/orders'
import type { AccountSettings } from '../../../src/schema/paper'
import { Account } from '../../../src/trading/accounts/account'
import { AccountView } from '../../../src/trading/session/account-view'
import { instrument, LINEAR, limit, line, openExchange, order, SPOT, SYMBOL, stop, ticker, trade } from '../venue'

const fill = (side: Fill['side'], quantity: string, price: string, fee = '0', symbol = SYMBOL): Fill => ({
  symbol,
  side,
  price,
  quantity,
  fee,
  feeCurrency: 'USDT',
  liquidity: 'taker',
  timeMs: 0,
})

function openAccount(settings: Partial<AccountSettings> = {}, base = LINEAR): Account {
  const account = new Account({ ...base, ...settings }, instrument)
  account.mark(SYMBOL, '100')
  return account
}

const position = (account: Account) => {
  const { quantity, averagePrice, unrealizedPnl, realizedPnl } = account.position(SYMBOL)
  return [quantity, averagePrice, unrealizedPnl, realizedPnl]
}

describe('a linear account', () => {
  test('values a long position at the last price', () => {
    const account = openAccount()
    account.applyFill(fill('buy', '2', '90', '0.5'))
    account.mark(SYMBOL, '100')
    expect(position(account)).toEqual(['2', '90', '20', '0'])
    expect(account.balance('USDT')).toEqual({ currency: 'USDT', total: '9999.5', available: '9819.5' })
    expect(account.equity()).toBe('10019.5')
  })

  test('values a short position at the last price', () => {
    const account = openAccount()
    account.applyFill(fill('sell', '2', '90'))
    expect(position(account)).toEqual(['-2', '90', '-20', '0'])
    expect(account.equity()).toBe('9980')
  })

  test('averages what it adds, and keeps the average when it reduces', () => {
    const account = openAccount()
    account.applyFill(fill('buy', '1', '90'))
    account.applyFill(fill('buy', '3', '98'))
    expect(position(account)).toEqual(['4', '96', '16', '0'])
    account.applyFill(fill('sell', '1', '106'))
    expect(position(account)).toEqual(['3', '96', '12', '10'])
    expect(account.balance('USDT').total).toBe('10010')
  })

  test('does so for a short position, too', () => {
    const account = openAccount()
    account.applyFill(fill('sell', '4', '96'))
    account.applyFill(fill('buy', '1', '90'))
    expect(position(account)).toEqual(['-3', '96', '-12', '6'])
  })

  test('turns from long to short at the price of the trade', () => {
    const account = openAccount()
    account.applyFill(fill('buy', '1', '90'))
    account.applyFill(fill('sell', '3', '95'))
    expect(position(account)).toEqual(['-2', '95', '-10', '5'])
    account.applyFill(fill('buy', '2', '91'))
    expect(position(account)).toEqual(['0', '0', '0', '13'])
    expect(account.equity()).toBe('10013')
  })

  test('loses nothing to an average that has no end', () => {
    const account = openAccount()
    account.applyFill(fill('buy', '3', '33.34'))
    account.applyFill(fill('buy', '4', '33.35'))
    account.applyFill(fill('sell', '1', '33.4'))
    account.applyFill(fill('sell', '6', '33.41'))
    expect(account.balance('USDT').total).toBe('10000.44')
    expect(account.position(SYMBOL).realizedPnl).toBe('0.44')
  })

  test('refuses what the equity does not cover', () => {
    const account = openAccount()
    expect(account.refusal(order({ clientOrderId: 'o', quantity: '100' }))).toBeUndefined()
    expect(account.refusal(order({ clientOrderId: 'o', quantity: '100.01' }))).toBe(
      'insufficient margin: 10001 USDT would be needed, 10000 are available',
    )
    expect(account.refusal(limit('o', 'sell', '200', { quantity: '50.01' }))).toBe(
      'insufficient margin: 10002 USDT would be needed, 10000 are available',
    )
    expect(account.refusal(stop('o', 'buy', '200', { quantity: '50' }))).toBeUndefined()
  })

  test('counts open orders of one side together, and positions of all its symbols', () => {
    const account = openAccount()
    account.mark('ETH-USDT', '10')
    account.applyFill(fill('sell', '200', '10', '0', 'ETH-USDT'))
    account.placed(limit('a', 'buy', '90', { quantity: '50' }))
    expect(account.balance('USDT').available).toBe('3500')
    expect(account.refusal(limit('b', 'buy', '50', { quantity: '70' }))).toBeUndefined()
    expect(account.refusal(limit('b', 'buy', '50', { quantity: '70.1' }))).toBe(
      'insufficient margin: 8005 USDT would be needed, 8000 are available',
    )
    expect(account.refusal(limit('b', 'sell', '100', { quantity: '80' }))).toBeUndefined()
  })

  test('counts the worst of what a symbol could become, to either side', () => {
    const account = openAccount()
    const available = () => account.balance('USDT').available
    account.applyFill(fill('buy', '10', '100'))
    account.placed(limit('a', 'sell', '100', { quantity: '50' }))
    expect(available()).toBe('6000')
    account.placed(limit('b', 'buy', '100', { quantity: '40' }))
    expect(available()).toBe('5000')
    account.placed(limit('c', 'buy', '100', { quantity: '30', reduceOnly: true }))
    expect(available()).toBe('5000')
  })

  test('can always close one of several positions, whatever the others need', () => {
    const account = openAccount()
    account.mark('ETH-USDT', '10')
    account.applyFill(fill('buy', '50', '100'))
    account.applyFill(fill('sell', '500', '10', '0', 'ETH-USDT'))
    account.mark('ETH-USDT', '20')
    const sell = (quantity: string) => account.refusal(order({ clientOrderId: 'o', side: 'sell', quantity }))
    expect([sell('50'), sell('49')]).toEqual([undefined, undefined])
    expect(sell('50.01')).toBe('insufficient margin: 1 USDT would be needed, 0 are available')
  })

  test('lends by its leverage', () => {
    const account = openAccount({ leverage: '3' })
    expect(account.refusal(order({ clientOrderId: 'o', quantity: '300' }))).toBeUndefined()
    expect(account.refusal(order({ clientOrderId: 'o', quantity: '301' }))).toBe(
      'insufficient margin: 10033.33333333 USDT would be needed, 10000 are available',
    )
    account.applyFill(fill('buy', '100', '100'))
    expect(account.balance('USDT').available).toBe('6666.66666667')
  })

  test('refuses nothing when its margin is not checked', () => {
    const account = openAccount({ checkMargin: false })
    expect(account.refusal(order({ clientOrderId: 'o', quantity: '1000000' }))).toBeUndefined()
  })

  test('has all of its equity free when its margin is not checked, and never less than nothing', () => {
    const account = openAccount({ checkMargin: false })
    account.applyFill(fill('buy', '1000', '100'))
    account.placed(limit('a', 'buy', '90', { quantity: '50' }))
    account.mark(SYMBOL, '101')
    expect(account.balance('USDT').available).toBe('11000')
    account.mark(SYMBOL, '80')
    expect(account.balance('USDT')).toEqual({ currency: 'USDT', total: '10000', available: '0' })
  })

  test('can lose nothing in a currency that it was opened with nothing of', () => {
    const account = openAccount({ cash: { USDT: '1000', EUR: '0' }, checkMargin: false })
    account.mark('BTC-EUR', '100')
    expect(account.refusal(order({ clientOrderId: 'o', symbol: 'BTC-EUR' }))).toBeUndefined()
    expect([account.isLiquidated('EUR'), account.isLiquidated('USDT'), account.isLiquidated('GBP')]).toEqual([
      false,
      false,
      false,
    ])
    account.applyFill({ ...fill('buy', '1', '100', '0', 'BTC-EUR'), feeCurrency: 'EUR' })
    expect(account.isExposed('BTC-EUR')).toBe(false)
  })

  test('values an order at its limit, else at its stop, else at the last price', () => {
    const account = openAccount()
    const free = (made: Parameters<Account['placed']>[0]) => account.refusal({ ...made, quantity: '150' })
    expect(free(stop('o', 'buy', '100', { price: '50' }))).toBeUndefined()
    expect(free(stop('o', 'buy', '50', { price: '100' }))).toContain('15000 USDT would be needed')
    expect(free(stop('o', 'buy', '80'))).toContain('12000 USDT would be needed')
    expect(free(order({ clientOrderId: 'o' }))).toContain('15000 USDT would be needed')
  })

  test('can always close what has lost too much', () => {
    const account = openAccount()
    account.applyFill(fill('buy', '100', '100'))
    account.mark(SYMBOL, '40')
    expect(account.refusal(order({ clientOrderId: 'o', side: 'sell', quantity: '100' }))).toBeUndefined()
    expect(account.refusal(order({ clientOrderId: 'o', quantity: '1' }))).toContain('insufficient margin')
  })

  test('has money in every currency that it opened with, and none in others', () => {
    const account = openAccount({ cash: { USDT: '5', EUR: '7.50' } })
    expect(account.balances().map(({ currency, total }) => [currency, total])).toEqual([
      ['USDT', '5'],
      ['EUR', '7.5'],
    ])
    expect(account.balance('XYZ')).toEqual({ currency: 'XYZ', total: '0', available: '0' })
    expect([account.equity(), account.equity('EUR')]).toEqual(['5', '7.5'])
  })
})

test('open orders can be looked up, all, by symbol and by id', () => {
  const account = openAccount()
  account.placed(limit('a', 'buy', '90', { quantity: '3' }), '1.5')
  account.placed(stop('b', 'sell', '80', { symbol: 'ETH-USDT' }))
  expect(account.openOrders()).toEqual([
    {
      clientOrderId: 'a',
      symbol: SYMBOL,
      side: 'buy',
      type: 'limit',
      price: '90',
      quantity: '3',
      filledQuantity: '1.5',
    },
    {
      clientOrderId: 'b',
      symbol: 'ETH-USDT',
      side: 'sell',
      type: 'stop',
      price: null,
      quantity: '1',
      filledQuantity: '0',
    },
  ])
  expect(account.openOrders('ETH-USDT').map(({ clientOrderId }) => clientOrderId)).toEqual(['b'])
  expect(account.order('a')?.filledQuantity).toBe('1.5')
  expect(account.order('z')).toBeUndefined()
})

test('what a symbol is exposed to is what is held and what of its orders is open, without those that are leaving', () => {
  const account = openAccount()
  account.applyFill(fill('sell', '2', '90'))
  account.placed(limit('a', 'buy', '90', { quantity: '3' }), '1.25')
  account.placed(limit('b', 'buy', '90', { symbol: 'ETH-USDT' }))
  account.placed(stop('c', 'sell', '80'))
  account.placed(limit('d', 'sell', '120'))
  const view = new AccountView(account)
  expect([view.cancelling('d'), view.cancelling('d'), view.cancelling('nobody')]).toEqual([true, false, false])
  const told = (symbol: string) => {
    const { held, open } = view.exposure(symbol)
    return [held.toString(), ...open.map(({ order, remaining }) => `${order.clientOrderId} ${remaining.toString()}`)]
  }
  expect(told(SYMBOL)).toEqual(['-2', 'a 1.75', 'c 1'])
  expect(told('ETH-USDT')).toEqual(['0', 'b 1'])
})

test('an account tells its state by what has changed, and its balances by what it ever had', () => {
  const account = openAccount({ cash: { USDT: '1000', EUR: '7' } })
  account.applyFill({ ...fill('buy', '2', '90'), feeCurrency: 'BNB' })
  expect(account.balances().map(({ currency }) => currency)).toEqual(['USDT', 'EUR'])
  expect(account.state).toEqual({
    model: 'linear',
    cash: [],
    positions: [[SYMBOL, { quantity: '2', cost: '180', realized: '0' }]],
  })
  account.applyFill({ ...fill('sell', '1', '95', '0.5'), feeCurrency: 'BNB' })
  expect(account.state).toEqual({
    model: 'linear',
    cash: [
      ['USDT', '5'],
      ['BNB', '-0.5'],
    ],
    positions: [[SYMBOL, { quantity: '1', cost: '90', realized: '5' }]],
  })
  expect(account.balances().map(({ currency, total }) => [currency, total])).toEqual([
    ['USDT', '1005'],
    ['EUR', '7'],
    ['BNB', '-0.5'],
  ])
})

describe('a spot account', () => {
  const open = (settings: Partial<AccountSettings> = {}) => openAccount(settings, SPOT)

  test('trades one currency for the other', () => {
    const account = open()
    account.applyFill(fill('buy', '3', '90', '0.27'))
    expect(account.balances().map(({ currency, total }) => [currency, total])).toEqual([
      ['USDT', '9729.73'],
      ['BTC', '5'],
    ])
    expect(account.equity()).toBe('10229.73')
  })

  test('knows what was bought here, and nothing of what the opening balance cost', () => {
    const account = open()
    account.applyFill(fill('buy', '1', '90'))
    expect(position(account)).toEqual(['3', '90', '10', '0'])
    account.applyFill(fill('sell', '2', '95'))
    expect(position(account)).toEqual(['1', '0', '0', '5'])
  })

  test('cannot sell or pay what is not there', () => {
    const account = open()
    expect(account.refusal(order({ clientOrderId: 'o', side: 'sell', quantity: '2' }))).toBeUndefined()
    expect(account.refusal(order({ clientOrderId: 'o', side: 'sell', quantity: '2.1' }))).toBe(
      'insufficient BTC: 2.1 are needed, 2 are available',
    )
    expect(account.refusal(order({ clientOrderId: 'o', quantity: '100.5' }))).toBe(
      'insufficient USDT: 10050 are needed, 10000 are available',
    )
  })

  test('is not confused by a symbol that nobody knows', () => {
    const known = (symbol: string) => {
      if (symbol !== SYMBOL) throw new Error(`no rules of ${symbol}`)
      return instrument(symbol)
    }
    const account = new Account(SPOT, known)
    account.mark(SYMBOL, '100')
    expect(() => account.position('XXX-YYY')).toThrow('no rules of XXX-YYY')
    expect(account.equity()).toBe('10200')
  })

  test('holds back what open orders would take', () => {
    const account = open()
    account.placed(limit('s', 'sell', '120', { quantity: '1.5' }))
    account.placed(limit('b', 'buy', '90', { quantity: '100' }), '20')
    expect(account.balances().map(({ available }) => available)).toEqual(['2800', '0.5'])
    expect(account.refusal(limit('o', 'sell', '110'))).toBe('insufficient BTC: 1 are needed, 0.5 are available')
  })

  test('is asked again for the fee and the price of the fill', () => {
    const exchange = openExchange({}, SPOT)
    exchange.observe(trade(1, '100'))
    exchange.submit('me', order({ clientOrderId: 'o', quantity: '100' }), 1)
    expect(exchange.observe(trade(2, '100')).map(line)).toEqual([
      'o REJECTED at 2: insufficient USDT: 10020 are needed, 10000 are available',
    ])
    expect(exchange.openAt('me')).toEqual([])
  })
})

describe('orders that may only reduce', () => {
  test('end with their own position, not with that of another owner', () => {
    const exchange = openExchange()
    exchange.observe(trade(1, '100'))
    for (const owner of ['ann', 'bob']) {
      exchange.submit(owner, order({ clientOrderId: owner, quantity: '2' }), 1)
      exchange.observe(trade(2, '100'))
      exchange.submit(owner, stop(`${owner}-stop`, 'sell', '90', { quantity: '2', reduceOnly: true }), 2)
    }
    exchange.submit('bob', order({ clientOrderId: 'out', side: 'sell', quantity: '2' }), 2)
    expect(exchange.observe(trade(3, '100')).map(line)).toEqual([
      'out FILLED 2 @ 100 taker, fee 0.4 at 3',
      'bob-stop EXPIRED at 3: reduce-only: there is no long position in BTC-USDT to reduce',
    ])
    expect(exchange.openAt('ann').map(({ clientOrderId, quantity }) => [clientOrderId, quantity])).toEqual([
      ['ann-stop', '2'],
    ])
    expect(exchange.observe(trade(4, '89')).map(line)).toEqual(['ann-stop FILLED 2 @ 89 taker, fee 0.356 at 4'])
  })

  test('are refused without a position on the other side', () => {
    const account = openAccount()
    const reduce = order({ clientOrderId: 'o', side: 'sell', reduceOnly: true })
    expect(account.refusal(reduce)).toBe('reduce-only: there is no long position in BTC-USDT to reduce')
    account.applyFill(fill('sell', '1', '100'))
    expect(account.refusal(reduce)).toBe('reduce-only: there is no long position in BTC-USDT to reduce')
    expect(account.refusal({ ...reduce, side: 'buy' })).toBeUndefined()
  })

  test('fill no more than the position, and end with it', () => {
    const exchange = openExchange()
    exchange.observe(trade(1, '100'))
    exchange.submit('me', order({ clientOrderId: 'o', quantity: '1.5' }), 1)
    exchange.observe(trade(2, '100'))
    exchange.submit('me', order({ clientOrderId: 'r', side: 'sell', quantity: '4', reduceOnly: true }), 2)
    expect(exchange.observe(trade(3, '100')).map(line)).toEqual([
      'r PARTIAL 1.5 @ 100 taker, fee 0.3 at 3',
      'r EXPIRED at 3: reduce-only: there is no long position in BTC-USDT to reduce',
    ])
    expect(exchange.account('me').position(SYMBOL).quantity).toBe('0')
  })

  test('do the same for a short position', () => {
    const exchange = openExchange()
    exchange.observe(trade(1, '100'))
    exchange.submit('me', order({ clientOrderId: 'o', side: 'sell', quantity: '1.5' }), 1)
    exchange.observe(trade(2, '100'))
    exchange.submit('me', order({ clientOrderId: 'r', quantity: '1', reduceOnly: true }), 2)
    exchange.submit('me', order({ clientOrderId: 's', quantity: '1', reduceOnly: true }), 2)
    expect(exchange.observe(trade(3, '100')).map(line)).toEqual([
      'r FILLED 1 @ 100 taker, fee 0.2 at 3',
      's PARTIAL 0.5 @ 100 taker, fee 0.1 at 3',
      's EXPIRED at 3: reduce-only: there is no short position in BTC-USDT to reduce',
    ])
  })

  test('need no margin of their own', () => {
    const account = openAccount()
    account.applyFill(fill('buy', '100', '100'))
    account.placed(limit('a', 'sell', '110', { quantity: '100', reduceOnly: true }))
    expect(account.refusal(stop('b', 'sell', '90', { quantity: '100', reduceOnly: true }))).toBeUndefined()
    expect(account.refusal(limit('c', 'sell', '110', { quantity: '100' }))).toBeUndefined()
    expect(account.balance('USDT').available).toBe('0')
  })
})

describe('at the exchange', () => {
  test('an order beyond the margin is rejected at once', () => {
    const exchange = openExchange()
    exchange.observe(trade(1, '100'))
    expect(exchange.submit('me', order({ clientOrderId: 'o', quantity: '101' }), 1).map(line)).toEqual([
      'o REJECTED at 1: insufficient margin: 10100 USDT would be needed, 10000 are available',
    ])
  })

  test('an accepted order is honoured at the price that comes', () => {
    const exchange = openExchange()
    exchange.observe(trade(1, '100'))
    exchange.submit('me', order({ clientOrderId: 'o', quantity: '100' }), 1)
    expect(exchange.observe(trade(2, '101')).map(line)).toEqual(['o FILLED 100 @ 101 taker, fee 20.2 at 2'])
  })

  test.each(['CANCELLED', 'EXPIRED'])('what of an order was filled stays bound when the rest of it ends: %s', (end) => {
    const exchange = openExchange({ makerBps: '0', takerBps: '0' })
    exchange.observe(trade(1, '100'))
    const timeInForce = end === 'EXPIRED' ? 'IOC' : 'GTC'
    exchange.submit('me', limit('o', 'buy', '100', { quantity: '100', timeInForce }), 1)
    exchange.observe(trade(2, '99.5', '10'))
    exchange.cancel('me', 'o', 2)
    expect(exchange.openAt('me')).toEqual([])
    exchange.observe(trade(3, '100'))
    expect(exchange.account('me').balance('USDT').available).toBe('9000')
    expect(exchange.refusal('me', order({ clientOrderId: 'p', quantity: '90' }))).toBeUndefined()
    expect(exchange.refusal('me', order({ clientOrderId: 'p', quantity: '90.01' }))).toBe(
      'insufficient margin: 10001 USDT would be needed, 10000 are available',
    )
    expect(exchange.refusal('me', order({ clientOrderId: 'p', side: 'sell', quantity: '110' }))).toBeUndefined()
    expect(exchange.refusal('me', order({ clientOrderId: 'p', side: 'sell', quantity: '110.01' }))).toContain('margin')
  })

  test('what a spot account holds back of an order ends with the order', () => {
    const exchange = openExchange({ makerBps: '0', takerBps: '0' }, { ...SPOT, cash: { USDT: '1000', BTC: '10' } })
    exchange.observe(trade(1, '100'))
    exchange.submit('me', limit('s', 'sell', '100', { quantity: '10' }), 1)
    exchange.submit('me', limit('b', 'buy', '90', { quantity: '10' }), 1)
    exchange.observe(trade(2, '101', '4'))
    exchange.observe(trade(3, '89', '3'))
    exchange.cancel('me', 's', 3)
    exchange.cancel('me', 'b', 3)
    expect(exchange.account('me').balances()).toEqual([
      { currency: 'USDT', total: '1130', available: '1130' },
      { currency: 'BTC', total: '9', available: '9' },
    ])
  })

  test('an order from before the first price is checked when it fills', () => {
    const exchange = openExchange()
    exchange.submit('me', order({ clientOrderId: 'o', quantity: '101' }), 1)
    expect(exchange.observe(trade(2, '100')).map(line)).toEqual([
      'o REJECTED at 2: insufficient margin: 10100 USDT would be needed, 10000 are available',
    ])
  })

  test('an order from before the first price may always close what there is', () => {
    const before = openExchange()
    before.observe(trade(1, '100'))
    before.submit('me', order({ clientOrderId: 'in', quantity: '100' }), 1)
    before.observe(trade(2, '100'))
    for (const [quantity, told] of [
      ['100', 'o FILLED 100 @ 250 taker, fee 50 at 3'],
      ['101', 'o REJECTED at 3: insufficient margin: 15250 USDT would be needed, 9980 are available'],
    ] as const) {
      const exchange = openExchange()
      exchange.open('me', before.account('me').state, [])
      exchange.submit('me', order({ clientOrderId: 'o', side: 'sell', quantity }), 2)
      expect(exchange.observe(trade(3, '250')).map(line)).toEqual([told])
    }
  })

  test('positions are marked by the last price of a ticker, else by the middle of its quotes', () => {
    const exchange = openExchange({ takerBps: '0' })
    exchange.observe(ticker(1, '99', '101'))
    exchange.submit('me', order({ clientOrderId: 'o' }), 1)
    expect(exchange.account('me').position(SYMBOL).unrealizedPnl).toBe('-1')
    exchange.observe(ticker(2, '99', '101', '101.5'))
    expect(exchange.account('me').position(SYMBOL).unrealizedPnl).toBe('0.5')
    exchange.observe(ticker(3, '0', '0'))
    expect(exchange.account('me').position(SYMBOL).unrealizedPnl).toBe('0.5')
  })
})

describe('an account that goes on from a state it was in', () => {
  const decimal = (most: number) =>
    fc.tuple(fc.integer({ min: 1, max: most }), fc.integer({ min: 0, max: 8 })).map(([units, scale]) => {
      const digits = String(units).padStart(scale + 1, '0')
      return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
    })
  const fills = fc.array(
    fc.record({
      symbol: fc.constantFrom(SYMBOL, 'ETH-USDT', 'ETH-BTC'),
      side: fc.constantFrom('buy', 'sell'),
      quantity: decimal(1_000_000),
      price: decimal(100_000_000),
      fee: fc.oneof(fc.constant('0'), decimal(1000)),
      feeCurrency: fc.constantFrom('USDT', 'BTC', 'BNB'),
      liquidity: fc.constant('taker'),
      timeMs: fc.constant(0),
    } as const),
    { maxLength: 60 },
  )
  const view = (account: Account) => [account.balances(), account.positions(), account.equity(), account.state]

  test.each([
    ['linear', LINEAR],
    ['spot', SPOT],
  ])('is to the digit the one that has booked every fill: %s', (_, settings) => {
    fc.assert(
      fc.property(fills, fc.nat(60), (all, at) => {
        const whole = new Account(settings, instrument)
        const first = new Account(settings, instrument)
        for (const one of all) whole.applyFill(one)
        for (const one of all.slice(0, at)) first.applyFill(one)
        const second = new Account(settings, instrument)
        second.restore(JSON.parse(JSON.stringify(first.state)))
        expect(view(second)).toEqual(view(first))
        for (const one of all.slice(at)) second.applyFill(one)
        expect(view(second)).toEqual(view(whole))
      }),
    )
  })

  test('keeps what it made when its opening balances are others', () => {
    const before = openAccount()
    before.applyFill(fill('buy', '2', '90', '0.5'))
    before.applyFill(fill('sell', '1', '95'))
    const after = openAccount({ cash: { EUR: '7', USDT: '500' } })
    after.restore(before.state)
    expect(after.balances().map(({ currency, total }) => [currency, total])).toEqual([
      ['EUR', '7'],
      ['USDT', '504.5'],
    ])
    expect(position(after)).toEqual(['1', '90', '10', '5'])
  })
})

test('money in one currency is worth nothing in another, of positions as of cash', () => {
  const account = new Account({ ...LINEAR, cash: { USDT: '1000', EUR: '500' } }, instrument)
  for (const symbol of [SYMBOL, 'BTC-EUR']) account.mark(symbol, '100')
  account.applyFill(fill('buy', '1', '100'))
  account.applyFill({ ...fill('sell', '2', '100', '0', 'BTC-EUR'), feeCurrency: 'EUR' })
  account.mark(SYMBOL, '110')
  account.mark('BTC-EUR', '130')
  expect([account.equity(), account.equity('USDT'), account.equity('EUR')]).toEqual(['1010', '1010', '440'])
  expect([account.heldIn('USDT'), account.heldIn('EUR'), account.heldIn('GBP')]).toEqual([[SYMBOL], ['BTC-EUR'], []])
  expect(account.balance('EUR').available).toBe('180')
})

test('an order is told what is wrong with itself before what its account lacks', () => {
  const exchange = openExchange()
  exchange.observe(trade(1, '100'))
  const wrong = order({ clientOrderId: 'o', quantity: '1000', price: '500' })
  expect(exchange.refusal('me', wrong)).toBe('a market order takes no price')
  expect(exchange.refusal('me', order({ clientOrderId: 'o', type: 'limit', quantity: '0' }))).toBe(
    'quantity 0 is not above zero',
  )
})
