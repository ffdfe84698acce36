import { expect, test } from 'bun:test'
import { AccountEvents, riskControlEvent } from '../../../src/trading/session/account-events'
import { instrument, order } from '../venue'

const BALANCES = ['EUR', 'USDT', 'BTC', 'ETH'].map((currency, at) => ({
  currency,
  total: `${at}0`,
  available: `${at}`,
}))

test('reports and balances of a provider are numbered in one row, on from the last number that was used', () => {
  const events = new AccountEvents('sim', 7)
  const payload = {
    clientOrderId: 'o-1',
    exchangeOrderId: 'x-1',
    state: 'FILLED',
    side: 'Buy',
    orderType: 'Market',
    price: '0',
    quantity: '1',
    filledQuantity: '1',
    remainingQty: '0',
    avgFillPrice: '5',
    timestamp: 42,
  } as const
  const report = { order: order({ clientOrderId: 'o-1', symbol: 'BTC-USDT' }), payload }
  const fill = {
    symbol: 'BTC-USDT',
    side: 'buy',
    price: '5',
    quantity: '1',
    fee: '0',
    feeCurrency: 'USDT',
    liquidity: 'taker',
    timeMs: 43,
  } as const
  const at = { provider: 'sim', symbol: 'BTC-USDT' }
  expect(events.reported(report)).toEqual({
    type: 'ExecReport',
    eventId: 'o-1:FILLED:8',
    ...at,
    sequence: 8,
    timeMs: 42,
    payload,
  })
  const balance = (sequence: number, currency: string, total: string, available: string) =>
    ({
      type: 'BalanceUpdate',
      eventId: `sim-balance-${sequence}`,
      ...at,
      sequence,
      timeMs: 43,
      payload: { currency, total, available, timestamp: 43 },
    }) as const
  // only those that the fill has moved
  expect([...events.balances(fill, instrument('BTC-USDT'), BALANCES)]).toEqual([
    balance(9, 'USDT', '10', '1'),
    balance(10, 'BTC', '20', '2'),
  ])
  expect(new AccountEvents('sim').reported(report).sequence).toBe(1)
})

test('a notice of risk says whom and what it concerns', () => {
  const notice = {
    status: 'TRIGGERED',
    breachType: 'RATE_LIMIT',
    reason: 'too many',
    killSwitchEngaged: true,
    circuitBreakerOpen: false,
  } as const
  const about = { provider: 'sim', symbol: 'BTC-USDT', timeMs: 44 }
  expect(riskControlEvent('grid', about, notice, 3)).toEqual({
    type: 'RiskControl',
    eventId: 'risk:grid:3',
    ...about,
    sequence: 3,
    payload: { strategyId: 'grid', provider: 'sim', symbol: 'BTC-USDT', ...notice, timestamp: 44 },
  })
})
