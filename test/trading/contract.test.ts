/** What contracts are worth, and what accounts make of them, by sums that know nothing of the code. */
import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import Reference from 'decimal.js'
import fc from 'fast-check'
import type { Fill } from '../../src/schema/orders'
import type { AccountSettings } from '../../src/schema/paper'
import { Account } from '../../src/trading/accounts/account'
import { amountsOf, Decimal } from '../../src/trading/decimal'
import { contract, instrument, LINEAR, limit, openExchange, order, SYMBOL, trade } from './venue'

const Judge = Reference.clone({ precision: 400, rounding: Reference.ROUND_HALF_EVEN, toExpNeg: -1000, toExpPos: 1000 })
const plain = (value: Reference) => (value.isZero() ? '0' : value.toString())
const amount = (text: string) => Decimal.parse(text)

const INVERSE: AccountSettings = { ...LINEAR, model: 'inverse', cash: { BTC: '1' }, multiplier: '100' }

const fillOf = (side: Fill['side'], quantity: string, price: string, fee = '0', feeCurrency = 'USDT'): Fill => ({
  symbol: SYMBOL,
  side,
  quantity,
  price,
  fee,
  feeCurrency,
  liquidity: 'taker',
  timeMs: 1,
})

test.each([
  ['linear', undefined, '3', '5000.25', '15000.75', 'USDT'],
  ['linear', '10', '3', '5000.25', '150007.5', 'USDT'],
  ['linear', '0.001', '-7', '64000.5', '-448.0035', 'USDT'],
  ['spot', undefined, '0.5', '3', '1.5', 'USDT'],
  ['inverse', '100', '300', '50000', '0.6', 'BTC'],
  ['inverse', undefined, '1', '30000', '0.00003333333333333333', 'BTC'],
  ['inverse', '10', '-3', '7000', '-0.0042857142857142857', 'BTC'],
] as const)(
  'a %s contract with a multiplier of %s: %s at %s are worth %s %s',
  (model, multiplier, quantity, price, notional, currency) => {
    const made = contract(SYMBOL, { model, ...(multiplier && { multiplier }) })
    expect(made.notional(amount(quantity), amount(price)).toString()).toBe(notional)
    expect(made.settlementCurrency).toBe(currency)
  },
)

test('a strategy sees the multiplier among the rules, and none where there is none', () => {
  expect(contract(SYMBOL, { multiplier: '5' }).instrument).toEqual({ ...instrument(SYMBOL), multiplier: '5' })
  expect(contract(SYMBOL).instrument).toEqual(instrument(SYMBOL))
})

test('the least notional counts the multiplier', () => {
  const rules = { minNotional: '100' }
  const account = { ...LINEAR, multiplier: '10' }
  const exchange = openExchange({}, account, rules)
  expect(exchange.refusal('me', limit('o', 'buy', '9', { quantity: '1' }))).toBe(
    'the order is worth 90 USDT, below the minimum of 100',
  )
  expect(exchange.refusal('me', limit('o', 'buy', '10', { quantity: '1' }))).toBeUndefined()
})

