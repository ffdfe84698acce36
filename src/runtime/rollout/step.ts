/** Where the instances of a rollout are, and how many are to move in its present step. Pure. */
import type { StoredRollout } from '../../store/rollouts'
import type { InstanceRecord } from '../instances/instance'
import { countOf } from './rollout-plan'

/** The part of the instances that is to run the new revision. */
export function shareOf({ state, step, steps }: Pick<StoredRollout, 'state' | 'step' | 'steps'>): number {
  if (state === 'promoted') return 1
  return state === 'aborted' ? 0 : steps[step]!
}

/** It could not move, or has failed with the new revision. */
export const hasFailed = ({ failed }: Pick<StoredRollout, 'failed'>, { key }: InstanceRecord): boolean =>
  failed.some((failure) => failure.key === key)

export interface Parts {
  readonly moved: readonly InstanceRecord[]
  readonly waiting: readonly InstanceRecord[]
}

/** Those that have not failed. */
export function partsOf(stored: StoredRollout, all: readonly InstanceRecord[]): Parts {
  const sound = all.filter((record) => !hasFailed(stored, record))
  return {
    moved: sound.filter((record) => record.stored.hash === stored.to),
    waiting: sound.filter((record) => record.stored.hash !== stored.to),
  }
}

/**
 * How many more are to move in this step. One that failed takes a place: a bad revision is not tried on ever more. So does
 * one that has moved and is stopped for a while.
 * @param moving keys of those on their way.
 */
export function owedBy(stored: StoredRollout, all: readonly InstanceRecord[], moving: ReadonlySet<number>): number {
  const isTaken = (record: InstanceRecord) =>
    record.stored.hash === stored.to || moving.has(record.key) || hasFailed(stored, record)
  const active = all.filter((record) => record.state === 'running' || isTaken(record))
  const taken = active.filter(isTaken)
  return Math.max(0, countOf(shareOf(stored), active.length) - taken.length)
}
