/** `meltica untag`: deletes a tag; its revision stays. */
import type { Command } from 'commander'
import { TagDeleted } from '../../schema/tags'
import { modulePath } from './client'
import { type AnswerFlags, type ApiContext, answer, answeringCommand } from './command'
import { parseTagName } from './names'
import { lines, pinnedText } from './output'

const EXAMPLES = ['untag grid:canary', 'untag grid:v0.9.0 --allow-orphan']

interface Flags extends AnswerFlags {
  readonly allowOrphan: boolean
}

export const untagCommand = (context: ApiContext): Command =>
  answeringCommand('untag', 'delete a tag; its revision stays', ...EXAMPLES)
    .argument('<name:tag>', 'the tag')
    .option('--allow-orphan', 'even when it is the last selector of its revision', false)
    .action(async (text: string, flags: Flags) => {
      const { name, tag } = parseTagName(text)
      const path = `${modulePath(name, 'tags', tag)}?allowOrphan=${flags.allowOrphan}`
      const deleted = await context.api().call(TagDeleted, 'DELETE', path)
      const { strategy, hash } = deleted
      answer(context, flags, {
        quiet: () => [pinnedText(strategy, hash, false)],
        json: deleted,
        table: () => lines([`deleted ${strategy}:${deleted.tag} (was ${hash})`]),
      })
    })
