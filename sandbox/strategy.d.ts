/**
 * The strategy API, typed for authors: what a strategy is made of, what it is given, what it hears. `meltica types`
 * prints it as the module `meltica`, and docs/strategy-api.md is made from it.
 *
 * Amounts in events are decimal strings, times RFC 3339 strings in UTC.
 */

/**
 * Makes a strategy. It answers what it is given, and is there so that an editor and `tsc` know the types of the config
 * and of the state:
 *
 * ```ts
 * import { type Handlers, strategy } from 'meltica'
 *
 * interface State {
 *   bought: number
 * }
 *
 * export default strategy({
 *   metadata: {
 *     name: 'dips',
 *     tag: 'v1.0.0',
 *     displayName: 'Dips',
 *     config: [{ name: 'threshold', type: 'float', default: 0.5 }],
 *     events: ['Trade'],
 *   },
 *   types: {} as { state: State },
 *   create({ config, helpers, runtime }): Handlers {
 *     return {
 *       onTrade(ctx, evt, payload, price) {
 *         if (price % 100 >= config.threshold) return
 *         runtime.submitMarketOrder(evt.provider, 'buy', '0.01')
 *         helpers.state.bought = (helpers.state.bought ?? 0) + 1
 *       },
 *     }
 *   },
 * })
 * ```
 *
 * In plain JavaScript, which needs no bundling, `Create` does the same.
 */
export function strategy<
  const M extends Metadata,
  H extends Handlers,
  T extends StrategyTypes = { state: Record<string, unknown> },
>(definition: {
  metadata: M & OnlyKnown<M>
  /** Read by the compiler alone: `{} as { state: State }` says what `helpers.state` holds. */
  types?: T
  /** Called once, at each start. Orders are refused in here: trade in a handler. Must not be async. */
  create(env: Environment<M, T['state']>): H & OnlyHandlers<H>
}): Strategy<M, T['state']>

/** What a file of a strategy exports. */
export interface Strategy<M extends Metadata = Metadata, State extends object = Record<string, unknown>> {
  metadata: M
  create: Create<M, State>
}

/**
 * The function `create`, for JavaScript that is not bundled. With `// @ts-check` in the first line, all is checked that
 * is checked in TypeScript:
 *
 * ```js
 * // @ts-check
 * /** @import { Create, Metadata } from 'meltica' *\/
 *
 * /** @satisfies {Metadata} *\/
 * const metadata = /** @type {const} *\/ ({
 *   name: 'dips',
 *   tag: 'v1.0.0',
 *   displayName: 'Dips',
 *   config: [{ name: 'threshold', type: 'float', default: 0.5 }],
 *   events: ['Trade'],
 * })
 *
 * /** @type {Create<typeof metadata, { bought: number }>} *\/
 * function create({ config, helpers, runtime }) {
 *   return {
 *     onTrade(ctx, evt, payload, price) {
 *       if (price % 100 >= config.threshold) return
 *       runtime.submitMarketOrder(evt.provider, 'buy', '0.01')
 *       helpers.state.bought = (helpers.state.bought ?? 0) + 1
 *     },
 *   }
 * }
 *
 * module.exports = { metadata, create }
 * ```
 */
export type Create<M extends Metadata = Metadata, State extends object = Record<string, unknown>> = (
  env: Environment<M, State>,
) => Handlers

/** What the author of a strategy types. */
export interface StrategyTypes {
  /** What `helpers.state` holds: JSON. */
  state: object
}

/** What a strategy says of itself. */
export interface Metadata {
  /** Lower case: a-z, 0-9, dot, dash, underscore; at most 128 characters, the first a letter or digit. */
  readonly name: string
  /** As `v1.0.0`. Without one, an upload has to name it. */
  readonly tag?: string
  /** What operators see; at most 80 characters. */
  readonly displayName: string
  readonly description?: string
  /**
   * What an instance may be given at its launch. `dry_run`, a bool that is true by default, is added where it is not
   * declared.
   */
  readonly config?: readonly ConfigField[]
  /** What the strategy lives on; at least one. A handler is called for an event that is not named, too. */
  readonly events: readonly EventType[]
}

