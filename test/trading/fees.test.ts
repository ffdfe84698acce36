/** What fills cost, by every model, row by row. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { FillRules } from '../../src/schema/paper'
import { Decimal, ZERO } from '../../src/trading/decimal'
import { feeModel } from '../../src/trading/fees'
import { contract, LINEAR, limit, openExchange, order, play, RULES, SPOT, SYMBOL, trade } from './venue'

const amount = (text: string) => Decimal.parse(text)
const SHARES = { makerBps: '0', takerBps: '0', feePerContract: '0.005', feeMinimum: '1' }

/** The fees of an order that is filled in parts. */
function feesOf(rules: Partial<FillRules>, parts: readonly (readonly [quantity: string, price: string])[], terms = {}) {
  const model = feeModel({ ...RULES, ...rules })
  const made = contract(SYMBOL, terms)
  let filled = ZERO
  return parts.map(([quantity, price]) => {
    const fee = model.fee({ contract: made, filled }, amount(quantity), amount(price), 'taker').toString()
    filled = filled.plus(amount(quantity))
    return fee
  })
}

test.each([
  // a broker's 0.005 a share, at least 1.00 an order
  [SHARES, [['100', '25']], ['1']],
  [SHARES, [['200', '25']], ['1']],
  [SHARES, [['201', '25']], ['1.005']],
  [SHARES, [['1000', '0.25']], ['5']],
  [
    SHARES,
    [
      ['100', '25'],
      ['100', '25.01'],
      ['1', '25'],
      ['299', '26'],
    ],
    ['1', '0', '0.005', '1.495'],
  ],
  [
    SHARES,
    [
      ['500', '25'],
      ['500', '25'],
    ],
    ['2.5', '2.5'],
  ],
  [SHARES, [['0.5', '25']], ['1']],
  // 2.00 a contract
  [
    { feePerContract: '2' },
    [
      ['3', '5000'],
      ['1', '5001'],
    ],
    ['6', '2'],
  ],
  [{ feePerContract: '2.00', feeMinimum: '0' }, [['3', '5000']], ['6']],
  [
    { feePerContract: '0', feeMinimum: '4.5' },
    [
      ['3', '5000'],
      ['3', '5000'],
    ],
    ['4.5', '0'],
  ],
  [{ feePerContract: '0' }, [['3', '5000']], ['0']],
  // the notional
  [{ takerBps: '20' }, [['3', '5000']], ['30']],
  [{ takerBps: '0.1' }, [['0.001', '0.07']], ['0.0000000007']],
] as const)('%o: fills of %o cost %o', (rules, parts, fees) => {
  expect(feesOf(rules, parts)).toEqual([...fees])
})

test('in basis points they are of the notional, multiplied and in its currency; per contract they are of the contracts', () => {
  const terms = { multiplier: '10' }
  expect(feesOf({ takerBps: '20' }, [['3', '5000']], terms)).toEqual(['300'])
  expect(feesOf({ feePerContract: '2' }, [['3', '5000']], terms)).toEqual(['6'])
  expect(feesOf({ takerBps: '5' }, [['300', '50000']], { model: 'inverse', multiplier: '100' })).toEqual(['0.0003'])
})

test('however an order is filled, it pays the sum or the minimum, whichever is more', () => {
  const cents = fc.integer({ min: 0, max: 1000 }).map((units) => String(units / 100))
  const parts = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 10 })
  fc.assert(
    fc.property(cents, cents, parts, (feePerContract, feeMinimum, units) => {
      const fees = feesOf(
        { feePerContract, feeMinimum },
        units.map((unit) => [String(unit / 1000), '7'] as const),
      )
      const sum = fees.reduce((all, fee) => all.plus(amount(fee)), ZERO)
      const filled = amount(String(units.reduce((all, unit) => all + unit, 0))).shifted(3)
      const rated = filled.times(amount(feePerContract))
      expect(sum.toString()).toBe((rated.compare(amount(feeMinimum)) > 0 ? rated : amount(feeMinimum)).toString())
      for (const fee of fees) expect(amount(fee).sign).toBeGreaterThanOrEqual(0)
    }),
  )
})

describe('at the exchange', () => {
  test('the minimum is paid once by an order that is filled in parts, and by none that is not filled', () => {
    play(openExchange(SHARES), [
      [trade(1, '20'), []],
      [limit('a', 'buy', '10', { quantity: '300' }), ['a ACK at 1']],
      [limit('b', 'buy', '8', { quantity: '300' }), ['b ACK at 1']],
      [trade(2, '9.9', '100'), ['a PARTIAL 100 @ 10 maker, fee 1 at 2']],
      [trade(3, '9.9', '100'), ['a PARTIAL 100 @ 10 maker, fee 0 at 3']],
      [trade(4, '9.9', '100'), ['a FILLED 100 @ 10 maker, fee 0.5 at 4']],
      [{ cancel: 'b' }, ['b CANCELLED at 4']],
    ])
  })

  test('an order that goes on after a restart pays no second minimum', () => {
    const exchange = openExchange(SHARES)
    const progress = { filledQuantity: '150', avgFillPrice: '10' }
    exchange.restore('me', limit('a', 'buy', '10', { quantity: '300' }), progress, 1)
    play(exchange, [
      [trade(2, '9.9', '40'), ['a PARTIAL 40 @ 10 maker, fee 0 at 2']],
      [trade(3, '9.9', '200'), ['a FILLED 110 @ 10 maker, fee 0.5 at 3']],
    ])
  })

  test('the account pays it, a spot account only when it is there', () => {
    const exchange = openExchange(SHARES, { ...SPOT, cash: { USDT: '1000.99' } })
    play(exchange, [
      [trade(1, '10'), []],
      [order({ clientOrderId: 'a', quantity: '100' }), ['a ACK at 1']],
      [trade(2, '10'), ['a REJECTED at 2: insufficient USDT: 1001 are needed, 1000.99 are available']],
    ])
    const linear = openExchange({ feePerContract: '2' }, { ...LINEAR, multiplier: '10', marginPerContract: '1000' })
    linear.observe(trade(1, '5000'))
    linear.submit('me', order({ clientOrderId: 'a', quantity: '3' }), 1)
    linear.observe(trade(2, '5000.25'))
    expect(linear.account('me').balances()).toEqual([{ currency: 'USDT', total: '9994', available: '6994' }])
  })
})
