/** Accounts whose equity reaches zero. The fees are none, unless a test is about them. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { MarketEvent } from '../../../src/schema/events'
import type { Order } from '../../../src/schema/orders'
import type { AccountSettings, FillRules } from '../../../src/schema/paper'
import { liquidationNotice } from '../../../src/trading/exchange/liquidation'
import { type Owned, SimulatedExchange } from '../../../src/trading/exchange/simulated-exchange'
import {
  bar,
  book,
  instrument,
  LINEAR,
  limit,
  line,
  MINUTE,
  openExchange,
  order,
  RULES,
  SPOT,
  SYMBOL,
  stop,
  ticker,
  trade,
} from '../venue'

const FREE: Partial<FillRules> = { makerBps: '0', takerBps: '0' }
/** 1,000 USDT, ten times as much to trade with. */
const LEVERED: AccountSettings = { ...LINEAR, cash: { USDT: '1000' }, leverage: '10' }
const GONE = 'the account was liquidated: no equity is left in USDT'

/** A position that was entered at 100, on the data of `first`; by default 100 of them, lost at 90. */
function held(side: Order['side'] = 'buy', rules: Partial<FillRules> = {}, account = LEVERED, quantity = '100') {
  const exchange = openExchange({ ...FREE, ...rules }, account)
  exchange.observe(bar(0, '100', '100', '100', '100'))
  exchange.submit('me', order({ clientOrderId: 'entry', side, quantity }), MINUTE)
  exchange.observe(bar(1, '100', '100', '100', '100'))
  return exchange
}

/** As `line`, with the venue's own orders by their last part. */
const told = (owned: readonly Owned[]) => owned.map((one) => line(one).replace(/liquidation-me-\w+-/, 'closing-'))
test('the notice of it says what was lost, and that nothing else stops the strategy', () => {
  expect(liquidationNotice({ reason: GONE })).toEqual({
    status: 'TRIGGERED',
    reason: GONE,
    breachType: 'LIQUIDATION',
    killSwitchEngaged: false,
    circuitBreakerOpen: false,
  })
})

const liquidations = (owned: readonly Owned[]) => owned.flatMap(({ liquidation }) => liquidation ?? [])