/** What a strategy can hear of. */
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

/** A field of the config, by its type. */
export type ConfigField = StringField | IntField | FloatField | BoolField | DurationField | EnumField

/** What fields of each type have. One that has no default and is not required may be absent from the config. */
export interface FieldBase<Value> {
  /** By which `create` finds it in `config`, and operators set it. */
  readonly name: string
  readonly description?: string
  /** What it is when nothing is given. */
  readonly default?: Value
  /** Refuses a launch that gives no value, where there is no default. */
  readonly required?: boolean
}

export interface StringField extends FieldBase<string> {
  readonly type: 'string'
}

/** A whole number. */
export interface IntField extends FieldBase<number> {
  readonly type: 'int'
}

export interface FloatField extends FieldBase<number> {
  readonly type: 'float'
}

export interface BoolField extends FieldBase<boolean> {
  readonly type: 'bool'
}

/** A text as `250ms` or `1m30s`, which `helpers.sleep` takes as it is. */
export interface DurationField extends FieldBase<string> {
  readonly type: 'duration'
}

/** One of several texts. */
export interface EnumField extends FieldBase<string> {
  readonly type: 'enum'
  /** The choices. */
  readonly options: readonly string[]
}

/** The config by the fields that the metadata declares: `threshold: number` of `{ name: 'threshold', type: 'float' }`. */
export type Config<M extends Metadata> = Metadata extends M
  ? { readonly [name: string]: string | number | boolean | undefined }
  : Flat<
      { readonly dry_run: boolean } & {
        readonly [F in FieldOf<M> as F extends Given ? F['name'] : never]: ValueOf<F>
      } & {
        readonly [F in FieldOf<M> as F extends Given ? never : F['name']]?: ValueOf<F>
      }
    >

/** Fields that are in every config. */
type Given = { required: true } | { default: string | number | boolean }
type FieldOf<M extends Metadata> = M extends { config: readonly (infer F extends ConfigField)[] } ? F : never
type ValueOf<F extends ConfigField> = F extends EnumField
  ? F['options'][number]
  : F extends IntField | FloatField
    ? number
    : F extends BoolField
      ? boolean
      : string
type Flat<T> = { [K in keyof T]: T[K] }

/** Metadata without keys that nobody reads, as one that is misspelt. */
type OnlyKnown<M extends Metadata> = {
  readonly [K in keyof M]: K extends 'config' ? OnlyFields<M[K]> : K extends keyof Metadata ? M[K] : never
}
type OnlyFields<C> = { readonly [I in keyof C]: OnlyKeys<C[I], keyof FieldBase<unknown> | 'type' | 'options'> }
type OnlyKeys<T, Known> = { readonly [K in keyof T]: K extends Known ? T[K] : never }

/** Handlers without those that nothing calls. */
type OnlyHandlers<H> = {
  [K in keyof H]: K extends keyof Handlers ? Handlers[K] : `${K & string} is no handler: nothing calls it`
}

/** What `create` is given. */
export interface Environment<M extends Metadata = Metadata, State extends object = Record<string, unknown>> {
  /** Every declared field that has a value, defaults filled in. */
  readonly config: Config<M>
  readonly metadata: M
  /** The name of each event type. */
  readonly events: { readonly [T in EventType]: T }
  readonly helpers: Helpers<State>
  readonly runtime: Runtime
}

/** What is no trading. */
export interface Helpers<State extends object = Record<string, unknown>> {
  /** As `console.log` prints, to the log of the instance; at most 8 KiB a line. */
  log(...args: unknown[]): void
  /** Blocks this handler and nobody else. Milliseconds, or a Go duration as `1m30s`; anything else returns at once. */
  sleep(duration: number | string): void
  /**
   * Survives restarts and rolls to another revision: JSON, at most 256 KiB. Saved with each order that a handler makes and
   * each report that it is told, else within a second. Empty at the first start, so each of its fields may be absent:
   * `helpers.state.count ??= 0`. An object that is assigned replaces all that is in it.
   */
  state: Partial<State>
}

