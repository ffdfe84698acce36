/** Instances at work: started, stopped, moved to another revision; and what happens to them meanwhile. */
import { Failure } from '../../errors/failure'
import type { InstanceListener, UntoldReport } from '../../hosts/instance-listener'
import type { HostPool } from '../../hosts/pool'
import type { RefusedOrder } from '../../protocol/reported'
import type { Revision } from '../../registry/revision'
import type { AuditAction } from '../../schema/usage'
import type { NewAuditEntry } from '../../store/audit'
import type { StoredInstance } from '../../store/instances'
import type { Store } from '../../store/store'
import type { Log } from '../../telemetry/log'
import type { Metrics } from '../../telemetry/metrics'
import type { AuditLog } from '../audit-log'
import type { Providers } from '../providers/providers'
import type { RiskBook } from '../risk/risk-book'
import type { InstanceRecord } from './instance'
import type { LaunchPlanner } from './launch-planner'
import type { UsageIndex } from './usage'

export interface InstanceRunnerDeps {
  readonly hosts: HostPool
  readonly store: Store
  readonly providers: Providers
  readonly planner: LaunchPlanner
  readonly risk: RiskBook
  readonly usage: UsageIndex
  readonly auditLog: AuditLog
  readonly metrics: Metrics
  readonly log: Log
  readonly now: () => number
  /** A limit or a kill switch has refused an order. */
  readonly refused: (record: InstanceRecord, order: RefusedOrder) => void
  /** After each visible change. */
  readonly changed: () => void
}

/** Who did what nobody asked for. */
export const GATEWAY = 'gateway'
const OUR_FAULT = 'a fault of ours, see the log'

export class InstanceRunner {
  constructor(private readonly settings: InstanceRunnerDeps) {}

  /** Runs it on the revision it pins. @throws Failure of the revision, the config or the launch; the instance says it too. */
  async start(record: InstanceRecord, actor: string): Promise<void> {
    if (record.state === 'running') return
    record.passing = 'starting'
    this.settings.changed()
    try {
      await this.launch(record)
      record.passing = undefined
    } catch (error) {
      record.passing = undefined
      const reason = error instanceof Failure ? error.message : OUR_FAULT
      this.save(record, { state: 'failed', wanted: false, reason })
      this.settings.store.logs.add(record.key, {
        timeMs: this.settings.now(),
        level: 'error',
        source: 'host',
        message: `not started: ${reason}`,
      })
      if (!(error instanceof Failure)) this.settings.log('error', 'launch failed', { instance: record.id, error })
      throw error
    }
    this.save(record, { state: 'running', wanted: true, reason: undefined })
    this.begins(record)
    // Not before: a recording begins with the first subscription, and its first event counts.
    for (const [provider, { symbols }] of Object.entries(record.stored.scope)) {
      this.settings.providers.subscribe(provider, symbols)
    }
    this.leaveTrail(record, actor, 'instance_started', { after: { hash: record.stored.hash } })
  }

  /** Ends it; its memory is kept for the next start. */
  async stop(record: InstanceRecord, actor: string): Promise<void> {
    if (record.state !== 'running') {
      if (record.stored.wanted) this.save(record, { wanted: false })
      return
    }
    await this.halt(record)
    this.save(record, { state: 'stopped', wanted: false })
    this.leaveTrail(record, actor, 'instance_stopped', { before: { hash: record.stored.hash } })
  }

  /** Ends it and runs it again, with its memory; a gateway that dies meanwhile runs it at its next start. @throws Failure as start. */
  async restart(record: InstanceRecord, actor: string): Promise<void> {
    if (record.state !== 'running') return
    await this.halt(record)
    this.save(record, { state: 'stopped' })
    await this.start(record, actor)
  }

  /** Ends it for this process only: it runs again at the next start of the gateway. */
  async suspend(record: InstanceRecord): Promise<void> {
    if (record.state === 'running') await this.halt(record)
  }

  /**
   * Puts another revision in the place of the one that runs. The new one is created first, then takes over the state and
   * every event that the old one has not seen. @throws Failure when it does not start: the old one goes on.
   */
  async move(record: InstanceRecord, revision: Revision, actor: string): Promise<void> {
    const { hash: before, strategy } = record.stored
    if (record.state === 'running') {
      const preparation = await this.settings.planner.prepare(record, revision)
      await this.settings.hosts.roll({ ...preparation, scope: this.settings.planner.accounts(record) })
      record.config = preparation.config
      this.settings.usage.stopped(strategy, before, record.id)
      this.pin(record, revision)
      this.begins(record)
    } else this.pin(record, revision)
    this.leaveTrail(record, actor, 'instance_moved', { before: { hash: before }, after: { hash: revision.hash } })
  }

