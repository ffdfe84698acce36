/** What is not sound in all of the gateway, as readiness and the banner tell it. */
import type { ReadinessProblem } from '../schema/health'
import type { Services } from './services'

export function standing({ readiness, registry, others }: Pick<Services, 'readiness' | 'registry' | 'others'>): {
  readonly ready: boolean
  readonly problems: ReadinessProblem[]
} {
  const { ready, problems } = readiness.look()
  const home = registry.problems().map((problem) => ({ message: problem.problem, ...problem }))
  return { ready, problems: [...problems, ...others(), ...home] }
}
