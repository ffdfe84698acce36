/**
 * One tag that moves in steps. What is to be done is decided and written first, then done, instance by instance; whoever
 * finds a decision goes on from there, also after a crash. Which instances have moved is what they pin.
 *
 * Until it is promoted the tag names `from`: what is created or replaced meanwhile gets that one, and waits for its turn.
 */
import { durationMs } from '../../schema/risk-set'
import type { Rollout, RolloutEvent } from '../../schema/rollouts'
import type { StoredRollout } from '../../store/rollouts'
import type { Store } from '../../store/store'
import type { ActivityStream } from '../activity/activity-stream'
import type { AuditLog } from '../audit-log'
import type { InstanceRecord } from '../instances/instance'
import type { InstanceIndex } from '../instances/instance-index'
import { GATEWAY } from '../instances/instance-runner'
import type { RiskBook } from '../risk/risk-book'
import { type Decided, type Decision, decisionOf } from './decision'
import { Followers } from './followers'
import { goalOf, type MovesDeps, moveInstance, moveRolloutTag } from './moves'
import { activityOf, viewOf } from './rollout-view'
import type { CountedState } from './side-counts'
import { SideWatch, type SideWatchDeps } from './side-watch'
import { hasFailed, owedBy, type Parts, partsOf } from './step'

export interface StagedRolloutDeps extends SideWatchDeps, MovesDeps {
  readonly store: Store
  readonly instanceIndex: InstanceIndex
  readonly book: Pick<RiskBook, 'at' | 'haltOf' | 'reducingOf'>
  readonly auditLog: AuditLog
  readonly activity: ActivityStream
}

const ALL = { scope: 'all', subject: '' } as const
/** After what could not be written. */
const RETRY_MS = 1000
/** What was counted is kept so often, and with each decision. */
const KEPT_ROUNDS = 5
const HELD = 'held: those that moved may not trade freely; it goes on when they are resumed'

export class StagedRollout {
  private readonly watch: SideWatch
  private readonly followers: Followers
  /** Keys of those on their way. */
  private readonly moving = new Set<number>()
  /** Keys of those that were tried since the last decision, for better or worse. */
  private readonly tried = new Set<number>()
  private readonly moves = new Set<Promise<void>>()
  private isMovingTag = false
  /** When all of the step ran the new revision, by `elapsed`. */
  private completeMs: number | undefined
  private retryMs = 0
  private isClosed = false
  private rounds = 0

