/** The equity over time, followed event by event: daily returns, drawdowns and exposure, in memory that never grows. */
import { Moments } from './moments'

const DAY_MS = 86_400_000

export class EquityCurve {
  /** One return for each UTC day that has events, the first from the opening equity. */
  readonly daily = new Moments()
  private exposedMs = 0
  private exposed = false
  private lastMs: number
  private dayEndMs: number
  private dayOpen: number
  private equity: number
  private peak: number
  /** When the equity last stood at its peak; of use while it is below. */
  private peakMs = 0
  /** Of the drawdown under way, as a fraction, 0 or negative. */
  private depth = 0
  private maxDepth = 0
  private depthSum = 0
  private maxDrawdownMs = 0
  private drawdownMsSum = 0
  private drawdowns = 0

  /**
   * @param opening equity before the first event, positive, in the quote currency.
   * @param startMs time of the first event.
   */
  constructor(
    private readonly opening: number,
    private readonly startMs: number,
  ) {
    this.equity = opening
    this.peak = opening
    this.dayOpen = opening
    this.lastMs = startMs
    this.dayEndMs = endOfDay(startMs)
  }

  /** The state after an event, or after a fill at the time of the last one. */
  at(timeMs: number, equity: number, exposed: boolean): void {
    if (timeMs > this.dayEndMs) this.closeDay(timeMs)
    if (this.exposed) this.exposedMs += timeMs - this.lastMs
    if (equity >= this.peak) {
      if (this.depth < 0) this.endDrawdown(timeMs)
      this.peak = equity
    } else {
      if (this.depth === 0) this.peakMs = this.lastMs
      const depth = equity / this.peak - 1
      if (depth < this.depth) this.depth = depth
    }
    this.lastMs = timeMs
    this.equity = equity
    this.exposed = exposed
  }

  /** Closes the last day and the drawdown under way; nothing may follow. */
  end(): CurveFigures {
    this.closeDay(this.lastMs)
    if (this.depth < 0) this.endDrawdown(this.lastMs)
    const { startMs, lastMs, drawdowns } = this
    const durationMs = lastMs - startMs
    return {
      startMs,
      endMs: lastMs,
      exposurePct: durationMs > 0 ? (100 * this.exposedMs) / durationMs : null,
      opening: this.opening,
      final: this.equity,
      peak: this.peak,
      maxDrawdownPct: 100 * this.maxDepth,
      avgDrawdownPct: drawdowns > 0 ? (100 * this.depthSum) / drawdowns : null,
      maxDrawdownMs: drawdowns > 0 ? this.maxDrawdownMs : null,
      avgDrawdownMs: drawdowns > 0 ? this.drawdownMsSum / drawdowns : null,
    }
  }

  private closeDay(nextMs: number): void {
    // Where nothing is left there is no return: the figures made of it become undefined.
    this.daily.add(this.dayOpen > 0 ? this.equity / this.dayOpen - 1 : Number.NaN)
    this.dayOpen = this.equity
    this.dayEndMs = endOfDay(nextMs)
  }

  private endDrawdown(timeMs: number): void {
    const lengthMs = timeMs - this.peakMs
    this.drawdowns++
    this.depthSum += this.depth
    this.drawdownMsSum += lengthMs
    this.maxDepth = Math.min(this.maxDepth, this.depth)
    this.maxDrawdownMs = Math.max(this.maxDrawdownMs, lengthMs)
    this.depth = 0
  }
}

export interface CurveFigures {
  readonly startMs: number
  readonly endMs: number
  /** Time with a position, of all the time. */
  readonly exposurePct: number | null
  readonly opening: number
  readonly final: number
  readonly peak: number
  /** 0 or negative: the lowest equity below an earlier peak, at any event. */
  readonly maxDrawdownPct: number
  /** Mean of the lowest points of all drawdowns. */
  readonly avgDrawdownPct: number | null
  /** From the peak until the equity is back at it, or to the end. */
  readonly maxDrawdownMs: number | null
  readonly avgDrawdownMs: number | null
}

/** The midnight that ends the day: what happens at midnight itself, as a candle's close, still belongs to it. */
function endOfDay(timeMs: number): number {
  return Math.ceil(timeMs / DAY_MS) * DAY_MS
}
