/**
 * Starts instances again that have failed, as their restart policy has it: each time later than before, until one has run
 * well for a while, and only so often an hour. Whoever calls has made sure that nobody else changes the instance meanwhile,
 * but for `failed`, which is told when it happens.
 */
import { DEFAULT_RESTARTS, type RestartTerms } from '../../schema/restart-terms'
import { type Restarts as Made, NO_RESTARTS, type StoredInstance } from '../../store/instances'
import type { Metrics } from '../../telemetry/metrics'
import type { InstanceRecord } from './instance'
import type { InstanceStates } from './instance-states'

export interface RestartsDeps {
  readonly states: InstanceStates
  readonly metrics: Metrics
  readonly restarts?: Partial<RestartTerms>
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
}

const HOUR_MS = 3_600_000
/** After what stands in the way of all, as a full disk. */
const LATER_MS = 10_000

export class Restarts implements Disposable {
  /** Its time has come: whoever starts instances sets this. */
  due: (record: InstanceRecord) => void = () => undefined
  private readonly terms: RestartTerms
  /** By key. */
  private readonly timers = new Map<number, Timer>()
  /** When those that run were started, on a clock that only goes forward. */
  private readonly startedMs = new WeakMap<InstanceRecord, number>()
  private isClosed = false

  constructor(private readonly deps: RestartsDeps) {
    this.terms = { ...DEFAULT_RESTARTS, ...deps.restarts }
  }

  /** Whether it is to run when the gateway starts; one that waits to be started again goes on waiting. */
  isOwed({ stored: { wanted, restart, state } }: InstanceRecord): boolean {
    return wanted || (restart === 'always' && state !== 'created')
  }

  /**
   * It runs. @param how as `InstanceRunner.start` is told: when somebody has asked for it, restarts count anew.
   * @returns what is kept of it.
   */
  started(record: InstanceRecord, how: 'asked' | 'resumed' | 'again'): Pick<StoredInstance, 'restarts'> {
    const { restarts } = record.stored
    this.startedMs.set(record, this.deps.elapsed())
    if (how === 'asked') return { restarts: NO_RESTARTS }
    if (how === 'resumed') return { restarts }
    return { restarts: { ...restarts, count: restarts.count + 1 } }
  }

  /**
   * It has failed, and nobody is at hand who would start it: it is to be started again, or stays failed.
   * @returns what became of it, for the audit.
   */
  failed(record: InstanceRecord, reason: string): string {
    const { states, metrics, now } = this.deps
    const { restart, strategy } = record.stored
    if (restart === 'never') {
      states.save(record, { state: 'failed', wanted: false, reason })
      return reason
    }
    const nowMs = now()
    const { inARow, triedMs, count } = this.soFar(record, nowMs)
    const { perHour } = this.terms
    if (triedMs.length >= perHour) {
      const given = `${reason}; it was started again ${times(triedMs.length)} within an hour, and is not any more`
      states.save(record, { state: 'failed', wanted: false, reason: given })
      return given
    }
    const delayMs = Math.min(this.terms.mostMs, this.terms.firstMs * 2 ** inARow)
    const restarts = { count, inARow: inARow + 1, triedMs: [...triedMs, nowMs], nextMs: nowMs + delayMs }
    states.save(record, { state: 'restarting', wanted: true, reason, restarts })
    metrics.restarted(strategy, record.id)
    this.wait(record, delayMs)
    const which = `restart ${triedMs.length + 1} of ${perHour} within an hour`
    return `${reason}; it is started again in ${delayMs / 1000} s, ${which}`
  }

  /** It has waited when the gateway ended, and goes on waiting: no longer than it would have, whatever the clock says. */
  goOn(record: InstanceRecord): void {
    const leftMs = record.stored.restarts.nextMs - this.deps.now()
    this.wait(record, Math.min(Math.max(0, leftMs), this.terms.mostMs))
  }

  /** It cannot be started for now, which tells nothing against it. */
  later(record: InstanceRecord): void {
    this.wait(record, Math.min(LATER_MS, this.terms.mostMs))
  }

  [Symbol.dispose](): void {
    this.isClosed = true
    for (const timer of this.timers.values()) clearTimeout(timer)
  }

  private wait(record: InstanceRecord, ms: number): void {
    const { key } = record
    clearTimeout(this.timers.get(key))
    if (this.isClosed) return
    const timer = setTimeout(() => {
      this.timers.delete(key)
      this.due(record)
    }, ms)
    this.timers.set(key, timer)
  }

  private soFar(record: InstanceRecord, nowMs: number): Omit<Made, 'nextMs'> {
    const { restarts } = record.stored
    const startedMs = this.startedMs.get(record)
    this.startedMs.delete(record)
    const isWell = startedMs !== undefined && this.deps.elapsed() - startedMs >= this.terms.wellMs
    // a clock that was set back makes none of them younger than now
    const triedMs = restarts.triedMs.map((ms) => Math.min(ms, nowMs)).filter((ms) => nowMs - ms < HOUR_MS)
    return { count: restarts.count, inARow: isWell ? 0 : restarts.inARow, triedMs }
  }
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`)
