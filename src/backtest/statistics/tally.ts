/** What the trades of one symbol came to. */
import { type Decimal, ZERO } from '../../trading/decimal'

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

/** What the trades in one symbol came to. */
export interface SymbolShare extends Share {
  readonly symbol: string
}

interface FinishedTrade {
  readonly side: 'long' | 'short'
  /** After fees, in the settlement currency. */
  readonly pnl: number
  /** The same, exactly. */
  readonly profit: Decimal
  /** In percent of the notional of all entries. */
  readonly pnlPct: number
}

export class Tally {
  private longs = 0
  private shorts = 0
  private wins = 0
  private gains = 0
  private losses = 0
  private pctSum = 0
  private bestPct = Number.NEGATIVE_INFINITY
  private worstPct = Number.POSITIVE_INFINITY
  private profit: Decimal = ZERO

  add({ side, pnl, pnlPct, profit }: FinishedTrade): void {
    if (side === 'long') this.longs++
    else this.shorts++
    if (pnl > 0) {
      this.wins++
      this.gains += pnl
    } else this.losses -= pnl
    this.pctSum += pnlPct
    this.bestPct = Math.max(this.bestPct, pnlPct)
    this.worstPct = Math.min(this.worstPct, pnlPct)
    this.profit = this.profit.plus(profit)
  }

  share(fees: Decimal, turnover: Decimal): Share {
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
      pnl: this.profit.toString(),
      fees: fees.toString(),
      turnover: turnover.toString(),
    }
  }
}
