/** All instances there are, and what is asked about them. It changes none. */
import { Failure } from '../../errors/failure'
import type { HostPool } from '../../hosts/pool'
import type { Provider } from '../../market/provider'
import type { Registry } from '../../registry/registry'
import { parseDigest, parseDigestPrefix } from '../../schema/digest'
import type { ReadinessProblem } from '../../schema/health'
import type { Instance, InstanceRollout, InstanceState } from '../../schema/instances'
import type { UsageInstance } from '../../schema/usage'
import type { StoredInstance } from '../../store/instances'
import type { Store } from '../../store/store'
import type { MeasuredInstance } from '../../telemetry/instance-metrics'
import type { ActivityStream } from '../activity/activity-stream'
import { checkSymbols } from '../providers/provider-factory'
import type { Providers } from '../providers/providers'
import type { Target } from '../risk/risk-book'
import { type InstanceRecord, instanceView, usageRow } from './instance'
import { besideRecording } from './scope-durability'
import type { UsageIndex } from './usage'

export interface InstanceIndexDeps {
  readonly registry: Registry
  readonly hosts: HostPool
  readonly providers: Providers
  readonly usage: UsageIndex
  readonly activity: ActivityStream
  readonly store: Pick<Store, 'problem'>
}

export interface InstanceFilter {
  readonly strategy?: string
  /** May be shortened. */
  readonly hash?: string
  readonly state?: InstanceState
}

export class InstanceIndex {
  /** By id. */
  readonly records = new Map<string, InstanceRecord>()

  /** The rollout that an instance is a part of; whoever has rollouts sets it. */
  rolloutOf: (record: InstanceRecord) => InstanceRollout | undefined = () => undefined

  private changes = 1

  constructor(private readonly deps: InstanceIndexDeps) {
    deps.activity.observe('state', () => void this.changes++)
    deps.activity.observe('rollout', () => void this.changes++)
    deps.activity.observe('fill', ({ instance }) => {
      const record = this.records.get(instance)
      if (!record) return
      record.fills++
      record.progressed()
    })
  }

