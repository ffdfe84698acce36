/** Changes of risk limits and kill switches, and liquidated accounts: they are kept and audited, and the instances hear of them. */
import { Failure } from '../../errors/failure'
import type { HostPool } from '../../hosts/pool'
import { fieldName } from '../../schema/mismatch'
import { type KillBody, type ResumeBody, type RiskView, SWITCH_MODES, type SwitchMode } from '../../schema/risk'
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
import type { Flattener } from './flattener'

/** A switch as the gateway sets it. */
export type Stop = Pick<StoredSwitch, 'mode' | 'reason' | 'untilMs'>

type Engagement = Pick<StoredSwitch, 'mode' | 'reason'> & {
  readonly cancelOrders: boolean
  readonly untilMs?: number | null
}

export interface RiskControlDeps {
  readonly book: RiskBook
  readonly instanceIndex: InstanceIndex
  readonly permission: TradingPermission
  readonly instanceLog: InstanceLog
  readonly hosts: HostPool
  readonly providers: Providers
  readonly store: Store
  readonly auditLog: AuditLog
  readonly flattener: Flattener
  readonly lossStops: { view(): RiskView['lossStops'] }
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
    const { book, providers, lossStops } = this.deps
    const own = book.view((provider) => providers.timeAt(provider))
    return { ...own, totals: providers.totals.view(), lossStops: lossStops.view() }
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
  kill({ reason, cancelOrders = true, mode = 'kill', ...subject }: KillBody, actor: string): RiskView {
    this.engage(this.known(subject), { mode, reason: reason ?? `set by ${actor}`, cancelOrders }, actor)
    this.deps.store.commit()
    return this.view()
  }

  /** Resolves when what was cancelled by a kill is durable, of recordings as well. @throws Failure as `kill`. */
  async settled(subject: ResumeBody): Promise<void> {
    const { instanceIndex, providers } = this.deps
    const records = instanceIndex.bound(this.known(subject))
    await providers.settled([...new Set(records.flatMap((record) => record.providers))])
  }

  /**
   * As `kill`, by the gateway itself, which makes no switch milder than it is, nor shorter.
   * @returns whether it has set or changed one.
   */
  stop(target: Target, { mode, reason, untilMs }: Stop): boolean {
    const engaged = this.deps.book.at(target)
    const harder = engaged ? SWITCH_MODES.indexOf(mode) - SWITCH_MODES.indexOf(engaged.mode) : 1
    if (harder < 0 || (harder === 0 && !isLonger(untilMs, engaged))) return false
    const until = engaged?.untilMs === null ? null : untilMs
    const engagement = { mode, reason, cancelOrders: true, untilMs: until }
    // a recording that is done once more comes to it once more, and is not to be stopped by it before
    this.deps.store.held(this.recordingOf(target), () => this.engage(target, engagement, GATEWAY))
    this.deps.auditLog.commit()
    return true
  }

  /** Releases switches whose time is over. @param timeAt ms since 1970, by the clock of whom it binds. */
  expire(timeAt: (target: Target) => number): void {
    for (const { scope, subject, untilMs } of this.deps.book.engaged()) {
      if (untilMs !== null && untilMs <= timeAt({ scope, subject })) this.release({ scope, subject }, GATEWAY)
    }
  }

  /**
   * Releases the switch of the same scope, and lets breaches count from nothing again.
   * @throws Failure provider_not_found, instance_not_found.
   */
  resume(subject: ResumeBody, actor: string): RiskView {
    const asked = targetOf(subject)
    this.release(this.deps.book.at(asked) ? asked : this.known(subject), actor)
    return this.view()
  }

  private release(target: Target, actor: string): void {
    const { book } = this.deps
    const released = book.release(target)
    const records = this.deps.instanceIndex.bound(target)
    const forgiven = records.filter(({ id }) => book.forgive(id, target))
    if (released || forgiven.length > 0) this.resumed(target, released, released ? records : forgiven, actor)
  }

  private resumed(target: Target, released: StoredSwitch | undefined, records: InstanceRecord[], actor: string): void {
    const { book, store, auditLog, hosts, permission } = this.deps
    for (const record of records) {
      hosts.limit(record.id, book.termsAtLaunch(record))
      permission.tell(record)
    }
    this.publish('resumed', target, records, actor, `resumed by ${actor}`, released?.mode)
    const before = released && { scope: released.scope, reason: released.reason, who: released.who }
    auditLog.record({ who: actor, what: 'trading_resumed', subject: nameOf(target), ...(before && { before }) })
    store.commit()
  }

  /** A gate has refused an order. */
  private refused({ instance, refused: { provider, refusal } }: BreachActivity): void {
    const { book } = this.deps
    book.remember(instance, provider, refusal.breaker)
    if (refusal.kill === undefined) return
    const { kill: reason } = refusal
    this.stop({ scope: 'instance', subject: instance }, { mode: 'kill', reason, untilMs: null })
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

  private engage(target: Target, { mode, reason, cancelOrders, untilMs = null }: Engagement, who: string): void {
    const { book, auditLog, hosts, permission, now } = this.deps
    const records = this.deps.instanceIndex.bound(target)
    const before = book.at(target)
    const isNew = before?.mode !== mode || isLonger(untilMs, before)
    if (isNew) {
      book.engage({ ...target, mode, reason, who, sinceMs: now(), untilMs })
      for (const record of records) {
        hosts.limit(record.id, book.termsOf(record))
        permission.tell(record)
      }
      this.publish(mode === 'kill' ? 'killed' : 'reducing', target, records, who, reason)
    }
    if (cancelOrders) for (const record of records) this.cancelOrders(record, target, mode)
    if (mode === 'close') this.deps.flattener.keepClosed()
    if (!isNew) return
    const after = { scope: target.scope, reason, cancelOrders }
    const until = untilMs !== null && { until: new Date(untilMs).toISOString() }
    const subject = nameOf(target)
    if (mode === 'kill') auditLog.record({ who, what: 'trading_killed', subject, after: { ...after, ...until } })
    else auditLog.record({ who, what: 'trading_reduced', subject, after: { ...after, mode, ...until } })
  }

  private publish(
    what: SwitchActivity['what'],
    target: Target,
    records: InstanceRecord[],
    who: string,
    reason: string,
    released?: SwitchMode,
  ): void {
    const { activity, now } = this.deps
    const instances = records.map(({ id }) => id)
    const mode = released !== undefined && { released }
    activity.publish({ kind: 'risk', what, target, instances, who, reason, ...mode, timeMs: now() })
  }

  private cancelOrders(record: InstanceRecord, { scope, subject }: Target, mode: SwitchMode): void {
    const { providers } = this.deps
    for (const provider of scope === 'provider' ? [subject] : record.providers) {
      const orders = providers.openOrders(provider)
      if (mode === 'kill') orders?.cancelAll(record, providers.timeAt(provider))
      else orders?.cancelOpening(record, providers.timeAt(provider))
    }
  }

  /** The recording whose instances are all that it binds, if there is one. */
  private recordingOf(target: Target): string | undefined {
    const { instanceIndex, providers } = this.deps
    const holders = new Set(instanceIndex.bound(target).map((record) => providers.holderOf(record.providers)))
    return holders.size === 1 ? [...holders][0] : undefined
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

/** An operator's switch has no end of its own. */
const isLonger = (untilMs: number | null, engaged: StoredSwitch | undefined): boolean =>
  engaged !== undefined && engaged.untilMs !== null && (untilMs === null || untilMs > engaged.untilMs)

const nameOf = ({ scope, subject }: Target): string => (scope === 'all' ? EVERYTHING : subject)
