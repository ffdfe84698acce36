/** Events as readers make them: their number and id are given later, when their place in the feed is known. */
import type { BookLevel, MarketEvent, Side } from '../../schema/events'
import { midpoint } from './decimals'
import type { ReaderContext } from './layout'

export function tradeDraft(
  context: ReaderContext,
  symbol: string,
  timeMs: number,
  tradeId: string,
  side: Side,
  price: string,
  quantity: string,
): MarketEvent {
  return {
    eventId: '',
    provider: context.provider,
    symbol,
    sequence: context.ordinal,
    timeMs,
    type: 'Trade',
    payload: { tradeId, side, price, quantity, timestamp: timeMs },
  }
}

/** @param last price of the last trade; where none is known the middle between bid and ask. The 24 h volume is 0. */
export function tickerDraft(
  context: ReaderContext,
  symbol: string,
  timeMs: number,
  bid: string,
  ask: string,
  last: string = midpoint(bid, ask),
): MarketEvent {
  return {
    eventId: '',
    provider: context.provider,
    symbol,
    sequence: context.ordinal,
    timeMs,
    type: 'Ticker',
    payload: { lastPrice: last, bidPrice: bid, askPrice: ask, volume24h: '0', timestamp: timeMs },
  }
}

export interface BookSides {
  readonly bids: BookLevel[]
  readonly asks: BookLevel[]
}

export function bookDraft(
  context: ReaderContext,
  symbol: string,
  timeMs: number,
  { bids, asks }: BookSides,
  finalUpdateId?: number,
): MarketEvent {
  return {
    eventId: '',
    provider: context.provider,
    symbol,
    sequence: context.ordinal,
    timeMs,
    type: 'BookSnapshot',
    payload: {
      bids,
      asks,
      checksum: '',
      lastUpdate: timeMs,
      ...(finalUpdateId === undefined ? {} : { finalUpdateId }),
    },
  }
}
