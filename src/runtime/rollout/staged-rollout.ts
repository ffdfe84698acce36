/**
 * One tag that moves in steps. What is to be done is decided and written first, then done, instance by instance; whoever
 * finds a decision goes on from there, also after a crash. Which instances have moved is what they pin.
 *
 * Until it is promoted the tag names `from`: what is created or replaced meanwhile gets that one, and waits for its turn.
 */
import { Failure } from '../../errors/failure'
import type { HostPool } from '../../hosts/pool'
import type { Registry } from '../../registry/registry'
import { parseDigest } from '../../schema/digest'
import { durationMs } from '../../schema/risk-set'
import type { Rollout, RolloutEvent } from '../../schema/rollouts'
import type { StoredRollout } from '../../store/rollouts'
import type { Store } from '../../store/store'
import type { Log } from '../../telemetry/log'
import type { ActivityStream } from '../activity/activity-stream'
import type { AuditLog } from '../audit-log'
import type { InstanceRecord } from '../instances/instance'
import type { InstanceIndex } from '../instances/instance-index'
import type { InstanceLifecycle } from '../instances/instance-lifecycle'
import { GATEWAY } from '../instances/instance-runner'
import type { Providers } from '../providers/providers'
import type { RiskBook } from '../risk/risk-book'
import type { Traded } from '../worth/traded'
import { inCanaryOrder } from './canaries'
import { countOf } from './rollout-plan'
import { type CountedState, moneyOf, SideCounts, type SideName } from './side-counts'
import { tagFollowedBy } from './targets'

export interface StagedRolloutDeps {
  readonly registry: Registry
  readonly hosts: Pick<HostPool, 'stats'>
  readonly store: Store
  readonly instanceIndex: InstanceIndex
  readonly instances: InstanceLifecycle
  readonly providers: Pick<Providers, 'openOrders'>
  readonly traded: Traded
  readonly book: Pick<RiskBook, 'at' | 'haltOf' | 'reducingOf'>
  readonly auditLog: AuditLog
  readonly activity: ActivityStream
  readonly log: Log
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
}

/** What is decided anew. */
type Decision = Partial<Pick<StoredRollout, 'state' | 'step' | 'failed' | 'outcome'>> & {
  readonly reason?: string | undefined
}

type Decided = Exclude<RolloutEvent, 'started' | 'moved' | 'failed'>

const ALL = { scope: 'all', subject: '' } as const
/** A lag counts when it lasts. */
const LAG_MS = 5000
/** After what could not be written. */
const RETRY_MS = 1000
/** What was counted is kept so often, and with each decision. */
const KEPT_ROUNDS = 5
const HELD = 'held: a kill switch has stopped those that moved; it goes on when they are resumed'

export class StagedRollout {
  private readonly counts: SideCounts
  private followers: readonly InstanceRecord[] = []
  /** What each follower followed, by key, when `followers` was made. */
  private selectors = new Map<number, string>()
  private isStale = true
  /** Keys of those on their way. */
  private readonly moving = new Set<number>()
  /** Keys of those that were tried since the last decision, for better or worse. */
  private readonly tried = new Set<number>()
  private readonly moves = new Set<Promise<void>>()
  private isMovingTag = false
  /** When all of the step ran the new revision, by `elapsed`. */
  private completeMs: number | undefined
  private laggingMs: number | undefined
  private retryMs = 0
  private isClosed = false
  private rounds = 0

  constructor(
    private readonly deps: StagedRolloutDeps,
    public stored: StoredRollout,
    counted?: CountedState,
  ) {
    this.counts = new SideCounts(counted)
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
    return this.counts.state
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
    for (const record of this.inOrder()) this.observe(record)
    this.counts.endRound(this.deps.now())
  }

  /** Something about an instance has changed, or it is no more. */
  changed(instance: string): void {
    if (this.isOver) return
    const record = this.deps.instanceIndex.records.get(instance)
    if (!record || record.stored.selector !== this.selectors.get(record.key)) this.isStale = true
    if (!this.isOpen || record?.state !== 'failed' || record.stored.hash !== this.stored.to) return
    if (this.inOrder().includes(record)) this.note(record, record.stored.reason ?? 'it failed')
  }

