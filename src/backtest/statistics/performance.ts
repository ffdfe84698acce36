/** What a run is worth: market events and fills to trades, equity and the figures of both. */
import type { MarketEvent } from '../../schema/events'
import type { Fill } from '../../schema/orders'
import { Mark, marks } from '../../trading/accounts/marks'
import type { Contract } from '../../trading/contract'
import { amountsOf, Decimal, ZERO } from '../../trading/decimal'
import { returnsOfHolding } from './benchmark'
import { EquityCurve } from './curve'
import { EquityPoints } from './equity-points'
import type { Excursion } from './excursion'
import type { Statistics } from './figures'
import type { CurvePoint } from './fine-bars'
import { type MonthlyReturn, monthlyReturns } from './months'
import { MONTH, type Period } from './periods'
import { ProfitCurves } from './profit-curves'
import { Returns } from './returns'
import { statistics } from './statistics'
import { type StrategyShare, type SymbolShare, shareOf } from './tally'
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
  /** Whether the equity over time is asked for: exactly, or in doubles next to it. */
  readonly keepsPoints?: 'exact' | 'near' | undefined
  /** Those of several strategies, whose profits over time are then asked for as well. */
  readonly labels?: readonly string[]
}

interface Market extends Holding {
  /** The first price. */
  readonly first: number
  /** The double nearest to the mark; kept only while there is a position. */
  price: number
  /** The price that the trade under way has seen since its last fill; NaN before one. */
  seen: number
  /** Signed; 0 while flat. */
  quantity: number
  amount: Decimal
  /** The trade under way. */
  excursion: Excursion | undefined
  /** What the other strategies of the run hold in it, by their labels. */
  others?: Map<string, Market>
}

/** What a run was worth. */
export interface Measurements {
  readonly stats: Statistics
  readonly monthly: readonly MonthlyReturn[]
  /** All symbols that were traded, by name. */
  readonly bySymbol: readonly SymbolShare[]
  /** By name; absent where there is but one strategy. */
  readonly byStrategy?: readonly StrategyShare[]
  /** One for each period, simple; NaN where nothing was left before it. */
  readonly returns: Float64Array
  /** When the period of each ends, ms since 1970. */
  readonly returnEnds: Float64Array
  /** Those of buying and holding, in the same periods. */
  readonly holdReturns: Float64Array
  /** The equity over time, where it was asked for. */
  readonly equity: readonly CurvePoint[] | undefined
  /** What each of several strategies has gained since the beginning, over time, likewise. */
  readonly profits?: ReadonlyMap<string, readonly CurvePoint[]>
}

export class Performance implements Book {
  private readonly ledger: TradeLedger
  /** Those of the other strategies of the run, by their labels: they begin with nothing, as the opening is in the first. */
  private readonly ledgers = new Map<string, TradeLedger>()
  /** The label of the strategy whose ledger is the first. */
  private firstLabel: string | undefined
  private readonly trades = new TradeFigures()
  private readonly markets = new Map<string, Market>()
  /** Those with a position. */
  held: Market[] = []
  private readonly returns: Returns
  private readonly months: Returns
  private readonly points: EquityPoints | undefined
  private readonly profits: ProfitCurves | undefined
  private curve: EquityCurve | undefined
  /** The double nearest to `cash`. */
  cashNumber: number
  private eventCount = 0
  private timeMs = 0
  /** Something was filled since the last event. */
  private hasFilled = false

  /** @param traded told of each trade once it is finished. */
  constructor(
    private readonly terms: PerformanceTerms,
    private readonly contract: (symbol: string) => Contract,
    private readonly traded: (trade: ClosedTrade) => void,
  ) {
    const { opening, period, keepsPoints, labels = [] } = terms
    this.cashNumber = Number(opening)
    this.returns = new Returns(this.cashNumber, period, () => this.holdSum())
    this.months = new Returns(this.cashNumber, MONTH)
    const exactly = keepsPoints === 'exact'
    this.points = keepsPoints && new EquityPoints(this, exactly)
    this.profits = keepsPoints && labels.length > 0 ? new ProfitCurves(labels, exactly) : undefined
    this.ledger = this.ledgerWith(opening, () => this.firstLabel)
  }

  private ledgerWith(opening: string, label: () => string | undefined): TradeLedger {
    return new TradeLedger(opening, this.contract, (trade) => {
      trade.strategy = label()
      this.trades.add(trade)
      this.traded(trade)
    })
  }

  /** The equity but for the worth of the positions, in the settlement currency. */
  get cash(): Decimal {
    let { cash } = this.ledger
    for (const ledger of this.ledgers.values()) cash = cash.plus(ledger.cash)
    return cash
  }

