/** What strategies are told of limits and kill switches: RiskControl events (contract §3). */

import type { HostPool } from '../../hosts/pool'
import type { RefusedOrder } from '../../protocol/reported'
import { type Liquidation, liquidationNotice } from '../../trading/exchange/liquidation'
import { type RiskNotice, riskControlEvent } from '../../trading/session/account-events'
import type { InstanceRecord } from '../instances/instance'
import type { Providers } from '../providers/providers'
import type { RiskBook, Target } from './risk-book'

export class Notices {
  private sequence = 0

  constructor(
    private readonly hosts: HostPool,
    private readonly providers: Providers,
  ) {}

  refused(record: InstanceRecord, { provider, symbol, refusal, timeMs }: RefusedOrder): void {
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

  killed(record: InstanceRecord, target: Target, reason: string): void {
    this.tellOf(record, target, {
      status: 'TRIGGERED',
      reason,
      breachType: 'KILL_SWITCH',
      killSwitchEngaged: true,
      circuitBreakerOpen: false,
    })
  }

  liquidated(record: InstanceRecord, provider: string, liquidation: Liquidation): void {
    const { symbol, timeMs } = liquidation
    this.tell(record, provider, symbol, timeMs, liquidationNotice(liquidation))
  }

  lagChanged(record: InstanceRecord): void {
    const { lagMs } = record
    const isLagging = lagMs !== undefined
    this.tellOf(record, EVERYTHING, {
      status: isLagging ? 'TRIGGERED' : 'CLEARED',
      reason: isLagging ? `${lagMs} ms behind the market` : 'caught up with the market',
      breachType: 'LAG',
      ...(isLagging && { metrics: { lagMs: String(lagMs) } }),
      killSwitchEngaged: false,
      circuitBreakerOpen: false,
    })
  }

  /** @param book tells whether another switch holds it still. */
  resumed(record: InstanceRecord, target: Target, book: RiskBook): void {
    const halt = book.haltOf(record, providerOf(record, target))
    this.tellOf(record, target, {
      status: 'CLEARED',
      reason: halt ?? 'resumed',
      breachType: 'KILL_SWITCH',
      killSwitchEngaged: halt !== undefined,
      circuitBreakerOpen: false,
    })
  }

  /** Of nothing that it has ordered: its default provider and symbol stand for all. */
  private tellOf(record: InstanceRecord, target: Target, told: RiskNotice): void {
    const provider = providerOf(record, target)
    const symbol = record.stored.scope[provider]?.symbols[0] ?? ''
    this.tell(record, provider, symbol, this.providers.timeAt(provider), told)
  }

  private tell({ id }: InstanceRecord, provider: string, symbol: string, timeMs: number, told: RiskNotice): void {
    this.hosts.tell(id, riskControlEvent(id, { provider, symbol, timeMs }, told, ++this.sequence))
  }
}

const EVERYTHING: Target = { scope: 'all', subject: '' }

const providerOf = (record: InstanceRecord, { scope, subject }: Target): string =>
  scope === 'provider' ? subject : (record.providers[0] ?? '')
