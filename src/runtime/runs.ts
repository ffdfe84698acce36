/** Instances at work: started, stopped, moved to another revision; and what happens to them meanwhile. */
import { checkConfig } from '../compiler/config'
import { Failure } from '../errors/failure'
import type { InstanceListener, LaunchSpec, ProviderScope, Stopped } from '../hosts/launch'
import type { HostPool } from '../hosts/pool'
import type { Registry } from '../registry/registry'
import type { Revision } from '../registry/revision'
import { parseDigest } from '../schema/digest'
import type { Metadata } from '../schema/metadata'
import type { StoredInstance } from '../store/instances'
import type { Store } from '../store/store'
import type { Log } from '../telemetry/log'
import type { Metrics } from '../telemetry/metrics'
import type { InstanceRecord } from './instance'
import type { Providers } from './providers'
import type { Trail } from './trail'
import type { UsageIndex } from './usage'

export interface RunsSettings {
  readonly registry: Registry
  readonly hosts: HostPool
  readonly store: Store
  readonly providers: Providers
  readonly usage: UsageIndex
  readonly trail: Trail
  readonly metrics: Metrics
  readonly log: Log
  readonly now: () => number
  /** After each visible change. */
  readonly changed: () => void
}

/** Beyond it an order is refused: far more than a strategy means to make, far less than hurts others. */
const MAX_ORDERS_PER_SECOND = 100
/** Who did what nobody asked for. */
export const GATEWAY = 'gateway'

export class Runs {
  constructor(private readonly settings: RunsSettings) {}

  /** Runs it on the revision it pins. @throws Failure of the revision, the config or the launch; the instance says it too. */
  async start(record: InstanceRecord, actor: string): Promise<void> {
    if (record.state === 'running') return
    record.passing = 'starting'
    this.settings.changed()
    try {
      const spec = await this.specOf(record, this.pinned(record))
      record.fills = 0
      // The accounts as they are at this very moment: what is reported from now on comes on top.
      await this.settings.hosts.launch({ ...spec, scope: this.scopeOf(record) }, this.listenerOf(record))
      record.passing = undefined
    } catch (error) {
      record.passing = undefined
      this.save(record, {
        state: 'failed',
        reason: error instanceof Failure ? error.message : 'a fault of ours, see the log',
      })
      if (!(error instanceof Failure)) this.settings.log('error', 'launch failed', { instance: record.id, error })
      throw error
    }
    this.settings.store.instances.dropCheckpoint(record.key)
    this.save(record, { state: 'running', wanted: true, reason: undefined })
    this.begins(record)
    // Not before: a recording begins with the first subscription, and its first event counts.
    for (const [name, { symbols }] of Object.entries(record.stored.scope))
      this.settings.providers.subscribe(name, symbols)
    this.settings.trail.leave({
      who: actor,
      what: 'instance_started',
      ...aboutOf(record),
      after: { hash: record.stored.hash },
    })
  }

