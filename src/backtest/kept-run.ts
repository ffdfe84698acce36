/** Keeps what a run tells of its trades, and where it is asked for of its equity over time, in memory. */
import type { RunObserver } from './observer'
import type { EquityPoint } from './statistics/equity-points'
import type { ClosedTrade } from './statistics/trades'

export class KeptRun implements RunObserver {
  readonly trades: ClosedTrade[] = []
  /** Empty where it was not asked for: a run that keeps the points of its equity pays for them. */
  equity: readonly EquityPoint[] = []
  readonly valued?: (points: readonly EquityPoint[]) => void

  constructor({ equity }: { readonly equity: boolean }) {
    if (!equity) return
    this.valued = (points) => {
      this.equity = points
    }
  }

  traded(trade: ClosedTrade): void {
    this.trades.push(trade)
  }
}
