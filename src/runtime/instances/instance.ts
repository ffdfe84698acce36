/** One instance as the runtime knows it: what is kept of it, what passes, and how the API shows it. */
import { type InstanceStats, NOTHING_COUNTED } from '../../protocol/reported'
import type { Instance, InstanceCounts, InstanceRollout } from '../../schema/instances'
import type { UsageEntry, UsageInstance } from '../../schema/usage'
import type { StoredInstance } from '../../store/instances'
import { EventRate } from './event-rate'

export class InstanceRecord {
  /** While it is started or stopped. */
  passing: 'starting' | 'stopping' | undefined
  /** What it is on its way to: nobody may delete it meanwhile. */
  next: (Pick<StoredInstance, 'strategy' | 'hash'> & { readonly scope?: StoredInstance['scope'] }) | undefined
  /** What it was launched with, defaults filled in. */
  config: Readonly<Record<string, unknown>> = {}
  /** How far it is behind the market, ms, while that is too far. */
  lagMs: number | undefined
  readonly eventRate = new EventRate()
  /** It ran when the gateway before this one ended. */
  ranBefore = false
  /** What it was to go on from has led to something else than before. */
  hasDiffered = false
  /** Why what its sandbox host is told is not kept, while it is not. */
  unkept: string | undefined
  /** It has come further: how far is written with the next commit. */
  progressed: () => void = () => undefined
  /** Executions since the last start. */
  fills = 0
  /** As they stood when it stopped. */
  lastStats: InstanceStats = NOTHING_COUNTED

  /** Asked for at whatever comes of it: kept for as long as the scope is the same. */
  private traded: { readonly scope: StoredInstance['scope']; readonly providers: readonly string[] } | undefined

  constructor(public stored: StoredInstance) {}

  get id(): string {
    return this.stored.id
  }

  get key(): number {
    return this.stored.key
  }

  get state(): Instance['state'] {
    return this.passing ?? this.stored.state
  }

  /** It has failed, whether or not it is to be started again. */
  get isDown(): boolean {
    return this.state === 'failed' || this.state === 'restarting'
  }

  /** In the order of the scope: the first is the default of orders. */
  get providers(): readonly string[] {
    const { scope } = this.stored
    if (this.traded?.scope !== scope) this.traded = { scope, providers: Object.keys(scope) }
    return this.traded.providers
  }

  get symbols(): string[] {
    return [...new Set(Object.values(this.stored.scope).flatMap(({ symbols }) => symbols))]
  }
}

/** @param config with the defaults of the strategy's fields. */
export function instanceView(
  record: InstanceRecord,
  config: Readonly<Record<string, unknown>>,
  usage: UsageEntry,
  stats: InstanceStats,
  rollout: InstanceRollout | undefined,
  problem: string | undefined,
): Instance {
  const { id, selector, strategy, hash, tag, scope, reason, createdMs, updatedMs, restart, restarts } = record.stored
  return {
    id,
    ...pinOf(record),
    strategy: { identifier: strategy, selector, tag, hash, config: { ...config } },
    providers: [...record.providers],
    scope,
    aggregatedSymbols: record.symbols,
    running: record.state === 'running',
    state: record.state,
    ...(reason === undefined ? {} : { reason }),
    durable: problem === undefined,
    ...(problem !== undefined && { durableReason: problem }),
    restart,
    restarts: restarts.count,
    ...(record.state === 'restarting' && { restartAt: new Date(restarts.nextMs).toISOString() }),
    usage,
    ...(rollout && { rollout }),
    stats: countsOf(stats, record),
    createdAt: new Date(createdMs).toISOString(),
    updatedAt: new Date(updatedMs).toISOString(),
    links: linksOf(record),
  }
}

/** As the usage of a revision lists it. */
export function usageRow(record: InstanceRecord, usage: UsageEntry): UsageInstance {
  return {
    id: record.id,
    ...pinOf(record),
    providers: [...record.providers],
    aggregatedSymbols: record.symbols,
    running: record.state === 'running',
    usage,
    links: linksOf(record),
  }
}

const pinOf = ({ stored: { selector, strategy, hash, tag } }: InstanceRecord) => ({
  strategyIdentifier: strategy,
  strategyTag: tag,
  strategyHash: hash,
  strategySelector: selector,
})

const countsOf = (
  { events, dropped, lagMs, cpuMs, errors, orders, skippedOrders, logs, droppedLogs }: InstanceStats,
  { fills, state, eventRate }: InstanceRecord,
): InstanceCounts => ({
  events,
  eventsPerSecond: state === 'running' ? eventRate.perSecond : 0,
  dropped,
  errors,
  orders,
  skippedOrders,
  fills,
  logs,
  droppedLogs,
  lagMs,
  cpuMs: Math.round(cpuMs),
})

const linksOf = ({ stored: { id, strategy, hash } }: InstanceRecord) => ({
  self: `/strategy/instances/${id}`,
  usage: `/strategies/modules/${encodeURIComponent(strategy)}@${hash}/usage`,
})
