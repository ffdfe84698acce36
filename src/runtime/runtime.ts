/** The runtime: instances, providers and what happens between them. The one door for HTTP and the command line. */
import type { HostPool } from '../hosts/pool'
import type { Adapter } from '../market/provider'
import type { Registry } from '../registry/registry'
import type { ContextBackup, ContextRestored, RestoreBody } from '../schema/backup'
import type { ReadinessProblem } from '../schema/health'
import { DEFAULT_RATES, type InstanceRates } from '../schema/instance-rates'
import type { BalanceItem, ExecutionItem, LogItem, OrderItem } from '../schema/instance-records'
import type { Instance, InstanceBody, InstanceReplacement } from '../schema/instances'
import type { Page, PageRequest } from '../schema/page'
import type {
  AdapterView,
  ProviderBalanceItem,
  ProviderBody,
  ProviderReplacement,
  ProviderView,
} from '../schema/providers'
import type { PruneBody, RetentionSettings, RetentionView } from '../schema/retention'
import type { KillBody, ResumeBody, RiskView } from '../schema/risk'
import type { RiskLimitSet, SentLimitSet } from '../schema/risk-limits'
import type { AuditEntry, AuditFilter, RefreshBody, RefreshResult, UsageEntry, UsageInstance } from '../schema/usage'
import { finish } from '../store/reading'
import type { Store } from '../store/store'
import type { Log } from '../telemetry/log'
import type { Metrics } from '../telemetry/metrics'
import { SteadyClock } from '../telemetry/steady-clock'
import { AuditLog } from './audit-log'
import { reconcile } from './audit-recovery'
import { takeBackup } from './backup/backup'
import { restore } from './backup/restore'
import { type InstanceFilter, InstanceIndex } from './instances/instance-index'
import { InstanceLifecycle } from './instances/instance-lifecycle'
import { InstanceRunner } from './instances/instance-runner'
import { LagWatch } from './instances/lag-watch'
import { LaunchPlanner } from './instances/launch-planner'
import { Records } from './instances/records'
import { UsageIndex } from './instances/usage'
import { KeyedMutex } from './keyed-mutex'
import { Providers } from './providers/providers'
import { Retention } from './retention'
import { RiskBook } from './risk/risk-book'
import { RiskControl } from './risk/risk-control'
import { follow, type RefreshDeps, refresh } from './rollout/refresh'

export interface RuntimeDeps {
  readonly registry: Registry
  readonly hosts: HostPool
  readonly store: Store
  readonly adapters: readonly Adapter[]
  readonly metrics: Metrics
  readonly log: Log
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
  /** A provider without an event for so long is no longer fresh: its instances must not trade. */
  readonly staleAfterMs?: number
  /** The most CPU time that each instance may use, as a part of one core. */
  readonly cpuBudget?: number
  readonly rates?: InstanceRates
  /** An instance that is further behind the market must not trade. */
  readonly maxLagMs?: number
  /** Taken when none were ever set. */
  readonly limits?: { readonly set: RiskLimitSet; readonly who: string }
  /** How long orders and executions are kept. */
  readonly retention?: RetentionSettings
}

const STALE_AFTER_MS = 120_000
const MAX_LAG_MS = 1000
const MAKE_ROOM = 'make room on the disk of the data folder and check its permissions: what waits is written then'

/** All that is asked for is durable when it is answered; refusals are Failures. */
export class Runtime implements AsyncDisposable {
  private readonly mutex = new KeyedMutex()
  private readonly auditLog: AuditLog
  private readonly usageIndex: UsageIndex
  private readonly venues: Providers
  private readonly planner: LaunchPlanner
  private readonly runner: InstanceRunner
  private readonly instanceIndex: InstanceIndex
  private readonly commands: InstanceLifecycle
  private readonly riskBook: RiskBook
  private readonly riskControl: RiskControl
  private readonly retention: Retention
  /** What may be long to read. */
  readonly records: Records
  private readonly lagWatch: LagWatch
  private changes = 1