describe('on candles', () => {
  test('a position is closed where the equity is zero on the way to the worst price, not at the close', () => {
    const exchange = held()
    const owned = exchange.observe(bar(2, '99', '105', '80', '104'))
    expect(told(owned)).toEqual(['closing-1 FILLED 100 @ 90 taker, fee 0 at 179999'])
    expect(liquidations(owned)).toEqual([{ currency: 'USDT', symbol: SYMBOL, reason: GONE, timeMs: 179_999 }])
    expect(exchange.account('me').equity()).toBe('0')
    expect(exchange.account('me').position(SYMBOL)).toMatchObject({ quantity: '0', realizedPnl: '-1000' })
  })

  test('a short one on the way up', () => {
    const exchange = held('sell')
    expect(told(exchange.observe(bar(2, '101', '109.99', '95', '100')))).toEqual([])
    expect(told(exchange.observe(bar(3, '101', '110', '95', '100')))).toEqual([
      'closing-1 FILLED 100 @ 110 taker, fee 0 at 239999',
    ])
  })

  test('at the open when that leaves nothing, at the time of the open', () => {
    const exchange = held()
    expect(told(exchange.observe(bar(2, '85', '95', '80', '95')))).toEqual([
      'closing-1 FILLED 100 @ 85 taker, fee 0 at 120000',
    ])
    expect(exchange.account('me').equity()).toBe('-500')
    const short = held('sell')
    expect(told(short.observe(bar(2, '112', '113', '80', '95')))).toEqual([
      'closing-1 FILLED 100 @ 112 taker, fee 0 at 120000',
    ])
  })

  test('on the tick, to the side of no equity', () => {
    const rules = { ...instrument(SYMBOL), priceIncrement: '0.5' }
    const exchange = new SimulatedExchange({
      rules: { ...RULES, ...FREE },
      account: { ...LEVERED, cash: { USDT: '1010' } },
      instrument: () => rules,
      venue: 'paper',
    })
    exchange.observe(bar(0, '100', '100', '100', '100'))
    exchange.submit('me', order({ clientOrderId: 'entry', quantity: '100' }), MINUTE)
    exchange.observe(bar(1, '100', '100', '100', '100'))
    // Zero is at 89.9.
    expect(told(exchange.observe(bar(2, '99', '99', '80', '95')))).toEqual([
      'closing-1 FILLED 100 @ 89.5 taker, fee 0 at 179999',
    ])
    expect(exchange.account('me').equity()).toBe('-40')
  })

  test('a price that has no end is cut where nothing is left, without a tick', () => {
    const exchange = held('buy', {}, { ...LEVERED, cash: { USDT: '100' } }, '3')
    expect(told(exchange.observe(bar(2, '99', '99', '50', '95')))).toEqual([
      'closing-1 FILLED 3 @ 66.666666666666 taker, fee 0 at 179999',
    ])
    expect(exchange.account('me').equity()).toBe('-0.000000000002')
  })

  test('a stop on the way there comes first, one behind it never', () => {
    const exchange = held()
    exchange.submit('me', stop('behind', 'sell', '89', { quantity: '50' }), 2 * MINUTE)
    exchange.submit('me', stop('before', 'sell', '95', { quantity: '50' }), 2 * MINUTE)
    // Half of it is gone at 95, so that 85 is where nothing is left.
    expect(told(exchange.observe(bar(2, '99', '99', '80', '95')))).toEqual([
      'before FILLED 50 @ 95 taker, fee 0 at 179999',
      'behind FILLED 50 @ 89 taker, fee 0 at 179999',
    ])
    expect(exchange.account('me').equity()).toBe('200')
    const late = held()
    late.submit('me', stop('behind', 'sell', '89', { quantity: '50' }), 2 * MINUTE)
    expect(told(late.observe(bar(2, '99', '99', '80', '95')))).toEqual([
      `behind CANCELLED at 179999: ${GONE}`,
      'closing-1 FILLED 100 @ 90 taker, fee 0 at 179999',
    ])
  })

  test('a stop at the very end of the way is behind it, of either side', () => {
    for (const [side, price, closed] of [
      ['buy', '85', '90'],
      ['sell', '115', '110'],
    ] as const) {
      const exchange = held(side)
      exchange.submit('me', stop('late', side === 'buy' ? 'sell' : 'buy', price, { quantity: '100' }), 2 * MINUTE)
      const [low, high] = side === 'buy' ? [price, '101'] : ['99', price]
      expect(told(exchange.observe(bar(2, '100', high, low, '100')))).toEqual([
        `late CANCELLED at 179999: ${GONE}`,
        `closing-1 FILLED 100 @ ${closed} taker, fee 0 at 179999`,
      ])
    }
  })

  test('what closes the position at the open saves it from the rest of the candle, whatever its own price', () => {
    const exchange = held('sell')
    exchange.submit('me', limit('out', 'buy', '112', { quantity: '100' }), 2 * MINUTE)
    expect(told(exchange.observe(bar(2, '105', '115', '104', '112')))).toEqual([
      'out FILLED 100 @ 105 taker, fee 0 at 120000',
    ])
    expect(exchange.account('me').equity()).toBe('500')
  })

  test('a profit in the same candle does not save it, for nobody knows which price came first', () => {
    const exchange = held()
    exchange.submit('me', limit('profit', 'sell', '110', { quantity: '100' }), 2 * MINUTE)
    expect(told(exchange.observe(bar(2, '99', '120', '80', '95')))).toEqual([
      `profit CANCELLED at 179999: ${GONE}`,
      'closing-1 FILLED 100 @ 90 taker, fee 0 at 179999',
    ])
  })

  test('what a limit order enters in the candle may be lost in the candle', () => {
    const exchange = openExchange(FREE, LEVERED)
    exchange.observe(bar(0, '100', '100', '100', '100'))
    exchange.submit('me', limit('dip', 'buy', '95', { quantity: '100' }), MINUTE)
    const owned = exchange.observe(bar(1, '100', '100', '84', '99'))
    expect(told(owned)).toEqual([
      'dip FILLED 100 @ 95 maker, fee 0 at 119999',
      'closing-1 FILLED 100 @ 85 taker, fee 0 at 119999',
    ])
    expect(liquidations(owned)).toHaveLength(1)
  })

  test('what waits for the open is cancelled where the open leaves nothing', () => {
    const exchange = held()
    exchange.submit('me', order({ clientOrderId: 'out', side: 'sell' }), 2 * MINUTE)
    expect(told(exchange.observe(bar(2, '80', '120', '80', '120')))).toEqual([
      `out CANCELLED at 120000: ${GONE}`,
      'closing-1 FILLED 100 @ 80 taker, fee 0 at 120000',
    ])
  })

  test('what the fees of the open have taken is closed at the open, whatever comes after it', () => {
    for (const stops of [[], [stop('later', 'buy', '105')]]) {
      const exchange = openExchange({ takerBps: '600' }, { ...LEVERED, leverage: '20' })
      exchange.observe(bar(0, '100', '100', '100', '100'))
      for (const made of [order({ clientOrderId: 'm', quantity: '180' }), ...stops]) exchange.submit('me', made, MINUTE)
      const reports = told(exchange.observe(bar(1, '100', '110', '99', '109')))
      expect(reports.slice(0, 1)).toEqual(['m FILLED 180 @ 100 taker, fee 1080 at 60000'])
      expect(reports.slice(1)).toEqual([
        ...stops.map(() => `later CANCELLED at 60000: ${GONE}`),
        'closing-1 FILLED 180 @ 100 taker, fee 0 at 60000',
      ])
    }
  })

  test('where finer data are there, a candle counts by its close alone', () => {
    const exchange = held()
    exchange.observe(trade(2 * MINUTE, '99'))
    expect(exchange.observe(bar(2, '99', '99', '80', '95'))).toEqual([])
    expect(told(exchange.observe(bar(3, '99', '99', '80', '89')))).toEqual([
      'closing-1 FILLED 100 @ 89 taker, fee 0 at 239999',
    ])
  })
})

