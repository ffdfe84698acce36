/** What the finished trades amount to, kept as they come; only the return and the times of each are remembered. */
import { Exposure } from './exposure'
import { Moments } from './moments'
import { Series } from './series'
import type { ClosedTrade } from './trades'

export class TradeFigures {
  longs = 0
  shorts = 0
  wins = 0
  losses = 0
  grossProfit = 0
  /** Positive. */
  grossLoss = 0
  bestPct = Number.NEGATIVE_INFINITY
  worstPct = Number.POSITIVE_INFINITY
  maxDurationMs = 0
  maxConsecutiveWins = 0
  maxConsecutiveLosses = 0
  /** Profits and losses in the quote currency. */
  readonly pnl = new Moments()
  readonly exposure = new Exposure()
  private pctSum = 0
  private logSum = 0
  private durationSumMs = 0
  private winStreak = 0
  private lossStreak = 0
  private readonly returns = new Series()

  get count(): number {
    return this.longs + this.shorts
  }

  add(trade: ClosedTrade): void {
    const { pnl } = trade
    this.returns.add(trade.pnlPct)
    this.exposure.add(trade.entryMs, trade.exitMs)
    if (trade.side === 'long') this.longs++
    else this.shorts++
    this.pnl.add(pnl)
    this.pctSum += trade.pnlPct
    this.logSum += Math.log1p(trade.pnlPct / 100)
    this.bestPct = Math.max(this.bestPct, trade.pnlPct)
    this.worstPct = Math.min(this.worstPct, trade.pnlPct)
    this.durationSumMs += trade.durationMs
    this.maxDurationMs = Math.max(this.maxDurationMs, trade.durationMs)
    this.winStreak = pnl > 0 ? this.winStreak + 1 : 0
    this.lossStreak = pnl < 0 ? this.lossStreak + 1 : 0
    this.maxConsecutiveWins = Math.max(this.maxConsecutiveWins, this.winStreak)
    this.maxConsecutiveLosses = Math.max(this.maxConsecutiveLosses, this.lossStreak)
    if (pnl > 0) {
      this.wins++
      this.grossProfit += pnl
    } else if (pnl < 0) {
      this.losses++
      this.grossLoss -= pnl
    }
  }

  get meanPct(): number {
    return this.pctSum / this.count
  }

  /** Geometric; NaN when a trade lost more than was put in. */
  get geometricMeanPct(): number {
    return 100 * Math.expm1(this.logSum / this.count)
  }

  get meanDurationMs(): number {
    return this.durationSumMs / this.count
  }

  get medianPct(): number {
    const sorted = this.returns.sorted()
    const middle = this.count >> 1
    return this.count % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  }
}
