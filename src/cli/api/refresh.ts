/** `meltica refresh`: reads the strategy home again and moves the instances that follow a name or tag. */
import type { Command } from 'commander'
import { RefreshResult } from '../../schema/usage'
import { type ApiContext, apiCommand, type PrintFlags, withPrintFlags } from './command'
import { columns, hashText, jsonText, lines } from './output'

const HASH = /^(sha256:)?[0-9a-f]{12,64}$/i

export const refreshCommand = ({ api, print }: ApiContext): Command =>
  withPrintFlags(apiCommand('refresh', 'move instances to what their selectors name now', 'refresh momentum:prod'))
    .argument('[selector...]', 'selectors or hashes; default everything')
    .action(async (targets: string[], { format, quiet, trunc }: PrintFlags) => {
      const strategies = targets.filter((target) => !HASH.test(target))
      const hashes = targets.filter((target) => HASH.test(target))
      const result = await api().call(RefreshResult, 'POST', '/strategies/refresh', { strategies, hashes })
      if (format === 'json') return print(jsonText(result))
      if (quiet) return print(lines(result.results.map(({ selector }) => selector)))
      const rows = result.results.map(({ selector, previousHash, hash, reason, instances }) => [
        ...[selector, reason, hashText(previousHash, trunc), hashText(hash, trunc), instances.join(', ')],
      ])
      print(columns(['SELECTOR', 'RESULT', 'FROM', 'TO', 'INSTANCES'], rows))
      print(lines(result.problems.map(({ path = '', problem }) => `problem: ${path} ${problem}`)))
    })
