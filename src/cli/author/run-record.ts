/** What tests ask of a run beside its result. */
import type { Fill, LogLine } from '../../../sandbox/testing'
import type { RunObserver } from '../../backtest/observer'
import { faultLine, type PlacedFault } from '../../sandbox/fault-message'
import type { ExecutionReport } from '../../schema/orders'

export class RunRecord implements RunObserver {
  readonly fills: Fill[] = []
  readonly logs: LogLine[] = []
  readonly faults: LogLine[] = []

  reported({ order: { clientOrderId }, fill }: ExecutionReport): void {
    if (!fill) return
    const { symbol, side, price, quantity, fee, timeMs } = fill
    this.fills.push({ time: written(timeMs), symbol, side, price, quantity, fee, clientOrderId })
  }

  logged(timeMs: number, message: string): void {
    this.logs.push({ time: written(timeMs), message })
  }

  faulted(fault: PlacedFault, timeMs: number): void {
    this.faults.push({ time: written(timeMs), message: faultLine(fault) })
  }
}

const written = (timeMs: number): string => new Date(timeMs).toISOString()
