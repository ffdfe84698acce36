/**
 * Whether an instance may trade: its providers give events, no kill switch is set, and it keeps up with the market. Its
 * strategy is told whenever something of that may have changed.
 */
import type { HostPool } from '../../hosts/pool'
import type { ActivityStream } from '../activity/activity-stream'
import type { Providers } from '../providers/providers'
import type { RiskBook } from '../risk/risk-book'
import type { InstanceRecord } from './instance'
import type { InstanceIndex } from './instance-index'

export interface TradingPermissionDeps {
  readonly hosts: HostPool
  readonly providers: Providers
  readonly instanceIndex: InstanceIndex
  readonly book: RiskBook
  readonly activity: ActivityStream
}

export class TradingPermission {
  constructor(private readonly deps: TradingPermissionDeps) {
    const { activity, instanceIndex } = deps
    activity.observe('provider', ({ provider }) => {
      for (const record of instanceIndex.at(provider)) this.tell(record)
    })
  }

  of(record: InstanceRecord): boolean {
    const { providers, book } = this.deps
    if (record.lagMs !== undefined) return false
    return record.providers.every(
      (provider) => !providers.isStale(provider) && book.haltOf(record, provider) === undefined,
    )
  }

  /** What `isTradingActive()` answers from now on. */
  tell(record: InstanceRecord): void {
    if (record.state === 'running') this.deps.hosts.flags(record.id, { tradingActive: this.of(record) })
  }
}
