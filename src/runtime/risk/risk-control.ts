/** Changes of risk limits and kill switches, and liquidated accounts: they are kept and audited, and the instances hear of them. */
import { Failure } from '../../errors/failure'
import type { HostPool } from '../../hosts/pool'
import type { RefusedOrder } from '../../protocol/reported'
import { fieldName } from '../../schema/mismatch'
import type { KillBody, ResumeBody } from '../../schema/risk'
import type { RiskLimitSet, SentLimitSet } from '../../schema/risk-limits'
import { limitProblems, setOf, withTexts } from '../../schema/risk-set'
import type { Store } from '../../store/store'
import type { Metrics } from '../../telemetry/metrics'
import type { Liquidation } from '../../trading/exchange/liquidation'
import type { AuditLog } from '../audit-log'
import type { InstanceRecord } from '../instances/instance'
import type { InstanceIndex } from '../instances/instance-index'
import { GATEWAY, type InstanceRunner } from '../instances/instance-runner'
import type { Providers } from '../providers/providers'
import type { RiskBook, Target } from './risk-book'
import { Notices } from './risk-notices'

export interface RiskControlDeps {
  readonly book: RiskBook
  readonly instanceIndex: InstanceIndex
  readonly runner: InstanceRunner
  readonly hosts: HostPool
  readonly providers: Providers
  readonly store: Store
  readonly auditLog: AuditLog
  readonly metrics: Metrics
  readonly now: () => number
}

/** What the audit calls all of it. */
const EVERYTHING = 'risk'

export class RiskControl {
  private readonly notices: Notices

  constructor(private readonly settings: RiskControlDeps) {
    const { book, metrics, hosts, providers } = settings
    this.notices = new Notices(hosts, providers)
    for (const { scope, subject } of book.engaged()) metrics.killSwitch(scope, subject, true)
  }

  /** In the place of all that were set. @throws Failure invalid_limits, with every problem. */
  setLimits(given: SentLimitSet, actor: string): void {
    const { store, auditLog } = this.settings
    const limits = this.checked(given)
    auditLog.recordWith([{ who: actor, ...this.changeTo(limits) }], () => store.risk.saveLimits(limits))
    this.enforce(limits)
  }

  /** As they are kept. @throws Failure invalid_limits, with every problem. */
  checked(given: SentLimitSet): RiskLimitSet {
    const set = setOf(given)
    const problems = limitProblems(set).map(({ path, message }) => ({ path: fieldName(path), message }))
    if (problems.length > 0) {
      const text = problems.map(({ path, message }) => `${path} ${message}`).join('; ')
      throw new Failure('invalid_limits', text, { problems })
    }
    return withTexts(set)
  }

  /** For the audit. */
  changeTo(after: RiskLimitSet) {
    const { limits: before } = this.settings.book
    return { what: 'risk_limits_set' as const, subject: EVERYTHING, after, ...(before && { before }) }
  }

  /** Limits that are in the store bind from now on. */
  enforce(limits: RiskLimitSet): void {
    const { book, instanceIndex, hosts } = this.settings
    book.setLimits(limits)
    for (const record of instanceIndex.all()) hosts.limit(record.id, book.termsOf(record))
  }

  /**
   * Nothing of it trades when this returns, also when it throws because it cannot be written. Set again it stays as it
   * is. @throws Failure provider_not_found, instance_not_found.
   */
  kill({ reason, cancelOrders = true, ...subject }: KillBody, actor: string): void {
    this.engage(this.known(subject), reason ?? `set by ${actor}`, actor, cancelOrders)
    this.settings.store.commit()
  }

  /**
   * Releases the switch of the same scope, and lets breaches count from nothing again.
   * @throws Failure provider_not_found, instance_not_found.
   */
  resume(subject: ResumeBody, actor: string): void {
    const { book, store, auditLog, metrics } = this.settings
    const asked = targetOf(subject)
    const target = book.isSet(asked) ? asked : this.known(subject)
    const released = book.release(target)
    const records = this.concerned(target)
    const forgiven = records.filter(({ id }) => book.forgive(id, target))
    if (!released && forgiven.length === 0) return
    metrics.killSwitch(target.scope, target.subject, false)
    for (const record of released ? records : forgiven) {
      this.settings.hosts.limit(record.id, book.termsAtLaunch(record))
      this.settings.runner.signal(record)
      this.notices.resumed(record, target, book)
    }
    const before = released && { scope: released.scope, reason: released.reason, who: released.who }
    auditLog.record({ who: actor, what: 'trading_resumed', subject: nameOf(target), ...(before && { before }) })
    store.commit()
  }

