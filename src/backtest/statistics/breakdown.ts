/** What the trades of each symbol, or of each strategy, came to. */
import { type Decimal, ZERO } from '../../trading/decimal'
import type { ClosedTrade } from './trades'

/** What some of the trades came to. Money is exact, in the settlement currency. */
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

/** What the trades in one symbol came to. */
export interface SymbolShare extends Share {
  readonly symbol: string
}

/** By what a trade is filed under, as its symbol. */
export class Breakdown {
  private readonly tallies = new Map<string, Tally>()

  add(key: string, trade: ClosedTrade): void {
    let tally = this.tallies.get(key)
    if (tally === undefined) {
      tally = new Tally()
      this.tallies.set(key, tally)
    }
    tally.add(trade)
  }

  /** All that have trades, by name. */
  get shares(): [key: string, share: Share][] {
    return [...this.tallies.keys()].sort().map((key) => [key, this.tallies.get(key)!.share()])
  }
}

class Tally {
  private longs = 0
  private shorts = 0
  private wins = 0
  private gains = 0
  private losses = 0
  private pctSum = 0
  private bestPct = Number.NEGATIVE_INFINITY
  private worstPct = Number.POSITIVE_INFINITY
  private pnl: Decimal = ZERO
  private fees: Decimal = ZERO
  private turnover: Decimal = ZERO

  add(trade: ClosedTrade): void {
    const { pnl, pnlPct } = trade
    if (trade.side === 'long') this.longs++
    else this.shorts++
    if (pnl > 0) {
      this.wins++
      this.gains += pnl
    } else this.losses -= pnl
    this.pctSum += pnlPct
    this.bestPct = Math.max(this.bestPct, pnlPct)
    this.worstPct = Math.min(this.worstPct, pnlPct)
    this.pnl = this.pnl.plus(trade.profit)
    this.fees = this.fees.plus(trade.fees)
    this.turnover = this.turnover.plus(trade.turnover)
  }

  share(): Share {
    const trades = this.longs + this.shorts
    const traded = (figure: number) => (trades > 0 && Number.isFinite(figure) ? figure : null)
    return {
      trades,
      longTrades: this.longs,
      shortTrades: this.shorts,
      winRatePct: traded((100 * this.wins) / trades),
      profitFactor: this.losses > 0 ? traded(this.gains / this.losses) : null,
      expectancyPct: traded(this.pctSum / trades),
      bestTradePct: traded(this.bestPct),
      worstTradePct: traded(this.worstPct),
      pnl: this.pnl.toString(),
      fees: this.fees.toString(),
      turnover: this.turnover.toString(),
    }
  }
}