describe('margin', () => {
  test('may be a fixed amount for each contract, whatever the price', () => {
    const account = new Account({ ...LINEAR, multiplier: '10', marginPerContract: '1000' }, instrument)
    account.mark(SYMBOL, '5000')
    expect(account.refusal(order({ clientOrderId: 'a', quantity: '10' }))).toBeUndefined()
    expect(account.refusal(order({ clientOrderId: 'a', quantity: '10.001' }))).toBe(
      'insufficient margin: 10001 USDT would be needed, 10000 are available',
    )
    account.placed(limit('b', 'buy', '4000', { quantity: '4' }))
    account.applyFill(fillOf('buy', '2', '5000', '4'))
    expect(account.balance('USDT')).toEqual({ currency: 'USDT', total: '9996', available: '3996' })
    account.mark(SYMBOL, '5010.25')
    expect(account.balance('USDT')).toEqual({ currency: 'USDT', total: '9996', available: '4201' })
    expect(account.refusal(limit('c', 'sell', '6000', { quantity: '12' }))).toBeUndefined()
    expect(account.refusal(limit('c', 'sell', '6000', { quantity: '13' }))).toBe(
      'insufficient margin: 11000 USDT would be needed, 10201 are available',
    )
  })

  test('is else of the notional, multiplied, by the leverage', () => {
    const account = new Account({ ...LINEAR, multiplier: '10', leverage: '4' }, instrument)
    expect(account.refusal(limit('a', 'buy', '1000', { quantity: '4' }))).toBeUndefined()
    expect(account.refusal(limit('a', 'buy', '1000', { quantity: '5' }))).toBe(
      'insufficient margin: 12500 USDT would be needed, 10000 are available',
    )
  })

  test('of an inverse contract is in the base currency', () => {
    const account = new Account({ ...INVERSE, leverage: '2' }, instrument)
    expect(account.refusal(limit('a', 'sell', '50000', { quantity: '1000' }))).toBeUndefined()
    expect(account.refusal(limit('a', 'sell', '50000', { quantity: '1001' }))).toBe(
      'insufficient margin: 1.001 BTC would be needed, 1 are available',
    )
  })
})

const fills = fc.array(
  fc.record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    quantity: fc.integer({ min: 1, max: 50_000 }).map((units) => String(units / 100)),
    price: fc.integer({ min: 1, max: 10_000_000 }).map((units) => String(units / 100)),
    fee: fc.integer({ min: -500, max: 500 }).map((units) => String(units / 1000)),
  }),
  { minLength: 1, maxLength: 12 },
)
const multipliers = fc.constantFrom('1', '10', '0.001', '3', '12.5')

