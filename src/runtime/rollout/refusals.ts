/** What is refused because of a rollout, with the way out. */
import { Failure } from '../../errors/failure'
import type { StagedRollout } from './staged-rollout'

type Named = Pick<StagedRollout, 'name' | 'stored'>

/** Somebody else is moving the tag. */
export function running({ name, stored }: Named): Failure {
  const { state, to } = stored
  const isOpen = state === 'running' || state === 'paused'
  const message = isOpen
    ? `a rollout of ${name} to ${to} is ${state}`
    : `a rollout of ${name} to ${to} was ${state}, and its instances are still being moved`
  const way = `POST /rollouts/${name}/promote takes it to its end, POST /rollouts/${name}/abort takes it back`
  return new Failure(
    'rollout_running',
    message,
    {},
    isOpen ? way : `wait until GET /rollouts/${name} says that it is finished`,
  )
}

/** There is nothing left to decide. */
export function over({ name, stored: { state, by, tag, strategy } }: Named): Failure {
  const back = `POST /strategies/modules/${strategy}/tags/${tag}/rollback moves the tag back`
  return new Failure(
    'rollout_over',
    `the rollout of ${name} was ${state} by ${by}`,
    {},
    state === 'promoted' ? back : 'PUT the tag with a rollout to begin another one',
  )
}
