/**
 * Whatever is asked for of an instance: it is created, replaced, removed, started, stopped or moved here, each change in
 * its turn. What runs one is `InstanceRunner`.
 */

import { Failure } from '../../errors/failure'
import { inStride } from '../../flow/in-stride'
import type { KeyedMutex } from '../../flow/keyed-mutex'
import type { Revision } from '../../registry/revision'
import type { Instance, InstanceBody, InstanceReplacement } from '../../schema/instances'
import type { OnJournalLoss } from '../../schema/journal-loss'
import { isIdentifier } from '../../schema/names'
import { DEFAULT_RESTART } from '../../schema/restart-terms'
import { NO_RESTARTS, type StoredInstance } from '../../store/instances'
import type { Store } from '../../store/store'
import type { Log } from '../../telemetry/log'
import type { AuditLog } from '../audit-log'
import type { Providers } from '../providers/providers'
import { creationOf, definitionOf, subjectOf } from './audit-entries'
import { InstanceRecord } from './instance'
import { type Destination, type InstanceDefinition, type InstanceDefinitions, selectorOf } from './instance-definitions'
import { type InstanceIndex, unkeptReason } from './instance-index'
import type { InstanceResumption } from './instance-resumption'
import { GATEWAY, type InstanceRunner } from './instance-runner'
import type { InstanceStates } from './instance-states'
import type { LaunchPlanner } from './launch-planner'
import type { Restarts } from './restarts'

export interface InstanceLifecycleDeps {
  readonly store: Store
  readonly instanceIndex: InstanceIndex
  readonly definitions: InstanceDefinitions
  readonly planner: LaunchPlanner
  readonly runner: InstanceRunner
  readonly resumption: InstanceResumption
  readonly providers: Pick<Providers, 'settled' | 'atRest'>
  readonly states: InstanceStates
  readonly restarts: Restarts
  readonly auditLog: AuditLog
  readonly mutex: KeyedMutex
  readonly log: Log
  readonly now: () => number
  /** What becomes of those that a crash would set back. */
  readonly onJournalLoss: OnJournalLoss
}

/** Started at once; more would only wait for the same hosts. */
const AT_ONCE = 8
/** A stop of the gateway is not held up for longer. */
const STOPPED_WITHIN_MS = 2500

export class InstanceLifecycle implements AsyncDisposable {
  constructor(private readonly deps: InstanceLifecycleDeps) {
    if (deps.onJournalLoss === 'stop') deps.runner.unkept = (record, problem) => void this.halt(record, problem)
    deps.restarts.due = (record) => void this.inTurn(record.id, () => this.startAgain(record))
  }

  /** Those of the last run, none of them running. */
  load(): void {
    for (const stored of this.deps.store.instances.all()) {
      const record = new InstanceRecord(stored)
      this.deps.states.known(record)
      record.ranBefore = stored.state === 'running'
      if (record.ranBefore) record.stored = { ...stored, state: 'stopped' }
      this.deps.instanceIndex.records.set(stored.id, record)
    }
  }

  /**
   * Runs what ran before. One that fails says so, stops no other, and is tried again the next time.
   * @param inputs where hosts keep what they are told; undefined: nowhere.
   */
  async resume(inputs?: string, stopping?: AbortSignal): Promise<void> {
    const { instanceIndex, resumption, runner, restarts } = this.deps
    let lost: ReadonlyMap<InstanceRecord, string> = new Map()
    try {
      if (inputs !== undefined) lost = await resumption.from(inputs)
    } catch (error) {
      // they go on at the next start
      if (stopping?.aborted) return
      throw error
    }
    await this.forEach(
      instanceIndex
        .all()
        .filter((record) => record.state !== 'running' && !record.hasDiffered && restarts.isOwed(record)),
      async (record) => {
        // it stays wanted
        if (stopping?.aborted) return
        if (record.state === 'restarting') restarts.goOn(record)
        else {
          const start = { how: 'resumed', lost: lost.get(record) } as const
          await runner.start(record, GATEWAY, start).catch(() => this.stayWanted(record))
        }
      },
    )
  }

