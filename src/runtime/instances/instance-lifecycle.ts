/** Changes of instances: created, replaced, removed, started, stopped and moved, each change in its turn. */

import { Failure } from '../../errors/failure'
import type { KeyedMutex } from '../../flow/keyed-mutex'
import type { Registry } from '../../registry/registry'
import type { Revision } from '../../registry/revision'
import { readSelector } from '../../registry/selector'
import type { Instance, InstanceBody, InstanceReplacement, Scope } from '../../schema/instances'
import { isIdentifier } from '../../schema/names'
import type { StoredInstance } from '../../store/instances'
import type { Store } from '../../store/store'
import type { AuditLog } from '../audit-log'
import type { Providers } from '../providers/providers'
import { InstanceRecord } from './instance'
import type { InstanceIndex } from './instance-index'
import { GATEWAY, type InstanceRunner } from './instance-runner'
import type { InstanceStates } from './instance-states'
import { configFor, type LaunchPlanner } from './launch-planner'

export interface InstanceLifecycleDeps {
  readonly registry: Registry
  readonly store: Store
  readonly providers: Providers
  readonly instanceIndex: InstanceIndex
  readonly planner: LaunchPlanner
  readonly runner: InstanceRunner
  readonly states: InstanceStates
  readonly auditLog: AuditLog
  readonly mutex: KeyedMutex
  readonly now: () => number
}

/** Started at once; more would only wait for the same hosts. */
const AT_ONCE = 8

export class InstanceLifecycle implements AsyncDisposable {
  constructor(private readonly deps: InstanceLifecycleDeps) {}

  /** Those of the last run, none of them running. */
  load(): void {
    for (const stored of this.deps.store.instances.all()) {
      const state = stored.state === 'running' ? 'stopped' : stored.state
      this.deps.instanceIndex.records.set(stored.id, new InstanceRecord({ ...stored, state }))
    }
  }

  /** Runs what ran before. One that fails says so, stops no other, and is tried again the next time. */
  async resume(stopping?: AbortSignal): Promise<void> {
    const { instanceIndex, runner, states } = this.deps
    await this.forEach(
      instanceIndex.all().filter(({ stored }) => stored.wanted),
      async (record) => {
        // it stays wanted
        if (stopping?.aborted) return
        await runner.start(record, GATEWAY).catch(() => states.save(record, { wanted: true }))
      },
    )
  }

  /** Runs what runs at a provider anew, for it is another one now. One that fails as `resume`. */
  async restartAt(provider: string, actor: string): Promise<void> {
    const { instanceIndex, runner, states } = this.deps
    await this.forEach(instanceIndex.at(provider), (record) =>
      runner.restart(record, actor).catch(() => states.save(record, { wanted: true })),
    )
  }

