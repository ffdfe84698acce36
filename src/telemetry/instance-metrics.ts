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

interface Row<T> {
  readonly kind: typeof Gauge | typeof Counter
  readonly name: string
  readonly help: string
  readonly of: (measured: T) => number
}

/** Labels: strategy, instance. */
const OF_INSTANCE: readonly Row<MeasuredInstance['stats']>[] = [
  {
    kind: Gauge,
    name: 'strategy_instance_lag_seconds',
    help: 'How much older the oldest market event that an instance has not handled is than the newest there is',
    of: ({ lagMs }) => lagMs / 1000,
  },
  {
    kind: Counter,
    name: 'strategy_instance_cpu_seconds_total',
    help: 'CPU time that the code of an instance has used since its start',
    of: ({ cpuMs }) => cpuMs / 1000,
  },
  {
    kind: Counter,
    name: 'strategy_instance_dropped_events_total',
    help: 'Market events that were left out since its start because an instance could not keep up',
    of: ({ dropped, conflated }) => dropped - conflated,
  },
  {
    kind: Counter,
    name: 'strategy_instance_conflated_events_total',
    help: 'Market events in whose place a newer one was handled since its start because an instance could not keep up',
    of: ({ conflated }) => conflated,
  },
]

/** Labels: strategy, instance, currency. */
const IN_CURRENCY: readonly Row<InstanceWorth>[] = [
  {
    kind: Gauge,
    name: 'strategy_instance_equity',
    help: 'Cash and positions of an instance at their last prices, in the currency',
    of: ({ equity }) => Number(equity),
  },
  {
    kind: Gauge,
    name: 'strategy_instance_pnl_today',
    help: 'Change of the equity of an instance since 00:00 UTC, in the currency',
    of: ({ pnlToday }) => Number(pnlToday),
  },
  {
    kind: Gauge,
    name: 'strategy_instance_drawdown_ratio',
    help: 'How far the equity of an instance is below its best since the start: 0.05 for 5 %',
    of: ({ drawdownPct }) => Math.abs(drawdownPct) / 100,
  },
  {
    kind: Gauge,
    name: 'strategy_instance_positions',
    help: 'Open positions of an instance that are settled in the currency',
    of: ({ positions }) => positions,
  },
]

/** Made anew for each text, so that of an instance that does not run there is none. */
export class InstanceMetrics {
  private readonly ofInstance
  private readonly inCurrency

  constructor(registers: Registry[]) {
    const made = <T>(rows: readonly Row<T>[], labelNames: string[]) =>
      rows.map(({ kind, name, help, of }) => ({ metric: new kind({ name, help, labelNames, registers }), of }))
    this.ofInstance = made(OF_INSTANCE, ['strategy', 'instance'])
    this.inCurrency = made(IN_CURRENCY, ['strategy', 'instance', 'currency'])
  }

  /** @param instances those that matter most come first. */
  set(instances: readonly MeasuredInstance[]): void {
    const { ofInstance, inCurrency } = this
    for (const { metric } of [...ofInstance, ...inCurrency]) metric.reset()
    for (const { id, strategy, stats, worth } of instances.slice(0, MAX_SERIES)) {
      for (const { metric, of } of ofInstance) metric.labels(strategy, id).inc(of(stats))
      for (const figures of worth) {
        for (const { metric, of } of inCurrency) metric.labels(strategy, id, figures.currency).inc(of(figures))
      }
    }
  }
}
