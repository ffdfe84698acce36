/** Records valued as the trading core values the events they carry. */
import { describe, expect, test } from 'bun:test'
import { priceOf } from '../../src/hosts/inside/prices'
import { RecordCursor } from '../../src/sandbox/cursor'
import { RecordWriter } from '../../src/sandbox/records'
import type { MarketEvent } from '../../src/schema/events'
import { markOf } from '../../src/trading/marks'

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
