/**
 * The strategy API, typed for authors. In a strategy file:
 *
 *     // @type {import('<path to>/sandbox/strategy').Strategy}, as a JSDoc comment before
 *     module.exports = { metadata: { … }, create(env) { … } }
 *
 * Amounts in events are decimal strings, times RFC 3339 strings in UTC. Nothing else is there but the language
 * (ES2023): no require, timers, network or files, nothing that browsers and Node add. `Date` stands at the time of the
 * event at hand, `Math.random` is seeded.
 *
 * There is no `Intl`: dates and numbers are written as by en-US in UTC, and a locale, time zone or option that can't be
 * honoured throws. No text becomes code: `eval` and `Function` throw, but for `Function('return this')()`, by which
 * bundles find the global object. docs/strategies.md lists what is absent.
 */

export interface Strategy {
  metadata: Metadata
  /** Orders are refused in here: trade in a handler. Must not be async. */
  create(env: Environment): Handlers
}

export type EventType =
  | 'Trade'
  | 'Ticker'
  | 'BookSnapshot'
  | 'ExecReport'
  | 'KlineSummary'
  | 'InstrumentUpdate'
  | 'BalanceUpdate'
  | 'RiskControl'
  | 'Extension'

export interface Metadata {
  /** Lower case: a-z, 0-9, dot, dash, underscore. */
  name: string
  tag?: string
  /** At most 80 characters. */
  displayName: string
  description?: string
  config?: ConfigField[]
  /** What the strategy wants to get; at least one. */
  events: EventType[]
}

export interface ConfigField {
  name: string
  type: 'string' | 'int' | 'float' | 'bool' | 'duration' | 'enum'
  description?: string
  default?: unknown
  required?: boolean
  /** The choices of an enum. */
  options?: string[]
}

export interface Environment {
  /** Every declared field, defaults filled in. */
  config: Record<string, unknown>
  metadata: Metadata
  /** The name of each event type. */
  events: { readonly [T in EventType]: T }
  helpers: Helpers
  runtime: Runtime
}

export interface Helpers {
  /** As `console.log` prints, to the log of the instance; at most 8 KiB a line. */
  log(...args: unknown[]): void
  /** Blocks this handler and nobody else. Milliseconds, or a Go duration as `1m30s`; anything else returns at once. */
  sleep(duration: number | string): void
  /**
   * Survives restarts and rolls to another revision: JSON, at most 256 KiB. Saved with each order that a handler makes and
   * each report that it is told, else within a second.
   */
  state: Record<string, unknown>
}

/** `buy`, `long` and `bid` buy, `sell`, `short` and `ask` sell, in any case; a number buys from 0 on. */
export type Side = 'buy' | 'long' | 'bid' | 'sell' | 'short' | 'ask' | (string & {}) | number

/**
 * A decimal string or a finite number, above zero. A string is taken exactly, and refused when it is not on the
 * instrument's tick or lot. A number is rounded to them, to the side that costs nothing: limit prices of buys down and of
 * sales up, stop prices of buys up and of sales down, quantities down; what would become zero is refused.
 */
export type Amount = string | number

/** A provider's name, usable as a string and by its `name`. */
export type Provider = string & { readonly name: string }

