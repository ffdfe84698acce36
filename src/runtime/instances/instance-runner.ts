/**
 * Instances at work: this is where one is started and stopped, put on another revision, and heard while it runs. Whoever
 * calls has made sure that nobody else changes the instance meanwhile.
 */
import { Failure } from '../../errors/failure'
import type { InstanceListener, UntoldReport } from '../../hosts/instance-listener'
import type { HostPool } from '../../hosts/pool'
import type { Revision } from '../../registry/revision'
import type { AuditAction } from '../../schema/usage'
import type { NewAuditEntry } from '../../store/audit'
import { NO_RESTARTS } from '../../store/instances'
import type { Store } from '../../store/store'
import type { Log } from '../../telemetry/log'
import type { ActivityStream } from '../activity/activity-stream'
import type { AuditLog } from '../audit-log'
import type { Providers } from '../providers/providers'
import type { RiskBook } from '../risk/risk-book'
import { heldListener } from './held-listener'
import type { InstanceRecord } from './instance'
import type { InstanceLog } from './instance-log'
import type { InstanceStates } from './instance-states'
import type { LaunchPlanner, Preparation } from './launch-planner'
import type { Restarts } from './restarts'
import type { TradingPermission } from './trading-permission'
import type { UsageIndex } from './usage'

export interface InstanceRunnerDeps {
  readonly hosts: HostPool
  readonly store: Store
  readonly providers: Providers
  readonly planner: LaunchPlanner
  readonly states: InstanceStates
  readonly restarts: Restarts
  readonly permission: TradingPermission
  readonly instanceLog: InstanceLog
  readonly book: RiskBook
  readonly usage: UsageIndex
  readonly auditLog: AuditLog
  readonly activity: ActivityStream
  readonly log: Log
}

/** Why one is started. */
interface Start {
  /**
   * `asked`: somebody did, and is told when it does not start. `resumed`: it ran before, and so it is to now; `again`: it
   * has failed: when it does not start, its restart policy says what becomes of it.
   */
  readonly how: 'asked' | 'resumed' | 'again'
  /** Why it has failed, where it is started again for that. */
  readonly failure?: string
  /** Why it begins anew, where it was to go on. */
  readonly lost?: string | undefined
}
const ASKED: Start = { how: 'asked' }

/** Who did what nobody asked for. */
export const GATEWAY = 'gateway'
const OUR_FAULT = 'a fault of ours, see the log'

export class InstanceRunner {
  /** What a sandbox host is told of an instance is not kept any more; whoever is to do something about it sets it. */
  unkept: (record: InstanceRecord, problem: string) => void = () => undefined

  constructor(private readonly deps: InstanceRunnerDeps) {}

  /** Runs it on the revision it pins. @throws Failure of the revision, the config or the launch; the instance says it too. */
  async start(record: InstanceRecord, actor: string, { how, lost, failure }: Start = ASKED): Promise<void> {
    if (record.state === 'running') return
    const { states, usage, restarts, providers } = this.deps
    const anew = lost === undefined ? undefined : `it begins anew, from its saved state: ${lost}`
    if (anew !== undefined) this.deps.instanceLog.note(record, 'warn', anew)
    states.pass(record, 'starting')
    try {
      // what it is told when it comes back is in the journal, and no event of a recording passes meanwhile
      await providers.atRest(record.providers, () => this.launch(record))
    } catch (error) {
      this.notStarted(record, error, how)
      throw error
    }
    record.passing = undefined
    usage.started(record.stored.strategy, record.stored.hash, record.id)
    const started = restarts.started(record, how)
    states.save(record, { state: 'running', wanted: true, reason: anew, ...started }, failure)
    this.opens(record)
    const message = failure === undefined ? anew : `again, since it failed: ${failure}`
    this.record(record, actor, 'instance_started', {
      after: { hash: record.stored.hash },
      ...(message !== undefined && { message }),
    })
  }

  /** It runs on under this gateway, as if it had been there all along. */
  goesOn(record: InstanceRecord, { config }: Pick<Preparation, 'config'>): void {
    const { usage, restarts, states } = this.deps
    record.stored = { ...record.stored, state: 'running', ...restarts.started(record, 'resumed') }
    states.known(record)
    record.config = config
    usage.started(record.stored.strategy, record.stored.hash, record.id)
    this.opens(record)
  }

  /** Ends it; its memory is kept for the next start. */
  async stop(record: InstanceRecord, actor: string, reason?: string): Promise<void> {
    const { states } = this.deps
    const { state } = record
    if (state !== 'running' && state !== 'restarting') {
      if (record.stored.wanted) states.save(record, { wanted: false })
      return
    }
    if (state === 'running') await this.halt(record)
    states.save(record, { state: 'stopped', wanted: false, reason })
    const why = reason === undefined ? {} : { message: reason }
    this.record(record, actor, 'instance_stopped', { before: { hash: record.stored.hash }, ...why })
  }

