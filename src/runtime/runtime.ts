/**
 * Puts the rooms of the runtime together, each given what it needs when that is complete; opens them in the order in
 * which they depend on each other, and closes them in the opposite one. What the rooms do is theirs alone.
 */
import { KeyedMutex } from '../flow/keyed-mutex'
import type { HostPool } from '../hosts/pool'
import { Inputs } from '../inputs/inputs'
import type { Adapter } from '../market/provider'
import type { Registry } from '../registry/registry'
import { DEFAULT_RATES, type InstanceRates } from '../schema/instance-rates'
import type { OnJournalLoss } from '../schema/journal-loss'
import type { RestartTerms } from '../schema/restart-terms'
import type { RetentionSettings } from '../schema/retention'
import type { RiskLimitSet } from '../schema/risk-limits'
import type { Store } from '../store/store'
import type { Log } from '../telemetry/log'
import type { Metrics } from '../telemetry/metrics'
import { SteadyClock } from '../telemetry/steady-clock'
import type { Traces } from '../telemetry/traces'
import { ActivityStream } from './activity/activity-stream'
import { countActivity } from './activity/count-activity'
import { logActivity } from './activity/log-activity'
import { traceActivity } from './activity/trace-activity'
import { AuditLog } from './audit-log'
import { reconcile } from './audit-recovery'
import { Backtests } from './backtests/backtests'
import type { BacktestSettings } from './backtests/runner'
import { Context } from './backup/context'
import { Feed } from './feed/feed'
import { Balances } from './instances/balances'
import { InstanceDefinitions } from './instances/instance-definitions'
import { InstanceIndex } from './instances/instance-index'
import { InstanceLifecycle } from './instances/instance-lifecycle'
import { InstanceLog } from './instances/instance-log'
import { InstanceResumption } from './instances/instance-resumption'
import { InstanceRunner } from './instances/instance-runner'
import { InstanceStates } from './instances/instance-states'
import { LagWatch } from './instances/lag-watch'
import { LaunchPlanner } from './instances/launch-planner'
import { Records } from './instances/records'
import { Restarts } from './instances/restarts'
import { TradingPermission } from './instances/trading-permission'
import { UsageIndex } from './instances/usage'
import { bringMetrics } from './measuring'
import { Flattener } from './operations/flattener'
import { LossStops } from './operations/loss-stops'
import { OperatorOrders } from './operations/operator-orders'
import { ProviderLifecycle } from './operations/provider-lifecycle'
import { RiskControl } from './operations/risk-control'
import { RiskNotices } from './operations/risk-notices'
import { Adapters } from './providers/adapters'
import { Providers } from './providers/providers'
import { Readiness } from './readiness'
import { Retention } from './retention'
import { RiskBook } from './risk/risk-book'
import { Rollout } from './rollout/rollout'
import { Rollouts } from './rollout/rollouts'
import { EquityWatch } from './worth/equity-watch'
import { Traded } from './worth/traded'
import { Worth } from './worth/worth'

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
  /** Where sandbox hosts keep what they are told, so that another one can go on for each; undefined: nowhere. */
  readonly inputs?: string
  /** What becomes of instances when what they are told cannot be kept; they go on unless it says otherwise. */
  readonly onJournalLoss?: OnJournalLoss
  /** Aborted when no more is to start of what ran before. */
  readonly stopping?: AbortSignal
  /** A provider without an event for so long is stale: its instances must not trade. */
  readonly staleAfterMs?: number
  /** The most CPU time that each instance may use, as a part of one core. */
  readonly cpuBudget?: number
  readonly rates?: InstanceRates
  /** How those are started again that have failed. */
  readonly restarts?: Partial<RestartTerms>
  /** An instance that is further behind the market must not trade. */
  readonly maxLagMs?: number
  /** Taken when none were ever set. */
  readonly limits?: { readonly set: RiskLimitSet; readonly who: string }
  /** Undefined: nothing is traced. */
  readonly traces?: Traces
  /** How long orders and executions are kept. */
  readonly retention?: RetentionSettings
  readonly backtests: BacktestSettings
  /** Release, commit and engine of this program. */
  readonly build: string
}

const STALE_AFTER_MS = 120_000
const MAX_LAG_MS = 1000

/** The rooms. All that is asked of them is durable when it is answered; refusals are Failures. */
export interface Runtime extends AsyncDisposable {
  readonly activity: ActivityStream
  readonly feed: Feed
  readonly instances: InstanceLifecycle
  readonly instanceIndex: InstanceIndex
  readonly balances: Balances
  readonly records: Records
  readonly inputs: Inputs
  readonly worth: Worth
  readonly usage: UsageIndex
  readonly adapters: Adapters
  readonly providers: ProviderLifecycle
  /** What alerts ask of providers. */
  readonly markets: Pick<Providers, 'silent' | 'unknownOrders'>
  readonly risk: RiskControl
  readonly operatorOrders: OperatorOrders
  readonly flattener: Flattener
  readonly rollout: Rollout
  readonly rollouts: Rollouts
  readonly context: Context
  readonly backtests: Backtests
  readonly retention: Retention
  readonly readiness: Readiness
  /** By name: what runs, and what is to run at the next start as well. */
  running(): Record<'instances' | 'providers', { readonly now: string[]; readonly next: string[] }>
}