  private async forEach(records: InstanceRecord[], work: (record: InstanceRecord) => Promise<void>): Promise<void> {
    const worker = async () => {
      for (let record = records.shift(); record !== undefined; record = records.shift()) {
        const next = record
        await this.inTurn(next.id, () => work(next))
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  }

  /** @throws Failure invalid_instance_id, instance_exists, of the selector, the provider and the config. */
  create(body: InstanceBody, actor: string): Promise<Instance> {
    const { id, autostart = false } = body
    return this.inTurn(id, async () => {
      if (!isIdentifier(id))
        throw new Failure('invalid_instance_id', `${JSON.stringify(id.slice(0, 200))} is no instance id`)
      if (this.deps.instanceIndex.records.has(id)) throw new Failure('instance_exists', `an instance "${id}" exists`)
      const plan = await this.plan(body.strategy.identifier, body.strategy.config ?? {}, body.scope)
      this.refuseGone(plan)
      const nowMs = this.deps.now()
      const times = { createdMs: nowMs, updatedMs: nowMs }
      const stored = { id, ...plan, wanted: autostart, state: 'created', ...times } as const
      const key = this.deps.store.instances.add(stored)
      const record = this.admit({ ...stored, key, reason: undefined })
      this.deps.auditLog.record({ who: actor, ...creationOf(record.stored) })
      // It exists now, whether or not it runs: its state and reason tell.
      if (autostart) await this.deps.runner.start(record, actor).catch(passFailure)
      this.deps.store.commit()
      return this.deps.instanceIndex.view(record)
    })
  }

  /** One that is in the store exists from now on. */
  admit(stored: StoredInstance): InstanceRecord {
    const record = new InstanceRecord(stored)
    this.deps.instanceIndex.records.set(record.id, record)
    this.deps.planner.openAccounts(record)
    this.deps.states.publish(record)
    return record
  }

  /** A running one restarts with it. @throws Failure as `create`, and launch_failed. */
  replace(id: string, body: InstanceReplacement, actor: string): Promise<Instance> {
    return this.inTurn(id, async () => {
      const record = this.deps.instanceIndex.record(id)
      if (body.id !== undefined && body.id !== id) throw new Failure('invalid_request', `"id" is not "${id}"`)
      const selector = selectorOf(body.strategy)
      const plan = await this.plan(selector, body.strategy.config ?? {}, body.scope)
      this.deps.store.check()
      const before = spoken(record)
      const isRunning = record.state === 'running'
      await this.onTheWay(record, plan, async () => {
        if (isRunning) await this.deps.runner.stop(record, actor)
        this.take(record, plan)
      })
      this.deps.auditLog.record({
        who: actor,
        what: 'instance_replaced',
        ...aboutOf(record),
        before,
        after: spoken(record),
      })
      this.deps.store.commit()
      if (isRunning || body.autostart) await this.deps.runner.start(record, actor)
      this.deps.store.commit()
      return this.deps.instanceIndex.view(record)
    })
  }

  /** A running one is stopped first. @throws Failure instance_not_found. */
  remove(id: string, actor: string): Promise<void> {
    return this.inTurn(id, async () => {
      const record = this.deps.instanceIndex.record(id)
      this.deps.store.check()
      await this.deps.runner.stop(record, actor)
      this.deps.planner.closeAccounts(record, record.providers)
      this.deps.store.instances.remove(record.key)
      this.deps.instanceIndex.records.delete(id)
      this.deps.auditLog.record({
        who: actor,
        what: 'instance_removed',
        ...aboutOf(record),
        before: spoken(record),
      })
      this.deps.states.publish(record, 'removed')
      this.deps.store.commit()
    })
  }

  start(id: string, actor: string): Promise<Instance> {
    return this.change(id, async (record) => {
      this.deps.store.check()
      await this.deps.runner.start(record, actor)
    })
  }

  /** Even on a full disk, for it may be the instance that fills it: what cannot be written is kept and tried again. */
  stop(id: string, actor: string): Promise<Instance> {
    return this.inTurn(id, async () => {
      const record = this.deps.instanceIndex.record(id)
      await this.deps.runner.stop(record, actor)
      this.deps.auditLog.commit()
      return this.deps.instanceIndex.view(record)
    })
  }

  /**
   * One that was replaced meanwhile, and follows something else, stays where it is.
   * @throws Failure launch_failed: the old revision goes on.
   */
  async move({ id, key, selector }: StoredInstance, revision: Revision, actor: string): Promise<void> {
    await this.change(id, async (record) => {
      const isSame = record.key === key && record.stored.selector === selector
      const { name: strategy, hash } = revision
      if (isSame) await this.onTheWay(record, { strategy, hash }, () => this.deps.runner.move(record, revision, actor))
    })
  }

  /** All end for this process; what runs is kept to run again. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.deps.instanceIndex.all().map((record) => this.inTurn(record.id, () => this.deps.runner.suspend(record))),
    )
  }

  private inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    return this.deps.mutex.run(`instance ${id}`, work)
  }

  private change(id: string, work: (record: InstanceRecord) => Promise<void>): Promise<Instance> {
    return this.inTurn(id, async () => {
      const record = this.deps.instanceIndex.record(id)
      try {
        await work(record)
      } finally {
        this.deps.store.commit()
      }
      return this.deps.instanceIndex.view(record)
    })
  }

  /** What an instance is to be, every part of it checked. */
  private async plan(selector: string, config: Readonly<Record<string, unknown>>, scope: Scope) {
    const { registry, providers } = this.deps
    const revision = registry.resolve(selector)
    const { metadata } = await registry.launchable(revision)
    configFor(metadata, config)
    for (const [provider, { symbols }] of Object.entries(scope)) await providers.check(provider, symbols)
    const { name: strategy, hash, tag } = revision
    return { selector, strategy, hash, tag, config, scope: withoutRepeats(scope) }
  }

  /** What was there when it was checked may have been removed meanwhile. @throws Failure hash_not_found, provider_not_found. */
  private refuseGone({ strategy, hash, scope = {} }: Goal): void {
    if (!this.deps.registry.stays(strategy, hash)) {
      throw new Failure('hash_not_found', `${strategy}@${hash} was deleted meanwhile`)
    }
    for (const provider of Object.keys(scope)) this.deps.providers.get(provider)
  }

  /** Until it is where it goes the revision is not deleted. @throws Failure as `refuseGone`. */
  private async onTheWay(record: InstanceRecord, goal: Goal, work: () => Promise<void>): Promise<void> {
    this.refuseGone(goal)
    record.next = goal
    try {
      await work()
    } finally {
      record.next = undefined
    }
  }

  private take(record: InstanceRecord, plan: Awaited<ReturnType<InstanceLifecycle['plan']>>): void {
    const { states, store, planner } = this.deps
    planner.closeAccounts(
      record,
      record.providers.filter((provider) => !Object.hasOwn(plan.scope, provider)),
    )
    // State belongs to a strategy, not to the instance.
    if (plan.strategy !== record.stored.strategy) store.instances.remember(record.key, '{}')
    states.save(record, { ...plan, ...(record.state === 'failed' ? { state: 'stopped', reason: undefined } : {}) })
    planner.openAccounts(record)
  }
}

/** What an instance is to pin, and where it is to trade when that changes too. */
interface Goal {
  readonly strategy: string
  readonly hash: Revision['hash']
  readonly scope?: Scope
}

/** A snapshot that is sent back names the strategy in `identifier` and what it follows in `selector`. */
export function selectorOf({ identifier, selector }: InstanceReplacement['strategy']): string {
  if (selector === undefined) return identifier
  const isNamed = (name: string) => name.toLowerCase() === identifier.toLowerCase()
  return isNamed(readSelector(selector, isNamed).name) ? selector : identifier
}

export function withoutRepeats(scope: Scope): Scope {
  return Object.fromEntries(
    Object.entries(scope).map(([provider, { symbols }]) => [provider, { symbols: [...new Set(symbols)] }]),
  )
}

function passFailure(error: unknown): void {
  if (!(error instanceof Failure)) throw error
}

type Spoken = Pick<StoredInstance, 'id' | 'selector' | 'strategy' | 'hash' | 'config' | 'scope'>

/** For the audit. */
const spoken = ({ stored }: InstanceRecord) => spokenOf(stored)
const spokenOf = ({ selector, hash, config, scope }: Spoken) => ({ selector, hash, config, scope })

/** For the audit. */
export const creationOf = (stored: Spoken) => ({
  what: 'instance_created' as const,
  subject: stored.id,
  strategy: stored.strategy,
  after: spokenOf(stored),
})

const aboutOf = ({ stored: { id, strategy } }: InstanceRecord) => ({ subject: id, strategy })
