/** Records read back are the events that they were made of, as handlers see them. */
import { expect, test } from 'bun:test'
import { decoded } from '../../src/sandbox/decoded'
import { RecordWriter } from '../../src/sandbox/records'
import type { StrategyEvent } from '../../src/schema/events'

const TIME_MS = Date.UTC(2026, 0, 31, 12)
const TIME = '2026-01-31T12:00:00.000Z'
const HEAD = { eventId: 'sim-7', provider: 'sim', symbol: 'BTC-USDT', sequence: 7, timeMs: TIME_MS }
const REPORT = {
  clientOrderId: 'a-1',
  exchangeOrderId: 'x',
  state: 'PARTIAL',
  side: 'Buy',
  orderType: 'Limit',
  price: '1.10',
  quantity: '3',
  filledQuantity: '1',
  remainingQty: '2',
  avgFillPrice: '1.1',
} as const
const BOOK = { bids: [{ price: '1', quantity: '2' }], asks: [], checksum: 'ü' }
const RISK = { strategyId: 'a', provider: 'sim', symbol: 'BTC-USDT', status: 's', reason: 'r', breachType: 'b' }

const EVENTS: readonly [StrategyEvent, object][] = [
  [
    {
      ...HEAD,
      type: 'Trade',
      payload: { tradeId: '1', side: 'Sell', price: '1.50', quantity: '0.10', timestamp: TIME_MS },
    },
    { tradeId: '1', side: 'Sell', price: '1.50', quantity: '0.10', timestamp: TIME },
  ],
  [
    {
      ...HEAD,
      type: 'Ticker',
      payload: { lastPrice: '1', bidPrice: '2', askPrice: '3', volume24h: '4.0', timestamp: TIME_MS },
    },
    { lastPrice: '1', bidPrice: '2', askPrice: '3', volume24h: '4.0', timestamp: TIME },
  ],
  [
    {
      ...HEAD,
      type: 'KlineSummary',
      payload: {
        openPrice: '1',
        closePrice: '2',
        highPrice: '3',
        lowPrice: '0.5',
        volume: '9',
        openTime: TIME_MS,
        closeTime: TIME_MS,
      },
    },
    { openPrice: '1', closePrice: '2', highPrice: '3', lowPrice: '0.5', volume: '9', openTime: TIME, closeTime: TIME },
  ],
  [
    { ...HEAD, type: 'ExecReport', payload: { ...REPORT, timestamp: TIME_MS } },
    { ...REPORT, timestamp: TIME },
  ],
  [
    { ...HEAD, type: 'BookSnapshot', payload: { ...BOOK, lastUpdate: TIME_MS } },
    { ...BOOK, lastUpdate: TIME },
  ],
  [
    { ...HEAD, type: 'BalanceUpdate', payload: { currency: 'USDT', total: '1', available: '2', timestamp: TIME_MS } },
    { currency: 'USDT', total: '1', available: '2', timestamp: TIME },
  ],
  [
    {
      ...HEAD,
      type: 'RiskControl',
      payload: { ...RISK, killSwitchEngaged: true, circuitBreakerOpen: false, timestamp: TIME_MS },
    },
    { ...RISK, killSwitchEngaged: true, circuitBreakerOpen: false, timestamp: TIME },
  ],
  [{ ...HEAD, type: 'Extension', payload: { any: ['thing'] } }, { any: ['thing'] }],
]

test.each(EVENTS.map(([event, payload]) => [event.type, event, payload] as const))('%s', (type, event, payload) => {
  const writer = new RecordWriter()
  writer.event(event)
  expect(decoded(writer.from(), writer.words)).toEqual({
    eventId: 'sim-7',
    routingVersion: 1,
    provider: 'sim',
    symbol: 'BTC-USDT',
    type,
    seqProvider: 7,
    ingestTs: TIME,
    emitTs: TIME,
    payload,
  })
})
