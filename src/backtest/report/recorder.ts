/** Keeps of a run what a report shows: candles, fills and trades, as columns of numbers. */
import { faultLine, type PlacedFault } from '../../sandbox/fault-message'
import type { MarketEvent } from '../../schema/events'
import type { ExecutionReport } from '../../schema/orders'
import { Mark, marks, tradePrice } from '../../trading/accounts/marks'
import { isRetold } from '../../trading/exchange/simulated-exchange'
import type { RunObserver } from '../observer'
import type { CurvePoint } from '../statistics/fine-bars'
import type { ClosedTrade } from '../statistics/trades'
import { Bars } from './bars'
import { Decimals } from './columns'

type Kline = Extract<MarketEvent, { type: 'KlineSummary' }>

/** All symbols together have as many bars at most: those that came as candles, and those made of prices. */
const MOST_CANDLES = 500_000
const MOST_BARS = 120_000
const MOST_FAULTS = 5
/** A symbol has so many, however many symbols there are. */
const FEWEST_BARS = 1000

/** A symbol of the run. */
export class RecordedMarket {
  readonly fills = {
    times: [] as number[],
    bought: [] as number[],
    prices: new Decimals(),
    quantities: new Decimals(),
    strategy: [] as number[],
  }
  private candles: Bars | undefined
  private prices: Bars | undefined
  private readonly mark = new Mark()

  /** @param share of the memory that it may use. */
  constructor(
    readonly symbol: string,
    private readonly share: number,
  ) {}

  /** Candles if there are any, else bars made of prices. Undefined when nothing told of a price. */
  get bars(): Bars | undefined {
    this.prices?.settle()
    return this.candles ?? this.prices
  }

  event(event: MarketEvent): void {
    if (event.type === 'KlineSummary') this.kline(event)
    else if (this.candles === undefined && marks(event)) {
      this.prices ??= new Bars(atMost(MOST_BARS, this.share))
      this.prices.price(event.timeMs, event.type === 'Trade' ? tradePrice(event) : this.marked(event))
    }
  }

  private marked(event: MarketEvent): number {
    this.mark.observe(event)
    return this.mark.number
  }

  private kline({ payload }: Kline): void {
    const { openTime, closeTime, openPrice, highPrice, lowPrice, closePrice } = payload
    // some venues close a candle a millisecond before the next one opens
    this.candles ??= new Bars(
      atMost(MOST_CANDLES, this.share),
      Math.max(1000, Math.round((closeTime - openTime) / 1000) * 1000),
    )
    this.candles.candle(openTime, closeTime, Number(openPrice), Number(highPrice), Number(lowPrice), Number(closePrice))
  }
}

const atMost = (all: number, share: number): number => Math.max(FEWEST_BARS, Math.floor(all * share))

export class Recorder implements RunObserver {
  readonly markets = new Map<string, RecordedMarket>()
  /** Over the whole run. */
  equity: readonly CurvePoint[] = []
  /** What each of several strategies has gained, likewise. */
  profits: ReadonlyMap<string, readonly CurvePoint[]> = new Map()
  /** What handlers threw, and how often; of different ones the first few. */
  readonly faults = new Map<string, number>()
  readonly trades = {
    symbols: [] as string[],
    symbol: [] as number[],
    long: [] as number[],
    open: [] as number[],
    entryTimes: [] as number[],
    exitTimes: [] as number[],
    quantities: new Decimals(),
    entryPrices: new Decimals(),
    exitPrices: new Decimals(),
    pnl: new Decimals(),
    pnlPct: [] as number[],
    fees: new Decimals(),
    mae: [] as number[],
    mfe: [] as number[],
    strategy: [] as number[],
  }

  /** Most events are of the symbol of the one before. */
  private last: RecordedMarket | undefined

  /**
   * @param symbols how many are expected: they share the memory.
   * @param labels of several strategies: fills and trades are filed under their places.
   */
  constructor(
    private readonly symbols: number,
    readonly labels: readonly string[] = [],
  ) {}

  advanced(events: readonly MarketEvent[]): void {
    for (const event of events) if (!isRetold(event)) this.market(event.symbol).event(event)
  }

  reported({ fill }: ExecutionReport, strategy?: string): void {
    if (!fill) return
    const { fills } = this.market(fill.symbol)
    fills.times.push(fill.timeMs)
    fills.bought.push(fill.side === 'buy' ? 1 : 0)
    fills.prices.add(fill.price)
    fills.quantities.add(fill.quantity)
    if (this.labels.length > 0) fills.strategy.push(this.placeOf(strategy))
  }

  traded(closed: ClosedTrade): void {
    const { trades } = this
    const { quantity, entryPrice, exitPrice, pnl, fees, mae, mfe } = closed.amounts
    const { symbol, side, pnlPct, open } = closed
    let index = trades.symbols.indexOf(symbol)
    if (index < 0) index = trades.symbols.push(symbol) - 1
    trades.symbol.push(index)
    trades.long.push(side === 'long' ? 1 : 0)
    trades.open.push(open ? 1 : 0)
    trades.entryTimes.push(closed.entryMs)
    trades.exitTimes.push(closed.exitMs)
    trades.quantities.addExact(quantity)
    trades.entryPrices.addExact(entryPrice)
    trades.exitPrices.addExact(exitPrice)
    trades.pnl.addExact(pnl)
    trades.pnlPct.push(pnlPct)
    trades.fees.addExact(fees)
    trades.mae.push(mae)
    trades.mfe.push(mfe)
    if (this.labels.length > 0) trades.strategy.push(this.placeOf(closed.strategy))
  }

  faulted(fault: PlacedFault, _: number, strategy?: string): void {
    const text = `${strategy === undefined ? '' : `${strategy}: `}${faultLine(fault)}`
    const count = this.faults.get(text)
    if (count !== undefined || this.faults.size < MOST_FAULTS) this.faults.set(text, (count ?? 0) + 1)
  }

  valuedNearly(points: readonly CurvePoint[], profits: ReadonlyMap<string, readonly CurvePoint[]> = new Map()): void {
    this.equity = points
    this.profits = profits
  }

  /** -1 for what is of none of them alone. */
  private placeOf(strategy: string | undefined): number {
    return strategy === undefined ? -1 : this.labels.indexOf(strategy)
  }

  private market(symbol: string): RecordedMarket {
    const { last } = this
    if (last?.symbol === symbol) return last
    let market = this.markets.get(symbol)
    if (!market) {
      market = new RecordedMarket(symbol, 1 / Math.max(1, this.symbols))
      this.markets.set(symbol, market)
    }
    this.last = market
    return market
  }
}
