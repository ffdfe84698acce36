/** `meltica run`: an instance of a strategy, created and started, as `docker run -d` has it. */
import { type Command, Option } from 'commander'
import { writtenValue } from '../../../compiler/written-value'
import { Failure } from '../../../errors/failure'
import { Instance, type InstanceBody } from '../../../schema/instances'
import type { Module } from '../../../schema/modules'
import { ProviderList, ProviderView } from '../../../schema/providers'
import { DEFAULT_RESTART, RESTART_POLICIES, type RestartPolicy } from '../../../schema/restart-terms'
import { type SetValues, setting } from '../../run/flags'
import { type ApiClient, providerPath } from '../client'
import { type ApiContext, apiCommand, collected } from '../command'
import { moduleOf } from '../names'
import { lines, pinnedText } from '../output'
import { followLog } from './logs'

const EXAMPLES = [
  'run grid --provider sim --symbol BTC-USDT',
  'run grid:prod --name grid-1 --symbol BTC-USDT --set quantity=0.01 --live',
  'run -f momentum --symbol BTC-USDT',
]
const DETAILS = `
Without --live it is a dry run: orders pass every check, are logged as skipped, and nothing is sent. A selector without a
tag follows latest, one with a tag that tag; name@hash stays where it is. The id is printed; what it runs, and whether its
orders are sent, on standard error. With -f its log follows; Ctrl-C ends that, and the instance runs on.`

interface Flags {
  readonly name?: string
  readonly provider?: string
  readonly symbol?: readonly string[]
  readonly set?: readonly string[]
  readonly live?: boolean
  readonly restart: RestartPolicy
  readonly follow?: true
}

export const runCommand = (context: ApiContext): Command =>
  apiCommand('run', `create an instance of a strategy and start it, dry unless --live${DETAILS}`, ...EXAMPLES)
    .usage('[options] <selector>')
    .argument('[selector]', 'name (its latest), name:tag or name@hash')
    .option('--name <id>', 'its id (default: one of the name of the strategy)')
    .option('--provider <provider>', 'where it sees and trades (default: the only one there is)')
    .option('--symbol <symbol...>', 'what it sees and trades (default: the only one of the provider)', collected)
    .option('--set <key=value...>', 'values of its config', collected)
    .option('--live', 'send its orders')
    .addOption(
      new Option('--restart <policy>', 'whether it is started again when it fails')
        .choices(RESTART_POLICIES)
        .default(DEFAULT_RESTART),
    )
    .option('-f, --follow', 'go on with its log')
    .action(async (given: string | undefined, written: Flags) => {
      const { selector, ...flags } = given === undefined ? behindValues(written) : { selector: given, ...written }
      const api = context.api()
      const module = await moduleOf(api, selector)
      const config = configOf(module, flags)
      const provider = await providerOf(api, flags.provider)
      const symbols = flags.symbol ?? [onlySymbol(provider)]
      const body: InstanceBody = {
        id: flags.name ?? freshId(module.name),
        strategy: { identifier: selector, config },
        scope: { [provider.name]: { symbols: [...symbols] } },
        autostart: true,
        restart: flags.restart,
      }
      const instance = await api.call(Instance, 'POST', '/strategy/instances', body)
      context.print(lines([instance.id]))
      checkStarted(instance)
      context.complain(lines([startedText(instance, flags.live ?? false)]))
      const logs = { format: 'table', level: 'info' } as const
      if (flags.follow) await followLog(context, logs, instance.id, Number.POSITIVE_INFINITY)
    })

/** An option that takes several values has taken the selector too where it stood last. @throws Failure usage. */
function behindValues({ symbol = [], set = [], ...flags }: Flags): Flags & { selector: string } {
  const last = set.at(-1)
  if (last !== undefined && !last.includes('='))
    return { ...flags, selector: last, set: set.slice(0, -1), ...(symbol.length > 0 && { symbol }) }
  const [selector, ...before] = symbol.toReversed()
  if (selector !== undefined && before.length > 0) return { ...flags, selector, symbol: before.reverse(), set }
  throw new Failure('usage', 'say what to run: name, name:tag or name@hash')
}

/** What was set, by the types that the strategy declares. @throws Failure usage. */
function configOf({ metadata }: Module, { set: written = [], live = false }: Flags): Record<string, unknown> {
  const odd = written.find((text) => text.indexOf('=') < 1)
  if (odd !== undefined) throw new Failure('usage', `--set ${JSON.stringify(odd)}: write key=value`)
  const set = written.reduce<SetValues>((before, text) => setting(text, before), {})
  if (Object.hasOwn(set, 'dry_run'))
    throw new Failure('usage', 'dry_run is not to be set: an instance runs dry unless --live is given')
  const typeOf = (name: string) => metadata?.config.find((field) => field.name === name)?.type
  const given = Object.entries(set).map(([name, text]) => [name, writtenValue(typeOf(name), text)])
  return { ...Object.fromEntries(given), dry_run: !live }
}

/** @throws Failure usage when none is named and there is not just one. */
async function providerOf(api: ApiClient, name: string | undefined): Promise<ProviderView> {
  if (name !== undefined) return api.call(ProviderView, 'GET', providerPath(name))
  const { providers } = await api.call(ProviderList, 'GET', '/providers')
  const [only, ...others] = providers
  if (only && others.length === 0) return only
  const names = providers.map((provider) => provider.name).join(', ')
  throw new Failure('usage', only ? `say where, with --provider: there are ${names}` : 'the gateway has no provider')
}

/** @throws Failure usage. */
function onlySymbol({ name, instruments }: ProviderView): string {
  const [only, ...others] = instruments
  if (only && others.length === 0) return only.symbol
  throw new Failure('usage', `say what it trades at ${name}, with --symbol, as in --symbol BTC-USDT`)
}

/** Letters and digits that are not taken for each other. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'
const LETTER_COUNT = 6

/** The rest of an id may have as many characters as it needs. */
const NAME_LENGTH = 100

/** So many of them that no two meet. */
const freshId = (strategy: string): string =>
  `${strategy
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(
      0,
      NAME_LENGTH,
    )}-${Array.from(crypto.getRandomValues(new Uint8Array(LETTER_COUNT)), (byte) => LETTERS[byte % LETTERS.length]).join('')}`

/** @throws Failure launch_failed: it is there all the same. */
function checkStarted({ id, running, reason = 'see its log' }: Instance): void {
  if (running) return
  const hint = `meltica logs ${id} tells more; start it again with meltica start ${id}, or remove it with meltica instance rm ${id}`
  throw new Failure('launch_failed', `${id} was created and did not start: ${reason}`, {}, hint)
}

function startedText({ id, strategy, scope }: Instance, isLive: boolean): string {
  const places = Object.entries(scope).map(([provider, { symbols }]) => `${symbols.join(' ')} at ${provider}`)
  const orders = isLive
    ? 'live: its orders are sent'
    : 'a dry run: its orders are checked and not sent; --live sends them'
  return `${id} runs ${pinnedText(strategy.identifier, strategy.hash, true)} on ${places.join(', ')}, ${orders}`
}
