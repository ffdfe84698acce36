/** `meltica usage`: the instances that pin a revision. */
import type { Command } from 'commander'
import { UsagePage } from '../../schema/usage'
import { modulePath } from './client'
import { type ApiContext, apiCommand, type PrintFlags, withPrintFlags } from './command'
import { columns, hashText, jsonText, lines } from './output'

export const usageCommand = ({ api, print }: ApiContext): Command =>
  withPrintFlags(apiCommand('usage', 'list the instances that pin a revision', 'usage momentum:prod --all'))
    .argument('<selector>', 'name, name:tag or name@sha256:<hex>')
    .option('-a, --all', 'also instances that do not run', false)
    .action(async (selector: string, { all, format, quiet, trunc }: PrintFlags & { all: boolean }) => {
      const page = await api().call(UsagePage, 'GET', `${modulePath(selector, 'usage')}?includeStopped=${all}`)
      if (format === 'json') return print(jsonText(page))
      if (quiet) return print(lines(page.instances.map(({ id }) => id)))
      const rows = page.instances.map(
        ({ id, strategySelector, strategyHash, running, providers, aggregatedSymbols }) => [
          ...[id, strategySelector, hashText(strategyHash, trunc), running ? 'yes' : 'no'],
          ...[providers.join(', '), aggregatedSymbols.join(', ')],
        ],
      )
      print(columns(['INSTANCE', 'SELECTOR', 'HASH', 'RUNNING', 'PROVIDERS', 'SYMBOLS'], rows))
    })
