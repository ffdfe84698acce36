/** What a run is worth: market events and fills to trades, equity and the figures of both. */
import type { MarketEvent } from '../../schema/events'
import type { Fill } from '../../schema/orders'
import { Mark, marks } from '../../trading/accounts/marks'
import type { Contract } from '../../trading/contract'
import { amountsOf, type Decimal, ZERO } from '../../trading/decimal'
import { returnsOfHolding } from './benchmark'
import { EquityCurve } from './curve'
import { type EquityPoint, EquityPoints } from './equity-points'
import type { Excursion } from './excursion'
import type { Statistics } from './figures'
import { type MonthlyReturn, monthlyReturns } from './months'
import { MONTH, type Period } from './periods'
import { Returns } from './returns'
import { statistics } from './statistics'
import type { SymbolShare } from './tally'
import { TradeFigures } from './trade-figures'
import { type ClosedTrade, TradeLedger } from './trades'
import type { Book, Holding } from './valuation'

export interface PerformanceTerms {
  /** Equity in the settlement currency. */
  readonly opening: string
  /** The length of each return. */
  readonly period: Period
  /** How many of them annual figures count in a year. */
  readonly perYear: number
  /** Whether the equity over time is asked for. */
  readonly keepsPoints: boolean
}

interface Market extends Holding {
  /** The first price. */
  readonly first: number
  /** The double nearest to the mark; kept only while there is a position. */
  price: number
  /** Signed; 0 while flat. */
  quantity: number
  amount: Decimal
  /** The trade under way. */
  excursion: Excursion | undefined
}

/** What a run was worth. */
export interface Measurements {
  readonly stats: Statistics
  readonly monthly: readonly MonthlyReturn[]
  /** All symbols that were traded, by name. */
  readonly bySymbol: readonly SymbolShare[]
  /** One for each period, simple; NaN where nothing was left before it. */
  readonly returns: Float64Array
  /** When the period of each ends, ms since 1970. */
  readonly returnEnds: Float64Array
  /** Those of buying and holding, in the same periods. */
  readonly holdReturns: Float64Array
  /** The equity over time, where it was asked for. */
  readonly equity: readonly EquityPoint[] | undefined
}

export class Performance implements Book {
  private readonly ledger: TradeLedger
  private readonly trades = new TradeFigures()
  private readonly markets = new Map<string, Market>()
  /** Those with a position. */
  held: Market[] = []
  private readonly returns: Returns
  private readonly months: Returns
  private readonly points: EquityPoints | undefined
  private curve: EquityCurve | undefined
  /** The double nearest to `cash`. */
  cashNumber: number
  private events = 0
  private timeMs = 0
  /** Something was filled since the last event. */
  private hasFilled = false

  /** @param traded told of each trade once it is finished. */
  constructor(
    private readonly terms: PerformanceTerms,
    private readonly contract: (symbol: string) => Contract,
    traded: (trade: ClosedTrade) => void,
  ) {
    const { opening, period, keepsPoints } = terms
    this.cashNumber = Number(opening)
    this.returns = new Returns(this.cashNumber, period, () => this.holdSum())
    this.months = new Returns(this.cashNumber, MONTH)
    this.points = keepsPoints ? new EquityPoints(this) : undefined
    this.ledger = new TradeLedger(opening, contract, (trade) => {
      this.trades.add(trade)
      traded(trade)
    })
  }

  /** The equity but for the worth of the positions, in the settlement currency. */
  get cash(): Decimal {
    return this.ledger.cash
  }

  /** Fills caused by an event come before it, with `fill`. */
  event(event: MarketEvent): void {
    const { timeMs } = event
    const { points } = this
    this.events++
    this.timeMs = timeMs
    this.curve ??= new EquityCurve(Number(this.terms.opening), timeMs)
    this.returns.reach(event, this.curve.equity)
    this.months.reach(event, this.curve.equity)
    if (points !== undefined && timeMs >= points.turnsMs) points.turn(timeMs)
    const hasMoved = this.mark(event)
    const equity = this.equity()
    this.curve.at(timeMs, equity)
    points?.event(timeMs, hasMoved || this.hasFilled, equity)
    this.hasFilled = false
  }

  /** @param amounts those of the fill, when they are known. */
  fill(fill: Fill, amounts = amountsOf(fill)): void {
    this.points?.fill()
    this.ledger.fill(fill, amounts)
    this.cashNumber = this.ledger.cash.toNumber()
    const market = this.markets.get(fill.symbol) ?? this.enter(fill.symbol, new Mark(fill.price))
    const was = market.quantity
    const position = this.ledger.position(fill.symbol)
    market.amount = position?.amount ?? ZERO
    market.quantity = market.amount.toNumber()
    market.excursion = position?.excursion
    market.price = market.mark.number
    if ((was === 0) !== (market.quantity === 0))
      this.held = [...this.markets.values()].filter(({ quantity }) => quantity !== 0)
    this.hasFilled = true
  }

  /** Takes in fills that no event follows: of orders that fill when they are submitted. */
  settle(): void {
    if (this.curve === undefined) return
    const equity = this.equity()
    this.curve.at(this.timeMs, equity)
    this.points?.changed(this.timeMs, equity)
    this.hasFilled = false
  }

  /** Marks what is open and answers all figures; nothing may follow. Undefined when there was no event. */
  end(): Measurements | undefined {
    const { curve, trades, events, ledger, returns, months } = this
    if (!curve) return undefined
    const equity = this.points?.end(this.timeMs)
    const final = ledger.end(this.timeMs, (symbol) => this.markets.get(symbol)!.mark.price!)
    curve.at(this.timeMs, final)
    returns.end(final)
    months.end(final)
    const marketCount = this.markets.size
    const buyHoldReturn = marketCount > 0 ? this.holdSum() / marketCount : null
    const { turnoverNumber: turnover, feesNumber: fees } = ledger
    const { perYear } = this.terms
    const holdReturns = returnsOfHolding(returns.holds.all, marketCount)
    const periods = { returns: returns.values.all, returnEnds: returns.ends.all, holdReturns }
    const stats = statistics({ curve, ...periods, trades, events, buyHoldReturn, turnover, fees, perYear })
    return { stats, monthly: monthlyReturns(months), bySymbol: ledger.bySymbol, ...periods, equity }
  }

  /** @returns whether a position is worth something else now. */
  private mark(event: MarketEvent): boolean {
    const market = this.markets.get(event.symbol)
    if (market === undefined) {
      if (marks(event)) this.enter(event.symbol, new Mark(event))
      return false
    }
    const { mark } = market
    mark.observe(event)
    if (market.excursion === undefined) return false
    const price = mark.number
    if (price === market.price) return false
    market.price = price
    market.excursion.see(price, mark.newest!)
    return true
  }

  private equity(): number {
    let equity = this.cashNumber
    for (const { contract, quantity, price } of this.held) equity += contract.worthNumber(quantity, price)
    return equity
  }

  /** What each market's price has gained, of 1, over all of them. */
  private holdSum(): number {
    let sum = 0
    for (const { first, mark } of this.markets.values()) sum += mark.number / first - 1
    return sum
  }

  private enter(symbol: string, mark: Mark): Market {
    const { number } = mark
    const none = { price: number, quantity: 0, amount: ZERO, excursion: undefined }
    const market = { contract: this.contract(symbol), mark, first: number, ...none }
    this.markets.set(symbol, market)
    return market
  }
}
