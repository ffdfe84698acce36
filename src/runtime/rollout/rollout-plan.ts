/** How a tag is to move, as it was asked for and as it is done. */
import { Failure } from '../../errors/failure'
import { durationMs } from '../../schema/risk-set'
import type { RolloutPlan } from '../../schema/rollouts'
import type { StoredRollout } from '../../store/rollouts'

export type SettledPlan = Pick<StoredRollout, 'steps' | 'every' | 'maxUnavailable' | 'abortIf'>

const DEFAULT_EVERY = '10m'
/** 30 days. */
const LONGEST_MS = 30 * 86_400_000

/** @throws Failure invalid_request, naming the field. */
export function settledPlan(plan: RolloutPlan): SettledPlan {
  const { share, steps, every = DEFAULT_EVERY, maxUnavailable = 1, abortIf = {} } = plan
  if (share !== undefined && steps !== undefined) {
    throw refused('rollout.steps', 'must not be given together with "rollout.share"')
  }
  const settled = steps ?? (share === undefined ? undefined : [share])
  if (settled === undefined) throw refused('rollout.share', 'is missing: give it or "rollout.steps"')
  for (const [index, step] of settled.entries()) {
    if (index > 0 && step <= settled[index - 1]!) {
      throw refused(`rollout.steps[${index}]`, 'must be larger than the step before it')
    }
  }
  if (durationMs(every) > LONGEST_MS) throw refused('rollout.every', 'must be at most 720h')
  return { steps: settled, every, maxUnavailable, abortIf }
}

/** How many of so many instances a share is: one at least. */
export function countOf(share: number, instances: number): number {
  // 0.1 * 30 is a little more than 3 in binary
  return Math.min(instances, Math.max(1, Math.ceil(share * instances - 1e-9)))
}

function refused(path: string, message: string): Failure {
  return new Failure('invalid_request', `body field "${path}" ${message}`, { problems: [{ path, message }] })
}
