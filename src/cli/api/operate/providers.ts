/** `meltica providers`: where market data comes from and orders go. */
import type { Command } from 'commander'
import { ProviderAction, ProviderList, ProviderView } from '../../../schema/providers'
import { providerPath } from '../client'
import { type AnswerFlags, type ApiContext, apiCommand, listCommand, withAnswerFlags } from '../command'
import { forEach } from './each'
import { stateCell } from './fleet-table'
import { answerRows, type Column } from './rows'
import { showThings } from './things'

const FORM: readonly Column[] = [
  ['NAME', 0],
  ['ADAPTER', 0],
  ['STATUS', 0],
  ['SYMBOLS', 0],
  ['INSTANCES', 0],
  ['EVENTS', 0],
  ['ERROR', 0],
]

export const providersCommand = (context: ApiContext): Command =>
  listing(context, 'providers', 'list providers, and start or stop them', 'providers', 'providers stop sim')
    // what follows a subcommand is its own
    .enablePositionalOptions()
    .addCommand(listing(context, 'ls', 'list providers', 'providers ls --format csv'))
    .addCommand(inspectCommand(context))
    .addCommand(actingCommand(context, 'start', 'start providers', 'providers start sim'))
    .addCommand(actingCommand(context, 'stop', 'stop providers', 'providers stop sim'))

const listing = (context: ApiContext, name: string, description: string, ...examples: string[]): Command =>
  listCommand(name, description, ...examples).action(async (flags: AnswerFlags) => {
    const { providers } = await context.api().call(ProviderList, 'GET', '/providers')
    const rows = providers.map((provider) => ({ id: provider.name, json: provider, cells: cellsOf(context, provider) }))
    answerRows(context, flags, FORM, rows)
  })

const cellsOf = ({ colours }: ApiContext, provider: ProviderView) => [
  provider.name,
  provider.adapter,
  stateCell(colours, provider.status),
  String(provider.symbols.length),
  String(provider.dependentInstanceCount),
  String(provider.eventsEmitted),
  { text: provider.startupError ?? '', colour: colours.red },
]

const inspectCommand = (context: ApiContext): Command =>
  withAnswerFlags(apiCommand('inspect', 'show all that is known of providers', 'providers inspect sim'), 'json', [
    'json',
  ])
    .argument('<provider...>', 'their names')
    .action((names: string[], flags: AnswerFlags) =>
      showThings(context, flags, names, (name) => context.api().call(ProviderView, 'GET', providerPath(name))),
    )

const actingCommand = (context: ApiContext, action: 'start' | 'stop', description: string, ...examples: string[]) =>
  apiCommand(action, description, ...examples)
    .argument('<provider...>', 'their names')
    .action(async (names: string[]) => {
      const api = context.api()
      await forEach(context, names, async (name) => {
        await api.call(ProviderAction, 'POST', providerPath(name, action))
        return name
      })
    })
