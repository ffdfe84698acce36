/** Orders that ask for a share, at the exchange: judged by independent sums. */
import { describe, expect, test } from 'bun:test'
import Judge from 'decimal.js'
import fc from 'fast-check'
import type { MarketEvent } from '../../../src/schema/events'
import type { Order } from '../../../src/schema/orders'
import type { AccountSettings } from '../../../src/schema/paper'
import type { Owned } from '../../../src/trading/exchange/simulated-exchange'
import { bar, book, LINEAR, limit, MINUTE, openExchange, order, SPOT, SYMBOL, stop, ticker, trade } from '../venue'

Judge.set({ precision: 200, toExpNeg: -100, toExpPos: 100 })

const share = (percent: string, parts: Partial<Order> = {}): Order =>
  // its own quantity is of no meaning at the exchange
  order({ clientOrderId: 'o', quantity: '1', asked: { quantity: `${percent}%` }, ...parts })

const told = (owned: readonly Owned[]) =>
  owned.map(({ report: { payload } }) => {
    const { state, quantity, filledQuantity, avgFillPrice, rejectReason } = payload
    return [state, quantity, filledQuantity, avgFillPrice, ...(rejectReason === undefined ? [] : [rejectReason])].join(
      ' ',
    )
  })

const CASH = { ...LINEAR, cash: { USDT: '1000' } }

describe('a share is settled', () => {
  const market = { quantityIncrement: '0.001' }

  test('at the fill, whatever the price was before, with its fee', () => {
    const exchange = openExchange({ takerBps: '100' }, CASH, market)
    exchange.observe(trade(0, '100'))
    expect(told(exchange.submit('me', share('100'), 1))).toEqual(['ACK 10 0 0'])
    // 990.09 + 9.9009
    expect(told(exchange.observe(trade(2, '50')))).toEqual(['FILLED 19.801 19.801 50'])
    expect(exchange.account('me').position(SYMBOL).quantity).toBe('19.801')
    expect(exchange.openAt('me')).toEqual([])
  })

  test('at the price with slippage', () => {
    const exchange = openExchange({ takerBps: '0', slippageBps: '100' }, CASH, market)
    exchange.observe(bar(0, '100', '100', '100', '100'))
    exchange.submit('me', share('100'), MINUTE)
    expect(told(exchange.observe(bar(1, '200', '200', '200', '200')))).toEqual(['FILLED 4.95 4.95 202'])
  })

  test('at the price of a stop that is set off', () => {
    const exchange = openExchange({ takerBps: '0' }, CASH, market)
    exchange.observe(trade(0, '100'))
    expect(told(exchange.submit('me', stop('s', 'buy', '125', { asked: { quantity: '50%' } }), 1))).toEqual([
      'ACK 4 0 0',
    ])
    expect(told(exchange.observe(trade(2, '160')))).toEqual(['FILLED 3.125 3.125 160'])
  })

  test('of a limit order when it arrives, at its limit, with the dearer of its fees', () => {
    const exchange = openExchange({ takerBps: '100', makerBps: '0' }, CASH, market)
    exchange.observe(trade(0, '100'))
    const placed = exchange.submit('me', limit('l', 'buy', '80', { asked: { quantity: '100%' } }), 1)
    expect(told(placed)).toEqual(['ACK 12.376 0 0'])
    expect(exchange.openAt('me')[0]).toMatchObject({ quantity: '12.376', filledQuantity: '0' })
    expect(told(exchange.observe(trade(2, '79', '4')))).toEqual(['PARTIAL 12.376 4 80'])
    expect(told(exchange.observe(trade(3, '79', '40')))).toEqual(['FILLED 12.376 12.376 80'])
  })

  test('over the levels of a book, by what each costs', () => {
    const exchange = openExchange({ takerBps: '0' }, CASH, market)
    exchange.observe(book(0, ['99 x 1'], ['100 x 4', '150 x 2', '300 x 1', '900 x 9']))
    // 400 + 300 + 300, and not a lot more
    expect(told(exchange.submit('me', share('100'), 1))).toEqual([
      'ACK 10.05 0 0',
      'PARTIAL 7 4 100',
      'PARTIAL 7 6 116.6666666666666667',
      'FILLED 7 7 142.8571428571428571',
    ])
    expect(exchange.account('me').position(SYMBOL).quantity).toBe('7')
  })

  test('and what the book does not hold expires', () => {
    const exchange = openExchange({ takerBps: '0' }, CASH, market)
    exchange.observe(book(0, ['99 x 1'], ['100 x 4']))
    expect(told(exchange.submit('me', share('100'), 1)).slice(1)).toEqual([
      'PARTIAL 10 4 100',
      'EXPIRED 10 4 100 the book holds no more',
    ])
    expect(exchange.openAt('me')).toEqual([])
    expect(exchange.account('me').balance('USDT').available).toBe('600')
  })

  test('of what one that fills all or nothing needs', () => {
    const exchange = openExchange({ takerBps: '0' }, CASH, market)
    exchange.observe(book(0, ['99 x 1'], ['100 x 1', '200 x 4.5']))
    expect(told(exchange.submit('me', share('100', { timeInForce: 'FOK' }), 1)).slice(-1)).toEqual([
      expect.stringContaining('FILLED 5.5 5.5'),
    ])
  })
})

