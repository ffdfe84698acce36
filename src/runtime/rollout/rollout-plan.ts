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
  const [problem] = planProblems({ steps: settled, every })
  if (problem) throw refused(`rollout.${problem.path}`, problem.message)
  return { steps: settled, every, maxUnavailable, abortIf }
}

/** What is wrong with a plan of which each field is what it may be by itself. */
export function planProblems({ steps, every }: Pick<SettledPlan, 'steps' | 'every'>): {
  readonly path: string
  readonly message: string
}[] {
  const falling = steps.findIndex((step, index) => index > 0 && step <= steps[index - 1]!)
  return [
    ...(falling < 0 ? [] : [{ path: `steps[${falling}]`, message: 'must be larger than the step before it' }]),
    ...(durationMs(every) > LONGEST_MS ? [{ path: 'every', message: 'must be at most 720h' }] : []),
  ]
}

/** How many of so many instances a share is: one at least. */
export function countOf(share: number, instances: number): number {
  // 0.1 * 30 is a little more than 3 in binary
  return Math.min(instances, Math.max(1, Math.ceil(share * instances - 1e-9)))
}

function refused(path: string, message: string): Failure {
  return new Failure('invalid_request', `body field "${path}" ${message}`, { problems: [{ path, message }] })
}
