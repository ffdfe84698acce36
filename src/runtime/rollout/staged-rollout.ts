/**
 * One tag that moves in steps. What is to be done is decided and written first, then done, instance by instance; whoever
 * finds a decision goes on from there, also after a crash. Which instances have moved is what they pin.
 *
 * Until it is promoted the tag names `from`: what is created or replaced meanwhile gets that one, and waits for its turn.
 */
import type { BackupRollout } from '../../schema/backup-rollout'
import type { Rollout } from '../../schema/rollouts'
import type { StoredRollout } from '../../store/rollouts'
import type { InstanceRecord } from '../instances/instance'
import { GATEWAY } from '../instances/instance-runner'
import type { Decided, Decision } from './decision'
import { Movements } from './movements'
import type { MovesDeps } from './moves'
import { backupOf } from './rollout-backup'
import { RolloutRecord, type RolloutRecordDeps } from './rollout-record'
import type { KeptCounts } from './side-watch'
import { hasFailed } from './step'
import { StepClock, type StepClockDeps } from './step-clock'

export interface StagedRolloutDeps extends RolloutRecordDeps, StepClockDeps, MovesDeps {}

/** After what could not be written. */
const RETRY_MS = 1000
/** What was counted is kept so often, and with each decision. */
const KEPT_ROUNDS = 5
const HELD = 'held: those that moved may not trade freely; it goes on when they are resumed'

export class StagedRollout {
  private readonly record: RolloutRecord
  private readonly clock: StepClock
  private readonly movements: Movements
  private retryMs = 0
  private isClosed = false
  private rounds = 0

  constructor(
    private readonly deps: StagedRolloutDeps,
    stored: StoredRollout,
    kept?: KeptCounts,
  ) {
    const moving = new Set<number>()
    const record = new RolloutRecord(deps, stored, kept)
    const clock = new StepClock(deps, record, moving)
    this.record = record
    this.clock = clock
    const { registry, instances, log } = deps
    this.movements = new Movements(
      {
        registry,
        instances,
        log,
        moving,
        tagNames: () => this.tagNames(),
        owed: () => clock.owed,
        isHeld: () => clock.isHeld,
        abort: (decision) => this.decide(decision, 'aborted', GATEWAY),
        done: () => this.goOn(),
        later: () => this.retryLater(),
      },
      record,
    )
  }

  get stored(): StoredRollout {
    return this.record.stored
  }

  get name(): string {
    return this.record.name
  }

  /** Nothing will be moved any more. */
  get isOver(): boolean {
    return this.record.isOver
  }

  /** Whether it may be decided otherwise: neither promoted nor aborted. */
  get isOpen(): boolean {
    return this.record.isOpen
  }

  /** Changes with each decision. */
  get etag(): string {
    return this.record.etag
  }

  get kept(): KeptCounts {
    return this.record.watch.kept
  }

  /** Whether a refresh has to leave it on the revision that it pins. */
  holds({ strategy, hash }: { readonly strategy: string; readonly hash: string }): boolean {
    return this.isOpen && strategy === this.stored.strategy && hash === this.stored.to
  }

  /** Looks at everybody who follows the tag: what they do counts from here. */
  begin(): void {
    this.lookAtAll()
  }

  /** Tells all who follow that it is there. */
  announce(what: 'started' | 'restored', who: string, message: string | undefined): void {
    this.record.tell(what, who, undefined, message)
  }

  backup(): BackupRollout {
    for (const follower of this.record.followers.all()) this.record.watch.look(follower)
    return backupOf(this.stored, this.kept, this.record.followers.all())
  }

  /** Something about an instance has changed, or it is no more. */
  changed(instance: string): void {
    if (this.isOver) return
    const follower = this.record.followers.noteChange(instance)
    if (this.stored.state === 'promoted' || follower?.stored.hash !== this.stored.to) return
    if (follower.isDown) this.record.noteFailure(follower, follower.stored.reason ?? 'it failed')
    else if (this.isOpen && follower.state === 'running' && hasFailed(this.stored, follower)) this.recovered(follower)
  }

  /** Handlers of an instance have thrown. @param hash the revision that it runs. */
  threw(hash: string, exceptions: number): void {
    if (!this.isOver) this.record.threw(hash, exceptions)
  }

  /** Looks at some of the instances, every one once in so many turns, and goes on where it can. */
  turn(turn: number, turns: number): void {
    if (this.isOver || this.isClosed) return
    const all = this.record.followers.all()
    for (let index = turn; index < all.length; index += turns) this.record.watch.look(all[index]!)
    if (turn === turns - 1) this.endRound()
    this.goOn()
  }

  /** The next decision, if it is due, and the next moves. */
  goOn(): void {
    if (this.isOver || this.isClosed || this.deps.elapsed() < this.retryMs) return
    try {
      if (this.isOpen) this.judge()
      if (this.movements.goOn()) this.finish()
    } catch (error) {
      this.retryLater()
      this.deps.log('error', 'a rollout cannot go on, tried again', { rollout: this.name, error })
    }
  }

  /** Durable, with its entry in the audit, when it returns. @throws Failure when it cannot be written. */
  decide(decision: Decision, what: Decided, who: string, message = decision.reason): void {
    this.record.decide(decision, what, who, message)
    this.movements.reset()
    this.clock.reset()
    this.record.tell(what, who, undefined, message)
  }

  async close(): Promise<void> {
    this.isClosed = true
    await this.movements.close()
    if (!this.isOver) this.record.keepCounted()
  }

  view(): Rollout {
    const { outcome } = this.stored
    return outcome ?? this.record.view(this.clock.nextMs, this.clock.isHeld ? HELD : undefined)
  }

  /** Whoever has started it again wants it to be tried once more: the step is watched from here on. */
  private recovered(follower: InstanceRecord): void {
    this.record.forgive(follower)
    this.clock.reset()
    this.record.tell('moved', GATEWAY, follower.id)
  }

  private endRound(): void {
    this.record.watch.endRound()
    this.rounds = (this.rounds + 1) % KEPT_ROUNDS
    if (this.rounds === 0) this.record.keepCounted()
  }

  private judge(): void {
    const why = this.whyAbort()
    if (why !== undefined) {
      this.decide({ state: 'aborted', reason: why }, 'aborted', GATEWAY)
      return
    }
    const due = this.clock.due()
    if (due) this.decide(due.decision, due.what, GATEWAY)
  }

  /** Why it is to be aborted by itself. */
  private whyAbort(): string | undefined {
    const names = this.tagNames()
    // the file of the registry was changed by hand
    if (names !== this.stored.from) {
      return `${this.name} names ${names || 'nothing'} by now: somebody else has moved it`
    }
    return this.record.watch.whyAbort(this.stored, this.record.parts.moved)
  }

  private finish(): void {
    this.lookAtAll()
    const reason = this.stored.reason
    const outcome = { ...this.view(), finished: true }
    this.decide({ outcome, ...(reason !== undefined && { reason }) }, 'finished', GATEWAY)
  }

  private lookAtAll(): void {
    for (const follower of this.record.followers.all()) this.record.watch.look(follower)
    this.record.watch.endRound()
  }

  private retryLater(): void {
    this.retryMs = this.deps.elapsed() + RETRY_MS
  }

  private tagNames(): string {
    const { strategy, tag } = this.stored
    const { registry } = this.deps
    return registry.knows(strategy, tag) ? registry.tagged(strategy, tag) : ''
  }
}