describe('what is held', () => {
  test.each([
    ['100', '7'],
    ['50', '3.5'],
    ['33.3', '2.331'],
  ])('%s%% of it is closed by an order that may only reduce, by as much as there is then', (percent, closed) => {
    const exchange = openExchange({ takerBps: '0' }, CASH, { quantityIncrement: '0.001' })
    exchange.observe(trade(0, '100'))
    exchange.submit('me', order({ clientOrderId: 'a', quantity: '5' }), 1)
    exchange.observe(trade(2, '100'))
    const [placed] = exchange.submit(
      'me',
      stop('s', 'sell', '90', { reduceOnly: true, asked: { quantity: `${percent}%` } }),
      3,
    )
    expect(placed?.report.payload.state).toBe('ACK')
    exchange.submit('me', order({ clientOrderId: 'b', quantity: '2' }), 4)
    exchange.observe(trade(5, '100'))
    expect(told(exchange.observe(trade(6, '90')))).toEqual([`FILLED ${closed} ${closed} 90`])
  })

  test('is what a sale in a spot account is a share of, but for what other sales hold back', () => {
    const exchange = openExchange({ takerBps: '0' }, SPOT)
    exchange.observe(trade(0, '100'))
    exchange.submit('me', limit('l', 'sell', '200', { quantity: '0.5' }), 1)
    exchange.submit('me', share('100', { side: 'sell' }), 2)
    expect(told(exchange.observe(trade(3, '100')))).toEqual(['FILLED 1.5 1.5 100'])
  })

  test('is nothing without a position, and never more than all of it', () => {
    const exchange = openExchange({}, CASH)
    exchange.observe(trade(0, '100'))
    const refused = (parts: Partial<Order>, percent = '100') => told(exchange.submit('me', share(percent, parts), 1))[0]
    expect(refused({ reduceOnly: true, side: 'sell' })).toContain('there is no long position in BTC-USDT to reduce')
    expect(refused({ reduceOnly: true }, '101')).toContain(
      'quantity 101% is more than 100%: of what is held there is no more',
    )
  })
})

