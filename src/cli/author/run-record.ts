/** What tests ask of a run beside its result. */
import type { Fill, LogLine } from '../../../sandbox/testing'
import type { RunObserver } from '../../backtest/observer'
import type { Fault } from '../../sandbox/fault'
import { placedFault } from '../../sandbox/fault-message'
import type { ExecutionReport } from '../../schema/orders'

export class RunRecord implements RunObserver {
  readonly fills: Fill[] = []
  readonly logs: LogLine[] = []
  readonly faults: LogLine[] = []

  /** @param name of the strategy. */
  constructor(private readonly name: string) {}

  reported({ order: { clientOrderId }, fill }: ExecutionReport): void {
    if (!fill) return
    const { symbol, side, price, quantity, fee, timeMs } = fill
    this.fills.push({ time: written(timeMs), symbol, side, price, quantity, fee, clientOrderId })
  }

  logged(timeMs: number, message: string): void {
    this.logs.push({ time: written(timeMs), message })
  }

  faulted(fault: Fault, timeMs: number): void {
    this.faults.push({ time: written(timeMs), message: placedFault(`${this.name}.js`, fault) })
  }
}

const written = (timeMs: number): string => new Date(timeMs).toISOString()