/** What an order does: `buy`, `long` and `bid` buy, `sell`, `short` and `ask` sell, in any case; a number buys from 0 on. */
export type Side = SideWord | Capitalize<SideWord> | Uppercase<SideWord> | number
type SideWord = 'buy' | 'long' | 'bid' | 'sell' | 'short' | 'ask'

/**
 * A decimal string or a finite number, above zero. A string is taken exactly, and refused when it is not on the
 * instrument's tick or lot. A number is rounded to them, to the side that costs nothing: limit prices of buys down and of
 * sales up, stop prices of buys up and of sales down, quantities down; what would become zero is refused.
 */
export type Amount = string | number

/**
 * How much to trade, in the base currency, or in contracts: an amount, or a share as `'100%'` or `'12.5%'`. That is a share
 * of the equity, and buys or sells what it comes to at the price at which the order fills, rounded down to the lot; with
 * `reduceOnly` it is a share of the position. docs/backtest.md has the rules.
 */
export type Quantity = Amount

/** A provider's name, usable as a string and by its `name`. */
export type Provider = string & { readonly name: string }

/** What is refused throws an Error whose message is the reason. */
export interface Runtime {
  /** The instance runs, its provider is up and fresh, and no kill switch is set. */
  isTradingActive(): boolean
  /** Orders are checked, logged and not sent. */
  isDryRun(): boolean
  /** The names of the instance's providers. */
  providers(): string[]
  /** The instance's symbols, as `BTC-USDT`. */
  symbols(): string[]
  /** Equal seeds choose equally; any provider without a seed. */
  selectProvider(seed?: number | string): Provider
  /** Answers the client order id. An empty provider means the first. */
  submitMarketOrder(provider: string | null | undefined, side: Side, quantity: Quantity): string
  /** The same; a market order without a price, a limit order with one. */
  submitOrder(provider: string | null | undefined, side: Side, quantity: Quantity, price?: Amount | null): string
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
  /** What the account has of a currency, and what of it no order binds. */
  balance(currency: string): { total: number; available: number }
  /** Cash and positions at the last prices, in the settlement currency. */
  equity(): number
  /** The rules of the market of the first symbol, unless another one is given. */
  instrument(symbol?: string): Instrument
  /** The market of the symbol whose event is handled; 0 before the first price. */
  getMarketState(): { last: number; bid: number; ask: number; spread: number; spreadPct: number }
  /** The price of the last trade, or the close of the last candle; 0 before the first. */
  getLastPrice(): number
  /** The best bid; 0 before the first. */
  getBidPrice(): number
  /** The best ask; 0 before the first. */
  getAskPrice(): number
}

/** What `runtime.submit` takes. */
export type OrderRequest = MarketOrder | LimitOrder | StopOrder | StopLimitOrder

/** What orders of every type have. */
export interface OrderBase {
  /** The first, unless one is given. */
  provider?: string
  /** The first, unless one is given. */
  symbol?: string
  side: Side
  quantity: Quantity
  /** GTC, unless one is given. */
  timeInForce?: 'GTC' | 'IOC' | 'FOK'
  /** Only makes a position smaller. */
  reduceOnly?: boolean
  /** Stands in the history of orders. */
  clientTag?: string
}

/** Fills at once, at what the market gives. */
export interface MarketOrder extends OrderBase {
  type: 'market'
}

/** Fills at its price or better. */
export interface LimitOrder extends OrderBase {
  type: 'limit'
  price: Amount
  /** Ends unfilled where it would fill at once. */
  postOnly?: boolean
}

/** Becomes a market order when the price reaches `stopPrice`. */
export interface StopOrder extends OrderBase {
  type: 'stop'
  stopPrice: Amount
}

/** Becomes a limit order when the price reaches `stopPrice`. */
export interface StopLimitOrder extends OrderBase {
  type: 'stopLimit'
  price: Amount
  stopPrice: Amount
  /** Ends unfilled where it would fill at once. */
  postOnly?: boolean
}

