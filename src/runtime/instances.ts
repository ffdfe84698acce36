/** The instances: created, replaced, removed, started and stopped as the API asks, each change in its turn. */
import { Failure } from '../errors/failure'
import type { HostPool } from '../hosts/pool'
import type { Registry } from '../registry/registry'
import type { Revision } from '../registry/revision'
import { parseSelector } from '../registry/selector'
import { parseDigest, parseDigestPrefix } from '../schema/digest'
import type {
  BalanceItem,
  Instance,
  InstanceBody,
  InstanceReplacement,
  InstanceState,
  Scope,
} from '../schema/instances'
import { isIdentifier } from '../schema/names'
import type { UsageInstance } from '../schema/usage'
import type { Store } from '../store/store'
import { InstanceRecord, instanceView, usageRow } from './instance'
import type { Providers } from './providers'
import { aboutOf, GATEWAY, type Runs } from './runs'
import type { Trail } from './trail'
import type { Turns } from './turns'
import type { UsageIndex } from './usage'

export interface InstancesSettings {
  readonly registry: Registry
  readonly hosts: HostPool
  readonly store: Store
  readonly providers: Providers
  readonly usage: UsageIndex
  readonly runs: Runs
  readonly trail: Trail
  readonly turns: Turns
  readonly now: () => number
}

export interface InstanceFilter {
  readonly strategy?: string
  /** May be shortened. */
  readonly hash?: string
  readonly state?: InstanceState
}

/** Started at once at a start of the gateway; more would only wait for the same hosts. */
const AT_ONCE = 8

export class Instances implements AsyncDisposable {
  private readonly records = new Map<string, InstanceRecord>()

  constructor(private readonly settings: InstancesSettings) {}

  /** Those of the last run, at their venues again, none of them running. */
  load(): void {
    for (const stored of this.settings.store.instances.all()) {
      const state = stored.state === 'running' ? 'stopped' : stored.state
      this.records.set(stored.id, new InstanceRecord({ ...stored, state }))
    }
  }

  /** Runs what ran before. One that fails says so and stops no other. */
  async resume(): Promise<void> {
    const waiting = this.all().filter(({ stored }) => stored.wanted)
    const worker = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const record = next
        // The instance itself says why; a fault of ours is in the log.
        await this.inTurn(record.id, () => this.settings.runs.start(record, GATEWAY)).catch(() => undefined)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  }

  all(): InstanceRecord[] {
    return [...this.records.values()]
  }

  /** @throws Failure instance_not_found. */
  record(id: string): InstanceRecord {
    const record = this.records.get(id)
    if (!record) throw new Failure('instance_not_found', `no instance "${id}"`)
    return record
  }

  list({ strategy, hash, state }: InstanceFilter = {}): Instance[] {
    const prefix = hash === undefined ? undefined : parseDigestPrefix(hash)
    if (hash !== undefined && !prefix)
      throw new Failure('invalid_request', `"hash" ${JSON.stringify(hash)} is not a hash`)
    return this.all()
      .filter(
        ({ stored }) =>
          strategy === undefined || stored.strategy === strategy.toLowerCase() || stored.strategy === strategy,
      )
      .filter(({ stored }) => prefix === undefined || stored.hash.startsWith(prefix))
      .filter((record) => state === undefined || record.state === state)
      .map((record) => this.view(record))
  }

  view(record: InstanceRecord): Instance {
    const { strategy, hash, config } = record.stored
    const stats = record.state === 'running' ? this.settings.hosts.stats(record.id) : record.lastStats
    return instanceView(record, this.shownConfig(strategy, hash, config), this.settings.usage.of(strategy, hash), stats)
  }

  /** Ids of those that pin the revision, running or not. */
  pinnedTo(strategy: string, hash: string): InstanceRecord[] {
    return this.all().filter(({ stored }) => stored.strategy === strategy && stored.hash === hash)
  }

  usageRows(strategy: string, hash: string, includeStopped: boolean): UsageInstance[] {
    const usage = this.settings.usage.of(strategy, hash)
    return this.pinnedTo(strategy, hash)
      .filter((record) => includeStopped || record.state === 'running')
      .map((record) => usageRow(record, usage))
  }

  /** Those with the provider in their scope. */
  at(provider: string): InstanceRecord[] {
    return this.all().filter(({ stored }) => Object.hasOwn(stored.scope, provider))
  }

  balances(record: InstanceRecord): BalanceItem[] {
    return record.providers.flatMap((provider) => this.settings.providers.openVenue(provider)?.balances(record) ?? [])
  }

  /** @throws Failure invalid_instance_id, instance_exists, of the selector, the provider and the config. */
  create(body: InstanceBody, actor: string): Promise<Instance> {
    const { id, autostart = false } = body
    return this.inTurn(id, async () => {
      if (!isIdentifier(id))
        throw new Failure('invalid_instance_id', `${JSON.stringify(id.slice(0, 200))} is no instance id`)
      if (this.records.has(id)) throw new Failure('instance_exists', `an instance "${id}" exists`)
      const plan = await this.plan(body.strategy.identifier, body.strategy.config ?? {}, body.scope)
      const stored = { id, ...plan, wanted: autostart, state: 'created' } as const
      const key = this.settings.store.instances.add(stored)
      const record = new InstanceRecord({ ...stored, key, reason: undefined })
      this.records.set(id, record)
      this.settings.runs.join(record)
      this.settings.trail.leave({ who: actor, what: 'instance_created', ...aboutOf(record), after: spoken(record) })
      this.settings.runs.save(record, {})
      // It exists now, whether or not it runs: its state and reason tell.
      if (autostart) await this.settings.runs.start(record, actor).catch(passFailure)
      this.settings.store.commit()
      return this.view(record)
    })
  }