describe('a share is refused', () => {
  const reason = (exchange: ReturnType<typeof openExchange>, placed: Order) =>
    exchange.submit('me', placed, 1)[0]?.report.payload.rejectReason

  test('before there is a price', () => {
    expect(reason(openExchange(), share('50'))).toBe('there is no price of BTC-USDT yet to measure 50% by')
  })

  test('beyond what the leverage allows; without a margin, nothing is too much', () => {
    const open = (account: Partial<AccountSettings>) => {
      const exchange = openExchange({ takerBps: '0' }, { ...CASH, ...account })
      exchange.observe(trade(0, '100'))
      return exchange
    }
    expect(reason(open({}), share('100.01'))).toBe('quantity 100.01% is more than 100%, which a leverage of 1 allows')
    expect(reason(open({ leverage: '2.5' }), share('251'))).toContain(
      'is more than 250%, which a leverage of 2.5 allows',
    )
    expect(reason(open({ model: 'spot' }), share('101'))).toBe(
      'quantity 101% is more than 100%: a spot account borrows nothing',
    )
    expect(reason(open({ leverage: '2.5' }), share('250'))).toBeUndefined()
    expect(reason(open({ checkMargin: false }), share('5000'))).toBeUndefined()
    expect(reason(open({ marginPerContract: '1' }), share('5000'))).toBeUndefined()
  })

  test('where it comes to less than the smallest order', () => {
    const exchange = openExchange({ takerBps: '0' }, CASH, {
      quantityIncrement: '0.1',
      minQuantity: '0.5',
      minNotional: '100',
    })
    exchange.observe(trade(0, '1000'))
    expect(reason(exchange, share('1'))).toBe(
      '1% of the equity, 10 USDT, is less than the smallest order of BTC-USDT at 1000',
    )
    expect(reason(exchange, share('20'))).toBe('quantity 0.2 is below the minimum of 0.5')
    exchange.submit('me', share('50'), 1)
    expect(told(exchange.observe(trade(2, '1200')))).toEqual([
      'REJECTED 0.4 0 0 quantity 0.4 is below the minimum of 0.5',
    ])
    expect(exchange.account('me').balance('USDT').available).toBe('1000')
  })

  test('where nothing is free beside what is open', () => {
    const exchange = openExchange({ takerBps: '0' }, CASH)
    exchange.observe(trade(0, '100'))
    exchange.submit('me', limit('l', 'buy', '50', { quantity: '20' }), 1)
    expect(reason(exchange, share('100'))).toBe('insufficient margin: nothing is free for 100%')
  })
})

test('a little that is left of a position takes nothing from who buys again', () => {
  for (const model of ['linear', 'spot'] as const) {
    const exchange = openExchange({ takerBps: '10' }, { ...CASH, model }, { quantityIncrement: '0.001' })
    exchange.observe(trade(0, '100'))
    exchange.submit('me', order({ clientOrderId: 'a', quantity: '0.013' }), 1)
    exchange.observe(trade(2, '100'))
    exchange.submit('me', share('100'), 3)
    expect(told(exchange.observe(trade(4, '100')))).toEqual(['FILLED 9.977 9.977 100'])
  }
})

test('a size that risk limits refuse, once it is settled, is not filled', () => {
  const sizes: string[] = []
  const exchange = openExchange({ takerBps: '0' }, CASH, {}, (owner, { quantity }) => {
    sizes.push(`${owner} ${quantity}`)
    return Number(quantity) > 12 ? 'too much' : undefined
  })
  exchange.observe(trade(0, '100'))
  exchange.submit('me', share('100'), 1)
  expect(told(exchange.observe(trade(2, '80')))).toEqual(['REJECTED 12.5 0 0 too much'])
  expect(sizes).toEqual(['me 12.5'])
  expect(told(exchange.submit('me', limit('l', 'buy', '70', { asked: { quantity: '100%' } }), 3))).toEqual([
    'REJECTED 14.27144284 0 0 too much',
  ])
})

test('an order that comes back from a journal has its size, or gets it when it fills', () => {
  const exchange = openExchange({ takerBps: '0' }, CASH)
  exchange.observe(trade(0, '100'))
  const nothing = { filledQuantity: '0', avgFillPrice: '0' }
  exchange.restore('me', stop('s', 'buy', '125', { quantity: '8', asked: { quantity: '100%' } }), nothing, 1)
  exchange.restore('you', limit('l', 'buy', '125', { quantity: '3', asked: { quantity: '100%' } }), nothing, 1)
  expect(told(exchange.observe(trade(2, '124')))).toEqual(['FILLED 3 3 125'])
  expect(told(exchange.observe(trade(3, '200')))).toEqual(['FILLED 5 5 200'])
})