  constructor(
    private readonly deps: StagedRolloutDeps,
    public stored: StoredRollout,
    counted?: CountedState,
  ) {
    const { strategy, tag, to } = stored
    const watch = new SideWatch(deps, to, counted)
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

  /** Changes with each decision. */
  get etag(): string {
    return `"${this.stored.sinceMs.toString(36)}-${this.stored.version}"`
  }

  get counted(): CountedState {
    return this.watch.counted
  }

  /** Whether a refresh has to leave it on the revision that it pins. */
  holds({ strategy, hash }: { readonly strategy: string; readonly hash: string }): boolean {
    return this.isOpen && strategy === this.stored.strategy && hash === this.stored.to
  }

  /** Whether it may be decided otherwise: neither promoted nor aborted. */
  get isOpen(): boolean {
    return this.stored.state === 'running' || this.stored.state === 'paused'
  }

  /** Looks at everybody who follows the tag: what they do counts from here. */
  begin(): void {
    for (const record of this.followers.all()) this.watch.look(record)
    this.watch.endRound()
  }

  /** Something about an instance has changed, or it is no more. */
  changed(instance: string): void {
    if (this.isOver) return
    const record = this.followers.noteChange(instance)
    if (!this.isOpen || record?.state !== 'failed' || record.stored.hash !== this.stored.to) return
    this.note(record, record.stored.reason ?? 'it failed')
  }

  /** Looks at some of the instances, every one once in so many turns, and goes on where it can. */
  turn(turn: number, turns: number): void {
    if (this.isOver || this.isClosed) return
    const all = this.followers.all()
    for (let index = turn; index < all.length; index += turns) this.watch.look(all[index]!)
    if (turn === turns - 1) this.endRound()
    this.goOn()
  }

  /** The next decision, if it is due, and the next moves. */
  goOn(): void {
    if (this.isOver || this.isClosed || this.deps.elapsed() < this.retryMs) return
    try {
      if (this.isOpen) this.judge()
      this.move()
    } catch (error) {
      this.retryMs = this.deps.elapsed() + RETRY_MS
      this.deps.log('error', 'a rollout cannot go on, tried again', { rollout: this.name, error })
    }
  }

  /** Durable, with its entry in the audit, when it returns. @throws Failure when it cannot be written. */
  decide(decision: Decision, what: Decided, who: string, message = decision.reason): void {
    const { auditLog, store } = this.deps
    const { next, entry } = decisionOf(this.stored, decision, what, who, message)
    auditLog.recordWith([entry], () => store.rollouts.save(next, this.counted))
    this.stored = next
    this.tried.clear()
    this.completeMs = undefined
    this.tell(what, who, undefined, message)
  }

  async close(): Promise<void> {
    this.isClosed = true
    await Promise.all(this.moves)
    if (!this.isOver) this.deps.store.rollouts.saveCounted(this.stored, this.counted)
  }

  view(): Rollout {
    const { outcome, from, to, failed } = this.stored
    if (outcome) return outcome
    const all = this.followers.all()
    const sides = { from: this.watch.side('from', from, all, 0), to: this.watch.side('to', to, all, failed.length) }
    const nextMs = this.nextMs()
    const next = nextMs === undefined ? undefined : this.deps.now() + nextMs
    return viewOf(this.stored, this.parts(), sides, next, this.isHeld() ? HELD : undefined)
  }

  /** Tells all who follow what happens. */
  tell(what: RolloutEvent, who: string, instance?: string, reason?: string): void {
    this.deps.activity.publish(
      activityOf(this.stored, this.parts(), { what, who, instance, reason, timeMs: this.deps.now() }),
    )
  }

  private endRound(): void {
    this.watch.endRound()
    this.rounds = (this.rounds + 1) % KEPT_ROUNDS
    if (this.rounds === 0) this.deps.store.rollouts.saveCounted(this.stored, this.counted)
  }

  private judge(): void {
    const why = this.whyAbort()
    if (why !== undefined) {
      this.decide({ state: 'aborted', reason: why }, 'aborted', GATEWAY)
      return
    }
    if (this.stored.state !== 'running' || !this.isComplete() || this.isHeld()) {
      this.completeMs = undefined
      return
    }
    this.completeMs ??= this.deps.elapsed()
    const { step, steps } = this.stored
    if ((this.nextMs() ?? 1) > 0) return
    if (step + 1 < steps.length) this.decide({ step: step + 1 }, 'advanced', GATEWAY)
    else this.decide({ state: 'promoted', reason: 'all instances run it' }, 'promoted', GATEWAY)
  }

  /** Why it is to be aborted by itself. */
  private whyAbort(): string | undefined {
    const names = this.tagNames()
    // the file of the registry was changed by hand
    if (names !== this.stored.from) {
      return `${this.name} names ${names || 'nothing'} by now: somebody else has moved it`
    }
    return this.watch.whyAbort(this.stored, this.parts().moved)
  }

  /** All of the step runs the new revision. */
  private isComplete(): boolean {
    return (
      this.moving.size === 0 &&
      this.owed() === 0 &&
      !this.followers.all().some((record) => hasFailed(this.stored, record))
    )
  }

  private owed(): number {
    return owedBy(this.stored, this.followers.all(), this.moving)
  }

  /** Until the next step, ms; undefined while that is open. */
  private nextMs(): number | undefined {
    const { step, steps, every } = this.stored
    const isLast = step + 1 === steps.length
    if (this.completeMs === undefined || (isLast && steps[step] !== 1)) return undefined
    return Math.max(0, this.completeMs + durationMs(every) - this.deps.elapsed())
  }

  /** Nothing is learnt of those that may not trade. */
  private isHeld(): boolean {
    const { book } = this.deps
    if (this.stored.state !== 'running') return false
    const isBound = (record: InstanceRecord) =>
      record.providers.some((name) => (book.haltOf(record, name) ?? book.reducingOf(record, name)) !== undefined)
    return book.at(ALL) !== undefined || this.parts().moved.some(isBound)
  }

  private move(): void {
    if (this.stored.state === 'promoted' && this.tagNames() !== this.stored.to) {
      if (!this.isMovingTag) this.begun(this.moveTag())
      return
    }
    for (const record of this.next()) {
      if (this.moving.size >= this.stored.maxUnavailable) return
      this.begun(this.moveOne(record))
    }
    if (!this.isOpen && this.moving.size === 0) this.finish()
  }

  /** Those to be moved now, the first first. */
  private next(): InstanceRecord[] {
    const { state, to } = this.stored
    const free = this.followers.all().filter(({ key }) => !this.moving.has(key))
    const untried = free.filter(({ key }) => !this.tried.has(key))
    switch (state) {
      case 'running': {
        if (this.isHeld()) return []
        const waiting = free.filter((record) => record.stored.hash !== to && record.state === 'running')
        return waiting.filter((record) => !hasFailed(this.stored, record)).slice(0, this.owed())
      }
      case 'paused':
        return []
      case 'promoted':
        return untried.filter(({ stored }) => stored.hash !== to)
      case 'aborted':
        return untried.filter(({ stored }) => stored.hash === to)
    }
  }

  private async moveOne(record: InstanceRecord): Promise<void> {
    const decided = this.stored
    const { state, by } = decided
    let why: string | undefined
    this.moving.add(record.key)
    try {
      this.watch.look(record)
      why = await moveInstance(this.deps, decided, record)
      this.watch.look(record)
    } finally {
      this.moving.delete(record.key)
    }
    // one that was on its way when it was decided otherwise is still to be moved
    if (this.stored.state === state) this.tried.add(record.key)
    if (why !== undefined) this.note(record, why)
    else if (state === 'promoted' && hasFailed(this.stored, record)) this.forgive(record)
    if (record.stored.hash === goalOf(decided)) this.tell('moved', by, record.id)
    this.goOn()
  }

  private async moveTag(): Promise<void> {
    this.isMovingTag = true
    const why = await moveRolloutTag(this.deps, this.stored)
    this.isMovingTag = false
    if (this.tagNames() !== this.stored.to) this.retryMs = this.deps.elapsed() + RETRY_MS
    if (why !== undefined) this.decide({ state: 'aborted', reason: why }, 'aborted', GATEWAY)
    this.goOn()
  }

  /** Waited for at the end. */
  private begun(work: Promise<void>): void {
    const ended = work.catch((error: unknown) => {
      this.deps.log('error', 'a rollout failed, it goes on', { rollout: this.name, error })
    })
    this.moves.add(ended)
    void ended.finally(() => this.moves.delete(ended))
  }

  private finish(): void {
    for (const record of this.followers.all()) this.watch.look(record)
    this.watch.endRound()
    const reason = this.stored.reason
    const outcome = { ...this.view(), finished: true }
    this.decide({ outcome, ...(reason !== undefined && { reason }) }, 'finished', GATEWAY)
  }

  /** It could not move, or has failed with the new revision. */
  private note({ key, id }: InstanceRecord, reason: string): void {
    const { failed } = this.stored
    if (failed.some((failure) => failure.key === key && failure.reason === reason)) return
    this.setFailed([...failed.filter((failure) => failure.key !== key), { key, id, reason }])
    this.tell('failed', GATEWAY, id, reason)
  }

  /** In the end it did move. */
  private forgive({ key }: InstanceRecord): void {
    this.setFailed(this.stored.failed.filter((failure) => failure.key !== key))
  }

  private setFailed(failed: StoredRollout['failed']): void {
    this.stored = { ...this.stored, failed, version: this.stored.version + 1 }
    this.deps.store.rollouts.save(this.stored, this.counted)
  }

  private parts(): Parts {
    return partsOf(this.stored, this.followers.all())
  }

  private tagNames(): string {
    const { strategy, tag } = this.stored
    const { registry } = this.deps
    return registry.knows(strategy, tag) ? registry.tagged(strategy, tag) : ''
  }
}
