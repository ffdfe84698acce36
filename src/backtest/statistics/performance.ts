/** What a run is worth: market events and fills to trades, equity and the figures of both. */
import type { MarketEvent } from '../../schema/events'
import type { Fill } from '../../schema/orders'
import { Mark, marks } from '../../trading/accounts/marks'
import type { Contract } from '../../trading/contract'
import { amountsOf } from '../../trading/decimal'
import { EquityCurve } from './curve'
import type { Statistics } from './figures'
import type { Period } from './periods'
import { Returns } from './returns'
import { statistics } from './statistics'
import { TradeFigures } from './trade-figures'
import { type ClosedTrade, TradeLedger } from './trades'

interface Market {
  readonly contract: Contract
  readonly mark: Mark
  /** The first price. */
  readonly first: number
  /** Signed; 0 while flat. */
  quantity: number
}

export class Performance {
  private readonly ledger: TradeLedger
  private readonly trades = new TradeFigures()
  private readonly markets = new Map<string, Market>()
  /** Those with a position. */
  private held: Market[] = []
  private readonly returns: Returns
  private curve: EquityCurve | undefined
  private cash: number
  private events = 0
  private timeMs = 0

  /**
   * @param opening equity in the settlement currency.
   * @param period of the returns. @param perYear how many of them annual figures count in a year.
   * @param traded told of each trade once it is finished.
   */
  constructor(
    private readonly opening: string,
    private readonly contract: (symbol: string) => Contract,
    period: Period,
    private readonly perYear: number,
    traded: (trade: ClosedTrade) => void,
  ) {
    this.cash = Number(opening)
    this.returns = new Returns(this.cash, period)
    this.ledger = new TradeLedger(opening, contract, (trade) => {
      this.trades.add(trade)
      traded(trade)
    })
  }

  /** Fills caused by an event come before it, with `fill`. */
  event(event: MarketEvent): void {
    this.events++
    this.timeMs = event.timeMs
    const market = this.markets.get(event.symbol)
    if (market) market.mark.observe(event)
    else if (marks(event)) this.enter(event.symbol, new Mark(event))
    this.curve ??= new EquityCurve(Number(this.opening), event.timeMs)
    this.returns.reach(event, this.curve.equity)
    this.curve.at(event.timeMs, this.equity())
  }

  /** @param amounts those of the fill, when they are known. */
  fill(fill: Fill, amounts = amountsOf(fill)): void {
    this.ledger.fill(fill, amounts)
    this.cash = this.ledger.cashNumber
    const market = this.markets.get(fill.symbol) ?? this.enter(fill.symbol, new Mark(fill.price))
    const was = market.quantity
    market.quantity = this.ledger.quantityNumber(fill.symbol)
    if ((was === 0) !== (market.quantity === 0))
      this.held = [...this.markets.values()].filter(({ quantity }) => quantity !== 0)
  }

  /** Takes in fills that no event follows: of orders that fill when they are submitted. */
  settle(): void {
    this.curve?.at(this.timeMs, this.equity())
  }

  /** Marks what is open and answers all figures; nothing may follow. Undefined when there was no event. */
  end(): Statistics | undefined {
    const { curve, trades, events, perYear, ledger, returns } = this
    if (!curve) return undefined
    const final = ledger.end(this.timeMs, (symbol) => this.markets.get(symbol)!.mark.price!)
    curve.at(this.timeMs, final)
    returns.end(final)
    const holds = [...this.markets.values()].map(({ first, mark }) => mark.number / first - 1)
    const buyHoldReturn = holds.length > 0 ? holds.reduce((sum, hold) => sum + hold) / holds.length : null
    const { turnoverNumber: turnover, feesNumber: fees } = ledger
    const { moments } = returns
    return statistics({ curve, returns: moments, trades, events, buyHoldReturn, turnover, fees, perYear })
  }

  private equity(): number {
    let equity = this.cash
    for (const { contract, quantity, mark } of this.held) equity += contract.worthNumber(quantity, mark.number)
    return equity
  }

  private enter(symbol: string, mark: Mark): Market {
    const market = { contract: this.contract(symbol), mark, first: mark.number, quantity: 0 }
    this.markets.set(symbol, market)
    return market
  }
}
