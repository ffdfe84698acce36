/**
 * Watches how far the instances are behind the market. One that is too far behind must not trade, is told so, and shows
 * in the readiness; how fast events come is counted on the way; what was left out for those that cannot keep up is logged, once a while.
 */
import type { HostPool } from '../../hosts/pool'
import type { Log } from '../../telemetry/log'
import type { ActivityStream } from '../activity/activity-stream'
import type { InstanceRecord } from './instance'
import type { InstanceIndex } from './instance-index'
import type { InstanceLog } from './instance-log'
import type { TradingPermission } from './trading-permission'

export interface LagWatchDeps {
  readonly instanceIndex: InstanceIndex
  readonly hosts: HostPool
  readonly log: Log
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
  /** An instance that is further behind must not trade. */
  readonly maxLagMs: number
  readonly permission: TradingPermission
  readonly instanceLog: InstanceLog
  readonly activity: ActivityStream
}

const CHECK_MS = 250
/** Between two lines about the same. */
const REPORT_MS = 10_000

/** What was left out for an instance when it was looked at last. */
interface LeftOut {
  readonly dropped: number
  readonly conflated: number
}

export class LagWatch implements Disposable {
  private readonly checking: Timer
  private readonly reporting: Timer
  private leftOut = new Map<InstanceRecord, LeftOut>()

  constructor(private readonly deps: LagWatchDeps) {
    this.checking = setInterval(() => this.check(), CHECK_MS)
    this.reporting = setInterval(() => this.report(), REPORT_MS)
  }

  [Symbol.dispose](): void {
    clearInterval(this.checking)
    clearInterval(this.reporting)
  }

  private check(): void {
    const { instanceIndex, hosts, maxLagMs, permission, activity, now, elapsed } = this.deps
    const elapsedMs = elapsed()
    for (const record of instanceIndex.all()) {
      if (record.state !== 'running') {
        record.eventRate.forget()
        continue
      }
      const { events, lagMs } = hosts.stats(record.id)
      record.eventRate.count(events, elapsedMs)
      // who is no longer too far behind has really caught up
      const isLagging = lagMs > (record.lagMs === undefined ? maxLagMs : maxLagMs / 2)
      const hasChanged = isLagging !== (record.lagMs !== undefined)
      record.lagMs = isLagging ? lagMs : undefined
      if (!hasChanged) continue
      permission.tell(record)
      activity.publish({ kind: 'risk', what: 'lag', instance: record.id, lagMs: record.lagMs, timeMs: now() })
    }
  }

  private report(): void {
    const { instanceIndex, hosts, instanceLog, log } = this.deps
    const before = this.leftOut
    this.leftOut = new Map()
    const all = { instances: 0, dropped: 0, conflated: 0 }
    for (const record of instanceIndex.all()) {
      if (record.state !== 'running') continue
      const { dropped, conflated, lagMs } = hosts.stats(record.id)
      this.leftOut.set(record, { dropped, conflated })
      const last = before.get(record)
      // it was started again meanwhile when it has left out less
      const isSame = last !== undefined && last.dropped <= dropped && last.conflated <= conflated
      const more = dropped - (isSame ? last.dropped : 0)
      if (more === 0) continue
      const replaced = conflated - (isSame ? last.conflated : 0)
      all.instances++
      all.dropped += more - replaced
      all.conflated += replaced
      const message = `it cannot keep up: market events dropped ${more - replaced}, replaced by newer ones ${replaced}; ${lagMs} ms behind`
      instanceLog.note(record, 'warn', message)
    }
    if (all.instances > 0) log('warn', 'market events were left out: instances cannot keep up', all)
  }
}