  /** A gate has refused an order. */
  refused(record: InstanceRecord, order: RefusedOrder): void {
    const { book, metrics, auditLog } = this.settings
    const { provider, refusal } = order
    const { breach, breaker, kill } = refusal
    book.remember(record.id, provider, breaker)
    metrics.riskBreach(provider, breach.type)
    if (!order.untold) this.notices.refused(record, order)
    if (kill === undefined) return
    this.engage({ scope: 'instance', subject: record.id }, kill, GATEWAY, true)
    auditLog.commit()
  }

  /** It has fallen too far behind the market, or has caught up. */
  lagChanged(record: InstanceRecord): void {
    this.settings.runner.signal(record)
    this.notices.lagChanged(record)
  }

  /** Its account at a provider has lost all equity in a currency: what it orders there is refused from now on. */
  liquidated(record: InstanceRecord, provider: string, liquidation: Liquidation): void {
    const { store, auditLog, now } = this.settings
    const { currency, symbol, reason } = liquidation
    this.notices.liquidated(record, provider, liquidation)
    store.logs.add(record.key, { timeMs: now(), level: 'error', source: 'host', message: `${reason} at ${provider}` })
    const after = { provider, currency, symbol, at: new Date(liquidation.timeMs).toISOString() }
    const { id, stored } = record
    auditLog.record({ who: GATEWAY, what: 'account_liquidated', subject: id, strategy: stored.strategy, after })
  }

  private engage(target: Target, reason: string, who: string, cancelOrders: boolean): void {
    const { book, auditLog, metrics, now } = this.settings
    const records = this.concerned(target)
    const isNew = !book.isSet(target)
    if (isNew) {
      book.engage({ ...target, reason, who, sinceMs: now() })
      metrics.killSwitch(target.scope, target.subject, true)
      for (const record of records) {
        this.settings.hosts.limit(record.id, book.termsOf(record))
        this.settings.runner.signal(record)
        this.notices.killed(record, target, reason)
      }
    }
    if (cancelOrders) for (const record of records) this.cancelOrders(record, target)
    if (!isNew) return
    const after = { scope: target.scope, reason, cancelOrders }
    auditLog.record({ who, what: 'trading_killed', subject: nameOf(target), after })
  }

  private cancelOrders(record: InstanceRecord, { scope, subject }: Target): void {
    for (const provider of scope === 'provider' ? [subject] : record.providers) {
      this.settings.providers.openVenue(provider)?.cancelAll(record, this.settings.providers.timeAt(provider))
    }
  }

  private concerned({ scope, subject }: Target): InstanceRecord[] {
    const { instanceIndex } = this.settings
    if (scope === 'all') return instanceIndex.all()
    return scope === 'provider' ? instanceIndex.at(subject) : instanceIndex.all().filter(({ id }) => id === subject)
  }

  private known(subject: ResumeBody): Target {
    if (subject.provider !== undefined) this.settings.providers.get(subject.provider)
    if (subject.instance !== undefined) this.settings.instanceIndex.record(subject.instance)
    return targetOf(subject)
  }
}

/** @throws Failure invalid_request when both are given. */
function targetOf({ provider, instance }: ResumeBody): Target {
  if (provider !== undefined && instance !== undefined) {
    throw new Failure('invalid_request', 'give "provider" or "instance", not both')
  }
  if (provider !== undefined) return { scope: 'provider', subject: provider }
  return instance === undefined ? { scope: 'all', subject: '' } : { scope: 'instance', subject: instance }
}

const nameOf = ({ scope, subject }: Target): string => (scope === 'all' ? EVERYTHING : subject)
