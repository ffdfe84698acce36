/** When a loss reaches its limit, to the last decimal. */
import { expect, test } from 'bun:test'
import type { RiskLimits } from '../../../src/schema/risk-limits'
import { Decimal } from '../../../src/trading/decimal'
import { isReached, lossStopsOf, stopText } from '../../../src/trading/risk/loss-stops'

const d = (text: string) => Decimal.parse(text)
/** @param equity now. */
const stood = (today: string, equity: string, pnl = today, peak = '0') => ({
  pnl: d(pnl),
  today: d(today),
  peak: d(peak),
  equity: d(equity),
})
const reached = (limits: RiskLimits, ...args: Parameters<typeof stood>) =>
  lossStopsOf(limits, undefined).map((stop) => isReached(stop, stood(...args)))

test('an amount is reached when it is lost, and not by the smallest part before', () => {
  const limits = { maxDailyLoss: '500' }
  expect(reached(limits, '-499.99999999', '9500')).toEqual([false])
  expect(reached(limits, '-500', '9500')).toEqual([true])
  expect(reached(limits, '500', '10500')).toEqual([false])
})

test('a percentage is one of the equity at the beginning of the day', () => {
  const limits = { maxDailyLoss: '2.5%' }
  expect(reached(limits, '-249.99999999', '9750.00000001')).toEqual([false])
  expect(reached(limits, '-250', '9750')).toEqual([true])
  expect(reached(limits, '-1', '-1')).toEqual([true])
  expect(reached(limits, '0', '0')).toEqual([false])
})

test('a drawdown is one from the best, whatever the day was', () => {
  const limits = { maxDrawdownPct: 10 }
  expect(reached(limits, '50', '9000.01', '-999.99', '0')).toEqual([false])
  expect(reached(limits, '50', '9000', '-1000', '0')).toEqual([true])
  expect(reached(limits, '0', '10800', '800', '2000')).toEqual([true])
  expect(reached(limits, '0', '10801', '801', '2000')).toEqual([false])
})

test('what is not set, or 0, stops nothing; what it does then is to reduce unless told otherwise', () => {
  expect(lossStopsOf({}, 'USDT')).toEqual([])
  expect(lossStopsOf({ maxDailyLoss: '0', maxDrawdownPct: 0, dailyLossThen: 'kill' }, 'USDT')).toEqual([])
  expect(lossStopsOf({ maxDailyLoss: '0%' }, 'USDT')).toEqual([])
  const stops = lossStopsOf({ maxDailyLoss: '5', maxDrawdownPct: 2, drawdownThen: 'close' }, 'USDT')
  expect(stops.map(({ measure, currency, action }) => [measure, currency, action])).toEqual([
    ['dailyLoss', 'USDT', 'reduce'],
    ['drawdown', undefined, 'close'],
  ])
  expect(lossStopsOf({ maxDailyLoss: '5', notionalCurrency: 'BTC' }, 'USDT')[0]?.currency).toBe('BTC')
})

test('it says what was measured against what', () => {
  const [daily, drawdown] = lossStopsOf({ maxDailyLoss: '50', maxDrawdownPct: 1.5 }, undefined)
  const at = stood('-60', '9940', '-60', '40')
  expect(stopText(daily!, at, 'USDT')).toBe('the loss of today in USDT is 60 USDT, the limit is 50 USDT')
  expect(stopText(drawdown!, at, 'USDT')).toBe('the drawdown in USDT is 0.996 %, the limit is 1.5 %')
})