  /** Ends it and runs it again, with its memory; a gateway that dies meanwhile runs it at its next start. @throws Failure as start. */
  async restart(record: InstanceRecord, actor: string): Promise<void> {
    if (record.state !== 'running') return
    await this.halt(record)
    this.deps.states.save(record, { state: 'stopped' })
    await this.start(record, actor, { how: 'resumed' })
  }

  /** Ends it for this process only: it runs again at the next start of the gateway. One that sleeps goes on asleep then. */
  async suspend(record: InstanceRecord): Promise<void> {
    if (record.state === 'running') await this.halt(record, this.isResumable(record))
  }

  /**
   * Puts another revision in the place of the one that runs. The new one is created first, then takes over the state and
   * every event that the old one has not seen. One that waits to be started again is started with it. @throws Failure when it does not start: the old one goes on.
   */
  async move(record: InstanceRecord, revision: Revision, actor: string): Promise<void> {
    const { planner, hosts, usage, states, permission } = this.deps
    const { hash: before, strategy } = record.stored
    const { hash, tag } = revision
    const isRunning = record.state === 'running'
    if (isRunning) {
      const preparation = await planner.prepare(record, revision)
      await hosts.roll({ ...preparation, scope: planner.accounts(record) }, () => {
        record.config = preparation.config
        usage.stopped(strategy, before, record.id)
        usage.started(strategy, hash, record.id)
        states.save(record, { hash, tag, restarts: NO_RESTARTS })
      })
      permission.tell(record)
    } else states.save(record, { hash, tag, restarts: NO_RESTARTS })
    this.record(record, actor, 'instance_moved', { before: { hash: before }, after: { hash } })
    if (record.state === 'restarting') await this.start(record, actor, { how: 'resumed' })
  }

  /** Not before it runs: a recording begins with the first subscription, and its first event counts. */
  private opens(record: InstanceRecord): void {
    const { permission, providers } = this.deps
    permission.tell(record)
    for (const [provider, { symbols }] of Object.entries(record.stored.scope)) providers.subscribe(provider, symbols)
  }

  private async launch(record: InstanceRecord): Promise<void> {
    const { planner, hosts, store, permission, instanceLog, providers } = this.deps
    const preparation = await planner.prepare(record, planner.pinned(record))
    record.fills = 0
    record.lagMs = undefined
    // what happens to its orders from this moment on finds it launched
    const scope = planner.accounts(record)
    const { reports, tooOld } = this.untold(record)
    if (tooOld > 0)
      instanceLog.note(record, 'warn', `order reports from while it did not run, too many to be told: ${tooOld}`)
    if (reports.length > 0)
      instanceLog.note(record, 'info', `order reports from while it did not run, told first: ${reports.length}`)
    const listener = this.listenerOf(record, preparation.recorded)
    await hosts.launch({ ...preparation, scope }, listener, permission.of(record), reports)
    record.config = preparation.config
    providers.held(record.providers, () => store.instances.dropCheckpoint(record.key))
  }

  private notStarted(record: InstanceRecord, error: unknown, how: Start['how']): void {
    const { states, restarts, instanceLog, log } = this.deps
    const reason = error instanceof Failure ? error.message : OUR_FAULT
    record.passing = undefined
    this.forgetProgress(record)
    if (how === 'asked') states.save(record, { state: 'failed', wanted: false, reason })
    else this.fails(record, restarts.failed(record, reason))
    instanceLog.note(record, 'error', `not started: ${reason}`)
    if (!(error instanceof Failure)) log('error', 'launch failed', { instance: record.id, error })
  }

  /** Reports of its orders that it was not told, and how many older ones are too many to be told. */
  untold(record: InstanceRecord): { readonly reports: UntoldReport[]; readonly tooOld: number } {
    const { store, providers } = this.deps
    const { reports, tooOld } = store.journal.untold(record.key)
    const told = reports.map(({ seq, report }) => {
      const { provider } = report.order
      return { seq, provider, report, timeMs: providers.timeAt(provider, report.payload.timestamp) }
    })
    return { reports: told, tooOld }
  }

  /** @param unlessAsleep one that sleeps goes on at the next start as if the gateway had died. */
  private async halt(record: InstanceRecord, unlessAsleep = false): Promise<void> {
    const { hosts, planner, states } = this.deps
    states.pass(record, 'stopping')
    let isLeft = false
    try {
      const { stats, asleep, ...stopped } = await hosts.stop(record.id, unlessAsleep)
      isLeft = asleep === true
      record.lastStats = stats
      if (!isLeft) planner.keep(record, record.config, stopped)
    } finally {
      record.passing = undefined
      if (isLeft) states.publish(record)
      else this.ends(record)
    }
  }