describe('on other data', () => {
  test('a position is closed at the trade that leaves nothing, before orders are filled by it', () => {
    const exchange = held()
    exchange.submit('me', limit('profit', 'sell', '120'), 2 * MINUTE)
    expect(exchange.observe(trade(200_000, '90.01'))).toEqual([])
    expect(told(exchange.observe(trade(200_001, '70')))).toEqual([
      `profit CANCELLED at 200001: ${GONE}`,
      'closing-1 FILLED 100 @ 70 taker, fee 0 at 200001',
    ])
    expect(exchange.account('me').equity()).toBe('-2000')
  })

  test('at the last price of a ticker, or the middle of quotes', () => {
    const exchange = held('sell')
    expect(exchange.observe(ticker(200_000, '109', '112', '109.9'))).toEqual([])
    expect(told(exchange.observe(ticker(200_001, '109', '110', '110.5')))).toEqual([
      'closing-1 FILLED 100 @ 110.5 taker, fee 0 at 200001',
    ])
    const other = held()
    expect(other.observe(book(200_000, ['90 x 1'], ['91 x 1']))).toEqual([])
    expect(told(other.observe(book(200_001, ['89 x 1'], ['91 x 1'])))).toEqual([
      'closing-1 FILLED 100 @ 90 taker, fee 0 at 200001',
    ])
  })

  test('an event that was asked about before the position grew is judged anew', () => {
    const exchange = openExchange({ ...FREE, fill: 'same' }, LEVERED)
    exchange.observe(trade(1, '100'))
    exchange.submit('me', order({ clientOrderId: 'some', quantity: '1' }), 1)
    const next = trade(2, '80')
    expect(exchange.wouldMatch(next)).toBe(false)
    exchange.submit('me', order({ clientOrderId: 'more', quantity: '99' }), 1)
    expect(exchange.wouldMatch(next)).toBe(true)
    expect(liquidations(exchange.observe(next))).toHaveLength(1)
  })

  test('fees, slippage and spreads can take the rest as well', () => {
    const fees = openExchange({ takerBps: '600' }, { ...LINEAR, cash: { USDT: '1000' }, leverage: '20' })
    fees.observe(ticker(10, '99.9', '100.1', '100'))
    const bought = fees.submit('me', order({ clientOrderId: 'a', quantity: '180' }), 10)
    expect(told(bought)).toEqual([
      'a ACK at 10',
      'a FILLED 180 @ 100.1 taker, fee 1081.08 at 10',
      'closing-1 FILLED 180 @ 100 taker, fee 0 at 10',
    ])
    expect(liquidations(bought)).toHaveLength(1)

    const flat = openExchange({ takerBps: '300' }, { ...LINEAR, cash: { USDT: '1000' }, leverage: '20' })
    flat.observe(ticker(10, '100', '100', '100'))
    flat.submit('me', order({ clientOrderId: 'a', quantity: '180' }), 10)
    const sold = flat.submit('me', order({ clientOrderId: 'b', side: 'sell', quantity: '180' }), 10)
    expect(told(sold)).toEqual(['b ACK at 10', 'b FILLED 180 @ 100 taker, fee 540 at 10'])
    expect(liquidations(sold)).toEqual([{ currency: 'USDT', symbol: SYMBOL, reason: GONE, timeMs: 10 }])
    expect(flat.account('me').equity()).toBe('-80')
  })
})