/** An order that may still fill. */
export interface OpenOrder {
  clientOrderId: string
  symbol: string
  side: 'buy' | 'sell'
  type: OrderRequest['type']
  price: string | null
  quantity: string
  filledQuantity: string
}

/** What is held of a symbol. */
export interface Position {
  symbol: string
  /** Below zero when short. */
  quantity: number
  averagePrice: number
  unrealizedPnl: number
  realizedPnl: number
}

/** Empty. */
export type Context = Record<string, never>

/**
 * What `create` returns. A missing handler is skipped. What one throws is logged with its line, and the next events come
 * as ever. Nothing else may stand among them, for it would never be called: functions of your own go beside the object
 * that is returned, into `create` or the top level of the file.
 */
export interface Handlers {
  /** A trade of the market. `price` is that of the payload as a number. */
  onTrade?(ctx: Context, evt: StrategyEvent<Trade, 'Trade'>, payload: Trade, price: number): unknown
  /** The best prices of the market, where a provider sends them. */
  onTicker?(ctx: Context, evt: StrategyEvent<Ticker, 'Ticker'>, payload: Ticker): unknown
  /** The order book. */
  onBookSnapshot?(ctx: Context, evt: StrategyEvent<BookSnapshot, 'BookSnapshot'>, payload: BookSnapshot): unknown
  /** A candle that is complete. */
  onKlineSummary?(ctx: Context, evt: StrategyEvent<KlineSummary, 'KlineSummary'>, payload: KlineSummary): unknown
  /** The rules of a market. */
  onInstrumentUpdate?(
    ctx: Context,
    evt: StrategyEvent<InstrumentUpdate, 'InstrumentUpdate'>,
    payload: InstrumentUpdate,
  ): unknown
  /** A balance of the account has changed. */
  onBalanceUpdate?(ctx: Context, evt: StrategyEvent<BalanceUpdate, 'BalanceUpdate'>, payload: BalanceUpdate): unknown
  /** A risk limit has refused an order or stopped trading, or trading goes on. */
  onRiskControl?(ctx: Context, evt: StrategyEvent<RiskControl, 'RiskControl'>, payload: RiskControl): unknown
  /** Whatever JSON the provider sends. */
  onExtensionEvent?(ctx: Context, evt: StrategyEvent<unknown, 'Extension'>, payload: unknown): unknown
  /**
   * The venue has taken an order. Each report is told once: what happened while the instance did not run comes at its
   * next start, in order, before the first market event (of more than 10,000 reports the newest). `payload.timestamp` is
   * the time at the venue, `evt.emitTs` and `Date` are the time at which it is told.
   */
  onOrderAcknowledged?(ctx: Context, evt: StrategyEvent<ExecReport, 'ExecReport'>, payload: ExecReport): unknown
  /** A part of an order has filled. */
  onOrderPartialFill?(ctx: Context, evt: StrategyEvent<ExecReport, 'ExecReport'>, payload: ExecReport): unknown
  /** All of an order has filled. */
  onOrderFilled?(ctx: Context, evt: StrategyEvent<ExecReport, 'ExecReport'>, payload: ExecReport): unknown
  /** An order was cancelled, by the strategy or by another. */
  onOrderCancelled?(ctx: Context, evt: StrategyEvent<ExecReport, 'ExecReport'>, payload: ExecReport): unknown
  /** The venue has ended an order, as what was left of an IOC one. */
  onOrderExpired?(ctx: Context, evt: StrategyEvent<ExecReport, 'ExecReport'>, payload: ExecReport): unknown
  /** The venue has not taken an order. */
  onOrderRejected?(
    ctx: Context,
    evt: StrategyEvent<ExecReport, 'ExecReport'>,
    payload: ExecReport,
    reason: string,
  ): unknown
  /**
   * Called once in a backtest, after the last event; never on a gateway, where no instance has an end. What was open is
   * cancelled before. What it orders is filled at once at the last prices, or cancelled.
   */
  onEnd?(ctx: Context, evt: EndEvent): unknown
  /** Asked once after create: true lets in events of the instance's symbols from providers outside its scope. */
  wantsCrossProviderEvents?: boolean | (() => boolean)
}

