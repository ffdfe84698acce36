/** Whose positions a price could leave without equity: nobody whom it could is passed over. */
import { describe, expect, test } from 'bun:test'
import type { Fill } from '../../../src/schema/orders'
import { Account } from '../../../src/trading/accounts/account'
import { DangerZone } from '../../../src/trading/exchange/danger-zone'
import { bar, book, instrument, LINEAR, SPOT, SYMBOL, ticker, trade } from '../venue'

/** 1,000 USDT and a position of 100, entered at 100: lost at 90, a short one at 110. */
function holder(side: Fill['side'] = 'buy', quantity = '100', settings = LINEAR) {
  const account = new Account({ ...settings, cash: { USDT: '1000' } }, instrument)
  account.mark(SYMBOL, '100')
  trades(account, side, quantity)
  return account
}

function trades(account: Account, side: Fill['side'], quantity: string): void {
  const terms = { symbol: SYMBOL, side, price: '100', quantity, fee: '0', feeCurrency: 'USDT' } as const
  account.applyFill({ ...terms, liquidity: 'taker', timeMs: 0 })
  account.reassess()
}

function zoneOf(accounts: Readonly<Record<string, Account>>): DangerZone {
  const zone = new DangerZone(SYMBOL)
  for (const [owner, account] of Object.entries(accounts)) zone.update(owner, account)
  return zone
}

const owners = (zone: DangerZone, low: number, high: number) => zone.struck(low, high).map(({ owner }) => owner)

describe('an event may strike', () => {
  test.each([
    ['a trade', trade(1, '90'), trade(1, '90.01')],
    ['the low of a candle', bar(1, '100', '101', '90', '100'), bar(1, '100', '101', '90.01', '100')],
    ['a ticker', ticker(1, '1', '2', '90'), ticker(1, '1', '2', '90.01')],
    ['a book', book(1, ['89 x 1'], ['91 x 1']), book(1, ['89.1 x 1'], ['91 x 1'])],
  ])('a long position: %s', (_, striking, sparing) => {
    const zone = zoneOf({ me: holder('buy') })
    expect([zone.mayStrike(sparing), zone.mayStrike(striking), zone.mayStrike(sparing)]).toEqual([false, true, false])
  })

  test.each([
    ['a trade', trade(1, '110'), trade(1, '109.99')],
    ['the high of a candle', bar(1, '100', '110', '99', '100'), bar(1, '100', '109.99', '99', '100')],
    ['a ticker', ticker(1, '1', '2', '110'), ticker(1, '1', '2', '109.99')],
  ])('a short position: %s', (_, striking, sparing) => {
    const zone = zoneOf({ me: holder('sell') })
    expect([zone.mayStrike(sparing), zone.mayStrike(striking), zone.mayStrike(sparing)]).toEqual([false, true, false])
  })

  test('is judged anew once the position is another', () => {
    const account = holder('buy')
    const zone = zoneOf({ me: account })
    const event = trade(1, '94')
    expect(zone.mayStrike(event)).toBe(false)
    trades(account, 'buy', '100')
    zone.update('me', account)
    expect(zone.mayStrike(event)).toBe(true)
    trades(account, 'sell', '300')
    zone.update('me', account)
    expect(zone.mayStrike(event)).toBe(false)
    expect(zone.mayStrike(trade(2, '110'))).toBe(true)
  })
})

test('what a former position could not bear is forgotten with it, to either side', () => {
  const account = holder('sell')
  const zone = zoneOf({ me: account })
  expect(zone.mayStrike(trade(1, '110'))).toBe(true)
  trades(account, 'buy', '200')
  zone.update('me', account)
  expect([zone.mayStrike(trade(2, '110')), zone.mayStrike(trade(3, '90'))]).toEqual([false, true])
})

test('of several owners those are struck whose prices are reached, to either side', () => {
  const zone = zoneOf({ far: holder('buy', '50'), near: holder('buy', '200'), short: holder('sell', '100') })
  expect([80, 95, 96].map((low) => owners(zone, low, 100))).toEqual([['far', 'near'], ['near'], []])
  expect([109, 110].map((high) => owners(zone, 100, high))).toEqual([[], ['short']])
  expect(owners(zone, 95, 110)).toEqual(['near', 'short'])
  expect([zone.reaches(95, 100), zone.reaches(96, 109), zone.reaches(100, 110)]).toEqual([true, false, true])
  zone.forget('near')
  expect(zone.reaches(95, 100)).toBe(false)
  expect(zone.reaches(80, 100)).toBe(true)
})

test('who holds nothing, or has nothing to lose, is never struck', () => {
  const closed = holder('buy')
  const zone = zoneOf({ closed, spot: holder('buy', '1', SPOT), paid: holder('buy', '10') })
  trades(closed, 'sell', '100')
  zone.update('closed', closed)
  expect(zone.mayStrike(trade(1, '0.01'))).toBe(false)
  expect(owners(zone, 0.01, 1e9)).toEqual([])
  expect(new DangerZone(SYMBOL).mayStrike(trade(1, '0.01'))).toBe(false)
})