describe('after that', () => {
  test('orders are refused with the reason, whatever the market does', () => {
    const exchange = held('buy', { latencyMs: 500 })
    exchange.observe(bar(2, '100', '100', '100', '100'))
    exchange.submit('me', limit('on its way', 'sell', '80'), 3 * MINUTE)
    expect(told(exchange.observe(bar(3, '80', '120', '80', '120')))).toEqual([
      `on its way CANCELLED at 180000: ${GONE}`,
      'closing-1 FILLED 100 @ 80 taker, fee 0 at 180000',
    ])
    const later = [
      order({ clientOrderId: 'm' }),
      limit('l', 'sell', '500'),
      stop('s', 'buy', '5', { reduceOnly: true }),
    ]
    for (const one of later) {
      expect(exchange.submit('me', one, 4 * MINUTE).map(line)).toEqual([
        `${one.clientOrderId} REJECTED at 240000: ${GONE}`,
      ])
    }
    expect(exchange.observe(bar(5, '1', '1000', '1', '1000'))).toEqual([])
  })

  test('it holds without a check of the margin, too', () => {
    const exchange = held('buy', {}, { ...LINEAR, cash: { USDT: '1000' }, checkMargin: false })
    expect(liquidations(exchange.observe(bar(2, '99', '99', '80', '95')))).toHaveLength(1)
    expect(exchange.refusal('me', order({ clientOrderId: 'm' }))).toBe(GONE)
  })

  test('it is known from the journal: an account that is opened again is still liquidated', () => {
    const exchange = held()
    exchange.observe(bar(2, '99', '99', '80', '95'))
    const again = openExchange(FREE, LEVERED)
    again.open('me', exchange.account('me').state, [])
    expect(again.refusal('me', order({ clientOrderId: 'm' }))).toBe(GONE)
  })

  test('a position from a journal is closed by the first price that leaves nothing', () => {
    const exchange = held()
    const again = openExchange(FREE, LEVERED)
    again.open('me', exchange.account('me').state, [])
    expect(told(again.observe(trade(5 * MINUTE, '80')))).toEqual(['closing-1 FILLED 100 @ 80 taker, fee 0 at 300000'])
  })

  test('others are not concerned, and an owner that is gone is not liquidated', () => {
    const exchange = held()
    exchange.submit('you', limit('yours', 'buy', '79', { quantity: '1' }), 2 * MINUTE)
    exchange.submit('gone', order({ clientOrderId: 'g', quantity: '100' }), 2 * MINUTE)
    exchange.observe(bar(2, '100', '100', '100', '100'))
    exchange.forget('gone')
    const owned = exchange.observe(bar(3, '99', '99', '80', '95'))
    expect(owned.map(({ owner }) => owner)).toEqual(['me'])
    expect(exchange.openAt('you')).toHaveLength(1)
  })
})