  /** Fills caused by an event come before it, with `fill`. */
  event(event: MarketEvent): void {
    const { timeMs } = event
    const { points } = this
    this.eventCount++
    this.timeMs = timeMs
    this.curve ??= new EquityCurve(Number(this.terms.opening), timeMs)
    this.returns.reach(event, this.curve.equity)
    this.months.reach(event, this.curve.equity)
    if (points !== undefined && timeMs >= points.turnsMs) points.turn(timeMs)
    this.profits?.reach(timeMs)
    const hasMoved = this.mark(event)
    const equity = this.equity()
    this.curve.at(timeMs, equity)
    points?.event(timeMs, hasMoved || this.hasFilled, equity)
    this.profits?.event(timeMs)
    this.hasFilled = false
  }

  /**
   * As `event` with each of the events `from` up to but without `to`.
   * @param events of one symbol, in the order of their times, that all tell a price.
   */
  events(events: readonly MarketEvent[], from: number, to: number): void {
    for (let index = from; index < to; ) {
      const end = this.unchangedUntil(events, index, to)
      if (end > index) this.pass(events[end - 1]!, end - index)
      if (end < to) this.event(events[end]!)
      index = end + 1
    }
  }

  /** The first of the events that may change more than what time it is. */
  private unchangedUntil(events: readonly MarketEvent[], from: number, to: number): number {
    const { points, returns, months } = this
    if (this.held.length > 0 || this.hasFilled || !this.markets.has(events[from]!.symbol)) return from
    const untilMs = Math.min(returns.quietUntilMs, months.quietUntilMs)
    const turnsMs = points?.turnsMs ?? Number.POSITIVE_INFINITY
    const isQuiet = ({ timeMs }: MarketEvent) => timeMs <= untilMs && timeMs < turnsMs
    const most = Math.min(to, from + (points?.mostUnchanged ?? to))
    if (most > from && isQuiet(events[most - 1]!)) return most
    let index = from
    while (index < most && isQuiet(events[index]!)) index++
    return index
  }

  /** Takes in so many events, of which this is the last, that change nothing. */
  private pass(last: MarketEvent, count: number): void {
    const { timeMs } = last
    this.eventCount += count
    this.timeMs = timeMs
    this.markets.get(last.symbol)!.mark.observe(last)
    this.curve!.at(timeMs, this.cashNumber)
    this.points?.unchanged(count)
  }

  /**
   * @param amounts those of the fill, when they are known.
   * @param strategy the label of whose it is, where several trade.
   */
  fill(fill: Fill, amounts = amountsOf(fill), strategy?: string): void {
    this.points?.fill()
    this.firstLabel ??= strategy
    const isOther = strategy !== this.firstLabel
    const ledger = isOther ? this.ledgerOf(strategy!) : this.ledger
    const profit = strategy === undefined ? undefined : this.profits?.of(strategy)
    profit?.fill()
    ledger.fill(fill, amounts)
    this.cashNumber = this.cash.toNumber()
    const own = this.markets.get(fill.symbol) ?? this.enter(fill.symbol, new Mark(fill.price))
    const market = isOther ? otherIn(own, strategy!) : own
    const was = market.quantity
    const position = ledger.position(fill.symbol)
    market.amount = position?.amount ?? ZERO
    market.quantity = market.amount.toNumber()
    market.excursion = position?.excursion
    market.price = market.mark.number
    market.seen = Number.NaN
    if ((was === 0) !== (market.quantity === 0)) this.held = this.all().filter(({ quantity }) => quantity !== 0)
    this.hasFilled = true
    profit?.filled(
      isOther ? ledger.cash : ledger.cash.minus(Decimal.parse(this.terms.opening)),
      this.heldBy(isOther ? strategy : undefined),
    )
  }

  /** Takes in a fill, free of fees, by which the venue closes what several hold together: each leaves its own position. */
  close(fill: Fill, { price } = amountsOf(fill)): void {
    for (const [strategy, ledger] of [[this.firstLabel, this.ledger] as const, ...this.ledgers]) {
      const amount = ledger.position(fill.symbol)?.amount ?? ZERO
      if (amount.sign === 0) continue
      const [side, quantity] = amount.sign > 0 ? (['sell', amount] as const) : (['buy', amount.negated()] as const)
      const own = { ...fill, side, quantity: quantity.toString() }
      this.fill(own, { quantity, price, fee: ZERO }, strategy)
    }
  }

  private ledgerOf(strategy: string): TradeLedger {
    const known = this.ledgers.get(strategy) ?? this.ledgerWith('0', () => strategy)
    this.ledgers.set(strategy, known)
    return known
  }