/** What is refused throws an Error whose message is the reason. */
export interface Runtime {
  /** The instance runs, its provider is up and fresh, and no kill switch is set. */
  isTradingActive(): boolean
  /** Orders are checked, logged and not sent. */
  isDryRun(): boolean
  providers(): string[]
  symbols(): string[]
  /** Equal seeds choose equally; any provider without a seed. */
  selectProvider(seed?: number | string): Provider
  /** Answers the client order id. An empty provider means the first. */
  submitMarketOrder(provider: string | null | undefined, side: Side, quantity: Amount): string
  /** The same; a market order without a price, a limit order with one. */
  submitOrder(provider: string | null | undefined, side: Side, quantity: Amount, price?: Amount | null): string
  /** The same, with everything that an order can have. */
  submit(order: OrderRequest): string
  /** It is open no more from then on, unless it is filled meanwhile. False: no such open order. */
  cancelOrder(clientOrderId: string): boolean
  /** Answers how many; of every symbol without one. */
  cancelAll(symbol?: string): number
  /**
   * From when they are sent to their end, or to when they are asked to be cancelled. An order that is being cancelled may
   * still fill: `onOrderCancelled` tells when it is gone.
   */
  openOrders(symbol?: string): OpenOrder[]
  /** The position in the first symbol, unless another one is given. */
  position(symbol?: string): Position
  balance(currency: string): { total: number; available: number }
  equity(): number
  instrument(symbol?: string): Instrument
  /** The market of the symbol whose event is handled; 0 before the first price. */
  getMarketState(): { last: number; bid: number; ask: number; spread: number; spreadPct: number }
  getLastPrice(): number
  getBidPrice(): number
  getAskPrice(): number
}

export interface OrderRequest {
  /** The first, unless one is given. */
  provider?: string
  /** The first, unless one is given. */
  symbol?: string
  side: Side
  type: 'market' | 'limit' | 'stop' | 'stopLimit'
  quantity: Amount
  /** For limit and stopLimit orders. */
  price?: Amount
  /** For stop and stopLimit orders. */
  stopPrice?: Amount
  /** GTC, unless one is given. */
  timeInForce?: 'GTC' | 'IOC' | 'FOK'
  postOnly?: boolean
  reduceOnly?: boolean
  clientTag?: string
}

export interface OpenOrder {
  clientOrderId: string
  symbol: string
  side: 'buy' | 'sell'
  type: OrderRequest['type']
  price: string | null
  quantity: string
  filledQuantity: string
}

export interface Position {
  symbol: string
  /** Below zero when short. */
  quantity: number
  averagePrice: number
  unrealizedPnl: number
  realizedPnl: number
}

type Context = Record<string, never>

/** A missing handler is skipped. What one throws is logged with its line, and the next events come as ever. */
export interface Handlers {
  onTrade?(ctx: Context, evt: StrategyEvent<Trade>, payload: Trade, price: number): unknown
  onTicker?(ctx: Context, evt: StrategyEvent<Ticker>, payload: Ticker): unknown
  onBookSnapshot?(ctx: Context, evt: StrategyEvent<BookSnapshot>, payload: BookSnapshot): unknown
  onKlineSummary?(ctx: Context, evt: StrategyEvent<KlineSummary>, payload: KlineSummary): unknown
  onInstrumentUpdate?(ctx: Context, evt: StrategyEvent<InstrumentUpdate>, payload: InstrumentUpdate): unknown
  onBalanceUpdate?(ctx: Context, evt: StrategyEvent<BalanceUpdate>, payload: BalanceUpdate): unknown
  onRiskControl?(ctx: Context, evt: StrategyEvent<RiskControl>, payload: RiskControl): unknown
  /** Whatever JSON the provider sends. */
  onExtensionEvent?(ctx: Context, evt: StrategyEvent<unknown>, payload: unknown): unknown
  /*
   * What becomes of its orders. Each report is told once: what happened while the instance did not run comes at its next
   * start, in order, before the first market event (of more than 10,000 reports the newest). `payload.timestamp` is the
   * time at the venue, `evt.emitTs` and `Date` are the time at which it is told.
   */
  onOrderAcknowledged?(ctx: Context, evt: StrategyEvent<ExecReport>, payload: ExecReport): unknown
  onOrderPartialFill?(ctx: Context, evt: StrategyEvent<ExecReport>, payload: ExecReport): unknown
  onOrderFilled?(ctx: Context, evt: StrategyEvent<ExecReport>, payload: ExecReport): unknown
  onOrderCancelled?(ctx: Context, evt: StrategyEvent<ExecReport>, payload: ExecReport): unknown
  onOrderExpired?(ctx: Context, evt: StrategyEvent<ExecReport>, payload: ExecReport): unknown
  onOrderRejected?(ctx: Context, evt: StrategyEvent<ExecReport>, payload: ExecReport, reason: string): unknown
  /**
   * Called once in a backtest, after the last event; never on a gateway, where no instance has an end. What was open is
   * cancelled before. What it orders is filled at once at the last prices, or cancelled.
   */
  onEnd?(ctx: Context, evt: EndEvent): unknown
  /** Asked once after create: true lets in events of the instance's symbols from providers outside its scope. */
  wantsCrossProviderEvents?: boolean | (() => boolean)
  [other: string]: unknown
}

