/**
 * Tags that move in steps: one rollout for each tag at a time, the last of each is kept. While one is not over nobody
 * else moves its tag or deletes what it moves between.
 */
import { Failure } from '../../errors/failure'
import type { KeyedMutex } from '../../flow/keyed-mutex'
import type { Hold } from '../../registry/holds'
import type { BackupRollout } from '../../schema/backup-rollout'
import { type Digest, parseDigest, parseDigestPrefix } from '../../schema/digest'
import type { InstanceRollout } from '../../schema/instances'
import type { Rollout, RolloutPlan, RolloutState } from '../../schema/rollouts'
import type { StoredInstance } from '../../store/instances'
import type { StoredRollout } from '../../store/rollouts'
import type { Metrics } from '../../telemetry/metrics'
import { over, running } from './refusals'
import { settledPlan } from './rollout-plan'
import { RolloutTurns } from './rollout-turns'
import type { CountedState } from './side-counts'
import type { KeptCounts } from './side-watch'
import { StagedRollout, type StagedRolloutDeps } from './staged-rollout'
import { tagFollowedBy } from './targets'

export interface RolloutsDeps extends StagedRolloutDeps {
  readonly mutex: KeyedMutex
  readonly metrics: Metrics
}

export interface Start {
  readonly hash: string
  readonly plan: RolloutPlan
  readonly message?: string | undefined
  /** Whether what the tag names is what the caller has read. @throws Failure precondition_failed. */
  readonly check: (names: Digest) => void
}

/** Who decides, what was read before, and why. */
export interface Asked {
  readonly actor: string
  readonly message?: string | undefined
  /** @throws Failure precondition_failed. */
  readonly check: (etag: string) => void
}

const keyOf = (strategy: string, tag: string) => `${strategy}:${tag}`

export class Rollouts implements AsyncDisposable {
  /** By strategy and tag. */
  private readonly byTag = new Map<string, StagedRollout>()
  private readonly turns = new RolloutTurns(() => this.unfinished())

  constructor(private readonly deps: RolloutsDeps) {
    const { activity, store, metrics } = deps
    for (const { decided, counted, errors } of store.rollouts.all()) {
      this.keep(decided, { counted: counted as CountedState, errors })
    }
    activity.react('state', ({ instance }) => {
      for (const rollout of this.unfinished()) rollout.changed(instance)
    })
    activity.react('exception', ({ instance, hash, exceptions }) => this.followedBy(instance)?.threw(hash, exceptions))
    activity.react('tag', ({ change }) => {
      if (change.kind === 'tag-deleted') this.forget(change.strategy, change.tag)
    })
    activity.react('revision', ({ change }) => {
      if (change.kind === 'revision-deleted') for (const tag of change.tags) this.forget(change.strategy, tag)
    })
    deps.instanceIndex.rolloutOf = ({ stored }) => this.rolloutOf(stored)
    metrics.beforeText(() => metrics.rollouts(this.states()))
  }

  /** From now on instances are moved. */
  begin(): void {
    for (const rollout of this.unfinished()) {
      // one may have failed in the last moment before the gateway ended
      for (const { id } of this.deps.instanceIndex.all()) rollout.changed(id)
    }
    this.turns.begin()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.turns[Symbol.dispose]()
    await Promise.all([...this.byTag.values()].map((rollout) => rollout.close()))
  }

  /** Those that are not over first, the newest first. */
  list(state?: RolloutState): Rollout[] {
    const all = [...this.byTag.values()].filter(({ stored }) => state === undefined || stored.state === state)
    const sorted = all.sort(
      (a, b) =>
        Number(a.isOver) - Number(b.isOver) || b.stored.sinceMs - a.stored.sinceMs || a.name.localeCompare(b.name),
    )
    return sorted.map((rollout) => rollout.view())
  }

  /** @throws Failure rollout_not_found. */
  get(strategy: string, tag: string): { readonly rollout: Rollout; readonly etag: string } {
    const found = this.find(strategy, tag)
    return { rollout: found.view(), etag: found.etag }
  }

  /**
   * @param strategy its name, as the registry writes it.
   * @throws Failure of the tag, the hash and the plan, rollout_running, rollout_needless, precondition_failed.
   */
  start(strategy: string, tag: string, { hash, plan, message, check }: Start, actor: string): Promise<Rollout> {
    const { registry, mutex, store, now } = this.deps
    const settled = settledPlan(plan)
    return mutex.run('refresh', async () => {
      const prefix = parseDigestPrefix(hash)
      if (!prefix) throw new Failure('invalid_request', `"hash" ${JSON.stringify(hash.slice(0, 100))} is not a hash`)
      const to = registry.resolve({ kind: 'hash', name: strategy, prefix })
      await registry.launchable(to)
      // from here on in one turn of the event loop: nobody else decides anything meanwhile
      store.check()
      const from = registry.resolve({ kind: 'tag', name: strategy, tag }).hash
      check(from)
      const before = this.byTag.get(keyOf(strategy, tag))
      if (before && !before.isOver) throw running(before)
      if (from === to.hash) throw new Failure('rollout_needless', `${strategy}:${tag} names ${from} already`)
      if (!registry.stays(strategy, to.hash)) {
        throw new Failure('hash_not_found', `${strategy}@${to.hash} was deleted meanwhile`)
      }
      const decided: StoredRollout = {
        strategy,
        tag,
        from,
        to: to.hash,
        ...settled,
        state: 'running',
        step: 0,
        version: 1,
        sinceMs: now(),
        who: actor,
        by: actor,
        ...(message !== undefined && { message }),
        failed: [],
      }
      this.record(decided, actor)
      this.turns.take()
      return this.byTag.get(keyOf(strategy, tag))!.view()
    })
  }