/** What ran before runs again: the providers first, then the instances, on the hash they pinned. */
export async function openRuntime(deps: RuntimeDeps): Promise<Runtime> {
  const { registry, hosts, store, metrics, log, now, elapsed, limits, cpuBudget, retention: keep = {} } = deps
  const { rates = DEFAULT_RATES, staleAfterMs = STALE_AFTER_MS, maxLagMs = MAX_LAG_MS } = deps
  hosts.startTime = (nowMs) => store.starts.next(nowMs)
  hosts.nextNumber = () => store.progress.nextNumber()
  hosts.keptBy({ commit: () => store.handOver(), isHolding: () => store.isHolding() })
  store.whenCommitted(() => hosts.committed())
  const activity = new ActivityStream(log)
  const book = new RiskBook(store)
  logActivity(activity, log)
  countActivity(activity, { metrics, registry, book })
  if (deps.traces) traceActivity(activity, deps.traces, now)
  const always = { registry, hosts, store, book, activity, log, now, mutex: new KeyedMutex() }
  const auditLog = new AuditLog(always)
  const usage = new UsageIndex(store, metrics, now)
  activity.observe('revision', ({ change }) => {
    if (change.kind === 'revision-deleted') usage.forget(change.strategy, change.hash)
  })
  const adapters = new Adapters(deps.adapters)
  const steady = new SteadyClock(now, elapsed).now
  const markets = new Providers({ ...always, adapters, metrics, now: steady, elapsed, staleAfterMs })
  const known = { ...always, auditLog, usage, providers: markets }

  const instanceIndex = new InstanceIndex(known)
  const strategyOf = (id: string) => instanceIndex.records.get(id)?.stored.strategy ?? ''
  const feed = new Feed({ ...known, strategyOf })
  const instanceLog = new InstanceLog(known)
  const states = new InstanceStates(known)
  const permission = new TradingPermission({ ...known, instanceIndex })
  const planner = new LaunchPlanner({ ...known, rates, ...(cpuBudget !== undefined && { cpuBudget }) })
  const restarts = new Restarts({ states, metrics, now, elapsed, ...(deps.restarts && { restarts: deps.restarts }) })
  const atWork = { ...known, instanceIndex, instanceLog, states, permission, planner, restarts }
  const runner = new InstanceRunner(atWork)
  const resumption = new InstanceResumption({ ...atWork, runner })
  const instances = new InstanceLifecycle({
    ...atWork,
    runner,
    resumption,
    onJournalLoss: deps.onJournalLoss ?? 'go-on',
    definitions: new InstanceDefinitions(known),
  })
  const lagWatch = new LagWatch({ ...atWork, maxLagMs, elapsed })

  const providers = new ProviderLifecycle({ ...atWork, instances })
  new RiskNotices(atWork)
  const operatorOrders = new OperatorOrders(atWork)
  const flattener = new Flattener({ ...atWork, operatorOrders })
  const lossStops = new LossStops({ ...atWork, metrics })
  const risk = new RiskControl({ ...atWork, flattener, lossStops })
  const retention = new Retention({ ...known, keep })
  const traded = new Traded(atWork)
  const rollouts = new Rollouts({ ...atWork, instances, traded, metrics, elapsed })
  const rollout = new Rollout({ ...atWork, instances, rollouts })
  const backtests = new Backtests({ ...known, backtests: deps.backtests })
  const context = new Context({ ...atWork, instances, risk, rollouts, providerLifecycle: providers })

  registry.attach({
    users: (name, hash) => instanceIndex.users(name, hash).map(({ id }) => id),
    holds: () => [...rollouts.holdings(), ...backtests.holdings()],
    checkAccountable() {
      if (store.problem !== undefined) store.commit()
    },
    changed(change) {
      if (change.kind === 'tag-moved' || change.kind === 'tag-deleted') activity.publish({ kind: 'tag', change })
      else activity.publish({ kind: 'revision', change })
    },
  })
  reconcile(registry, store, auditLog)
  instances.load()
  if (limits && risk.limits === undefined) risk.setLimits(limits.set, limits.who)
  providers.load()
  await providers.resume()
  traded.catchUp()
  const equityWatch = new EquityWatch({ ...atWork, traded })
  planner.closing = (record) => equityWatch.lookAtOne(record)
  lossStops.begin({ equityWatch, risk })
  flattener.keepClosed()
  const worth = new Worth({ ...atWork, traded, equityWatch })
  bringMetrics({ ...atWork, metrics, feed, worth })
  await instances.resume(deps.inputs, deps.stopping)
  markets.playOn()
  rollouts.begin()
  retention.begin()
  backtests.begin()
  return {
    activity,
    feed,
    instances,
    instanceIndex,
    balances: new Balances(instanceIndex, markets),
    records: new Records(store, instanceIndex),
    inputs: new Inputs({
      folder: deps.inputs,
      build: deps.build,
      ...hosts.settings,
      engine: () => hosts.compiler.engineHash,
    }),
    worth,
    usage,
    adapters,
    providers,
    markets,
    risk,
    operatorOrders,
    flattener,
    rollout,
    rollouts,
    context,
    backtests,
    retention,
    readiness: new Readiness(store, markets, instanceIndex),
    running: () => ({ instances: instanceIndex.running(), providers: markets.running() }),
    /** Everything ends for this process, and is kept to run again. */
    async [Symbol.asyncDispose]() {
      await Promise.all([backtests[Symbol.asyncDispose](), retention[Symbol.asyncDispose]()])
      lagWatch[Symbol.dispose]()
      await rollouts[Symbol.asyncDispose]()
      flattener[Symbol.dispose]()
      await markets.rest()
      await instances[Symbol.asyncDispose]()
      equityWatch[Symbol.dispose]()
      await markets[Symbol.asyncDispose]()
      feed[Symbol.dispose]()
      store.commit()
    },
  }
}