  /** A running one restarts with it. @throws Failure as `create`, and launch_failed. */
  replace(id: string, body: InstanceReplacement, actor: string): Promise<Instance> {
    return this.inTurn(id, async () => {
      const record = this.record(id)
      if (body.id !== undefined && body.id !== id) throw new Failure('invalid_request', `"id" is not "${id}"`)
      const selector = this.selectorOf(body.strategy)
      const plan = await this.plan(selector, body.strategy.config ?? {}, body.scope)
      const before = spoken(record)
      const runs = record.state === 'running'
      if (runs) await this.settings.runs.stop(record, actor)
      this.take(record, plan)
      this.settings.trail.leave({
        who: actor,
        what: 'instance_replaced',
        ...aboutOf(record),
        before,
        after: spoken(record),
      })
      this.settings.store.commit()
      if (runs || body.autostart) await this.settings.runs.start(record, actor)
      this.settings.store.commit()
      return this.view(record)
    })
  }

  /** A running one is stopped first. @throws Failure instance_not_found. */
  remove(id: string, actor: string): Promise<void> {
    return this.inTurn(id, async () => {
      const record = this.record(id)
      await this.settings.runs.stop(record, actor)
      for (const provider of record.providers)
        this.settings.providers.openVenue(provider)?.leave(record, this.settings.now())
      this.settings.store.instances.remove(record.key)
      this.records.delete(id)
      this.settings.trail.leave({ who: actor, what: 'instance_removed', ...aboutOf(record), before: spoken(record) })
      this.settings.runs.changed()
      this.settings.store.commit()
    })
  }

  start(id: string, actor: string): Promise<Instance> {
    return this.change(id, (record) => this.settings.runs.start(record, actor))
  }

  stop(id: string, actor: string): Promise<Instance> {
    return this.change(id, (record) => this.settings.runs.stop(record, actor))
  }

  /** @throws Failure launch_failed: the old revision goes on. */
  async move(id: string, revision: Revision, actor: string): Promise<void> {
    await this.change(id, (record) => this.settings.runs.move(record, revision, actor))
  }

  /** All end for this process; what runs is kept to run again. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.all().map((record) => this.inTurn(record.id, () => this.settings.runs.suspend(record))))
  }

  private inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    return this.settings.turns.take(`instance ${id}`, work)
  }

  private change(id: string, work: (record: InstanceRecord) => Promise<void>): Promise<Instance> {
    return this.inTurn(id, async () => {
      const record = this.record(id)
      try {
        await work(record)
      } finally {
        this.settings.store.commit()
      }
      return this.view(record)
    })
  }

  /** What an instance is to be, every part of it checked. */
  private async plan(selector: string, config: Readonly<Record<string, unknown>>, scope: Scope) {
    const { registry, providers, runs } = this.settings
    const revision = registry.resolve(selector)
    const { metadata } = await registry.launchable(revision)
    runs.configFor(metadata, config)
    for (const [provider, { symbols }] of Object.entries(scope)) providers.check(provider, symbols)
    if (!registry.find(revision.name, revision.hash)) {
      throw new Failure('hash_not_found', `${revision.name}@${revision.hash} was deleted meanwhile`)
    }
    const { name: strategy, hash, tag } = revision
    return { selector, strategy, hash, tag, config, scope: withoutRepeats(scope) }
  }

  private take(record: InstanceRecord, plan: Awaited<ReturnType<Instances['plan']>>): void {
    const { runs, store, providers, now } = this.settings
    const left = record.providers.filter((provider) => !Object.hasOwn(plan.scope, provider))
    for (const provider of left) providers.openVenue(provider)?.leave(record, now())
    // State belongs to a strategy, not to the instance.
    if (plan.strategy !== record.stored.strategy) store.instances.remember(record.key, '{}')
    runs.save(record, { ...plan, ...(record.state === 'failed' ? { state: 'stopped', reason: undefined } : {}) })
    runs.join(record)
  }

  /** A snapshot that is sent back names the strategy in `identifier` and what it follows in `selector`. */
  private selectorOf({ identifier, selector }: InstanceReplacement['strategy']): string {
    if (selector === undefined || parseSelector(identifier).kind !== 'name') return identifier
    return parseSelector(selector).name.toLowerCase() === identifier.toLowerCase() ? selector : identifier
  }

  private shownConfig(strategy: string, hash: string, given: Readonly<Record<string, unknown>>) {
    const digest = parseDigest(hash)
    const metadata = digest && this.settings.registry.find(strategy, digest)?.metadata
    if (!metadata) return given
    const defaults = metadata.config.filter((field) => field.default !== undefined)
    return { ...Object.fromEntries(defaults.map((field) => [field.name, field.default])), ...given }
  }
}

function withoutRepeats(scope: Scope): Scope {
  return Object.fromEntries(
    Object.entries(scope).map(([provider, { symbols }]) => [provider, { symbols: [...new Set(symbols)] }]),
  )
}

function passFailure(error: unknown): void {
  if (!(error instanceof Failure)) throw error
}

/** For the audit. */
const spoken = ({ stored: { selector, hash, config, scope } }: InstanceRecord) => ({ selector, hash, config, scope })