  private constructor(private readonly settings: RuntimeDeps) {
    const { registry, hosts, store, adapters, metrics, log, now, elapsed, staleAfterMs = STALE_AFTER_MS } = settings
    const { mutex } = this
    hosts.startTime = (nowMs) => store.starts.next(nowMs)
    const changed = () => void this.changes++
    this.auditLog = new AuditLog(store, metrics, log, now)
    const { auditLog } = this
    this.usageIndex = new UsageIndex(store, metrics, now)
    const risk = new RiskBook(store)
    this.venues = new Providers({
      adapters,
      hosts,
      store,
      metrics,
      auditLog,
      mutex,
      log,
      now: new SteadyClock(now, elapsed).now,
      elapsed,
      staleAfterMs,
      dependents: (provider) => this.instanceIndex.dependents(provider).map(({ id }) => id),
      changed: (provider) => this.providerChanged(provider),
      filled: ({ id }, provider, { symbol, side, quantity, price, fee }) => {
        this.instanceIndex.record(id).fills++
        log('info', 'order filled', { instance: id, provider, symbol, side, quantity, price, fee })
      },
      liquidated: ({ id }, provider, liquidation) =>
        this.riskControl.liquidated(this.instanceIndex.record(id), provider, liquidation),
      refusal: (owner, order, market) => risk.refusalOf(owner, order, market),
      onCreated: (provider) => this.planner.openAccountsAt(this.instanceIndex.at(provider), provider),
      checkScopes: (name, live) => this.instanceIndex.checkScopes(name, live),
      replaced: (provider, actor) => this.commands.restartAt(provider, actor),
    })
    const providers = this.venues
    const usage = this.usageIndex
    const planner = new LaunchPlanner({
      registry,
      hosts,
      store,
      providers,
      log,
      now,
      ...(settings.cpuBudget !== undefined && { cpuBudget: settings.cpuBudget }),
      rates: settings.rates ?? DEFAULT_RATES,
    })
    const runner = new InstanceRunner({
      hosts,
      store,
      providers,
      planner,
      risk,
      usage,
      auditLog,
      metrics,
      log,
      now,
      changed,
      refused: (record, order) => this.riskControl.refused(record, order),
    })
    const instanceIndex = new InstanceIndex({ registry, hosts, providers, usage })
    this.commands = new InstanceLifecycle({
      registry,
      store,
      providers,
      instanceIndex,
      planner,
      runner,
      auditLog,
      mutex,
      now,
    })
    this.riskControl = new RiskControl({
      book: risk,
      instanceIndex,
      runner,
      hosts,
      providers,
      store,
      auditLog,
      metrics,
      now,
    })
    this.lagWatch = new LagWatch({
      instanceIndex,
      hosts,
      store,
      log,
      now,
      maxLagMs: settings.maxLagMs ?? MAX_LAG_MS,
      changed: (record) => this.riskControl.lagChanged(record),
    })
    metrics.beforeText(() => metrics.keepingUp.set(instanceIndex.measured()))
    this.riskBook = risk
    this.planner = planner
    this.runner = runner
    this.instanceIndex = instanceIndex
    this.records = new Records(store, instanceIndex)
    this.retention = new Retention({ store, auditLog, log, now, keep: settings.retention ?? {} })
  }

  /** What ran before runs again: the providers first, then the instances, on the hash they pinned. */
  static async open(settings: RuntimeDeps): Promise<Runtime> {
    const runtime = new Runtime(settings)
    const { registry } = settings
    registry.guard = (name, hash) => runtime.instanceIndex.users(name, hash).map(({ id }) => id)
    registry.accountable = () => {
      if (settings.store.problem !== undefined) settings.store.commit()
    }
    registry.onChange((change) => {
      runtime.auditLog.recordChange(change)
      if (change.kind === 'revision-deleted') runtime.usageIndex.forget(change.strategy, change.hash)
      const mayEnd = change.kind === 'revision-deleted' || change.kind === 'tag-deleted'
      if (mayEnd && !registry.knows(change.strategy)) settings.metrics.strategyGone(change.strategy)
    })
    reconcile(registry, settings.store, runtime.auditLog)
    runtime.commands.load()
    const { limits } = settings
    if (limits && runtime.riskLimits() === undefined) runtime.setRiskLimits(limits.set, limits.who)
    runtime.venues.load()
    await runtime.venues.resume()
    await runtime.commands.resume()
    runtime.retention.begin()
    return runtime
  }

