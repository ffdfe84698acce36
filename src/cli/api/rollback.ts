/** `meltica rollback`: moves a tag back to what it named before. */
import type { Command } from 'commander'
import { TagAssigned } from '../../schema/tags'
import { modulePath } from './client'
import type { ApiContext } from './command'
import { answerMove, type MoveFlags, movingCommand } from './move'
import { parseTagName } from './names'

const EXAMPLES = ['rollback grid:prod -m "spread too wide"', 'rollback grid:prod --to 960b2c1a4f7d']

interface Flags extends MoveFlags {
  readonly to?: string
}

export const rollbackCommand = (context: ApiContext): Command =>
  movingCommand('rollback', 'move a tag back to what it named before', ...EXAMPLES)
    .argument('<name:tag>', 'the tag')
    .option('--to <hash>', 'to this revision instead')
    .action(async (text: string, flags: Flags) => {
      const { name, tag } = parseTagName(text)
      const { to, refresh, message } = flags
      const body = { refresh, ...(to !== undefined && { to }), ...(message !== undefined && { message }) }
      const path = modulePath(name, 'tags', tag, 'rollback')
      answerMove(context, flags, await context.api().call(TagAssigned, 'POST', path, body))
    })