  /** Its host keeps what it is told, and no recording has to come to a moment at which nothing is half done. */
  private isResumable({ unkept, providers }: InstanceRecord): boolean {
    const { hosts, providers: all } = this.deps
    return hosts.isRecorded && unkept === undefined && !providers.some((name) => all.isRecorded(name))
  }

  private ends(record: InstanceRecord): void {
    record.lagMs = undefined
    record.unkept = undefined
    this.forgetProgress(record)
    this.deps.usage.stopped(record.stored.strategy, record.stored.hash, record.id)
  }

  private keptChanged(record: InstanceRecord, problem: string | undefined): void {
    const { instanceLog, states } = this.deps
    record.unkept = problem
    const lost = 'what its sandbox host is told cannot be kept, and after a crash it would begin anew'
    if (problem === undefined) instanceLog.note(record, 'info', 'what its sandbox host is told is kept again')
    else instanceLog.note(record, 'warn', `${lost}: ${problem}`)
    states.publish(record)
    if (problem !== undefined) this.unkept(record, problem)
  }

  private forgetProgress(record: InstanceRecord): void {
    const { providers, store } = this.deps
    record.progressed = () => undefined
    providers.held(record.providers, () => store.progress.drop(record.key))
  }

  listenerOf(record: InstanceRecord, recorded: boolean): InstanceListener {
    return heldListener(this.writing(record, recorded), (work) => this.deps.providers.held(record.providers, work))
  }

  private writing(record: InstanceRecord, recorded: boolean): InstanceListener {
    const { hosts, store, providers, planner, book, activity, instanceLog, states, restarts } = this.deps
    const instance = record.id
    const { engineHash: engine } = hosts.compiler
    let write: (() => void) | undefined
    return {
      progressed(progress) {
        if (!write) {
          write = store.progress.writer(record.key, () => {
            const { number, slot, startMs, rolls, acts, lines, exceptions, left, leftForNewer } = progress
            const { fills, stored } = record
            const counts = { acts, lines, exceptions, fills, left, leftForNewer }
            return { number, slot, startMs, rolls, ...counts, hash: stored.hash, engine }
          })
          const noted = write
          // a fill is a part of the next cut, too, whoever tells of it
          record.progressed = () => providers.held(record.providers, noted)
        }
        write()
      },
      accounts: () => planner.accounts(record),
      risk: () => book.termsAtLaunch(record),
      ordered: (order, timeMs) => providers.orders(order.provider).submit(record, order, timeMs, recorded),
      cancelled: (provider, clientOrderId, timeMs) =>
        providers.orders(provider).cancel(record, clientOrderId, timeMs, recorded),
      refused: (refused) => activity.publish({ kind: 'risk', what: 'breach', instance, refused }),
      journalled(clientOrderId) {
        const entry = store.journal.order(record.key, clientOrderId)
        return entry && { order: entry.order, placedMs: entry.placedMs }
      },
      skipped(order, timeMs) {
        const { provider } = order
        activity.publish({ kind: 'order', instance, provider, what: 'skipped', order, report: undefined, timeMs })
      },
      logged: (line) => instanceLog.write(record, line),
      threw: (exceptions) => activity.publish({ kind: 'exception', instance, hash: record.stored.hash, exceptions }),
      kept: (problem) => this.keptChanged(record, problem),
      told: (seq) => store.journal.told(record.key, seq),
      saved: (state) => store.instances.writeStateLazily(record.key, state),
      restarted(reason) {
        instanceLog.note(record, 'warn', `restarted: ${reason}`)
        states.restarted(record, reason)
      },
      failed: (reason, stats) => {
        record.lastStats = stats
        this.ends(record)
        this.fails(record, restarts.failed(record, reason))
      },
      differed: (how, stats) => {
        record.lastStats = stats
        record.hasDiffered = true
        this.ends(record)
        const reason = `stopped, for it would not do what it did before its sandbox host died, a fault of ours: ${how}`
        states.save(record, { state: 'failed', wanted: false, reason })
        instanceLog.note(record, 'error', reason)
        this.fails(record, reason)
      },
    }
  }

  private fails(record: InstanceRecord, message: string): void {
    this.record(record, GATEWAY, 'instance_failed', { before: { hash: record.stored.hash }, message })
  }

  private record(record: InstanceRecord, who: string, what: AuditAction, details: EntryDetails): void {
    const { id, stored, providers } = record
    const entry = { who, what, subject: id, strategy: stored.strategy, ...details }
    this.deps.providers.held(providers, () => this.deps.auditLog.record(entry))
  }
}

type EntryDetails = Pick<NewAuditEntry, 'before' | 'after' | 'message'>
