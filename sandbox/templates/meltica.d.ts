// Written by `meltica types`: do not edit, but write it anew with another version of Meltica.

/**
 * The strategy API, typed for authors: what a strategy is made of, what it is given, what it hears. `meltica types`
 * prints it as the module `meltica`, and docs/strategy-api.md is made from it.
 *
 * Amounts in events are decimal strings, times RFC 3339 strings in UTC.
 */
declare module 'meltica' {
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

  global {
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

  export {}
}

/**
 * What tests of a strategy import from `meltica`, typed for authors; tests are in files whose names end in `.test.ts`.
 * `meltica types` prints it beside the strategy API, and docs/strategy-api.md is made from it.
 */
declare module 'meltica' {
  /** How tests are written: as a call, or as one of its variants. */
  export interface Test {
    /** @param timeoutMs that it may take, unless `--timeout` says otherwise: 60,000. */
    (name: string, body: () => void | Promise<void>, timeoutMs?: number): void
    /** Is not run. */
    skip(name: string, body: () => void | Promise<void>): void
    /** Where the runner is told to run these alone, as by `bun test --only`, the others are left out. */
    only(name: string, body: () => void | Promise<void>): void
    /** To be written. */
    todo(name: string, body?: () => void | Promise<void>): void
    /** A test for each row; `%s` in the name is its value. */
    each<T>(rows: readonly T[]): (name: string, body: (row: T) => void | Promise<void>, timeoutMs?: number) => void
  }
  /** A test: passes unless it throws, or what it promises is rejected. */
  export const test: Test
  /** The same as `test`. */
  export const it: Test

  /** Tests that belong together. */
  export function describe(name: string, body: () => void): void
  /** Runs before the first test of the file, or of its `describe`. */
  export function beforeAll(body: () => void | Promise<void>): void
  /** Runs before each of these tests. */
  export function beforeEach(body: () => void | Promise<void>): void
  /** Runs after each of these tests. */
  export function afterEach(body: () => void | Promise<void>): void
  /** Runs after the last of these tests. */
  export function afterAll(body: () => void | Promise<void>): void

  /** Says what a value has to be. What is not so fails the test, with the difference. */
  export function expect<T>(value: T): Expectation<T>

  /**
   * Runs a strategy over market data, as `meltica backtest` does:
   *
   * ```ts
   * import { backtest, expect, test } from 'meltica'
   *
   * test('it trades, and never loses a tenth', async () => {
   *   const r = await backtest({ strategy: './strategy.ts', data: 'data/sample.csv.gz', config: { fast: 5 } })
   *   expect(r.stats.trades).toBeGreaterThan(0)
   *   expect(r.stats.maxDrawdownPct).toBeGreaterThan(-10)
   * })
   * ```
   *
   * Rejected with what the command would say where the strategy, the data or an option is refused. Paths count from the
   * folder of the test file.
   */
  export function backtest(options: BacktestOptions): Promise<BacktestResult>

  /** What an upload would say of a strategy. */
  export function check(path: string): Promise<CheckResult>

  /** Runs a strategy once for each combination of `set`; each run is what `backtest` would make of that config. */
  export function sweep(options: SweepOptions): Promise<SweepResult>

