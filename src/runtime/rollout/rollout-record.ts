/**
 * What was decided of a rollout, who follows its tag, and what both sides have done. Each change is kept in the store, and
 * told to all who follow what happens.
 */
import type { Rollout, RolloutEvent } from '../../schema/rollouts'
import type { StoredRollout } from '../../store/rollouts'
import type { Store } from '../../store/store'
import type { ActivityStream } from '../activity/activity-stream'
import type { AuditLog } from '../audit-log'
import type { InstanceRecord } from '../instances/instance'
import type { InstanceIndex } from '../instances/instance-index'
import { GATEWAY } from '../instances/instance-runner'
import { type Decided, type Decision, decisionOf } from './decision'
import { Followers } from './followers'
import { activityOf, viewOf } from './rollout-view'
import { type KeptCounts, SideWatch, type SideWatchDeps } from './side-watch'
import { type Parts, partsOf } from './step'

export interface RolloutRecordDeps extends SideWatchDeps {
  readonly store: Store
  readonly instanceIndex: InstanceIndex
  readonly auditLog: AuditLog
  readonly activity: ActivityStream
}

export class RolloutRecord {
  readonly watch: SideWatch
  readonly followers: Followers

  constructor(
    private readonly deps: RolloutRecordDeps,
    public stored: StoredRollout,
    kept?: KeptCounts,
  ) {
    const { strategy, tag, to } = stored
    const watch = new SideWatch(deps, to, kept)
    const changed = (keys: ReadonlySet<number>) => watch.keep(keys)
    this.watch = watch
    this.followers = new Followers({ instanceIndex: deps.instanceIndex, strategy, tag, to, changed })
  }

  get name(): string {
    return `${this.stored.strategy}:${this.stored.tag}`
  }

  /** Nothing will be moved any more. */
  get isOver(): boolean {
    return this.stored.outcome !== undefined
  }

  /** Whether it may be decided otherwise: neither promoted nor aborted. */
  get isOpen(): boolean {
    return this.stored.state === 'running' || this.stored.state === 'paused'
  }

  /** Changes with each decision. */
  get etag(): string {
    return `"${this.stored.sinceMs.toString(36)}-${this.stored.version}"`
  }

  /** Who has moved, and who has not; those that have failed are neither. */
  get parts(): Parts {
    return partsOf(this.stored, this.followers.all())
  }

  /** Durable, with its entry in the audit, when it returns. @throws Failure when it cannot be written. */
  decide(decision: Decision, what: Decided, who: string, message: string | undefined): void {
    const { auditLog, store } = this.deps
    const { next, entry } = decisionOf(this.stored, decision, what, who, message)
    auditLog.recordWith([entry], () => store.rollouts.save(next, this.watch.kept))
    this.stored = next
  }

  /** It could not move, or has failed with the new revision. */
  noteFailure({ key, id }: InstanceRecord, reason: string): void {
    const { failed } = this.stored
    if (failed.some((failure) => failure.key === key && failure.reason === reason)) return
    this.setFailed([...failed.filter((failure) => failure.key !== key), { key, id, reason }])
    this.tell('failed', GATEWAY, id, reason)
  }

  /** It runs the new revision in the end: that it could not stays counted as an error, and it is in nobody's way. */
  forgive({ key }: InstanceRecord): void {
    this.watch.threw(this.stored.to, 1)
    this.setFailed(this.stored.failed.filter((failure) => failure.key !== key))
  }

  /** Durable at the end of the turn: it lasts as long as the lines of the log that tell of the same. */
  threw(hash: string, exceptions: number): void {
    this.watch.threw(hash, exceptions)
    this.deps.store.rollouts.saveErrors(this.stored, this.watch.errors)
  }

  /** What else was counted so far, durable within some 100 ms. */
  keepCounted(): void {
    this.deps.store.rollouts.saveCounted(this.stored, this.watch.kept.counted)
  }

  /** @param nextMs until the next step, ms. @param held why it does not go on. */
  view(nextMs: number | undefined, held: string | undefined): Rollout {
    const { from, to, failed } = this.stored
    const all = this.followers.all()
    const sides = { from: this.watch.side('from', from, all, 0), to: this.watch.side('to', to, all, failed.length) }
    const next = nextMs === undefined ? undefined : this.deps.now() + nextMs
    return viewOf(this.stored, this.parts, sides, next, held)
  }

  /** Tells all who follow what happens. */
  tell(what: RolloutEvent, who: string, instance?: string, reason?: string): void {
    const timeMs = this.deps.now()
    this.deps.activity.publish(activityOf(this.stored, this.parts, { what, who, instance, reason, timeMs }))
  }

  private setFailed(failed: StoredRollout['failed']): void {
    this.stored = { ...this.stored, failed, version: this.stored.version + 1 }
    this.deps.store.rollouts.save(this.stored, this.watch.kept)
  }
}