  /** Ends it; its memory is kept for the next start. */
  async stop(record: InstanceRecord, actor: string): Promise<void> {
    if (record.state !== 'running') {
      if (record.stored.wanted) this.save(record, { wanted: false })
      return
    }
    await this.halt(record)
    this.save(record, { state: 'stopped', wanted: false })
    this.settings.trail.leave({
      who: actor,
      what: 'instance_stopped',
      ...aboutOf(record),
      before: { hash: record.stored.hash },
    })
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
      const spec = await this.specOf(record, revision)
      await this.settings.hosts.roll({ ...spec, scope: this.scopeOf(record) })
      this.settings.usage.stopped(strategy, before, record.id)
      this.pin(record, revision)
      this.begins(record)
    } else this.pin(record, revision)
    const about = { ...aboutOf(record), before: { hash: before }, after: { hash: revision.hash } }
    this.settings.trail.leave({ who: actor, what: 'instance_moved', ...about })
  }

  /** Tells the strategy whether it may trade. */
  signal(record: InstanceRecord): void {
    if (record.state !== 'running') return
    const tradingActive = record.providers.every((provider) => this.settings.providers.isFresh(provider))
    this.settings.hosts.flags(record.id, { tradingActive })
  }

  /** Takes part in the venues of its scope, with the accounts that its journal tells of. */
  join(record: InstanceRecord): void {
    for (const [name, { symbols }] of Object.entries(record.stored.scope)) {
      this.settings.providers.venue(name).join(record, symbols, this.settings.now())
    }
  }

  /** Opens accounts at a venue that has just come up. One that cannot be opened is in the log and stops no other. */
  joinAll(records: readonly InstanceRecord[], provider: string): void {
    for (const record of records) {
      try {
        const { symbols } = record.stored.scope[provider]!
        this.settings.providers.venue(provider).join(record, symbols, this.settings.now())
      } catch (error) {
        this.settings.log('error', 'account not opened', { instance: record.id, provider, error })
      }
    }
  }

  /** Something about an instance has changed. */
  changed(): void {
    this.settings.changed()
  }

  save(record: InstanceRecord, change: Partial<StoredInstance>): void {
    record.stored = { ...record.stored, ...change }
    this.settings.store.instances.save(record.stored)
    this.settings.changed()
  }

  /** @throws Failure invalid_config, with every problem. */
  configFor(metadata: Metadata, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const checked = checkConfig(metadata, given)
    if ('config' in checked) return checked.config
    const message = checked.problems.map((problem) => problem.message).join('; ')
    throw new Failure('invalid_config', message, { problems: checked.problems })
  }

  private pinned({ stored }: InstanceRecord): Revision {
    const hash = parseDigest(stored.hash)
    const revision = hash && this.settings.registry.find(stored.strategy, hash)
    if (!revision)
      throw new Failure('hash_not_found', `${stored.strategy}@${stored.hash} is no longer in the catalogue`)
    return revision
  }

  private pin(record: InstanceRecord, { hash, tag }: Revision): void {
    this.save(record, { hash, tag })
  }

  private async specOf(record: InstanceRecord, revision: Revision): Promise<Omit<LaunchSpec, 'scope'>> {
    const { registry, store } = this.settings
    const { program, metadata } = await registry.launchable(revision)
    const config = this.configFor(metadata, record.stored.config)
    const checkpoint = this.checkpointFor(record, revision, config)
    return {
      instanceId: record.id,
      program,
      config,
      dryRun: config.dry_run !== false,
      state: store.instances.state(record.key),
      ...(checkpoint ? { checkpoint } : {}),
      seed: crypto.getRandomValues(new BigUint64Array(1))[0]!,
      maxOrdersPerSecond: MAX_ORDERS_PER_SECOND,
    }
  }

  private scopeOf(record: InstanceRecord): ProviderScope[] {
    return Object.entries(record.stored.scope).map(([name, { symbols }]) => {
      const venue = this.settings.providers.venue(name)
      if (!venue.knows(record)) venue.join(record, symbols, this.settings.now())
      return venue.scopeOf(record, symbols)
    })
  }

  private checkpointFor(
    record: InstanceRecord,
    { hash }: Revision,
    config: Record<string, unknown>,
  ): Uint8Array | undefined {
    const kept = this.settings.store.instances.checkpoint(record.key)
    const fits =
      kept?.hash === hash &&
      kept.engine === this.settings.hosts.compiler.engineHash &&
      kept.config === JSON.stringify(config)
    return fits ? kept.memory : undefined
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
      this.keep(record, stopped)
    } finally {
      record.passing = undefined
      this.ends(record)
    }
  }

  private keep(record: InstanceRecord, { state, checkpoint }: Stopped): void {
    const { instances } = this.settings.store
    instances.remember(record.key, state)
    if (!checkpoint) return
    const { hash } = record.stored
    const metadata = this.pinned(record).metadata
    if (!metadata) return
    const config = JSON.stringify(this.configFor(metadata, record.stored.config))
    instances.keepCheckpoint(record.key, {
      hash,
      engine: this.settings.hosts.compiler.engineHash,
      config,
      memory: checkpoint,
    })
  }

  private ends(record: InstanceRecord): void {
    this.settings.usage.stopped(record.stored.strategy, record.stored.hash, record.id)
    this.settings.changed()
  }

  private listenerOf(record: InstanceRecord): InstanceListener {
    const { store, providers, metrics, now, trail } = this.settings
    return {
      accounts: () => this.scopeOf(record),
      ordered: (order, timeMs) => providers.venue(order.provider).submit(record, order, timeMs),
      cancelled: (provider, clientOrderId, timeMs) => providers.venue(provider).cancel(record, clientOrderId, timeMs),
      skipped: (order) => metrics.orderSkipped(order.provider),
      logged: (line) => store.logs.add(record.key, line),
      saved: (state) => store.instances.remember(record.key, state),
      restarted: (reason) =>
        store.logs.add(record.key, { timeMs: now(), level: 'warn', source: 'host', message: `restarted: ${reason}` }),
      failed: (reason, stats) => {
        record.lastStats = stats
        this.save(record, { state: 'failed', wanted: false, reason })
        this.ends(record)
        trail.leave({
          who: GATEWAY,
          what: 'instance_failed',
          ...aboutOf(record),
          before: { hash: record.stored.hash },
          message: reason,
        })
      },
    }
  }
}

/** For the audit. */
export const aboutOf = ({ stored: { id, strategy } }: InstanceRecord) => ({ subject: id, strategy })
