/** A rollout as the API shows it, and what happens to it as it is told. Pure. */
import type { Rollout } from '../../schema/rollouts'
import type { StoredRollout } from '../../store/rollouts'
import type { RolloutActivity } from '../activity/activity'
import { type Parts, shareOf } from './step'

/**
 * @param nextStepMs when the next step is due, ms since 1970; undefined while that is open.
 * @param held why it does not go on.
 */
export function viewOf(
  stored: StoredRollout,
  { moved, waiting }: Parts,
  sides: Rollout['sides'],
  nextStepMs: number | undefined,
  held: string | undefined,
): Rollout {
  const { strategy, tag, from, to, state, steps, every, maxUnavailable, abortIf, failed, sinceMs, who } = stored
  const reason = stored.reason ?? held
  return {
    strategy,
    tag,
    from,
    to,
    state,
    share: shareOf(stored),
    steps: [...steps],
    every,
    maxUnavailable,
    abortIf,
    moved: moved.map(({ id }) => id),
    waiting: waiting.map(({ id }) => id),
    failed: failed.map(({ id, reason: why }) => ({ id, reason: why })),
    finished: false,
    since: new Date(sinceMs).toISOString(),
    ...(nextStepMs !== undefined && { nextStepAt: new Date(nextStepMs).toISOString() }),
    who,
    ...(reason !== undefined && { reason }),
    sides,
  }
}

type Told = Pick<RolloutActivity, 'what' | 'who' | 'instance' | 'reason' | 'timeMs'>

export function activityOf(stored: StoredRollout, { moved, waiting }: Parts, told: Told): RolloutActivity {
  const { strategy, tag, from, to, state, failed } = stored
  const counts = { moved: moved.length, waiting: waiting.length, failed: failed.length }
  return { kind: 'rollout', strategy, tag, from, to, state, share: shareOf(stored), ...counts, ...told }
}
