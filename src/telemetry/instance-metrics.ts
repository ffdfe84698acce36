/** How each instance keeps up, as Prometheus reads it. */
import { Counter, Gauge, type Registry } from 'prom-client'
import { MAX_SERIES } from './series'

/** An instance that runs, and what was counted since its start. */
export interface MeasuredInstance {
  readonly id: string
  readonly strategy: string
  readonly stats: {
    readonly lagMs: number
    readonly cpuMs: number
    /** Dropped and conflated. */
    readonly dropped: number
    readonly conflated: number
  }
  /** In each of its currencies. */
  readonly worth: readonly InstanceWorth[]
}

/** What it is worth in a currency, as decimals. */
export interface InstanceWorth {
  readonly currency: string
  readonly equity: string
  readonly pnlToday: string
  /** Below the best since the start, in percent, 0 or below. */
  readonly drawdownPct: number
  /** How many positions are open. */
  readonly positions: number
}

const LABELS = ['strategy', 'instance'] as const
const IN_CURRENCY = [...LABELS, 'currency'] as const

/** Made anew for each text, so that of an instance that does not run there is none. */
export class InstanceMetrics {
  private readonly lag
  private readonly cpu
  private readonly dropped
  private readonly conflated
  private readonly equity
  private readonly pnlToday
  private readonly drawdown
  private readonly positions

  constructor(registers: Registry[]) {
    this.lag = new Gauge({
      name: 'strategy_instance_lag_seconds',
      help: 'How much older the oldest market event that an instance has not handled is than the newest there is',
      labelNames: LABELS,
      registers,
    })
    this.cpu = new Counter({
      name: 'strategy_instance_cpu_seconds_total',
      help: 'CPU time that the code of an instance has used since its start',
      labelNames: LABELS,
      registers,
    })
    this.dropped = new Counter({
      name: 'strategy_instance_dropped_events_total',
      help: 'Market events that were left out since its start because an instance could not keep up',
      labelNames: LABELS,
      registers,
    })
    this.conflated = new Counter({
      name: 'strategy_instance_conflated_events_total',
      help: 'Market events in whose place a newer one was handled since its start because an instance could not keep up',
      labelNames: LABELS,
      registers,
    })
    this.equity = new Gauge({
      name: 'strategy_instance_equity',
      help: 'Cash and positions of an instance at their last prices, in the currency',
      labelNames: IN_CURRENCY,
      registers,
    })
    this.pnlToday = new Gauge({
      name: 'strategy_instance_pnl_today',
      help: 'Change of the equity of an instance since 00:00 UTC, in the currency',
      labelNames: IN_CURRENCY,
      registers,
    })
    this.drawdown = new Gauge({
      name: 'strategy_instance_drawdown_ratio',
      help: 'How far the equity of an instance is below its best since the start: 0.05 for 5 %',
      labelNames: IN_CURRENCY,
      registers,
    })
    this.positions = new Gauge({
      name: 'strategy_instance_positions',
      help: 'Open positions of an instance that are settled in the currency',
      labelNames: IN_CURRENCY,
      registers,
    })
  }

  /** @param instances those that matter most come first. */
  set(instances: readonly MeasuredInstance[]): void {
    const { lag, cpu, dropped: left, conflated: replaced, equity, pnlToday, drawdown, positions } = this
    for (const metric of [lag, cpu, left, replaced, equity, pnlToday, drawdown, positions]) metric.reset()
    for (const { id, strategy, stats, worth } of instances.slice(0, MAX_SERIES)) {
      const { lagMs, cpuMs, dropped, conflated } = stats
      this.lag.labels(strategy, id).set(lagMs / 1000)
      this.cpu.labels(strategy, id).inc(cpuMs / 1000)
      this.dropped.labels(strategy, id).inc(dropped - conflated)
      this.conflated.labels(strategy, id).inc(conflated)
      for (const { currency, ...figures } of worth) {
        equity.labels(strategy, id, currency).set(Number(figures.equity))
        pnlToday.labels(strategy, id, currency).set(Number(figures.pnlToday))
        drawdown.labels(strategy, id, currency).set(Math.abs(figures.drawdownPct) / 100)
        positions.labels(strategy, id, currency).set(figures.positions)
      }
    }
  }
}
