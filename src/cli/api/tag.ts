/** `meltica tag`: makes a tag name a revision, as `docker tag` does. */
import type { Command } from 'commander'
import { Failure } from '../../errors/failure'
import { TagAssigned } from '../../schema/tags'
import { modulePath } from './client'
import type { ApiContext } from './command'
import { answerMove, type MoveFlags, movingCommand } from './move'
import { moduleOf } from './names'

const EXAMPLES = ['tag grid:v1.1.0 prod', 'tag grid@960b2c1a4f7d grid:prod -m "two weeks on paper"']

export const tagCommand = (context: ApiContext): Command =>
  movingCommand('tag', 'make a tag name a revision, and move what follows it', ...EXAMPLES)
    .argument('<selector>', 'the revision: name (its latest), name:tag or name@hash')
    .argument('<tag>', 'the tag, also as name:tag')
    .action(async (selector: string, target: string, flags: MoveFlags) => {
      const { refresh, message } = flags
      const api = context.api()
      const { name, hash } = await moduleOf(api, selector)
      const path = modulePath(name, 'tags', tagOf(name, target))
      const body = { hash, refresh, ...(message !== undefined && { message }) }
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
