/** What is not sound in all of the gateway, as readiness and the banner tell it. */
import type { ReadinessProblem } from '../schema/health'
import type { Services } from './services'

export function standing({ runtime, registry, others }: Services): {
  readonly ready: boolean
  readonly problems: ReadinessProblem[]
} {
  const { ready, problems } = runtime.ready()
  const home = registry.problems().map((problem) => ({ message: problem.problem, ...problem }))
  return { ready, problems: [...problems, ...others(), ...home] }
}