describe('whatever happens', () => {
  const price = fc.integer({ min: 1, max: 5_000_00 }).map((cents) => String(cents / 100))
  const level = fc.tuple(price, fc.constantFrom('0', '0.5', '3', '1000'))
  const events: fc.Arbitrary<MarketEvent> = fc.oneof(
    price.map((at) => trade(5 * MINUTE, at)),
    price.map((at) => bar(5, at, at, at, at)),
    price.map((at) => ticker(5 * MINUTE, at, at)),
    fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => {
      const side = levels
        .toSorted(([one], [other]) => Number(one) - Number(other))
        .map(([at, size]) => `${at} x ${size}`)
      return book(5 * MINUTE, side.toReversed(), side)
    }),
  )
  const terms = fc.record({
    model: fc.constantFrom('linear' as const, 'inverse' as const, 'spot' as const),
    cash: fc.integer({ min: 1, max: 1e9 }).map((cents) => String(cents / 100)),
    leverage: fc.constantFrom('1', '2.5', '20'),
    percent: fc.integer({ min: 1, max: 100_00 }).map((hundredths) => String(hundredths / 100)),
    lot: fc.constantFrom(undefined, '0.001', '1', '0.25'),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    fees: fc.constantFrom(
      { takerBps: '0' },
      { takerBps: '7.5' },
      { takerBps: '0', feePerContract: '0.05', feeMinimum: '1' },
    ),
    slippageBps: fc.constantFrom('0', '3', '250'),
    first: price,
    multiplier: fc.constantFrom(undefined, '10', '0.1'),
  })

  test('its price and fee are within the share of the equity, and one lot more would not be', () => {
    let filled = 0
    fc.assert(
      fc.property(
        terms,
        events,
        ({ model, cash, leverage, percent, lot, side, fees, slippageBps, first, multiplier }, event) => {
          fc.pre(!(model === 'spot' && side === 'sell'))
          const currency = model === 'inverse' ? 'BTC' : 'USDT'
          const units = model === 'spot' ? undefined : multiplier
          const account = {
            model,
            cash: { [currency]: cash },
            leverage,
            checkMargin: true,
            ...(units && { multiplier: units }),
          }
          const exchange = openExchange(
            { ...fees, slippageBps },
            account,
            lot === undefined ? {} : { quantityIncrement: lot },
          )
          exchange.observe(trade(0, first))
          exchange.submit('me', share(percent, { side }), MINUTE)
          const told = exchange.observe(event).map(({ report }) => report)
          // at a mark that is far from its best levels, a book may liquidate who has traded there
          const reports = told.filter(({ order: { clientOrderId } }) => clientOrderId === 'o')
          const fills = reports.flatMap(({ fill }) => fill ?? [])
          if (fills.length === 0) return
          filled++
          const quantity = fills.reduce((sum, fill) => sum.plus(fill.quantity), new Judge(0))
          const step = new Judge(lot ?? '0.00000001')
          const worthOf = (amount: Judge, at: string) =>
            model === 'inverse'
              ? amount
                  .times(units ?? 1)
                  .div(at)
                  .toDecimalPlaces(18, Judge.ROUND_DOWN)
              : amount.times(units ?? 1).times(at)
          const worth = fills.reduce(
            (sum, fill) => sum.plus(worthOf(new Judge(fill.quantity), fill.price)),
            new Judge(0),
          )
          const fee = fills.reduce((sum, fill) => sum.plus(fill.fee), new Judge(0))
          const budget = new Judge(cash).times(percent).div(100)
          const paid = worth.plus(Judge.max(fee, 0))
          expect(paid.lte(budget.plus(model === 'inverse' ? 1e-15 : 0))).toBe(true)
          expect(new Judge(reports[0]!.payload.quantity).mod(step).eq(0)).toBe(true)
          // what a book did not hold might have been more
          if (event.type === 'BookSnapshot') return
          const more = worth.div(quantity).times(quantity.plus(step))
          const dearest = fee.gt(0) ? fee.div(quantity).times(quantity.plus(step)) : 0
          expect(more.plus(Judge.max(dearest, fee, 0)).gt(budget.minus(1e-15))).toBe(true)
        },
      ),
      { numRuns: 1500 },
    )
    expect(filled).toBeGreaterThan(500)
  })
})
