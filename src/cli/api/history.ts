/** `meltica history` and `rollback`: where a tag has been, and the way back. */
import type { Command } from 'commander'
import { TagAssigned, TagHistory } from '../../schema/catalogue'
import { modulePath } from './client'
import { type ApiContext, apiCommand, type PrintFlags, withPrintFlags } from './command'
import { columns, hashText, jsonText, lines } from './output'
import { moved, splitTag } from './tag'

interface RollbackFlags {
  readonly to?: string
  readonly refresh: boolean
  readonly message?: string
}

export const historyCommand = ({ api, print }: ApiContext): Command =>
  withPrintFlags(apiCommand('history', 'list the moves of a tag, newest first', 'history momentum:prod'))
    .argument('<name:tag>', 'the tag')
    .option('-n, --limit <count>', 'how many at most', '100')
    .action(async (selector: string, { limit, format, quiet, trunc }: PrintFlags & { limit: string }) => {
      const { name, tag } = splitTag(selector)
      const query = new URLSearchParams({ limit })
      const { history } = await api().call(TagHistory, 'GET', `${modulePath(name, 'tags', tag, 'history')}?${query}`)
      if (format === 'json') return print(jsonText(history))
      if (quiet) return print(lines(history.map(({ hash }) => hashText(hash, trunc))))
      const rows = history.map(({ at, actor, hash, message }) => [at, actor, hashText(hash, trunc), message ?? ''])
      print(columns(['MOVED', 'BY', 'TO', 'MESSAGE'], rows))
    })

export const rollbackCommand = ({ api, print }: ApiContext): Command =>
  apiCommand('rollback', 'move a tag back to what it named before', 'rollback momentum:prod -m "spread too wide"')
    .argument('<name:tag>', 'the tag')
    .option('--to <hash>', 'to this revision instead')
    .option('--no-refresh', 'do not roll the instances that follow the tag')
    .option('-m, --message <text>', 'why, for the history of the tag')
    .action(async (selector: string, { to, refresh, message }: RollbackFlags) => {
      const { name, tag } = splitTag(selector)
      const body = { refresh, ...(to !== undefined && { to }), ...(message !== undefined && { message }) }
      const path = modulePath(name, 'tags', tag, 'rollback')
      const { hash, previousHash } = await api().call(TagAssigned, 'POST', path, body)
      print(moved(`${name}:${tag}`, hash, previousHash))
    })
