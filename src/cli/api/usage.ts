/** `meltica usage`: the instances that pin a revision. */
import type { Command } from 'commander'
import { UsagePage } from '../../schema/usage'
import { modulePath } from './client'
import { type ApiContext, answer, type ListFlags, listingCommand } from './command'
import { hashCell, type Sheet } from './output'

const TITLES = ['INSTANCE', 'STATE', 'SELECTOR', 'HASH', 'PROVIDERS', 'SYMBOLS']

interface Flags extends ListFlags {
  readonly all: boolean
}

export const usageCommand = (context: ApiContext): Command =>
  listingCommand('usage', 'list the instances that pin a revision', 'usage grid:prod --all')
    .argument('<selector>', 'name (its latest), name:tag or name@hash')
    .option('-a, --all', 'also instances that do not run', false)
    .action(async (selector: string, flags: Flags) => {
      const path = `${modulePath(selector, 'usage')}?includeStopped=${flags.all}`
      const usage = await context.api().call(UsagePage, 'GET', path)
      answer(context, flags, {
        quiet: () => usage.instances.map(({ id }) => id),
        json: usage,
        table: () => tableOf(context, flags, usage),
      })
    })

function tableOf({ colours }: ApiContext, { trunc }: Flags, { instances }: UsagePage): Sheet {
  return {
    titles: TITLES,
    rows: instances.map(({ id, running, strategySelector, strategyHash, providers, aggregatedSymbols }) => [
      id,
      running ? { text: 'running', colour: colours.green } : { text: 'stopped', colour: colours.dim },
      strategySelector,
      hashCell(strategyHash, trunc),
      providers.join(' '),
      aggregatedSymbols.join(' '),
    ]),
  }
}