  /** Runs what runs at a provider anew, for it is another one now. One that fails as `resume`. */
  async restartAt(provider: string, actor: string): Promise<void> {
    const { instanceIndex, runner } = this.deps
    await this.forEach(instanceIndex.at(provider), (record) =>
      runner.restart(record, actor).catch(() => this.stayWanted(record)),
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
      const definition = await this.deps.definitions.define(
        body.strategy.identifier,
        body.strategy.config ?? {},
        body.scope,
      )
      this.deps.definitions.refuseGone(definition)
      const nowMs = this.deps.now()
      const times = { createdMs: nowMs, updatedMs: nowMs }
      const restarting = { restart: body.restart ?? DEFAULT_RESTART, restarts: NO_RESTARTS }
      const stored = { id, ...definition, ...restarting, wanted: autostart, state: 'created', ...times } as const
      const key = this.deps.store.instances.create(stored)
      const record = this.admit({ ...stored, key, reason: undefined })
      this.deps.auditLog.record({ who: actor, ...creationOf(record.stored) })
      // It exists now, whether or not it runs: its state and reason tell.
      if (autostart) await this.deps.runner.start(record, actor).catch(passFailure)
      await this.commit(record)
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
      const definition = await this.deps.definitions.define(selector, body.strategy.config ?? {}, body.scope)
      this.deps.store.check()
      const before = definitionOf(record.stored)
      const isUp = record.state === 'running' || record.state === 'restarting'
      await this.onTheWay(record, definition, async () => {
        if (isUp) await this.deps.runner.stop(record, actor)
        const all = [...record.providers, ...Object.keys(definition.scope)]
        const restart = body.restart ?? DEFAULT_RESTART
        await this.deps.providers.atRest([...new Set(all)], () => this.redefine(record, { ...definition, restart }))
      })
      this.deps.auditLog.record({
        who: actor,
        what: 'instance_replaced',
        ...subjectOf(record.stored),
        before,
        after: definitionOf(record.stored),
      })
      await this.commit(record)
      if (isUp || body.autostart) await this.deps.runner.start(record, actor)
      await this.commit(record)
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
      // nothing of it is written behind its removal
      await this.deps.providers.settled(record.providers)
      this.deps.store.instances.remove(record.key)
      this.deps.instanceIndex.records.delete(id)
      this.deps.auditLog.record({
        who: actor,
        what: 'instance_removed',
        ...subjectOf(record.stored),
        before: definitionOf(record.stored),
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
      await this.deps.providers.settled(record.providers)
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
    const { restarts, instanceIndex, runner, states, log } = this.deps
    restarts[Symbol.dispose]()
    const running = instanceIndex.all()
    const left = await inStride(running, { atOnce: AT_ONCE, withinMs: STOPPED_WITHIN_MS }, (record) =>
      this.inTurn(record.id, () => runner.suspend(record)),
    )
    // as those of a gateway that has died
    for (const record of running) if (record.passing) states.publish(record, record.stored.state)
    if (left > 0)
      log('warn', 'instances were not stopped in time; they run again at the next start', { instances: left })
  }

  /** Its restart policy has it, unless somebody has started, stopped, changed or removed it meanwhile. */
  private async startAgain(record: InstanceRecord): Promise<void> {
    const { instanceIndex, store, runner, restarts, log } = this.deps
    if (record.state !== 'restarting' || instanceIndex.records.get(record.id) !== record) return
    const { reason = '' } = record.stored
    try {
      store.check()
    } catch (error) {
      log('error', 'an instance is not started again for now', { instance: record.id, error })
      restarts.later(record)
      return
    }
    // it says itself why it does not
    await runner.start(record, GATEWAY, { how: 'again', failure: reason }).catch(nothing)
  }

  /** One that did not start is tried again at the next start of the gateway, unless its policy has it tried before. */
  private stayWanted(record: InstanceRecord): void {
    const { restart } = record.stored
    if (restart === 'never') this.deps.states.save(record, { wanted: true })
  }

  /** @throws Failure when it cannot be written. */
  private async commit(record: InstanceRecord): Promise<void> {
    await this.deps.providers.settled(record.providers)
    this.deps.store.commit()
  }

  /** It does not trade while nobody could go on for it. */
  private halt(record: InstanceRecord, problem: string): Promise<void> {
    return this.inTurn(record.id, async () => {
      if (record.unkept === undefined) return
      await this.deps.runner.stop(record, GATEWAY, unkeptReason(problem))
    })
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
        await this.commit(record)
      }
      return this.deps.instanceIndex.view(record)
    })
  }

  /** Until it is where it goes the revision is not deleted. @throws Failure as `refuseGone`. */
  private async onTheWay(record: InstanceRecord, goal: Destination, work: () => Promise<void>): Promise<void> {
    this.deps.definitions.refuseGone(goal)
    record.next = goal
    try {
      await work()
    } finally {
      record.next = undefined
    }
  }

  private redefine(record: InstanceRecord, definition: InstanceDefinition & Pick<StoredInstance, 'restart'>): void {
    const { states, store, planner } = this.deps
    planner.closeAccounts(
      record,
      record.providers.filter((provider) => !Object.hasOwn(definition.scope, provider)),
    )
    // State belongs to a strategy, not to the instance.
    if (definition.strategy !== record.stored.strategy) store.instances.writeState(record.key, '{}')
    states.save(record, {
      ...definition,
      restarts: NO_RESTARTS,
      ...(record.state === 'failed' ? { state: 'stopped', reason: undefined } : {}),
    })
    planner.openAccounts(record)
  }
}

const nothing = () => undefined

function passFailure(error: unknown): void {
  if (!(error instanceof Failure)) throw error
}
