/** What strategies are told of limits and kill switches: RiskControl events (contract §3). */
import type { HostPool } from '../../hosts/pool'
import type { RefusedOrder } from '../../protocol/reported'
import { liquidationNotice } from '../../trading/exchange/liquidation'
import { type RiskNotice, riskControlEvent } from '../../trading/session/account-events'
import type { RiskActivity, SwitchActivity } from '../activity/activity'
import type { ActivityStream } from '../activity/activity-stream'
import type { InstanceRecord } from '../instances/instance'
import type { InstanceIndex } from '../instances/instance-index'
import type { Providers } from '../providers/providers'
import type { RiskBook, Target } from '../risk/risk-book'

export interface RiskNoticesDeps {
  readonly hosts: HostPool
  readonly providers: Providers
  readonly instanceIndex: InstanceIndex
  /** Tells whether another switch holds an instance still. */
  readonly book: RiskBook
  readonly activity: ActivityStream
}

export class RiskNotices {
  private sequence = 0

  constructor(private readonly deps: RiskNoticesDeps) {
    deps.activity.observe('risk', (event) => {
      const ids = 'instances' in event ? event.instances : [event.instance]
      for (const id of ids) {
        const record = deps.instanceIndex.records.get(id)
        if (record) this.tellOf(event, record)
      }
    })
  }

  private tellOf(event: RiskActivity, record: InstanceRecord): void {
    switch (event.what) {
      case 'breach':
        if (!event.refused.untold) this.refused(record, event.refused)
        break
      case 'killed':
      case 'reducing':
      case 'resumed':
        this.switched(record, event)
        break
      case 'lag':
        this.lagChanged(record, event.lagMs)
        break
      case 'liquidated': {
        const { provider, liquidation } = event
        this.tell(record, provider, liquidation.symbol, liquidation.timeMs, liquidationNotice(liquidation))
      }
    }
  }

  private refused(record: InstanceRecord, { provider, symbol, refusal, timeMs }: RefusedOrder): void {
    const { breach, breaker, kill } = refusal
    this.tell(record, provider, symbol, timeMs, {
      status: 'TRIGGERED',
      reason: breach.reason,
      breachType: breach.type,
      metrics: breach.metrics,
      killSwitchEngaged: breach.type === 'KILL_SWITCH' || kill !== undefined,
      circuitBreakerOpen: breaker.openUntilMs > timeMs,
    })
  }

  private switched(record: InstanceRecord, { what, target, reason, released }: SwitchActivity): void {
    const provider = providerOf(record, target)
    const halt = what === 'killed' ? reason : this.deps.book.haltOf(record, provider)
    const reducing = what === 'reducing' ? reason : this.deps.book.reducingOf(record, provider)
    this.tellOfAll(record, target, {
      status: what === 'resumed' ? 'CLEARED' : 'TRIGGERED',
      reason: (what === 'reducing' ? reducing : (halt ?? reducing)) ?? 'resumed',
      breachType: what === 'reducing' || (what === 'resumed' && released !== 'kill') ? 'REDUCING' : 'KILL_SWITCH',
      killSwitchEngaged: halt !== undefined,
      circuitBreakerOpen: false,
    })
  }

  private lagChanged(record: InstanceRecord, lagMs: number | undefined): void {
    const isLagging = lagMs !== undefined
    this.tellOfAll(record, EVERYTHING, {
      status: isLagging ? 'TRIGGERED' : 'CLEARED',
      reason: isLagging ? `${lagMs} ms behind the market` : 'caught up with the market',
      breachType: 'LAG',
      ...(isLagging && { metrics: { lagMs: String(lagMs) } }),
      killSwitchEngaged: false,
      circuitBreakerOpen: false,
    })
  }

  /** It is about no single order: the instance's default provider and symbol stand for all. */
  private tellOfAll(record: InstanceRecord, target: Target, told: RiskNotice): void {
    const provider = providerOf(record, target)
    const symbol = record.stored.scope[provider]?.symbols[0] ?? ''
    this.tell(record, provider, symbol, this.deps.providers.timeAt(provider), told)
  }

  private tell({ id }: InstanceRecord, provider: string, symbol: string, timeMs: number, told: RiskNotice): void {
    this.deps.hosts.tell(id, riskControlEvent(id, { provider, symbol, timeMs }, told, ++this.sequence))
  }
}

const EVERYTHING: Target = { scope: 'all', subject: '' }

const providerOf = (record: InstanceRecord, { scope, subject }: Target): string =>
  scope === 'provider' ? subject : (record.providers[0] ?? '')