  /** All the rest moves, and the tag. @throws Failure rollout_not_found, rollout_over, precondition_failed. */
  promote(strategy: string, tag: string, asked: Asked): Rollout {
    return this.decided(strategy, tag, 'promoted', asked)
  }

  /** Nothing more moves until it is resumed, promoted or aborted. @throws Failure as `promote`. */
  pause(strategy: string, tag: string, asked: Asked): Rollout {
    return this.decided(strategy, tag, 'paused', asked)
  }

  /** One that was paused goes on with its step. @throws Failure as `promote`. */
  resume(strategy: string, tag: string, asked: Asked): Rollout {
    return this.decided(strategy, tag, 'running', asked)
  }

  /** What has moved goes back. @throws Failure as `promote`. */
  abort(strategy: string, tag: string, asked: Asked): Rollout {
    return this.decided(strategy, tag, 'aborted', asked)
  }

  /** Whether a refresh has to leave an instance on the revision that it pins. */
  holds(instance: { readonly strategy: string; readonly hash: string; readonly tag: string | undefined }): boolean {
    const rollout = instance.tag === undefined ? undefined : this.byTag.get(keyOf(instance.strategy, instance.tag))
    return rollout?.holds(instance) === true
  }

  /** The one of the tag that an instance follows. */
  private followedBy(instance: string): StagedRollout | undefined {
    if (this.byTag.size === 0) return undefined
    const stored = this.deps.instanceIndex.records.get(instance)?.stored
    return stored && this.byTag.get(keyOf(stored.strategy, tagFollowedBy(stored) ?? ''))
  }

  private rolloutOf(instance: StoredInstance): InstanceRollout | undefined {
    if (this.unfinished().length === 0) return undefined
    const rollout = this.byTag.get(keyOf(instance.strategy, tagFollowedBy(instance) ?? ''))
    if (!rollout || rollout.isOver) return undefined
    const { state, to } = rollout.stored
    return { name: rollout.name, state, side: instance.hash === to ? 'to' : 'from' }
  }

  /** What nobody else may change while rollouts are under way. */
  holdings(): Hold[] {
    return this.unfinished().map((rollout) => {
      const { strategy, tag, state, from, to } = rollout.stored
      const [before, after] = [from, to].map((hash) => parseDigest(hash))
      const hashes = [before, after].filter((hash) => hash !== undefined)
      const goal = state === 'promoted' ? after : undefined
      return { strategy, tag, goal, hashes, refusal: () => running(rollout) }
    })
  }

  /** Those that are not over, for a backup. */
  backup(): BackupRollout[] {
    return this.unfinished().map((rollout) => rollout.backup())
  }

  /** The one of a tag that is not over, or was the last. */
  last(strategy: string, tag: string): StoredRollout | undefined {
    return this.byTag.get(keyOf(strategy, tag))?.stored
  }

  /** One that was restored from a backup, and is in the store, goes on from what was decided of it. */
  admit(decided: StoredRollout, kept: KeptCounts, actor: string): void {
    const rollout = new StagedRollout(this.deps, decided, kept)
    this.byTag.set(keyOf(decided.strategy, decided.tag), rollout)
    rollout.begin()
    rollout.announce('restored', actor, decided.reason)
    this.turns.take()
  }

  private decided(strategy: string, tag: string, state: RolloutState, { actor, message, check }: Asked): Rollout {
    const rollout = this.find(strategy, tag)
    check(rollout.etag)
    const now = rollout.stored.state
    if (now !== state) {
      if (!rollout.isOpen) throw over(rollout)
      const what = state === 'running' ? 'resumed' : state
      const reason = state === 'running' ? undefined : (message ?? `${what} by ${actor}`)
      rollout.decide({ state, reason }, what, actor, message)
      this.turns.take()
    }
    return rollout.view()
  }

  private record(decided: StoredRollout, actor: string): void {
    const { auditLog, store } = this.deps
    const { strategy, tag, from, to, steps, every, maxUnavailable, abortIf, message } = decided
    const rollout = new StagedRollout(this.deps, decided)
    rollout.begin()
    const entry = {
      who: actor,
      what: 'rollout_started',
      subject: rollout.name,
      strategy,
      before: from,
      after: { hash: to, steps, every, maxUnavailable, abortIf },
      ...(message !== undefined && { message }),
    } as const
    auditLog.recordWith([entry], () => store.rollouts.save(decided, rollout.kept))
    this.byTag.set(keyOf(strategy, tag), rollout)
    rollout.announce('started', actor, message)
  }

  private keep(decided: StoredRollout, kept: KeptCounts): void {
    this.byTag.set(keyOf(decided.strategy, decided.tag), new StagedRollout(this.deps, decided, kept))
  }

  private forget(strategy: string, tag: string): void {
    if (!this.byTag.get(keyOf(strategy, tag))?.isOver) return
    this.byTag.delete(keyOf(strategy, tag))
    this.deps.store.rollouts.remove(strategy, tag)
  }

  private find(strategy: string, tag: string): StagedRollout {
    const found = this.byTag.get(keyOf(strategy, tag))
    if (!found) throw new Failure('rollout_not_found', `${strategy}:${tag} was never moved in steps`)
    return found
  }

  private unfinished(): StagedRollout[] {
    return [...this.byTag.values()].filter(({ isOver }) => !isOver)
  }

  private states(): RolloutState[] {
    return [...this.byTag.values()].map(({ stored }) => stored.state)
  }
}
