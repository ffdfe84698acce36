/** Events as they travel inside the product: what a provider emits and what a strategy's handlers get (contract §3). */
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import type { EventType } from './strategy-words'
import { words } from './words'

/** A non-negative decimal number as text, as `"20000.50"`. */
export const Decimal = Type.String({ pattern: '^[0-9]+(\\.[0-9]+)?$' })
/** Milliseconds since 1970, UTC; strategies see it as an RFC 3339 string. */
export const TimeMs = Type.Number()

export const Side = words(['Buy', 'Sell'])
export type Side = Static<typeof Side>
export const EXEC_STATES = ['ACK', 'PARTIAL', 'FILLED', 'CANCELLED', 'REJECTED', 'EXPIRED'] as const
export const ExecState = words(EXEC_STATES)
export type ExecState = Static<typeof ExecState>

export const TradePayload = Type.Object({
  tradeId: Type.String(),
  side: Side,
  price: Decimal,
  quantity: Decimal,
  timestamp: TimeMs,
})
export type TradePayload = Static<typeof TradePayload>

export const TickerPayload = Type.Object({
  lastPrice: Decimal,
  bidPrice: Decimal,
  askPrice: Decimal,
  volume24h: Decimal,
  timestamp: TimeMs,
})
export type TickerPayload = Static<typeof TickerPayload>

export const BookLevel = Type.Object({ price: Decimal, quantity: Decimal })
export type BookLevel = Static<typeof BookLevel>

/** Bids from the highest price down, asks from the lowest up. */
export const BookSnapshotPayload = Type.Object({
  bids: Type.Array(BookLevel),
  asks: Type.Array(BookLevel),
  checksum: Type.String(),
  lastUpdate: TimeMs,
  firstUpdateId: Type.Optional(Type.Number()),
  finalUpdateId: Type.Optional(Type.Number()),
})
export type BookSnapshotPayload = Static<typeof BookSnapshotPayload>

export const KlinePayload = Type.Object({
  openPrice: Decimal,
  closePrice: Decimal,
  highPrice: Decimal,
  lowPrice: Decimal,
  volume: Decimal,
  openTime: TimeMs,
  closeTime: TimeMs,
  /** Its length as venues name it: `1m`, `4h`, `1d`, `1w`, `1M`; absent where it is not known. */
  interval: Type.Optional(Type.String()),
})
export type KlinePayload = Static<typeof KlinePayload>

/** The state of one order; `price` is the limit price, "0" for a market order; `avgFillPrice` "0" before the first fill. */
export const ExecReportPayload = Type.Object({
  clientOrderId: Type.String(),
  exchangeOrderId: Type.String(),
  state: ExecState,
  side: Side,
  orderType: words(['Limit', 'Market']),
  price: Decimal,
  quantity: Decimal,
  filledQuantity: Decimal,
  remainingQty: Decimal,
  avgFillPrice: Decimal,
  commissionAmount: Type.Optional(Type.String()),
  commissionAsset: Type.Optional(Type.String()),
  timestamp: TimeMs,
  rejectReason: Type.Optional(Type.String()),
})
export type ExecReportPayload = Static<typeof ExecReportPayload>

export const BalancePayload = Type.Object({
  currency: Type.String(),
  total: Type.String(),
  available: Type.String(),
  timestamp: TimeMs,
})
export type BalancePayload = Static<typeof BalancePayload>

/** What a limit price may be, as multiples of a reference price; absent: it is not bound from there. */
export const PriceBand = Type.Object({
  buyLower: Type.Optional(Decimal),
  buyUpper: Type.Optional(Decimal),
  sellLower: Type.Optional(Decimal),
  sellUpper: Type.Optional(Decimal),
})
export type PriceBand = Static<typeof PriceBand>

/** What the venue calls its rules, for refusals. */
export const FilterNames = Type.Object({
  price: Type.Optional(Type.String()),
  size: Type.Optional(Type.String()),
  marketSize: Type.Optional(Type.String()),
  notional: Type.Optional(Type.String()),
  priceBand: Type.Optional(Type.String()),
  openOrders: Type.Optional(Type.String()),
  openStopOrders: Type.Optional(Type.String()),
  position: Type.Optional(Type.String()),
})
export type FilterNames = Static<typeof FilterNames>