export interface StrategyEvent<Payload> {
  eventId: string
  routingVersion: number
  provider: string
  symbol: string
  type: EventType
  /** Counts up within the provider. */
  seqProvider: number
  ingestTs: string
  emitTs: string
  payload: Payload
}

/** Its `emitTs` is the time of the last event. */
export type EndEvent = Omit<StrategyEvent<null>, 'symbol' | 'type'> & { symbol: ''; type: 'End' }

export interface Trade {
  tradeId: string
  side: 'Buy' | 'Sell'
  price: string
  quantity: string
  timestamp: string
}

export interface Ticker {
  lastPrice: string
  bidPrice: string
  askPrice: string
  volume24h: string
  timestamp: string
}

export interface BookLevel {
  price: string
  quantity: string
}

export interface BookSnapshot {
  /** From the highest price down. */
  bids: BookLevel[]
  /** From the lowest price up. */
  asks: BookLevel[]
  checksum: string
  lastUpdate: string
  firstUpdateId?: number
  finalUpdateId?: number
}

export interface ExecReport {
  clientOrderId: string
  exchangeOrderId: string
  state: 'ACK' | 'PARTIAL' | 'FILLED' | 'CANCELLED' | 'REJECTED' | 'EXPIRED'
  side: 'Buy' | 'Sell'
  orderType: 'Limit' | 'Market'
  /** "0" of a market order. */
  price: string
  quantity: string
  filledQuantity: string
  remainingQty: string
  /** "0" before the first fill. */
  avgFillPrice: string
  commissionAmount?: string
  commissionAsset?: string
  timestamp: string
  rejectReason?: string
}

export interface KlineSummary {
  openPrice: string
  closePrice: string
  highPrice: string
  lowPrice: string
  volume: string
  openTime: string
  closeTime: string
  /** Its length: `1m`, `4h`, `1d`, `1w`, `1M`; absent where it is not known. */
  interval?: string
}

/** The rules of one market; an absent rule does not bind. */
export interface Instrument {
  symbol: string
  type: string
  baseCurrency: string
  quoteCurrency: string
  venue: string
  priceIncrement?: string
  quantityIncrement?: string
  pricePrecision?: number
  quantityPrecision?: number
  minQuantity?: string
  maxQuantity?: string
  minNotional?: string
  /** Units that one contract stands for; absent: 1. */
  multiplier?: string
}

export interface InstrumentUpdate {
  instrument: Instrument
}

export interface BalanceUpdate {
  currency: string
  total: string
  available: string
  timestamp: string
}

export interface RiskControl {
  strategyId: string
  provider: string
  symbol: string
  /**
   * TRIGGERED: an order was refused, trading was killed, the account was liquidated, or the instance has fallen behind
   * the market; CLEARED: it was resumed, or has caught up.
   */
  status: 'TRIGGERED' | 'CLEARED'
  reason: string
  breachType:
    | 'KILL_SWITCH'
    | 'CIRCUIT_BREAKER'
    | 'RATE_LIMIT'
    | 'ORDER_TYPE'
    | 'ORDER_VALIDATION'
    | 'PRICE_BAND'
    | 'POSITION_LIMIT'
    | 'NOTIONAL_LIMIT'
    | 'CONCURRENCY'
    | 'LIQUIDATION'
    | 'LAG'
  /** What was measured, and against what. */
  metrics?: Record<string, string>
  killSwitchEngaged: boolean
  circuitBreakerOpen: boolean
  timestamp: string
}
