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
}

const LABELS = ['strategy', 'instance'] as const

/** Made anew for each text, so that of an instance that does not run there is none. */
export class InstanceMetrics {
  private readonly lag
  private readonly cpu
  private readonly dropped
  private readonly conflated

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
  }

  /** @param instances those that matter most come first. */
  set(instances: readonly MeasuredInstance[]): void {
    for (const metric of [this.lag, this.cpu, this.dropped, this.conflated]) metric.reset()
    for (const { id, strategy, stats } of instances.slice(0, MAX_SERIES)) {
      const { lagMs, cpuMs, dropped, conflated } = stats
      this.lag.labels(strategy, id).set(lagMs / 1000)
      this.cpu.labels(strategy, id).inc(cpuMs / 1000)
      this.dropped.labels(strategy, id).inc(dropped - conflated)
      this.conflated.labels(strategy, id).inc(conflated)
    }
  }
}