/** What handlers are told of. */
export interface StrategyEvent<Payload, Type extends EventType | 'End' = EventType> {
  eventId: string
  routingVersion: number
  /** Where it comes from, and where orders about it go. */
  provider: string
  symbol: string
  type: Type
  /** Counts up within the provider. */
  seqProvider: number
  /** When it came in. */
  ingestTs: string
  /** When it is told: `Date` stands at it. */
  emitTs: string
  payload: Payload
}

/** The data have ended: `emitTs` is the time of the last event, `symbol` is empty. */
export type EndEvent = StrategyEvent<null, 'End'>

/** A trade of the market. */
export interface Trade {
  tradeId: string
  side: 'Buy' | 'Sell'
  price: string
  quantity: string
  timestamp: string
}

/** The best prices. */
export interface Ticker {
  lastPrice: string
  bidPrice: string
  askPrice: string
  volume24h: string
  timestamp: string
}

/** All that is offered at a price. */
export interface BookLevel {
  price: string
  quantity: string
}

/** The order book. */
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

/** What became of an order. */
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

/** A candle. */
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
  minPrice?: string
  maxPrice?: string
  maxNotional?: string
  /** What market orders have to obey besides. */
  marketQuantityIncrement?: string
  marketMinQuantity?: string
  marketMaxQuantity?: string
  minNotionalExemptsMarket?: boolean
  maxNotionalExemptsMarket?: boolean
  /** What limit prices may be, as multiples of a reference price. */
  priceBand?: { buyLower?: string; buyUpper?: string; sellLower?: string; sellUpper?: string }
  /** The reference is the average price of so many minutes; absent: the last price. */
  averagePriceMinutes?: number
  /** So many orders of an account may be open at once. */
  maxOpenOrders?: number
  /** So many of them may wait for a stop price. */
  maxOpenStopOrders?: number
  /** What is held and what open orders may still buy, together, at most. */
  maxPosition?: string
  /** The initial margin of a contract, in place of notional / leverage. */
  marginPerContract?: string
  /** Fees of this market, in place of those of the account. */
  makerBps?: string
  takerBps?: string
  feePerContract?: string
  feeMinimum?: string
  /** What the venue calls its rules. */
  filters?: FilterNames
}

/** What a venue calls its rules. */
export interface FilterNames {
  price?: string
  size?: string
  marketSize?: string
  notional?: string
  priceBand?: string
  openOrders?: string
  openStopOrders?: string
  position?: string
}

/** The rules of a market, as they are from now on. */
export interface InstrumentUpdate {
  instrument: Instrument
}

/** What an account has of a currency. */
export interface BalanceUpdate {
  currency: string
  total: string
  available: string
  timestamp: string
}

/** What a risk limit has done. */
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
    | 'REDUCING'
    | 'CIRCUIT_BREAKER'
    | 'RATE_LIMIT'
    | 'ORDER_TYPE'
    | 'ORDER_VALIDATION'
    | 'PRICE_BAND'
    | 'POSITION_LIMIT'
    | 'NOTIONAL_LIMIT'
    | 'CONCURRENCY'
    | 'PRICE_COLLAR'
    | 'TOTAL_POSITION_LIMIT'
    | 'TOTAL_NOTIONAL_LIMIT'
    | 'TOTAL_CONCURRENCY'
    | 'LIQUIDATION'
    | 'LAG'
  /** What was measured, and against what. */
  metrics?: Record<string, string>
  killSwitchEngaged: boolean
  circuitBreakerOpen: boolean
  timestamp: string
}

declare global {
  /** What stands in the log of the instance, as by `helpers.log`. */
  interface Console {
    log(...args: unknown[]): void
    info(...args: unknown[]): void
    warn(...args: unknown[]): void
    error(...args: unknown[]): void
    debug(...args: unknown[]): void
  }
  var console: Console
}
