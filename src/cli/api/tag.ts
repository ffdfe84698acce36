/** `meltica tag`: makes a tag name a revision, as `docker tag` does. */
import type { Command } from 'commander'
import { Failure } from '../../errors/failure'
import { type RolloutPlan, RolloutStarted } from '../../schema/rollouts'
import { TagAssigned } from '../../schema/tags'
import { modulePath } from './client'
import { type ApiContext, answer } from './command'
import { answerMove, type MoveFlags, movingCommand } from './move'
import { moduleOf } from './names'
import { ROLLOUT_HELP, rolloutPlan } from './rollout-plan'
import { nameOf, statusText } from './rollout-text'

const EXAMPLES = [
  'tag grid:v1.1.0 prod',
  'tag grid@960b2c1a4f7d grid:prod -m "two weeks on paper"',
  'tag grid:v1.1.0 prod --rollout steps=0.05/0.25/1,every=10m,abort-errors=3',
]

interface Flags extends MoveFlags {
  readonly rollout?: RolloutPlan
}

export const tagCommand = (context: ApiContext): Command =>
  movingCommand('tag', 'make a tag name a revision, and move what follows it', ...EXAMPLES)
    .argument('<selector>', 'the revision: name (its latest), name:tag or name@hash')
    .argument('<tag>', 'the tag, also as name:tag')
    .option('--rollout <plan>', ROLLOUT_HELP, rolloutPlan)
    .action(async (selector: string, target: string, flags: Flags) => {
      const { refresh, message, rollout: plan } = flags
      const api = context.api()
      const { name, hash } = await moduleOf(api, selector)
      const path = modulePath(name, 'tags', tagOf(name, target))
      const body = { hash, refresh, ...(message !== undefined && { message }) }
      if (plan !== undefined) {
        const { rollout } = await api.call(RolloutStarted, 'PUT', path, { ...body, rollout: plan })
        answer(context, flags, {
          quiet: () => [nameOf(rollout)],
          json: rollout,
          table: () => statusText(context.colours, rollout, true),
        })
        return
      }
      answerMove(context, flags, await api.call(TagAssigned, 'PUT', path, body))
    })

/** @throws Failure usage when the target belongs to another strategy. */
function tagOf(name: string, target: string): string {
  const colon = target.indexOf(':')
  const owner = target.slice(0, Math.max(colon, 0))
  if (colon >= 0 && owner.toLowerCase() !== name.toLowerCase())
    throw new Failure('usage', `a tag of ${owner} cannot name a revision of ${name}`)
  return target.slice(colon + 1)
}
