/** Changes of risk limits and kill switches, and liquidated accounts: they are kept and audited, and the instances hear of them. */
import { Failure } from '../../errors/failure'
import type { HostPool } from '../../hosts/pool'
import { fieldName } from '../../schema/mismatch'
import type { KillBody, ResumeBody, RiskView } from '../../schema/risk'
import type { RiskLimitSet, SentLimitSet } from '../../schema/risk-limits'
import { limitProblems, setOf, withTexts } from '../../schema/risk-set'
import type { StoredSwitch } from '../../store/risk'
import type { Store } from '../../store/store'
import type { BreachActivity, LiquidationActivity, SwitchActivity } from '../activity/activity'
import type { ActivityStream } from '../activity/activity-stream'
import type { AuditLog } from '../audit-log'
import type { InstanceRecord } from '../instances/instance'
import type { InstanceIndex } from '../instances/instance-index'
import type { InstanceLog } from '../instances/instance-log'
import { GATEWAY } from '../instances/instance-runner'
import type { TradingPermission } from '../instances/trading-permission'
import type { Providers } from '../providers/providers'
import type { RiskBook, Target } from '../risk/risk-book'

export interface RiskControlDeps {
  readonly book: RiskBook
  readonly instanceIndex: InstanceIndex
  readonly permission: TradingPermission
  readonly instanceLog: InstanceLog
  readonly hosts: HostPool
  readonly providers: Providers
  readonly store: Store
  readonly auditLog: AuditLog
  readonly activity: ActivityStream
  readonly now: () => number
}

/** What the audit calls all of it. */
const EVERYTHING = 'risk'

export class RiskControl {
  constructor(private readonly deps: RiskControlDeps) {
    deps.activity.react('risk', (event) => {
      if (event.what === 'breach') this.refused(event)
      if (event.what === 'liquidated') this.liquidated(event)
    })
  }

  /** Limits, kill switches that are set, and who broke limits how often. */
  view(): RiskView {
    return this.deps.book.view((provider) => this.deps.providers.timeAt(provider))
  }

  /** Undefined while none were ever set. */
  get limits(): RiskLimitSet | undefined {
    return this.deps.book.limits
  }

  /** Sets limits in the place of all that were set. @throws Failure invalid_limits, with every problem. */
  setLimits(given: SentLimitSet, actor: string): RiskView {
    const { store, auditLog } = this.deps
    const limits = this.checked(given)
    auditLog.recordWith([{ who: actor, ...this.changeTo(limits) }], () => store.risk.saveLimits(limits))
    this.enforce(limits)
    return this.view()
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
    const { limits: before } = this.deps.book
    return { what: 'risk_limits_set' as const, subject: EVERYTHING, after, ...(before && { before }) }
  }

  /** Limits that are in the store bind from now on. */
  enforce(limits: RiskLimitSet): void {
    const { book, instanceIndex, hosts } = this.deps
    book.setLimits(limits)
    for (const record of instanceIndex.all()) hosts.limit(record.id, book.termsOf(record))
  }

  /**
   * Nothing of it trades when this returns, also when it throws because it cannot be written. Set again it stays as it
   * is. @throws Failure provider_not_found, instance_not_found.
   */
  kill({ reason, cancelOrders = true, ...subject }: KillBody, actor: string): RiskView {
    this.engage(this.known(subject), reason ?? `set by ${actor}`, actor, cancelOrders)
    this.deps.store.commit()
    return this.view()
  }

  /**
   * Releases the switch of the same scope, and lets breaches count from nothing again.
   * @throws Failure provider_not_found, instance_not_found.
   */
  resume(subject: ResumeBody, actor: string): RiskView {
    const { book } = this.deps
    const asked = targetOf(subject)
    const target = book.isSet(asked) ? asked : this.known(subject)
    const released = book.release(target)
    const records = this.concerned(target)
    const forgiven = records.filter(({ id }) => book.forgive(id, target))
    if (released || forgiven.length > 0) this.resumed(target, released, released ? records : forgiven, actor)
    return this.view()
  }

  private resumed(target: Target, released: StoredSwitch | undefined, records: InstanceRecord[], actor: string): void {
    const { book, store, auditLog, hosts, permission } = this.deps
    for (const record of records) {
      hosts.limit(record.id, book.termsAtLaunch(record))
      permission.tell(record)
    }
    this.publish('resumed', target, records, `resumed by ${actor}`)
    const before = released && { scope: released.scope, reason: released.reason, who: released.who }
    auditLog.record({ who: actor, what: 'trading_resumed', subject: nameOf(target), ...(before && { before }) })
    store.commit()
  }

  /** A gate has refused an order. */
  private refused({ instance, refused: { provider, refusal } }: BreachActivity): void {
    const { book, auditLog } = this.deps
    book.remember(instance, provider, refusal.breaker)
    if (refusal.kill === undefined) return
    this.engage({ scope: 'instance', subject: instance }, refusal.kill, GATEWAY, true)
    auditLog.commit()
  }

  /** What an account that has lost all equity in a currency orders in it is refused from now on. */
  private liquidated({ instance, provider, liquidation }: LiquidationActivity): void {
    const { auditLog, instanceIndex, instanceLog } = this.deps
    const { currency, symbol, reason } = liquidation
    const record = instanceIndex.record(instance)
    instanceLog.note(record, 'error', `${reason} at ${provider}`)
    const after = { provider, currency, symbol, at: new Date(liquidation.timeMs).toISOString() }
    const { strategy } = record.stored
    auditLog.record({ who: GATEWAY, what: 'account_liquidated', subject: instance, strategy, after })
  }

  private engage(target: Target, reason: string, who: string, cancelOrders: boolean): void {
    const { book, auditLog, hosts, permission, now } = this.deps
    const records = this.concerned(target)
    const isNew = !book.isSet(target)
    if (isNew) {
      book.engage({ ...target, reason, who, sinceMs: now() })
      for (const record of records) {
        hosts.limit(record.id, book.termsOf(record))
        permission.tell(record)
      }
      this.publish('killed', target, records, reason)
    }
    if (cancelOrders) for (const record of records) this.cancelOrders(record, target)
    if (!isNew) return
    const after = { scope: target.scope, reason, cancelOrders }
    auditLog.record({ who, what: 'trading_killed', subject: nameOf(target), after })
  }

  private publish(what: SwitchActivity['what'], target: Target, records: InstanceRecord[], reason: string): void {
    const { activity, now } = this.deps
    const instances = records.map(({ id }) => id)
    activity.publish({ kind: 'risk', what, target, instances, reason, timeMs: now() })
  }

  private cancelOrders(record: InstanceRecord, { scope, subject }: Target): void {
    for (const provider of scope === 'provider' ? [subject] : record.providers) {
      this.deps.providers.openOrders(provider)?.cancelAll(record, this.deps.providers.timeAt(provider))
    }
  }

  private concerned({ scope, subject }: Target): InstanceRecord[] {
    const { instanceIndex } = this.deps
    if (scope === 'all') return instanceIndex.all()
    return scope === 'provider' ? instanceIndex.at(subject) : instanceIndex.all().filter(({ id }) => id === subject)
  }

  private known(subject: ResumeBody): Target {
    if (subject.provider !== undefined) this.deps.providers.get(subject.provider)
    if (subject.instance !== undefined) this.deps.instanceIndex.record(subject.instance)
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