describe('no unit is lost', () => {
  test('what a linear account has when it is flat is what was paid and got', () => {
    fc.assert(
      fc.property(fills, multipliers, (list, multiplier) => {
        const account = new Account({ ...LINEAR, multiplier }, instrument)
        let cash = new Judge(10_000)
        let held = new Judge(0)
        const book = (fill: Fill) => {
          account.applyFill(fill)
          const change = new Judge(fill.quantity).times(fill.side === 'buy' ? 1 : -1)
          cash = cash.minus(change.times(fill.price).times(multiplier)).minus(fill.fee)
          held = held.plus(change)
        }
        for (const { side, quantity, price, fee } of list) book(fillOf(side, quantity, price, fee))
        account.mark(SYMBOL, '77.7')
        expect(account.equity()).toBe(plain(cash.plus(held.times('77.7').times(multiplier))))
        if (!held.isZero()) book(fillOf(held.isPos() ? 'sell' : 'buy', plain(held.abs()), '77.7'))
        expect(account.position(SYMBOL).quantity).toBe('0')
        expect(account.balance('USDT').total).toBe(plain(cash))
      }),
    )
  })

  test('nor of an inverse one, but for the quotients, each rounded half to even to 20 decimals', () => {
    const points = (quantity: Reference, price: string) => quantity.div(price).toDecimalPlaces(20)
    fc.assert(
      fc.property(fills, multipliers, (list, multiplier) => {
        const account = new Account({ ...INVERSE, multiplier }, instrument)
        let cash = new Judge(1)
        let held = new Judge(0)
        for (const { side, quantity, price, fee } of list) {
          const before = held
          const change = new Judge(quantity).times(side === 'buy' ? 1 : -1)
          held = held.plus(change)
          account.applyFill(fillOf(side, quantity, price, fee, 'BTC'))
          // what turns a position is rounded in two parts: what it closes, and what it opens
          const turns = !before.isZero() && !held.isZero() && before.isPos() !== held.isPos()
          const parts = turns ? [before.neg(), held] : [change]
          for (const part of parts) cash = cash.plus(points(part, price).times(multiplier))
          cash = cash.minus(fee)
        }
        account.mark(SYMBOL, '77.7')
        expect(account.equity()).toBe(plain(cash.minus(points(held, '77.7').times(multiplier))))
      }),
    )
  })

  test.each([
    ['buy', 'sell', '50000', '60000', '0.1'],
    ['sell', 'buy', '50000', '60000', '-0.1'],
    ['buy', 'sell', '40000', '32000', '-0.1875'],
  ] as const)('300 contracts of 100: %s, then %s, from %s to %s bring %s', (enter, leave, entry, exit, pnl) => {
    const account = new Account(INVERSE, instrument)
    account.applyFill(fillOf(enter, '300', entry, '0', 'BTC'))
    account.mark(SYMBOL, exit)
    expect(account.position(SYMBOL)).toEqual({
      symbol: SYMBOL,
      quantity: enter === 'buy' ? '300' : '-300',
      averagePrice: entry,
      unrealizedPnl: pnl,
      realizedPnl: '0',
    })
    account.applyFill(fillOf(leave, '300', exit, '0', 'BTC'))
    expect(account.position(SYMBOL).realizedPnl).toBe(pnl)
    expect(account.balances()).toEqual([
      { currency: 'BTC', total: plain(new Judge(1).plus(pnl)), available: plain(new Judge(1).plus(pnl)) },
    ])
  })

  test('an account goes on from a state that was kept under another multiplier', () => {
    const models = fc.constantFrom(LINEAR, INVERSE)
    fc.assert(
      fc.property(models, fills, fc.nat(12), multipliers, multipliers, (model, list, cut, before, after) => {
        const currency = Object.keys(model.cash)[0]!
        const made = list.map(({ side, quantity, price, fee }) => fillOf(side, quantity, price, fee, currency))
        const kept = new Account({ ...model, multiplier: before }, instrument)
        for (const fill of made.slice(0, cut)) kept.applyFill(fill)
        const [whole, restored] = [0, 1].map(() => new Account({ ...model, multiplier: after }, instrument))
        restored!.restore(kept.state)
        for (const fill of made) whole!.applyFill(fill)
        for (const fill of made.slice(cut)) restored!.applyFill(fill)
        expect(restored!.balances()).toEqual(whole!.balances())
        expect(restored!.positions()).toEqual(whole!.positions())
      }),
    )
  })
})

describe('without equity', () => {
  const opened = (settings: AccountSettings, side: 'buy' | 'sell', quantity: string, price: string) => {
    const exchange = openExchange({ makerBps: '0', takerBps: '0' }, settings)
    exchange.observe(trade(1, price))
    exchange.submit('me', order({ clientOrderId: 'o', side, quantity }), 1)
    exchange.observe(trade(2, price))
    return exchange
  }
  const inverse = { ...INVERSE, cash: { BTC: '0.05' }, leverage: '20' }
  const linear = { ...LINEAR, multiplier: '10', marginPerContract: '1000' }

  // 0.6 BTC were bought with 0.05: nothing is left at 30000 / 0.65; of those sold at 30000 / 0.55
  test.each([
    ['inverse', inverse, 'buy', '300', '50000', '46153.8462', '46153.8461'],
    ['inverse', inverse, 'sell', '300', '50000', '54545.4545', '54545.4546'],
    ['linear', linear, 'buy', '8', '5000', '4875.0001', '4875'],
    ['linear', linear, 'sell', '8', '5000', '5124.9999', '5125'],
  ] as const)('a position of an %s account ends: %#', (_, settings, side, quantity, price, spared, lost) => {
    const exchange = opened(settings, side, quantity, price)
    expect(exchange.wouldMatch(trade(3, spared))).toBe(false)
    expect(exchange.observe(trade(3, spared))).toEqual([])
    expect(exchange.wouldMatch(trade(4, lost))).toBe(true)
    const [closed] = exchange.observe(trade(4, lost))
    expect(closed?.report.fill).toMatchObject({ price: lost, quantity, fee: '0' })
    expect(closed?.liquidation?.currency).toBe(Object.keys(settings.cash)[0]!)
  })

  test('an inverse short that is covered by its cash survives every price', () => {
    const exchange = opened({ ...INVERSE, cash: { BTC: '0.6' } }, 'sell', '300', '50000')
    expect(exchange.observe(trade(3, '999999999999'))).toEqual([])
    expect(exchange.observe(trade(4, '50000'))).toEqual([])
  })

  test('on the way of a candle it is where the equity is zero, on the tick', () => {
    const exchange = openExchange({ makerBps: '0', takerBps: '0' }, inverse, { priceIncrement: '0.5' })
    exchange.observe(trade(1, '50000'))
    exchange.submit('me', order({ clientOrderId: 'o', quantity: '300' }), 1)
    exchange.observe(trade(2, '50000'))
    const account = exchange.account('me')
    const price = account.bankruptcyPrice(SYMBOL, amount('50000'), amount('40000'))
    expect(price.toString()).toBe('46153.5')
    expect(account.equityAt(SYMBOL, price).sign).toBe(-1)
    expect(account.equityAt(SYMBOL, amount('46154')).sign).toBe(1)
  })
})