  /** @param strategy undefined for the one whose ledger is the first. */
  private heldBy(strategy: string | undefined): Market[] {
    const own = [...this.markets.values()].map((market) =>
      strategy === undefined ? market : market.others?.get(strategy),
    )
    return own.filter((market) => market !== undefined).filter(({ quantity }) => quantity !== 0)
  }

  /** What all strategies hold or held. */
  private all(): Market[] {
    return [...this.markets.values()].flatMap((market) => [market, ...(market.others?.values() ?? [])])
  }

  /** Takes in fills that no event follows: of orders that fill when they are submitted. */
  settle(): void {
    if (this.curve === undefined) return
    const equity = this.equity()
    this.curve.at(this.timeMs, equity)
    this.points?.changed(this.timeMs, equity)
    this.profits?.settle(this.timeMs)
    this.hasFilled = false
  }

  /** Marks what is open and answers all figures; nothing may follow. Undefined when there was no event. */
  end(): Measurements | undefined {
    const { curve, trades, eventCount: events, ledger, returns, months } = this
    if (!curve) return undefined
    const equity = this.points?.end(this.timeMs, this.equity())
    const profits = this.profits?.end(this.timeMs)
    const ledgers = [ledger, ...this.ledgers.values()]
    const lastPrice = (symbol: string) => this.markets.get(symbol)!.mark.price!
    const final = ledgers.reduce((sum, one) => sum + one.end(this.timeMs, lastPrice), 0)
    curve.at(this.timeMs, final)
    returns.end(final)
    months.end(final)
    const marketCount = this.markets.size
    const buyHoldReturn = marketCount > 0 ? this.holdSum() / marketCount : null
    const turnover = ledgers.reduce((sum, one) => sum + one.turnoverNumber, 0)
    const fees = ledgers.reduce((sum, one) => sum + one.feesNumber, 0)
    const { perYear } = this.terms
    const holdReturns = returnsOfHolding(returns.holds.all, marketCount)
    const periods = { returns: returns.values.all, returnEnds: returns.ends.all, holdReturns }
    const stats = statistics({ curve, ...periods, trades, events, buyHoldReturn, turnover, fees, perYear })
    return {
      stats,
      monthly: monthlyReturns(months),
      ...this.shares(ledgers),
      ...periods,
      equity,
      ...(profits && { profits }),
    }
  }

  /** The first price of each market, in the order in which they came up. */
  get firstPrices(): ReadonlyMap<string, number> {
    return new Map([...this.markets].map(([symbol, { first }]) => [symbol, first]))
  }

  private shares(ledgers: readonly TradeLedger[]): Pick<Measurements, 'bySymbol' | 'byStrategy'> {
    const symbols = [...new Set(ledgers.flatMap(({ traded }) => [...traded.keys()]))].sort()
    const of = (symbol: string) => shareOf(ledgers.flatMap(({ traded }) => traded.get(symbol) ?? []))
    const bySymbol = symbols.map((symbol) => ({ symbol, ...of(symbol) }))
    if (this.firstLabel === undefined) return { bySymbol }
    const labelled: [string, TradeLedger][] = [[this.firstLabel, this.ledger], ...this.ledgers]
    const byStrategy = labelled.map(([strategy, { traded }]) => ({ strategy, ...shareOf([...traded.values()]) }))
    return { bySymbol, byStrategy: byStrategy.sort((a, b) => (a.strategy < b.strategy ? -1 : 1)) }
  }

  /** @returns whether a position is worth something else now. */
  private mark(event: MarketEvent): boolean {
    const market = this.markets.get(event.symbol)
    if (market === undefined) {
      if (marks(event)) this.enter(event.symbol, new Mark(event))
      return false
    }
    market.mark.observe(event)
    let hasMoved = moved(market)
    if (market.others) for (const other of market.others.values()) if (moved(other)) hasMoved = true
    return hasMoved
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
    const none = { price: number, seen: Number.NaN, quantity: 0, amount: ZERO, excursion: undefined }
    const market = { contract: this.contract(symbol), mark, first: number, ...none }
    this.markets.set(symbol, market)
    return market
  }
}

/** Looks at its mark anew. @returns whether what is held is worth something else now. */
function moved(market: Market): boolean {
  const { mark, excursion } = market
  if (excursion === undefined) return false
  const price = mark.number
  if (price === market.seen) return false
  market.price = price
  market.seen = price
  excursion.see(price, mark.newest!)
  return true
}

/** What another strategy holds in the same market. */
function otherIn(market: Market, strategy: string): Market {
  market.others ??= new Map()
  const known = market.others.get(strategy)
  if (known) return known
  const { contract, mark, first } = market
  const none = { price: mark.number, seen: Number.NaN, quantity: 0, amount: ZERO, excursion: undefined }
  const other = { contract, mark, first, ...none }
  market.others.set(strategy, other)
  return other
}
