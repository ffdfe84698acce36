/** Records valued as the trading core values the events they carry. */
import { describe, expect, test } from 'bun:test'
import { RecordCursor } from '../../src/sandbox/cursor'
import { RecordWriter } from '../../src/sandbox/records'
import { isPriced, priceOf } from '../../src/sandbox-host/prices'
import type { MarketEvent } from '../../src/schema/events'
import { markOf } from '../../src/trading/accounts/marks'
import { filled, orderOf } from './hosts'

const head = { eventId: 'e-1', provider: 'sim', symbol: 'BTC-USDT', sequence: 1, timeMs: 1000 }
const level = (price: string) => ({ price, quantity: '1' })
const book = (bids: string[], asks: string[]): MarketEvent => ({
  ...head,
  type: 'BookSnapshot',
  payload: { bids: bids.map(level), asks: asks.map(level), checksum: '', lastUpdate: 1000 },
})

const events: [string, MarketEvent][] = [
  [
    'a trade',
    { ...head, type: 'Trade', payload: { tradeId: '1', side: 'Buy', price: '100.5', quantity: '1', timestamp: 1 } },
  ],
  [
    'a ticker',
    {
      ...head,
      type: 'Ticker',
      payload: { lastPrice: '0', bidPrice: '100', askPrice: '102', volume24h: '1', timestamp: 1 },
    },
  ],
  [
    'a candle',
    {
      ...head,
      type: 'KlineSummary',
      payload: {
        openPrice: '1',
        closePrice: '99.5',
        highPrice: '100',
        lowPrice: '1',
        volume: '5',
        openTime: 0,
        closeTime: 1,
      },
    },
  ],
  ['a book', book(['100', '99'], ['101', '102'])],
  ['a book without bids', book([], ['101'])],
  ['a book without asks', book(['100'], [])],
  ['an empty book', book([], [])],
]

describe('the price of a record is that of its event', () => {
  for (const [what, event] of events) {
    test(what, () => {
      const writer = new RecordWriter()
      writer.event(event)
      const bytes = writer.from().slice()
      const cursor = new RecordCursor(bytes)
      const records: Uint8Array[] = []
      while (cursor.next()) if (!cursor.isWord) records.push(bytes.subarray(cursor.start, cursor.end))
      expect(records.map(priceOf)).toEqual([markOf(event)])
    })
  }
})

test('trades, tickers, candles and books say something of prices, and nothing else does', () => {
  const writer = new RecordWriter()
  for (const [, event] of events.slice(0, 4)) writer.event(event)
  writer.event({ ...head, type: 'Extension', payload: {} })
  const { symbol, provider: venue } = head
  const instrument = { symbol, type: 'spot', baseCurrency: 'BTC', quoteCurrency: 'USDT', venue }
  writer.event({ ...head, type: 'InstrumentUpdate', payload: { instrument } })
  writer.event({ ...head, type: 'ExecReport', payload: filled(orderOf('o-1'), '5').payload })
  writer.event({
    ...head,
    type: 'BalanceUpdate',
    payload: { currency: 'USDT', total: '1', available: '1', timestamp: 0 },
  })
  writer.flags({ tradingActive: true, dryRun: false })
  const cursor = new RecordCursor(writer.from())
  const priced: boolean[] = []
  while (cursor.next()) priced.push(isPriced(cursor))
  expect(priced).toEqual([true, true, true, true, false, false, false, false, false])
})