  /** Looks at some of the instances, every one once in so many turns, and goes on where it can. */
  turn(turn: number, turns: number): void {
    if (this.isOver || this.isClosed) return
    const all = this.inOrder()
    for (let index = turn; index < all.length; index += turns) this.observe(all[index]!)
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
    const before = this.stored
    const { reason: _, ...rest } = before
    const { reason, ...changes } = decision
    const next: StoredRollout = {
      ...rest,
      ...changes,
      ...(reason !== undefined && { reason }),
      version: before.version + 1,
      ...(what !== 'finished' && { by: who }),
    }
    const shown = ({ state, step, steps }: StoredRollout) => ({ state, share: shareOf({ state, step, steps }) })
    const entry = {
      who,
      what: `rollout_${what}`,
      subject: this.name,
      strategy: before.strategy,
      before: shown(before),
      after: shown(next),
      ...(message !== undefined && { message }),
    } as const
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
    const { outcome, strategy, tag, from, to, state, steps, every, maxUnavailable, abortIf, failed, sinceMs, who } =
      this.stored
    if (outcome) return outcome
    const { moved, waiting } = this.parts()
    const reason = this.stored.reason ?? (this.isHeld() ? HELD : undefined)
    const nextMs = this.nextMs()
    return {
      strategy,
      tag,
      from,
      to,
      state,
      share: shareOf(this.stored),
      steps: [...steps],
      every,
      maxUnavailable,
      abortIf,
      moved: moved.map(({ id }) => id),
      waiting: waiting.map(({ id }) => id),
      failed: failed.map(({ id, reason: why }) => ({ id, reason: why })),
      finished: false,
      since: new Date(sinceMs).toISOString(),
      ...(nextMs !== undefined && { nextStepAt: new Date(this.deps.now() + nextMs).toISOString() }),
      who,
      ...(reason !== undefined && { reason }),
      sides: { from: this.side('from'), to: this.side('to') },
    }
  }

  /** Tells all who follow what happens. */
  tell(what: RolloutEvent, who: string, instance?: string, reason?: string): void {
    const { strategy, tag, from, to, state, failed } = this.stored
    const { moved, waiting } = this.parts()
    this.deps.activity.publish({
      kind: 'rollout',
      what,
      strategy,
      tag,
      from,
      to,
      state,
      share: shareOf(this.stored),
      moved: moved.length,
      waiting: waiting.length,
      failed: failed.length,
      instance,
      reason,
      who,
      timeMs: this.deps.now(),
    })
  }

  private endRound(): void {
    this.counts.endRound(this.deps.now())
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
    const { abortIf, failed, from } = this.stored
    const names = this.tagNames()
    // the file of the registry was changed by hand
    if (names !== from) return `${this.name} names ${names || 'nothing'} by now: somebody else has moved it`
    const errors = this.counts.of('to').errors + failed.length
    if (abortIf.errors !== undefined && errors >= abortIf.errors) {
      const last = failed.at(-1)
      return `errors: ${errors}, it ends at ${abortIf.errors}${last ? `; ${last.id} failed: ${last.reason}` : ''}`
    }
    const { drawdownPct } = this.counts
    if (abortIf.drawdownPct !== undefined && drawdownPct >= abortIf.drawdownPct) {
      return `drawdown: ${drawdownPct.toFixed(2)} %, it ends at ${abortIf.drawdownPct} %`
    }
    const lagMs = abortIf.lagMs === undefined ? 0 : this.lagOf(this.parts().moved)
    if (abortIf.lagMs === undefined || lagMs <= abortIf.lagMs) {
      this.laggingMs = undefined
      return undefined
    }
    this.laggingMs ??= this.deps.elapsed()
    if (this.deps.elapsed() - this.laggingMs < LAG_MS) return undefined
    return `lag: ${lagMs} ms behind the market for ${LAG_MS / 1000} s, it ends above ${abortIf.lagMs} ms`
  }

  /** All of the step runs the new revision. */
  private isComplete(): boolean {
    return this.moving.size === 0 && this.owed() === 0 && !this.inOrder().some((record) => this.hasFailed(record))
  }

