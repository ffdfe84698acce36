/** `meltica history`: where a tag has been, newest first. */
import { type Command, InvalidArgumentError } from 'commander'
import { TagHistory } from '../../schema/tags'
import { modulePath } from './client'
import { type ApiContext, answer, type ListFlags, listingCommand } from './command'
import { parseTagName } from './names'
import { hashCell, hashText } from './output'

const TITLES = ['WHEN', 'WHO', 'HASH', 'BEFORE', 'MESSAGE']
const DEFAULT_LIMIT = 100
const MAX_LIMIT = 10_000

interface Flags extends ListFlags {
  readonly limit: number
}

export const historyCommand = (context: ApiContext): Command =>
  listingCommand('history', 'list the moves and deletions of a tag, newest first', 'history grid:prod -n 5')
    .argument('<name:tag>', 'the tag')
    .option('-n, --limit <count>', 'how many at most', limit, DEFAULT_LIMIT)
    .action(async (text: string, flags: Flags) => {
      const { name, tag } = parseTagName(text)
      const path = `${modulePath(name, 'tags', tag, 'history')}?limit=${flags.limit}`
      const history = await context.api().call(TagHistory, 'GET', path)
      const short = (hash: string) => hashText(hash, flags.trunc)
      answer(context, flags, {
        quiet: () => history.history.map(({ hash }) => short(hash)).filter((hash) => hash !== ''),
        json: history,
        table: () => ({
          titles: TITLES,
          rows: history.history.map(({ at, actor, action, hash, previousHash, message = '' }) => [
            at,
            actor,
            action === 'deleted' ? { text: action, colour: context.colours.red } : hashCell(hash, flags.trunc),
            hashCell(previousHash, flags.trunc),
            message,
          ]),
        }),
      })
    })

function limit(text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= 1 && value <= MAX_LIMIT) return value
  throw new InvalidArgumentError(`write a whole number from 1 to ${MAX_LIMIT}`)
}