  /** As the options of `meltica backtest`, which explains each; what is absent is what the command does without it. */
  export interface BacktestOptions {
    /** The path of a file, or a selector as `momentum:v1.0.0`. */
    strategy: string
    /** Paths of files of market data, or the candles or trades themselves. */
    data: string | readonly string[] | readonly CandleRow[] | readonly TradeRow[]
    /** Values of the config; what is absent has its default. */
    config?: Readonly<Record<string, string | number | boolean>>
    /** The folder in which selectors are looked up. */
    strategies?: string
    /** Reads this symbol alone; the name of it when the data do not say. */
    symbol?: string
    /** The zone of times that name none, as `America/New_York`. */
    timezone?: string
    /** Leaves out what was before, as `2022-01-01` or `2022-01-01T12:00:00Z`. */
    from?: string
    /** Leaves out this time and what was after. */
    to?: string
    /** What the data are, as `ohlcv:1m`; `meltica backtest --format help` lists the names. */
    format?: string
    /** Counts broken rows instead of refusing the file. */
    skipBadRows?: boolean
    /** Length of the candles that the strategy is told of, as `5m`, or several. */
    timeframe?: string | readonly string[]
    /** Candles that are told first, with orders refused. */
    warmup?: number
    /** A file with the rules of the markets, as Binance's `exchangeInfo`. */
    rules?: string
    /** Opening equity, in the quote currency (of inverse contracts: the base currency). */
    cash?: string
    /** Fee of every fill, in hundredths of a percent. */
    feeBps?: number | string
    /** Fee of fills that rested; below zero a rebate. */
    makerBps?: number | string
    takerBps?: number | string
    /** Instead: fee of each contract or share that is filled. */
    feePerContract?: string
    /** Then: what an order pays at least. */
    feeMinimum?: string
    /** What a taker pays besides the price, in hundredths of a percent. */
    slippageBps?: number | string
    /** From an order to the venue, ms. */
    latencyMs?: number
    /** A market order on trades or candles fills at the next price, or at the one just seen. */
    fill?: 'next' | 'same'
    /** A limit order fills at a trade through its price, or at one that touches it. */
    limit?: 'through' | 'touch'
    account?: 'linear' | 'inverse' | 'spot'
    /** Units that a contract stands for. */
    multiplier?: string
    /** Notional over equity, at most. */
    leverage?: string
    /** Instead: equity that each contract binds. */
    marginPerContract?: string
    /** False: nobody checks that the equity covers the orders. */
    margin?: boolean
    /** Returns of a year, by which annual figures count. */
    periods?: number
    /** What `Math.random` begins with. */
    seed?: number
    ordersPerSecond?: number
    logsPerSecond?: number
  }

  /** A candle that a test makes up; amounts are decimal strings or numbers. */
  export interface CandleRow {
    /** When it opens: RFC 3339, or ms since 1970. */
    time: string | number
    open: string | number
    high: string | number
    low: string | number
    close: string | number
    volume?: string | number
  }

  /** A trade that a test makes up; amounts are decimal strings or numbers. */
  export interface TradeRow {
    /** RFC 3339, or ms since 1970. */
    time: string | number
    price: string | number
    quantity: string | number
    side?: 'buy' | 'sell'
  }

  /** All that `meltica backtest --json` writes, and what a test asks about. Money is in decimal strings. */
  export interface BacktestResult {
    readonly strategy: { readonly name: string; readonly tag: string; readonly hash: string }
    /** The engine's hash: with the strategy's and the data's it says what ran. */
    readonly engine: string
    readonly config: Readonly<Record<string, unknown>>
    readonly settings: BacktestSettings
    readonly data: readonly DataSource[]
    readonly stats: Statistics
    /** The equity over time; docs/backtest.md says how dense its points are. */
    readonly equity: readonly EquityPoint[]
    /** The return of each calendar month, UTC. */
    readonly monthly: readonly MonthlyReturn[]
    /** When the account had lost its equity and was liquidated, RFC 3339. */
    readonly liquidated: string | null
    /** Returns of a year, by which the annual figures count. */
    readonly periods: number
    /** What the trades in each symbol came to, by name. */
    readonly bySymbol: readonly SymbolShare[]
    /** Positions from flat to flat, or to the other side, in their order. */
    readonly trades: readonly ClosedTrade[]
    /** How many were sent to the venue. */
    readonly orders: number
    /** What the strategy logged, in its order. */
    readonly logs: readonly LogLine[]
    /** How often its handlers threw. */
    readonly errors: number
    /** What they threw, with the place in the source. */
    readonly faults: readonly LogLine[]
    /** What the command would warn of, in its words. */
    readonly warnings: readonly string[]
    /** Why it ended before the data did. */
    readonly stopped: string | null
    /** Each execution, in its order. */
    readonly fills: readonly Fill[]
    /**
     * The position as it was then, after all fills up to that time; below zero when short.
     * @param at RFC 3339, a date, or ms since 1970.
     * @param symbol the only one, unless one is given.
     */
    position(at: string | number | Date, symbol?: string): string
  }

  /** An execution. */
  export interface Fill {
    /** RFC 3339. */
    readonly time: string
    readonly symbol: string
    readonly side: 'buy' | 'sell'
    readonly price: string
    readonly quantity: string
    /** In the settlement currency; below zero a rebate. */
    readonly fee: string
    readonly clientOrderId: string
  }

  /** A line of the log. */
  export interface LogLine {
    /** RFC 3339, by the clock of the data. */
    readonly time: string
    readonly message: string
  }