describe('an account with several positions', () => {
  const at = (timeMs: number, price: string, symbol: string) => trade(timeMs, price, '1', symbol)
  const many = (cash: AccountSettings['cash'], ...symbols: string[]) => {
    const exchange = openExchange(FREE, { ...LEVERED, cash })
    for (const [n, symbol] of symbols.entries()) {
      exchange.observe(at(10 * n, '100', symbol))
      exchange.submit('me', order({ clientOrderId: `o${n}`, symbol, quantity: '50' }), 10 * n)
      exchange.observe(at(10 * n + 1, '100', symbol))
    }
    return exchange
  }

  test('is liquidated when all of them together have lost it, each closed at its own price', () => {
    const exchange = many({ USDT: '1000' }, 'A-USDT', 'B-USDT')
    expect(exchange.observe(at(100, '85', 'A-USDT'))).toEqual([])
    expect(exchange.observe(at(101, '96', 'B-USDT'))).toEqual([])
    const owned = exchange.observe(at(102, '94', 'B-USDT'))
    expect(told(owned)).toEqual([
      'closing-1 FILLED 50 @ 85 taker, fee 0 at 102',
      'closing-2 FILLED 50 @ 94 taker, fee 0 at 102',
    ])
    expect(liquidations(owned)).toEqual([{ currency: 'USDT', symbol: 'B-USDT', reason: GONE, timeMs: 102 }])
  })

  test('is spared while one of them makes up for the other', () => {
    const exchange = many({ USDT: '1000' }, 'A-USDT', 'B-USDT')
    exchange.observe(at(100, '130', 'A-USDT'))
    expect(exchange.observe(at(101, '60', 'B-USDT'))).toEqual([])
    expect(exchange.observe(at(102, '70', 'B-USDT'))).toEqual([])
    expect(liquidations(exchange.observe(at(103, '111', 'A-USDT')))).toEqual([])
    expect(liquidations(exchange.observe(at(104, '50', 'B-USDT')))).toHaveLength(1)
  })

  test('events that may do it are foretold, whatever was seen of the other symbol', () => {
    const exchange = many({ USDT: '1000' }, 'A-USDT', 'B-USDT')
    // Neither of them does it alone.
    const [one, other] = [at(100, '89', 'A-USDT'), at(101, '88', 'B-USDT')]
    expect([exchange.wouldMatch(one), exchange.wouldMatch(other)]).toContain(true)
    exchange.observe(one)
    expect(exchange.wouldMatch(other)).toBe(true)
    expect(liquidations(exchange.observe(other))).toHaveLength(1)
  })

  test('what does not react may be observed later, whatever was seen of the other symbols', () => {
    const step = fc.record({
      symbol: fc.constantFrom('A-USDT', 'B-USDT', 'C-USDT'),
      price: fc.integer({ min: 80, max: 120 }),
      signed: fc.constantFrom(0, 0, 0, 0, 40, -40, 90),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const [prompt, late] = [openExchange(FREE, LEVERED), openExchange(FREE, LEVERED)]
        const [expected, reports]: [string[], string[]] = [[], []]
        const gathered: MarketEvent[] = []
        const catchUp = () => gathered.splice(0).flatMap((event) => told(late.observe(event)))
        for (const [n, { symbol, price, signed }] of steps.entries()) {
          const event = at(n, String(price), symbol)
          expected.push(...told(prompt.observe(event)))
          if (late.wouldMatch(event)) {
            expect(catchUp()).toEqual([])
            reports.push(...told(late.observe(event)))
          } else gathered.push(event)
          if (signed === 0) continue
          expect(catchUp()).toEqual([])
          const quantity = String(Math.abs(signed))
          const made = order({ clientOrderId: `o${n}`, symbol, side: signed > 0 ? 'buy' : 'sell', quantity })
          expected.push(...told(prompt.submit('me', made, n)))
          reports.push(...told(late.submit('me', made, n)))
        }
        expect(catchUp()).toEqual([])
        expect(reports).toEqual(expected)
      }),
    )
  })

  test('loses one currency and keeps the other', () => {
    const exchange = many({ USDT: '500', EUR: '500' }, 'A-USDT', 'A-EUR')
    exchange.submit('me', limit('rests', 'sell', '150', { symbol: 'A-EUR' }), 100)
    expect(told(exchange.observe(at(101, '80', 'A-USDT')))).toEqual(['closing-1 FILLED 50 @ 80 taker, fee 0 at 101'])
    expect(exchange.account('me').position('A-EUR').quantity).toBe('50')
    expect(exchange.openAt('me')).toHaveLength(1)
    expect(exchange.refusal('me', order({ clientOrderId: 'x', symbol: 'A-USDT' }))).toBe(GONE)
    expect(exchange.refusal('me', order({ clientOrderId: 'x', symbol: 'A-EUR', side: 'sell' }))).toBeUndefined()
  })

  test("a closing order is the venue's own: at once, whole, without a fee, and only to reduce", () => {
    const [owned] = held('sell').observe(bar(2, '101', '120', '95', '100'))
    expect(owned!.report.order).toEqual({
      provider: 'paper',
      symbol: SYMBOL,
      side: 'buy',
      type: 'market',
      quantity: '100',
      timeInForce: 'GTC',
      postOnly: false,
      reduceOnly: true,
      clientOrderId: expect.stringMatching(/^liquidation-me-[0-9a-f]{10}-1$/),
    })
    expect(owned!.report.fill).toEqual({
      symbol: SYMBOL,
      side: 'buy',
      price: '110',
      quantity: '100',
      fee: '0',
      feeCurrency: 'USDT',
      liquidity: 'taker',
      timeMs: 179_999,
    })
    expect(owned!.closes).toBe(true)
  })

  test('each of its closing orders has an id of its own, and so has each venue', () => {
    const ids = (venue: string) => {
      const exchange = new SimulatedExchange({ rules: { ...RULES, ...FREE }, account: LEVERED, instrument, venue })
      exchange.observe(trade(1, '100'))
      exchange.submit('17', order({ clientOrderId: 'o', quantity: '100' }), 1)
      exchange.observe(trade(2, '100'))
      return exchange.observe(trade(3, '50')).map(({ report }) => report.order.clientOrderId)
    }
    expect(ids('one')[0]).toMatch(/^liquidation-17-[0-9a-f]{10}-1$/)
    expect(ids('one')).toEqual(ids('one'))
    expect(ids('one')).not.toEqual(ids('other'))
  })
})

test('what cannot be lost is not liquidated: spot accounts, and positions that are paid for', () => {
  const spot = openExchange(FREE, SPOT)
  spot.observe(trade(1, '100'))
  spot.submit('me', order({ clientOrderId: 'o', quantity: '100' }), 1)
  spot.observe(trade(2, '100'))
  expect(spot.observe(trade(3, '0.00000001'))).toEqual([])
  const paid = held('buy', {}, LINEAR, '100')
  expect(paid.observe(bar(2, '99', '99', '0.00000001', '50'))).toEqual([])
})

test('an account without any cash from the beginning has no equity to lose', () => {
  const exchange = held('buy', {}, { ...LINEAR, cash: {}, checkMargin: false })
  expect(exchange.observe(bar(2, '99', '99', '50', '50'))).toEqual([])
  expect(exchange.refusal('me', order({ clientOrderId: 'm' }))).toBeUndefined()
})