  /** Grows with each visible change, but for counters that grow with every event. */
  get version(): number {
    return this.changes
  }

  /** What stops the work comes first. */
  ready(): { readonly ready: boolean; readonly problems: ReadinessProblem[] } {
    const { problem, damage } = this.settings.store
    const unwritable = { message: `the data folder cannot be written: ${problem}`, hint: MAKE_ROOM }
    const damages = damage ? [{ message: damage.message, hint: damage.hint }] : []
    const problems = [...damages, ...this.venues.problems(), ...this.instanceIndex.problems()]
    return { ready: problem === undefined, problems: problem === undefined ? problems : [unwritable, ...problems] }
  }

  /** By name: what runs, and what is to run at the next start as well. */
  running() {
    return { instances: this.instanceIndex.running(), providers: this.venues.running() }
  }

  /** Ids of those that are being stopped. */
  stopping(): string[] {
    return this.instanceIndex.all().flatMap(({ id, state }) => (state === 'stopping' ? [id] : []))
  }

  createInstance(body: InstanceBody, actor: string): Promise<Instance> {
    return this.commands.create(body, actor)
  }

  instance(id: string): Instance {
    return this.instanceIndex.view(this.instanceIndex.record(id))
  }

  has(id: string): boolean {
    return this.instanceIndex.records.has(id)
  }

  instances(filter?: InstanceFilter): Instance[] {
    return this.instanceIndex.list(filter)
  }

  replaceInstance(id: string, body: InstanceReplacement, actor: string): Promise<Instance> {
    return this.commands.replace(id, body, actor)
  }

  removeInstance(id: string, actor: string): Promise<void> {
    return this.commands.remove(id, actor)
  }

  startInstance(id: string, actor: string): Promise<Instance> {
    return this.commands.start(id, actor)
  }

  stopInstance(id: string, actor: string): Promise<Instance> {
    return this.commands.stop(id, actor)
  }

  /** At once, as the three after it: for a page that is short. */
  executions(id: string, page: PageRequest): Page<ExecutionItem> {
    return finish(this.records.executions(id, page))
  }

  orders(id: string, page: PageRequest): Page<OrderItem> {
    return finish(this.records.orders(id, page))
  }

  logs(id: string, page: PageRequest): Page<LogItem> {
    return finish(this.records.logs(id, page))
  }

  balances(id: string, page: PageRequest): Page<BalanceItem> {
    return pageOf(this.instanceIndex.balances(this.instanceIndex.record(id)), page)
  }

  /** Of every revision that ever ran. */
  usage(): UsageEntry[] {
    return this.usageIndex.all()
  }

  /** @param options.includeStopped also instances that pin it and do not run. */
  usageOf(
    name: string,
    hash: string,
    options: { includeStopped: boolean },
  ): { usage: UsageEntry; instances: UsageInstance[] } {
    return {
      usage: this.usageIndex.of(name, hash),
      instances: this.instanceIndex.usageRows(name, hash, options.includeStopped),
    }
  }

  /** Reads the strategy home again, then moves the instances whose selector names another revision now. */
  refresh(targets: RefreshBody | undefined, actor: string): Promise<RefreshResult> {
    return this.mutex.run('refresh', async () => {
      this.settings.store.check()
      const result = await refresh(this.rolling(), targets, actor)
      this.settings.store.commit()
      return result
    })
  }

  /**
   * Moves the instances that follow a tag to the revision that it names now. The tag stands: what of it cannot be written
   * is told in the log, kept and tried again.
   * @param strategy its name, as the registry writes it.
   */
  follow(strategy: string, tag: string, actor: string): Promise<void> {
    return this.mutex.run('refresh', async () => {
      await follow(this.rolling(), strategy, tag, actor)
      this.auditLog.commit()
    })
  }

  private rolling(): RefreshDeps {
    const { registry, log } = this.settings
    return { registry, instanceIndex: this.instanceIndex, instances: this.commands, auditLog: this.auditLog, log }
  }