  /** Grows with each change of what a list of instances or their use shows, but for counters that grow with every event. */
  get version(): number {
    return this.changes + this.deps.usage.version
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

  /** Those with the provider in their scope. */
  at(provider: string): InstanceRecord[] {
    return this.all().filter(({ stored }) => Object.hasOwn(stored.scope, provider))
  }

  /** Those that a kill switch binds. */
  bound({ scope, subject }: Target): InstanceRecord[] {
    if (scope === 'all') return this.all()
    if (scope === 'provider') return this.at(subject)
    const record = this.records.get(subject)
    return record ? [record] : []
  }

  /** Those that trade at the provider or are about to: it must not be removed. */
  dependents(provider: string): InstanceRecord[] {
    return this.all().filter(({ stored, next }) =>
      [stored.scope, next?.scope].some((scope) => scope && Object.hasOwn(scope, provider)),
    )
  }

  /** Those that pin the revision, running or not. */
  private pinnedTo(strategy: string, hash: string): InstanceRecord[] {
    return this.all().filter(({ stored }) => stored.strategy === strategy && stored.hash === hash)
  }

  /** Those that pin the revision or are on their way to it: it must not be deleted. */
  users(strategy: string, hash: string): InstanceRecord[] {
    return this.all().filter(({ stored, next }) =>
      [stored, next].some((one) => one?.strategy === strategy && one.hash === hash),
    )
  }

  /** @throws Failure instance_not_found. */
  get(id: string): Instance {
    return this.view(this.record(id))
  }

  has(id: string): boolean {
    return this.records.has(id)
  }

  list({ strategy, hash, state }: InstanceFilter = {}): Instance[] {
    const prefix = hash === undefined ? undefined : parseDigestPrefix(hash)
    if (hash !== undefined && !prefix)
      throw new Failure('invalid_request', `"hash" ${JSON.stringify(hash)} is not a hash`)
    const names = strategy === undefined ? undefined : [strategy, this.deps.registry.nameOf(strategy)]
    return this.all()
      .filter(({ stored }) => names === undefined || names.includes(stored.strategy))
      .filter(({ stored }) => prefix === undefined || stored.hash.startsWith(prefix))
      .filter((record) => state === undefined || record.state === state)
      .map((record) => this.view(record))
  }

  view(record: InstanceRecord): Instance {
    const { strategy, hash } = record.stored
    const stats = record.state === 'running' ? this.deps.hosts.stats(record.id) : record.lastStats
    return instanceView(
      record,
      this.shownConfig(record),
      this.deps.usage.get(strategy, hash),
      stats,
      this.rolloutOf(record),
      this.durability(record),
    )
  }

  /** Why a crash would be noticed by it; undefined: by nothing of it. */
  private durability(record: InstanceRecord): string | undefined {
    const { providers, store } = this.deps
    if (record.state !== 'running') return undefined
    const { problem } = store
    if (problem !== undefined) return `the journal cannot be written: ${problem}`
    if (record.unkept !== undefined) return unkeptReason(record.unkept)
    return besideRecording(record, providers)
  }

  /** Those that do not run though they were to, that are too far behind the market to trade, or that a crash would set back. */
  problems(): ReadinessProblem[] {
    return this.all().flatMap(({ id, state, lagMs, unkept, stored: { reason = 'see its logs' } }) => {
      if (lagMs !== undefined) return [laggard(id, lagMs)]
      if (state === 'running' && unkept !== undefined) return [forgetful(id, unkept)]
      if (state === 'restarting') return [waiting(id, reason)]
      if (state !== 'failed') return []
      const hint = `GET /strategy/instances/${id}/logs tells more; start it again, replace it or remove it`
      return [{ instance: id, message: `instance ${id} failed: ${reason}`, hint }]
    })
  }

  /** For the metrics: those that run, the furthest behind first. */
  measured(): Omit<MeasuredInstance, 'worth'>[] {
    const running = this.all().filter(({ state }) => state === 'running')
    return running
      .map(({ id, stored: { strategy } }) => ({ id, strategy, stats: this.deps.hosts.stats(id) }))
      .sort((a, b) => b.stats.lagMs - a.stats.lagMs)
  }

  /** Ids of those that run, and of those that are to run whenever the gateway does. */
  running(): { readonly now: string[]; readonly next: string[] } {
    return {
      now: this.all().flatMap(({ id, state }) => (state === 'running' ? [id] : [])),
      next: this.all().flatMap(({ id, stored }) => (stored.wanted ? [id] : [])),
    }
  }

  /** Ids of those that are being stopped. */
  stopping(): string[] {
    return this.all().flatMap(({ id, state }) => (state === 'stopping' ? [id] : []))
  }

  /** The instances that pin a revision. */
  using(strategy: string, hash: string, { includeStopped }: { readonly includeStopped: boolean }): UsageInstance[] {
    const usage = this.deps.usage.get(strategy, hash)
    return this.pinnedTo(strategy, hash)
      .filter((record) => includeStopped || record.state === 'running')
      .map((record) => usageRow(record, usage))
  }

  /**
   * Whether a provider could take the place of one for all instances with that one in their scope, also those that come
   * meanwhile. @throws Failure of the first instance whose symbol it cannot serve.
   */
  async checkScopes(name: string, provider: Provider): Promise<void> {
    const checked = new Set<StoredInstance>()
    const next = () => this.at(name).find(({ stored }) => !checked.has(stored))
    for (let record = next(); record; record = next()) {
      const { id, stored } = record
      checked.add(stored)
      try {
        await checkSymbols(provider, stored.scope[name]?.symbols ?? [])
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        throw new Failure(error.code, `the instance "${id}" would be without a symbol: ${error.message}`)
      }
    }
  }

  /** Defaults filled in, also where `null` stands for them; of a revision that is gone those that it was launched with. */
  private shownConfig({ stored, config: launched }: InstanceRecord): Readonly<Record<string, unknown>> {
    const digest = parseDigest(stored.hash)
    const metadata = digest && this.deps.registry.find(stored.strategy, digest)?.metadata
    const defaults = metadata?.config.filter((field) => field.default !== undefined)
    const given = Object.entries(stored.config).filter(([, value]) => value !== null)
    const known = defaults ? Object.fromEntries(defaults.map((field) => [field.name, field.default])) : launched
    return { ...known, ...Object.fromEntries(given) }
  }
}

/** @param problem of the disk. */
export const unkeptReason = (problem: string): string => `what its sandbox host is told cannot be kept: ${problem}`

function forgetful(id: string, problem: string): ReadinessProblem {
  const hint =
    'make room on the disk of the data folder: it is tried again every 5 seconds; when the folder inputs in it was removed or replaced, start the gateway again'
  return { instance: id, message: `instance ${id} would be set back by a crash: ${unkeptReason(problem)}`, hint }
}

function waiting(id: string, reason: string): ReadinessProblem {
  const hint = `GET /strategy/instances/${id}/logs tells more; start it, stop it or replace it`
  return { instance: id, message: `instance ${id} failed and is started again soon: ${reason}`, hint }
}

function laggard(id: string, lagMs: number): ReadinessProblem {
  const message = `instance ${id} is ${lagMs} ms behind the market and must not trade`
  const hint = `GET /strategy/instances/${id} tells what was left out; lighten its handlers, its scope or the machine`
  return { instance: id, message, hint }
}
