/** The instances of a rollout on their way, and its tag: who is moved next, so many at a time, and what became of it. */
import type { InstanceRecord } from '../instances/instance'
import type { Decision } from './decision'
import { goalOf, type MovesDeps, moveInstance, moveRolloutTag } from './moves'
import type { RolloutRecord } from './rollout-record'
import { hasFailed } from './step'

export interface MovementsDeps extends MovesDeps {
  /** Keys of those on their way. */
  readonly moving: Set<number>
  readonly tagNames: () => string
  /** How many more may be moved in this step. */
  readonly owed: () => number
  /** Nobody is to be moved for now. */
  readonly isHeld: () => boolean
  readonly abort: (decision: Decision) => void
  /** One is where it was to be, or could not be moved. */
  readonly done: () => void
  /** The tag could not be moved for now. */
  readonly later: () => void
}

export class Movements {
  /** Keys of those that were tried since the last decision, for better or worse. */
  private readonly tried = new Set<number>()
  private readonly underWay = new Set<Promise<void>>()
  private isMovingTag = false

  constructor(
    private readonly deps: MovementsDeps,
    private readonly rollout: RolloutRecord,
  ) {}

  /** It was decided anew: everybody may be tried again. */
  reset(): void {
    this.tried.clear()
  }

  /** Begins the next moves. @returns whether what was promoted or aborted is done. */
  goOn(): boolean {
    const { moving, tagNames } = this.deps
    const { state, to, maxUnavailable } = this.rollout.stored
    if (state === 'promoted' && tagNames() !== to) {
      if (!this.isMovingTag) this.begun(this.moveTag())
      return false
    }
    for (const record of this.next()) {
      if (moving.size >= maxUnavailable) return false
      this.begun(this.moveOne(record))
    }
    return !this.rollout.isOpen && moving.size === 0
  }

  /** Those on their way arrive. */
  async close(): Promise<void> {
    await Promise.all(this.underWay)
  }

  /** Those to be moved now, the first first. */
  private next(): InstanceRecord[] {
    const { moving, owed, isHeld } = this.deps
    const { stored, followers } = this.rollout
    const { state, to } = stored
    const free = followers.all().filter(({ key }) => !moving.has(key))
    const untried = free.filter(({ key }) => !this.tried.has(key))
    switch (state) {
      case 'running': {
        if (isHeld()) return []
        const waiting = free.filter((record) => record.stored.hash !== to && record.state === 'running')
        return waiting.filter((record) => !hasFailed(stored, record)).slice(0, owed())
      }
      case 'paused':
        return []
      case 'promoted':
        return untried.filter((record) => record.stored.hash !== to)
      case 'aborted':
        return untried.filter((record) => record.stored.hash === to)
    }
  }

  private async moveOne(record: InstanceRecord): Promise<void> {
    const { moving, done } = this.deps
    const { rollout } = this
    const decided = rollout.stored
    const { state, by } = decided
    let why: string | undefined
    moving.add(record.key)
    try {
      rollout.watch.look(record)
      why = await moveInstance(this.deps, rollout, record)
      rollout.watch.look(record)
    } finally {
      moving.delete(record.key)
    }
    // one that was on its way when it was decided otherwise is still to be moved
    if (rollout.stored.state === state) this.tried.add(record.key)
    if (why !== undefined) rollout.noteFailure(record, why)
    else if (state === 'promoted' && hasFailed(rollout.stored, record)) rollout.forgive(record)
    if (record.stored.hash === goalOf(decided)) rollout.tell('moved', by, record.id)
    done()
  }

  private async moveTag(): Promise<void> {
    const { tagNames, abort, later, done } = this.deps
    const { rollout } = this
    this.isMovingTag = true
    const why = await moveRolloutTag(this.deps, rollout.stored)
    this.isMovingTag = false
    if (tagNames() !== rollout.stored.to) later()
    if (why !== undefined) abort({ state: 'aborted', reason: why })
    done()
  }

  /** Waited for at the end. */
  private begun(work: Promise<void>): void {
    const ended = work.catch((error: unknown) => {
      this.deps.log('error', 'a rollout failed, it goes on', { rollout: this.rollout.name, error })
    })
    this.underWay.add(ended)
    void ended.finally(() => this.underWay.delete(ended))
  }
}