  /** How many more are to move in this step. One that failed takes a place: a bad revision is not tried on ever more. */
  private owed(): number {
    const { failed, to } = this.stored
    const active = this.inOrder().filter((record) => record.state === 'running' || this.hasFailed(record))
    const taken = active.filter((record) => record.stored.hash === to || this.moving.has(record.key))
    const unmoved = failed.filter(({ key }) => active.some((record) => record.key === key && record.stored.hash !== to))
    return Math.max(0, countOf(shareOf(this.stored), active.length) - taken.length - unmoved.length)
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
      this.moveTag()
      return
    }
    for (const record of this.next()) {
      if (this.moving.size >= this.stored.maxUnavailable) return
      const work = this.moveOne(record)
      this.moves.add(work)
      void work.finally(() => this.moves.delete(work))
    }
    if (!this.isOpen && this.moving.size === 0) this.finish()
  }

  /** Those to be moved now, the first first. */
  private next(): InstanceRecord[] {
    const { state, to } = this.stored
    const free = this.inOrder().filter(({ key }) => !this.moving.has(key))
    const untried = free.filter(({ key }) => !this.tried.has(key))
    switch (state) {
      case 'running': {
        if (this.isHeld()) return []
        const waiting = free.filter((record) => record.stored.hash !== to && record.state === 'running')
        return waiting.filter((record) => !this.hasFailed(record)).slice(0, this.owed())
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
    const { registry, instances } = this.deps
    const { strategy, state, by } = this.stored
    const goal = state === 'aborted' ? this.stored.from : this.stored.to
    const isRevived = state === 'aborted' && record.state === 'failed' && this.hasFailed(record)
    this.moving.add(record.key)
    try {
      const digest = parseDigest(goal)
      const revision = digest && registry.find(strategy, digest)
      if (!revision) throw new Failure('hash_not_found', `${strategy}@${goal} is no longer in the catalogue`)
      this.observe(record)
      await instances.move(record.stored, revision, by)
      if (isRevived) await instances.start(record.id, by)
      this.observe(record)
      if (state === 'promoted' && this.hasFailed(record)) this.forgive(record)
    } catch (error) {
      if (!(error instanceof Failure)) this.deps.log('error', 'roll failed', { instance: record.id, error })
      const why = error instanceof Failure ? error.message : 'a fault of ours, see the log'
      // it has moved where only the disk failed
      if (record.stored.hash !== goal || isRevived)
        this.note(record, state === 'aborted' ? `not taken back: ${why}` : why)
    } finally {
      this.moving.delete(record.key)
      // one that was on its way when it was decided otherwise is still to be moved
      if (this.stored.state === state) this.tried.add(record.key)
      this.isStale = true
    }
    if (record.stored.hash === goal) this.tell('moved', by, record.id)
    this.goOn()
  }

  private moveTag(): void {
    if (this.isMovingTag) return
    const { strategy, tag, from, to, by, message } = this.stored
    const expected = parseDigest(from)
    const work = this.deps.registry
      .moveTag(strategy, tag, to, by, message, expected)
      .then(
        () => undefined,
        (error: unknown) => {
          const isGone = error instanceof Failure && !/^(storage|data|not_ready)/.test(error.code)
          this.retryMs = this.deps.elapsed() + RETRY_MS
          this.deps.log('error', 'the tag of a rollout cannot be moved', { rollout: this.name, error })
          if (isGone) this.decide({ state: 'aborted', reason: error.message }, 'aborted', GATEWAY)
        },
      )
      .catch((error: unknown) => this.deps.log('error', 'a rollout cannot be aborted', { rollout: this.name, error }))
      .finally(() => {
        this.isMovingTag = false
        this.moves.delete(work)
        this.goOn()
      })
    this.isMovingTag = true
    this.moves.add(work)
  }

  private finish(): void {
    for (const record of this.inOrder()) this.observe(record)
    this.counts.endRound(this.deps.now())
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

  private hasFailed({ key }: InstanceRecord): boolean {
    return this.stored.failed.some((failure) => failure.key === key)
  }

  private observe(record: InstanceRecord): void {
    const { hosts, providers, traded } = this.deps
    const side = record.stored.hash === this.stored.to ? 'to' : 'from'
    const money = moneyOf(record, (provider) => providers.openOrders(provider)?.accountOf(record))
    const { scope } = record.stored
    const fills = Object.entries(scope).reduce(
      (sum, [provider, { symbols }]) =>
        symbols.reduce((so, symbol) => so + traded.of(record, provider, symbol).fills, sum),
      0,
    )
    const stats = record.state === 'running' ? hosts.stats(record.id) : record.lastStats
    this.counts.observe(record.key, side, { money, fills, stats })
  }

  private side(side: SideName) {
    const { from, to, failed } = this.stored
    const all = this.inOrder().filter((record) => (record.stored.hash === to) === (side === 'to'))
    const hash = side === 'to' ? to : from
    return this.counts.view(side, hash, all.length, this.lagOf(all), side === 'to' ? failed.length : 0)
  }

  private lagOf(records: readonly InstanceRecord[]): number {
    const running = records.filter(({ state }) => state === 'running')
    return running.reduce((worst, { id }) => Math.max(worst, this.deps.hosts.stats(id).lagMs), 0)
  }

  private parts(): { readonly moved: InstanceRecord[]; readonly waiting: InstanceRecord[] } {
    const sound = this.inOrder().filter((record) => !this.hasFailed(record))
    const { to } = this.stored
    return {
      moved: sound.filter(({ stored }) => stored.hash === to),
      waiting: sound.filter(({ stored }) => stored.hash !== to),
    }
  }

  private tagNames(): string {
    const { strategy, tag } = this.stored
    const { registry } = this.deps
    return registry.knows(strategy, tag) ? registry.tagged(strategy, tag) : ''
  }

  /** All who follow the tag. */
  private inOrder(): readonly InstanceRecord[] {
    if (!this.isStale) return this.followers
    const { strategy, tag, to } = this.stored
    const all = this.deps.instanceIndex
      .all()
      .filter(({ stored }) => stored.strategy === strategy && tagFollowedBy(stored) === tag)
    this.followers = inCanaryOrder(all, to)
    this.selectors = new Map(all.map(({ key, stored }) => [key, stored.selector]))
    this.isStale = false
    return this.followers
  }
}

/** The part of the instances that is to run the new revision. */
function shareOf({ state, step, steps }: Pick<StoredRollout, 'state' | 'step' | 'steps'>): number {
  if (state === 'promoted') return 1
  return state === 'aborted' ? 0 : steps[step]!
}