  /** What `meltica check` says. */
  export interface CheckResult {
    readonly ok: boolean
    /** Empty where it can't be known. */
    readonly name: string
    readonly tag: string
    /** What is wrong; none when `ok`. */
    readonly diagnostics: readonly Diagnostic[]
    /** What is likely a mistake. */
    readonly warnings: readonly Diagnostic[]
  }

  /** What is wrong, and where. */
  export interface Diagnostic {
    readonly stage: 'compile' | 'execute' | 'validation'
    readonly message: string
    /** From 1 on, in the author's file. */
    readonly line?: number
    readonly column?: number
    /** The metadata field, as `metadata.config[0].type`. */
    readonly path?: string
    readonly hint?: string
  }

  /** As of a backtest, with the values of the search. */
  export interface SweepOptions extends BacktestOptions {
    /** Fields of the config: a list of values, or `from:to:step`, or `a,b,c`. Each combination is a run. */
    set: Readonly<Record<string, string | readonly (string | number | boolean)[]>>
    /** Runs so many combinations, chosen at random. */
    random?: number
    /** Runs so many combinations, spread evenly. */
    sobol?: number
    /** Processes that work at the same time; all cores, unless a number is given. */
    jobs?: number
  }

  /** The runs in the order of the grid, of a sample in that of its draws. */
  export interface SweepResult extends ReadonlyArray<SweepRun> {
    /** The first run of `meltica sweep --objective STATISTIC`; undefined when none has a value. */
    best(statistic: keyof Statistics): SweepRun | undefined
    /** What `meltica sweep` would warn of, in its words. */
    readonly warnings: readonly string[]
  }

  /** One run of a search. */
  export interface SweepRun {
    readonly config: Readonly<Record<string, unknown>>
    readonly stats: Statistics
    /** How many were sent to the venue. */
    readonly orders: number
    /** Why it ended before the data did. */
    readonly stopped: string | null
  }

  /** The matchers of `bun test` that take no functions, and one for results. */
  export interface Expectation<T> {
    readonly not: Expectation<T>
    /** Says what a promise has to be fulfilled with. */
    readonly resolves: AsyncExpectation<Awaited<T>>
    /** Says what a promise has to be rejected with. */
    readonly rejects: AsyncExpectation<unknown>
    /** The very same value. */
    toBe(expected: T): void
    /** The same fields and elements. */
    toEqual(expected: T): void
    /** The same fields and elements, of the same kinds. */
    toStrictEqual(expected: T): void
    /** At least these fields. */
    toMatchObject(expected: object): void
    /** A text that fits, or has in it. */
    toMatch(expected: string | RegExp): void
    toBeCloseTo(expected: number, digits?: number): void
    toBeGreaterThan(expected: number | bigint): void
    toBeGreaterThanOrEqual(expected: number | bigint): void
    toBeLessThan(expected: number | bigint): void
    toBeLessThanOrEqual(expected: number | bigint): void
    toBeNull(): void
    toBeUndefined(): void
    toBeDefined(): void
    toBeNaN(): void
    toBeTruthy(): void
    toBeFalsy(): void
    /** A list with this element, the very same; a text with this part. */
    toContain(expected: unknown): void
    /** A list with an element that has the same fields. */
    toContainEqual(expected: unknown): void
    toHaveLength(expected: number): void
    toHaveProperty(path: string, value?: unknown): void
    /** A function that throws; with this text in the message. */
    toThrow(expected?: string | RegExp): void
    /**
     * The result is what a file says: its statistics, orders, errors, trades and fills. The file is written where it is
     * not there yet (unless `CI` is set), and anew by `meltica test -u`; the difference is told in lines.
     * @param path as `golden/cross.json`.
     */
    toMatchGolden(path: string): void
  }

  /** Matchers to be awaited. */
  export type AsyncExpectation<T> = {
    readonly [K in keyof Expectation<T>]: Expectation<T>[K] extends (...args: infer A) => void
      ? (...args: A) => Promise<void>
      : AsyncExpectation<T>
  }