  adapters(): AdapterView[] {
    return this.venues.adapters()
  }

  providers(): ProviderView[] {
    return this.venues.list()
  }

  provider(name: string): ProviderView {
    return this.venues.get(name)
  }

  createProvider(body: ProviderBody, actor: string): Promise<ProviderView> {
    return this.venues.create(body, actor)
  }

  /** @throws Failure adapter_not_found. */
  adapter(identifier: string): AdapterView {
    return this.venues.adapterOf(identifier)
  }

  /** What runs on it goes on. */
  replaceProvider(name: string, body: ProviderReplacement, actor: string): Promise<ProviderView> {
    return this.venues.replace(name, body, actor)
  }

  removeProvider(name: string, actor: string): Promise<void> {
    return this.venues.remove(name, actor)
  }

  startProvider(name: string, actor: string): Promise<ProviderView> {
    return this.venues.start(name, actor)
  }

  stopProvider(name: string, actor: string): Promise<ProviderView> {
    return this.venues.stop(name, actor)
  }

  /** By instance and currency. */
  providerBalances(name: string, page: PageRequest): Page<ProviderBalanceItem> {
    const venue = this.venues.venue(name)
    const items = this.instanceIndex
      .at(name)
      .flatMap((record) => venue.balances(record).map((item) => ({ instance: record.id, ...item })))
    return pageOf(items, page)
  }

  /** Limits, kill switches that are set, and who broke limits how often. */
  risk(): RiskView {
    return this.riskBook.view((provider) => this.venues.timeAt(provider))
  }

  /** Undefined while none were ever set. */
  riskLimits(): RiskLimitSet | undefined {
    return this.riskBook.limits
  }

  /** In the place of all that were set. @throws Failure invalid_limits. */
  setRiskLimits(limits: SentLimitSet, actor: string): RiskView {
    this.riskControl.setLimits(limits, actor)
    return this.risk()
  }

  /** @throws Failure invalid_request, provider_not_found, instance_not_found. */
  killTrading(body: KillBody, actor: string): RiskView {
    this.riskControl.kill(body, actor)
    return this.risk()
  }

  /** @throws Failure invalid_request, provider_not_found, instance_not_found. */
  resumeTrading(body: ResumeBody, actor: string): RiskView {
    this.riskControl.resume(body, actor)
    return this.risk()
  }

  audit(page: PageRequest, filter?: AuditFilter): Page<AuditEntry> {
    return finish(this.records.audit(page, filter))
  }

  /** What is kept of what has happened, and how long. */
  kept(): RetentionView {
    return this.retention.view()
  }

  /** Begins to prune, and goes on while trading does. @throws Failure prune_running. */
  prune(body: PruneBody, actor: string): RetentionView {
    return this.retention.prune(body, actor)
  }

  /** What there is to run, without secrets. */
  backup(): ContextBackup {
    const { venues: providers, instanceIndex, riskBook: book } = this
    return takeBackup({ providers, instanceIndex, book, now: this.settings.now })
  }

  /** All of it or nothing; starts nothing. @throws Failure invalid_backup, backup_conflict. */
  async restore(body: RestoreBody, actor: string): Promise<ContextRestored> {
    const { registry, store } = this.settings
    const { venues: providers, instanceIndex, commands: instances, riskBook: book, riskControl: risk, auditLog } = this
    const { now } = this.settings
    const parts = { registry, store, providers, instanceIndex, instances, book, risk, auditLog, now }
    const restored = await restore(parts, body, actor)
    this.changes++
    return restored
  }

  /** Everything ends for this process, and is kept to run again. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.retention[Symbol.asyncDispose]()
    this.lagWatch[Symbol.dispose]()
    await this.commands[Symbol.asyncDispose]()
    await this.venues[Symbol.asyncDispose]()
    this.settings.store.commit()
  }

  private providerChanged(provider: string): void {
    this.changes++
    for (const record of this.instanceIndex.at(provider)) this.runner.signal(record)
  }
}

const pageOf = <T>(items: readonly T[], page: PageRequest): Page<T> => ({
  items: items.slice(page.offset, page.offset + page.limit),
  total: items.length,
  ...page,
})