  /** Tells the strategy whether it may trade. */
  signal(record: InstanceRecord): void {
    if (record.state !== 'running') return
    this.settings.hosts.flags(record.id, { tradingActive: this.mayTrade(record) })
  }

  /** Something about an instance has changed. */
  changed(): void {
    this.settings.changed()
  }

  save(record: InstanceRecord, change: Partial<StoredInstance>): void {
    record.stored = { ...record.stored, ...change, updatedMs: this.settings.now() }
    this.settings.store.instances.save(record.stored)
    this.settings.changed()
  }

  private async launch(record: InstanceRecord): Promise<void> {
    const { planner, hosts, store } = this.settings
    const preparation = await planner.prepare(record, planner.pinned(record))
    record.fills = 0
    record.lagMs = undefined
    // what happens to its orders from this moment on finds it launched
    const scope = planner.accounts(record)
    const untold = this.untold(record)
    const listener = this.listenerOf(record, preparation.recorded)
    await hosts.launch({ ...preparation, scope }, listener, this.mayTrade(record), untold)
    record.config = preparation.config
    store.instances.dropCheckpoint(record.key)
  }

  /** Reports of its orders from while it did not run. */
  private untold({ key }: InstanceRecord): UntoldReport[] {
    const { store, providers, now } = this.settings
    const { reports, tooOld } = store.journal.untold(key)
    const say = (level: 'info' | 'warn', message: string) =>
      store.logs.add(key, { timeMs: now(), level, source: 'host', message })
    if (tooOld > 0) say('warn', `order reports from while it did not run, too many to be told: ${tooOld}`)
    if (reports.length > 0) say('info', `order reports from while it did not run, told first: ${reports.length}`)
    return reports.map(({ seq, order, payload }) => {
      const timeMs = providers.timeAt(order.provider, payload.timestamp)
      return { seq, provider: order.provider, report: { order, payload }, timeMs }
    })
  }

  private mayTrade(record: InstanceRecord): boolean {
    const { providers, risk } = this.settings
    if (record.lagMs !== undefined) return false
    return record.providers.every(
      (provider) => providers.isFresh(provider) && risk.haltOf(record, provider) === undefined,
    )
  }

  private pin(record: InstanceRecord, { hash, tag }: Revision): void {
    this.save(record, { hash, tag })
  }

  private begins(record: InstanceRecord): void {
    this.settings.usage.started(record.stored.strategy, record.stored.hash, record.id)
    this.signal(record)
    this.settings.changed()
  }

  private async halt(record: InstanceRecord): Promise<void> {
    record.passing = 'stopping'
    this.settings.changed()
    try {
      const { stats, ...stopped } = await this.settings.hosts.stop(record.id)
      record.lastStats = stats
      this.settings.planner.keep(record, record.config, stopped)
    } finally {
      record.passing = undefined
      this.ends(record)
    }
  }

  private ends(record: InstanceRecord): void {
    record.lagMs = undefined
    this.settings.usage.stopped(record.stored.strategy, record.stored.hash, record.id)
    this.settings.changed()
  }

  private listenerOf(record: InstanceRecord, recorded: boolean): InstanceListener {
    const { store, providers, planner, risk, metrics, now } = this.settings
    return {
      accounts: () => planner.accounts(record),
      risk: () => risk.termsAtLaunch(record),
      ordered: (order, timeMs) => providers.venue(order.provider).submit(record, order, timeMs, recorded),
      cancelled: (provider, clientOrderId, timeMs) =>
        providers.venue(provider).cancel(record, clientOrderId, timeMs, recorded),
      refused: (order) => this.settings.refused(record, order),
      skipped: (order) => metrics.orderSkipped(order.provider),
      logged: (line) => store.logs.add(record.key, line),
      told: (seq) => store.journal.told(record.key, seq),
      saved: (state) => store.instances.follow(record.key, state),
      restarted: (reason) =>
        store.logs.add(record.key, { timeMs: now(), level: 'warn', source: 'host', message: `restarted: ${reason}` }),
      failed: (reason, stats) => {
        record.lastStats = stats
        this.save(record, { state: 'failed', wanted: false, reason })
        this.ends(record)
        this.leaveTrail(record, GATEWAY, 'instance_failed', { before: { hash: record.stored.hash }, message: reason })
      },
    }
  }

  private leaveTrail(record: InstanceRecord, who: string, what: AuditAction, details: TrailDetails): void {
    this.settings.auditLog.record({ who, what, subject: record.id, strategy: record.stored.strategy, ...details })
  }
}

type TrailDetails = Pick<NewAuditEntry, 'before' | 'after' | 'message'>