export const Instrument = Type.Object({
  symbol: Type.String(),
  type: Type.String(),
  baseCurrency: Type.String(),
  quoteCurrency: Type.String(),
  venue: Type.String(),
  priceIncrement: Type.Optional(Decimal),
  quantityIncrement: Type.Optional(Decimal),
  pricePrecision: Type.Optional(Type.Integer()),
  quantityPrecision: Type.Optional(Type.Integer()),
  minQuantity: Type.Optional(Decimal),
  maxQuantity: Type.Optional(Decimal),
  minNotional: Type.Optional(Decimal),
  multiplier: Type.Optional(Decimal),
  minPrice: Type.Optional(Decimal),
  maxPrice: Type.Optional(Decimal),
  maxNotional: Type.Optional(Decimal),
  /** Market orders obey these besides the rules of all orders. */
  marketQuantityIncrement: Type.Optional(Decimal),
  marketMinQuantity: Type.Optional(Decimal),
  marketMaxQuantity: Type.Optional(Decimal),
  minNotionalExemptsMarket: Type.Optional(Type.Boolean()),
  maxNotionalExemptsMarket: Type.Optional(Type.Boolean()),
  priceBand: Type.Optional(PriceBand),
  /** The band and the worth of market orders are measured by the average price of so many minutes; absent: by the last. */
  averagePriceMinutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 1440 })),
  /** So many orders of an account may be open at once; of those that wait for a stop price, so many. */
  maxOpenOrders: Type.Optional(Type.Integer({ minimum: 1 })),
  maxOpenStopOrders: Type.Optional(Type.Integer({ minimum: 1 })),
  /** What is held and what open orders may still buy, together; orders to buy beyond it are refused. */
  maxPosition: Type.Optional(Decimal),
  /** The initial margin of a contract, in the settlement currency, in place of notional / leverage. */
  marginPerContract: Type.Optional(Decimal),
  /** Fees of this market in place of those of the account. */
  makerBps: Type.Optional(Type.String({ pattern: '^-?[0-9]+([.][0-9]+)?$' })),
  takerBps: Type.Optional(Decimal),
  feePerContract: Type.Optional(Decimal),
  feeMinimum: Type.Optional(Decimal),
  filters: Type.Optional(FilterNames),
})
/** The rules of one market; an absent rule does not bind. */
export type Instrument = Static<typeof Instrument>

export const RiskControlPayload = Type.Object({
  strategyId: Type.String(),
  provider: Type.String(),
  symbol: Type.String(),
  status: Type.String(),
  reason: Type.String(),
  breachType: Type.String(),
  metrics: Type.Optional(Type.Record(Type.String(), Type.String())),
  killSwitchEngaged: Type.Boolean(),
  circuitBreakerOpen: Type.Boolean(),
  timestamp: TimeMs,
})
export type RiskControlPayload = Static<typeof RiskControlPayload>

/** The payload schema of each event type, for the check at the provider's edge. */
export const PAYLOADS = {
  Trade: TradePayload,
  Ticker: TickerPayload,
  BookSnapshot: BookSnapshotPayload,
  ExecReport: ExecReportPayload,
  KlineSummary: KlinePayload,
  InstrumentUpdate: Type.Object({ instrument: Instrument }),
  BalanceUpdate: BalancePayload,
  RiskControl: RiskControlPayload,
  Extension: Type.Unknown(),
} as const satisfies Record<EventType, TSchema>

/** What every event has besides its type and payload. */
export interface EventHead {
  readonly eventId: string
  readonly provider: string
  readonly symbol: string
  /** Counts up within the provider. */
  readonly sequence: number
  /** When the event happened; in a backtest or replay the file's time. Strategies' `Date` stands here. */
  readonly timeMs: number
}

/**
 * A trade as it stands in a text. Most trades of a file are only counted and passed on: their own texts are cut out when
 * somebody asks for the `payload`. The event's id is its provider, a hyphen and its sequence. Places are those of characters in `text`, an end is the place behind the last.
 */
export interface UncutTrade {
  readonly text: string
  readonly priceStart: number
  readonly priceEnd: number
  readonly quantityStart: number
  readonly quantityEnd: number
  readonly idStart: number
  /** 0: the text has no id for the trade, which is `idStart` then. */
  readonly idEnd: number
  readonly side: Side
  /** The double nearest to the price, which is above zero. */
  readonly price: number
}

/**
 * Whom a candle is for, when it is not for all. `strategies`: it was made of what the venue has seen already, and fills no
 * order again. `venue`: strategies have asked for longer ones, which are made of it; orders are matched on it.
 */
export type KlineAudience = 'strategies' | 'venue'

type EventOf<T extends EventType> = EventHead & {
  readonly type: T
  readonly payload: Static<(typeof PAYLOADS)[T]>
} & (T extends 'Trade' ? { readonly uncut?: UncutTrade } : unknown) &
  (T extends 'KlineSummary' ? { readonly audience?: KlineAudience } : unknown)

/** Any event, told apart by `type`. */
export type StrategyEvent = { [T in EventType]: EventOf<T> }[EventType]
export type MarketEvent = Extract<
  StrategyEvent,
  { type: 'Trade' | 'Ticker' | 'BookSnapshot' | 'KlineSummary' | 'InstrumentUpdate' | 'Extension' }
>
export type ExecReportEvent = EventOf<'ExecReport'>
export type BalanceUpdateEvent = EventOf<'BalanceUpdate'>
export type RiskControlEvent = EventOf<'RiskControl'>
