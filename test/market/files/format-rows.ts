/** One set of rows of each kind of market data, and the events that they are in whatever file they lie. */
import type { FeedKind } from '../../../src/market/files/formats'
import type { MarketEvent } from '../../../src/schema/events'

/** A Monday, far from any change to summer time. */
export const BEGIN_MS = Date.UTC(2024, 0, 8)
export const MINUTE_MS = 60_000
export const DAY_MS = 86_400_000

export interface Candle {
  readonly openMs: number
  readonly open: string
  readonly high: string
  readonly low: string
  readonly close: string
  readonly volume: string
}

/** A candle each of these lengths. */
export const candles = (lengthMs: number): readonly Candle[] =>
  [
    ['100.5', '101.75', '99.25', '101', '12.5'],
    ['101', '102.5', '100.75', '102.25', '7'],
    ['102.25', '102.25', '98', '98.5', '31.125'],
    ['98.5', '99', '97.5', '98.75', '0.5'],
    ['98.75', '103', '98.75', '103', '18'],
  ].map(([open, high, low, close, volume], i) => ({
    openMs: BEGIN_MS + i * lengthMs,
    open: open!,
    high: high!,
    low: low!,
    close: close!,
    volume: volume!,
  }))

export interface Trade {
  readonly ms: number
  readonly id: string
  readonly side: 'Buy' | 'Sell'
  readonly price: string
  readonly quantity: string
}

/** A higher price is bought, a lower one sold: those who do not know the side tell it by that. */
export const TRADES: readonly Trade[] = (
  [
    [0, 'Buy', '100.5', '2'],
    [1, 'Buy', '101', '0.25'],
    [1, 'Sell', '100.25', '3'],
    [250, 'Sell', '100.25', '0.125'],
    [1007, 'Buy', '102', '1'],
    [1500, 'Sell', '101.75', '4.5'],
  ] as const
).map(([ms, side, price, quantity], i) => ({ ms: BEGIN_MS + ms, id: String(9001 + i), side, price, quantity }))

export interface Quote {
  readonly ms: number
  readonly bid: string
  readonly ask: string
  readonly middle: string
}

/** At the ends of minutes, where the candles of quotes are known. */
export const QUOTES: readonly Quote[] = (
  [
    ['100', '100.5', '100.25'],
    ['100.25', '100.75', '100.5'],
    ['99.5', '100.5', '100'],
    ['101', '101.25', '101.125'],
  ] as const
).map(([bid, ask, middle], i) => ({ ms: BEGIN_MS + (i + 1) * MINUTE_MS - 1, bid, ask, middle }))

export type Level = readonly [price: string, quantity: string]
export interface Book {
  readonly ms: number
  readonly id: number
  readonly bids: readonly [Level, Level]
  readonly asks: readonly [Level, Level]
  /** What makes it of the one before; a quantity of 0 takes the level away. */
  readonly bidChanges: readonly Level[]
  readonly askChanges: readonly Level[]
}

const FIRST = {
  bids: [
    ['100', '2'],
    ['99.5', '1.5'],
  ],
  asks: [
    ['100.5', '3'],
    ['101', '0.25'],
  ],
} as const
export const BOOKS: readonly Book[] = [
  { ms: BEGIN_MS, id: 11, ...FIRST, bidChanges: FIRST.bids, askChanges: FIRST.asks },
  {
    ms: BEGIN_MS + 100,
    id: 12,
    bids: [
      ['100', '2'],
      ['99', '5'],
    ],
    asks: [
      ['100.5', '1'],
      ['101', '0.25'],
    ],
    bidChanges: [
      ['99.5', '0'],
      ['99', '5'],
    ],
    askChanges: [['100.5', '1']],
  },
  {
    ms: BEGIN_MS + 350,
    id: 13,
    bids: [
      ['100', '2'],
      ['99', '5'],
    ],
    asks: [
      ['101', '0.25'],
      ['102', '8'],
    ],
    bidChanges: [],
    askChanges: [
      ['100.5', '0'],
      ['102', '8'],
    ],
  },
]

export interface Expectation {
  readonly kind: FeedKind
  readonly symbol: string
  /** How long a candle is. */
  readonly lengthMs?: number
  /** Trades carry their ids. */
  readonly ids?: boolean
  /** Books carry the number of the change that made them. */
  readonly updates?: boolean
}

type Bare = MarketEvent extends infer E
  ? E extends MarketEvent
    ? Pick<E, 'timeMs' | 'type' | 'payload'>
    : never
  : never

/** The events of the rows. Trades without ids have none here, whatever they are given instead. */
export function eventsOf({ kind, symbol, lengthMs = MINUTE_MS, ids = false, updates = false }: Expectation) {
  return bareEvents(kind, lengthMs, ids, updates).map((event, i) => ({
    eventId: `data-${i + 1}`,
    provider: 'data',
    symbol,
    sequence: i + 1,
    ...event,
  }))
}

function bareEvents(kind: FeedKind, lengthMs: number, ids: boolean, updates: boolean): Bare[] {
  const levels = (side: readonly Level[]) => side.map(([price, quantity]) => ({ price, quantity }))
  switch (kind) {
    case 'klines':
      return candles(lengthMs).map(({ openMs, open, high, low, close, volume }) => {
        const closeTime = openMs + lengthMs - 1
        const prices = { openPrice: open, closePrice: close, highPrice: high, lowPrice: low }
        return {
          timeMs: closeTime,
          type: 'KlineSummary',
          payload: { ...prices, volume, openTime: openMs, closeTime, interval: lengthMs === MINUTE_MS ? '1m' : '1d' },
        }
      })
    case 'trades':
      return TRADES.map(({ ms, id, side, price, quantity }) => ({
        timeMs: ms,
        type: 'Trade',
        payload: { tradeId: ids ? id : '', side, price, quantity, timestamp: ms },
      }))
    case 'quotes':
      return QUOTES.map(({ ms, bid, ask, middle }) => ({
        timeMs: ms,
        type: 'Ticker',
        payload: { lastPrice: middle, bidPrice: bid, askPrice: ask, volume24h: '0', timestamp: ms },
      }))
    case 'books':
      return BOOKS.map(({ ms, id, bids, asks }) => ({
        timeMs: ms,
        type: 'BookSnapshot',
        payload: {
          bids: levels(bids),
          asks: levels(asks),
          checksum: '',
          lastUpdate: ms,
          ...(updates ? { finalUpdateId: id } : {}),
        },
      }))
  }
}