test('the amounts of a fill are read once, whatever the contract', () => {
  const fill = fillOf('buy', '2', '5000', '4')
  const [one, other] = [0, 1].map(() => new Account({ ...LINEAR, multiplier: '10' }, instrument))
  const report = openExchange().submit('me', order({ clientOrderId: 'x' }), 1)[0]!.report
  one!.apply({ ...report, fill })
  other!.apply({ ...report, fill }, amountsOf(fill))
  expect(one!.balances()).toEqual(other!.balances())
})

test('nothing but the contract multiplies a quantity and a price', async () => {
  const root = join(import.meta.dir, '../../src')
  const amounts = String.raw`\w*(?:[qQ]uantity|[pP]rice|[hH]eld|[mM]ark|[nN]otional)\w*(?:\.\w+)?`
  const product = new RegExp(String.raw`\.times\(|\b${amounts}(?:\(\))? \* |[^*] \* \(?${amounts}\b`)
  const money = /^(trading|backtest|execution|sandbox-host|runtime)\//
  const products: string[] = []
  for await (const path of new Bun.Glob('**/*.ts').scan(root)) {
    if (!money.test(path) || path === 'trading/contract.ts' || path === 'trading/decimal.ts') continue
    for (const line of (await Bun.file(join(root, path)).text()).split('\n')) {
      if (product.test(line) && !/^ *(\/?\*|\/\/)/.test(line)) products.push(`${path}: ${line.trim()}`)
    }
  }
  // each of these multiplies something else
  const others = [
    'equity.times(ledger.leverage)',
    'equityWith(symbol, price).times(ledger.leverage)',
    'equityWith(symbol, valuedAt).times(share)',
    'fee.times(ledger.leverage)',
    'leverage.times(HUNDRED)',
    'held.times(share)',
    'guess.times(ratio(guess))',
    'Decimal.parse(bid).plus(Decimal.parse(ask)).times(HALF)',
    'this.quantity.sign * change.sign',
    'sign * price.compare(other)',
    'steps.times(tick)',
    'filled.times(this.perContract)',
    'reference.times(percent)',
    'lastPrice.times(percent)',
    'loss.times(HUNDRED).compare(of.times(stop.limit))',
    'loss.times(HUNDRED).dividedBy(of, SHOWN_SCALE)',
    'Decimal.parse(reference).times(Decimal.parse(times))',
    // the weight of a price
    'quantity.times(Decimal.parse(price))',
    'mean - beta * benchmarkMean',
    '(100 * (price - top)) / (bottom - top)',
  ]
  expect(products).toHaveLength(others.length)
  expect(products.filter((line) => !others.some((other) => line.includes(other)))).toEqual([])
})
