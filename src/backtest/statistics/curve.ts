/** The equity over time, followed event by event: its peak and drawdowns, in memory that never grows. */

export class EquityCurve {
  /** After the last event. */
  equity: number
  private lastMs: number
  private peak: number
  /** When the equity last stood at its peak; of use while it is below. */
  private peakMs = 0
  /** How deep the drawdown under way is, as a fraction, 0 or negative. */
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
    this.lastMs = startMs
  }

  /** The state after an event, or after a fill at the time of the last one. */
  at(timeMs: number, equity: number): void {
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
  }

  /** Ends the drawdown under way; nothing may follow. */
  end(): CurveFigures {
    if (this.depth < 0) this.endDrawdown(this.lastMs)
    const { startMs, lastMs, drawdowns } = this
    return {
      startMs,
      endMs: lastMs,
      opening: this.opening,
      final: this.equity,
      peak: this.peak,
      maxDrawdownPct: 100 * this.maxDepth,
      avgDrawdownPct: drawdowns > 0 ? (100 * this.depthSum) / drawdowns : null,
      maxDrawdownMs: drawdowns > 0 ? this.maxDrawdownMs : null,
      avgDrawdownMs: drawdowns > 0 ? this.drawdownMsSum / drawdowns : null,
    }
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