  /** In the order in which they are written. */
  export interface BacktestSettings {
    readonly cash: string
    readonly feeBps: number
    readonly makerBps: number
    readonly slippageBps: number
    readonly account: string
    readonly fill: string
    readonly limit: string
    readonly latencyMs: number
    readonly leverage: number
    readonly margin: boolean
    readonly periods: number
    readonly seed: number | string
    readonly ordersPerSecond: number
    readonly logsPerSecond: number
    readonly multiplier?: string
    readonly marginPerContract?: string
    /** Then the fees in basis points are 0. */
    readonly feePerContract?: string
    readonly feeMinimum?: string
    /** Where several strategies have run: whether each had an account of its own. */
    readonly accounts?: 'own' | 'shared'
    /** Lengths of the candles that were made, and what orders were filled on: the finest of the data. */
    readonly timeframes?: readonly string[]
    readonly filledOn?: string
    /** So many bars were delivered before the run begins that the figures are of. */
    readonly warmup?: number
    /** The file of the rules of markets, as it was named. */
    readonly rules?: { readonly file: string; readonly sha256: string }
  }

  /** Time in ms since 1970; the equity in the settlement currency, an exact decimal. */
  export type EquityPoint = readonly [timeMs: number, equity: string]

  /** The figures of a run, each with its formula; docs/backtest.md has their sources. Null where one is not defined. */
  export interface Statistics {
    /** Start, in ms since 1970: first event, of a candle its close. */
    readonly start: number | null
    /** End, in ms since 1970: last event. */
    readonly end: number | null
    /** Duration, in ms: end - start. */
    readonly durationMs: number | null
    /** Events: market events of all files. */
    readonly events: number | null
    /** Exposure, in percent: time with a position, from fill to fill / duration. */
    readonly exposurePct: number | null
    /** Equity, start, in money: the cash to begin with. */
    readonly startEquity: number | null
    /** Equity, final, in money: cash + positions at the last prices. */
    readonly finalEquity: number | null
    /** Equity, peak, in money: highest equity, over all events. */
    readonly peakEquity: number | null
    /** Return, in percent: final / start equity - 1. */
    readonly returnPct: number | null
    /** Buy & hold return, in percent: last / first price - 1; the mean of several. */
    readonly buyHoldReturnPct: number | null
    /** Annual return, in percent: (final / start equity) ^ (periods / number of returns) - 1. */
    readonly annualReturnPct: number | null
    /** Annual volatility, in percent: sample deviation of returns * sqrt(periods). */
    readonly annualVolatilityPct: number | null
    /** CAGR, in percent: (final / start equity) ^ (365 days / duration) - 1. */
    readonly cagrPct: number | null
    /** Sharpe: mean / sample deviation of returns * sqrt(periods). */
    readonly sharpe: number | null
    /** Sortino: mean / sqrt(mean of min(return, 0)^2) * sqrt(periods). */
    readonly sortino: number | null
    /** Calmar: annual return / max. drawdown. */
    readonly calmar: number | null
    /** Omega: sum of positive returns / sum of negative returns. */
    readonly omega: number | null
    /** Max. drawdown, in percent: lowest equity / peak before it - 1, over all events. */
    readonly maxDrawdownPct: number | null
    /** Avg. drawdown, in percent: mean of the lowest points of all drawdowns. */
    readonly avgDrawdownPct: number | null
    /** Max. drawdown duration, in ms: from a peak until back at it, or to the end. */
    readonly maxDrawdownDurationMs: number | null
    /** Avg. drawdown duration, in ms: mean duration of all drawdowns. */
    readonly avgDrawdownDurationMs: number | null
    /** Trades: from flat to flat; one still open counts as closed. */
    readonly trades: number | null
    /** Long: trades that a buy began. */
    readonly longTrades: number | null
    /** Short: trades that a sell began. */
    readonly shortTrades: number | null
    /** Win rate, in percent: trades with a profit after fees / trades. */
    readonly winRatePct: number | null
    /** Best trade, in percent: profit after fees / what was put in. */
    readonly bestTradePct: number | null
    /** Worst trade, in percent: in the same way. */
    readonly worstTradePct: number | null
    /** Avg. trade, in percent: geometric mean of the trades. */
    readonly avgTradePct: number | null
    /** Median trade, in percent: half of the trades brought more. */
    readonly medianTradePct: number | null
    /** Max. trade duration, in ms: from the first fill to the last. */
    readonly maxTradeDurationMs: number | null
    /** Avg. trade duration, in ms: arithmetic mean of the trades. */
    readonly avgTradeDurationMs: number | null
    /** Profit factor: sum of profits / sum of losses, in money. */
    readonly profitFactor: number | null
    /** Expectancy, in percent: arithmetic mean of the trades. */
    readonly expectancyPct: number | null
    /** SQN: sqrt(trades) * mean / sample deviation of profits. */
    readonly sqn: number | null
    /** Kelly criterion: win rate - (1 - win rate) / (mean profit / mean loss). */
    readonly kelly: number | null
    /** Turnover, in money: notional of all fills. */
    readonly turnover: number | null
    /** Fees, in money: of all fills. */
    readonly fees: number | null
    /** Wins in a row, max.: trades with a profit after fees. */
    readonly maxConsecutiveWins: number | null
    /** Losses in a row, max.: trades with a loss after fees. */
    readonly maxConsecutiveLosses: number | null
    /** Alpha, in percent: (1 + mean return - beta * that of buy & hold) ^ periods - 1. */
    readonly alphaPct: number | null
    /** Beta: covariance with returns of buy & hold / their variance. */
    readonly beta: number | null
    /** Ulcer index, in percent: sqrt(sum of squared drawdowns at period ends / (n - 1)). */
    readonly ulcerIndexPct: number | null
    /** Tail ratio: 95th / 5th percentile of returns, both without sign. */
    readonly tailRatio: number | null
    /** Value at risk, 95 %, in percent: 5th percentile of returns. */
    readonly var95Pct: number | null
    /** CVaR, 95 %, in percent: mean of the returns down to the 5th percentile. */
    readonly cvar95Pct: number | null
    /** Skew: third moment / deviation^3 of returns, of a sample (G1). */
    readonly skew: number | null
    /** Excess kurtosis: fourth moment / deviation^4 of returns - 3, of a sample (G2). */
    readonly excessKurtosis: number | null
  }

  /** What a calendar month brought. */
  export interface MonthlyReturn {
    /** As `2022-01`, UTC. */
    readonly month: string
    /** Null where nothing was left before it. */
    readonly returnPct: number | null
  }

  /** What the trades in one symbol came to. */
  export interface SymbolShare extends Share {
    readonly symbol: string
  }

  /** Money is exact, in the settlement currency. */
  export interface Share {
    readonly trades: number
    readonly longTrades: number
    readonly shortTrades: number
    readonly winRatePct: number | null
    /** Null when there was no loss. */
    readonly profitFactor: number | null
    /** The arithmetic mean of the trades, in percent of what was put in. */
    readonly expectancyPct: number | null
    readonly bestTradePct: number | null
    readonly worstTradePct: number | null
    /** After fees. */
    readonly pnl: string
    readonly fees: string
    /** The notional of all fills. */
    readonly turnover: string
  }

  /** As a result lists it. */
  export interface ClosedTrade {
    readonly symbol: string
    readonly side: 'long' | 'short'
    /** All that was put in, in the base currency. */
    readonly quantity: string
    /** RFC 3339. */
    readonly entryTime: string
    readonly exitTime: string
    /** Averages of all entries and of all exits. */
    readonly entryPrice: string
    readonly exitPrice: string
    /** After fees, in the settlement currency. */
    readonly pnl: string
    /** In percent of the notional of all entries. */
    readonly pnlPct: number
    readonly fees: string
    readonly durationMs: number
    /** Maximum adverse excursion: its lowest profit before fees while it was open, in percent of the same; 0 or negative. */
    readonly mae: number
    /** Maximum favorable excursion: its highest; 0 or positive. */
    readonly mfe: number
    /** Whose it is, where several strategies traded. */
    readonly strategy?: string
    /** Not closed at the end of the data: as if closed at the last price, without a fee. */
    readonly open?: true
  }

  /** What was read from a file, as it stands in a backtest's result. */
  export interface DataSource {
    /** Base name. */
    readonly file: string
    /** The digest of the bytes on the disk, hex. */
    readonly sha256: string
    readonly format: string
    /** Rows that were understood, whether or not they lie in the time asked for. */
    readonly rows: number
    /** Candles missing between those that are there. */
    readonly gaps: number
    readonly badRows: number
    /** RFC 3339; when the first event of the file happened, of a candle its opening. Null when there was none. */
    readonly from: string | null
    readonly to: string | null
    /** Null when no candle is missing. */
    readonly firstGap: Gap | null
    /** The first one of those with the most candles missing. */
    readonly longestGap: Gap | null
  }

  /** Candles of one symbol that are missing in a row. */
  export interface Gap {
    readonly symbol: string
    /** RFC 3339; when the first of them would have opened. */
    readonly from: string
    /** When the next candle that is there opened. */
    readonly to: string
    readonly missing: number
  }
}
