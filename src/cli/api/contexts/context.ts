/** `meltica context`: several gateways by name, as `docker context` has it. */
import { type Command, InvalidArgumentError } from 'commander'
import { Failure } from '../../../errors/failure'
import { inputName, readInputText } from '../../../files/input'
import { isIdentifier } from '../../../schema/names'
import { ApiClient, DEFAULT_API } from '../client'
import { type AnswerFlags, type ApiContext, answer, localCommand, withListFlags } from '../command'
import { lines } from '../output'
import { type Context, contextOf, readContexts, writeContexts } from './file'
import { NO_CONTEXT } from './gateway'

export interface ContextDeps extends Pick<ApiContext, 'print' | 'complain' | 'colours'> {
  readonly environment: Readonly<Record<string, string | undefined>>
}

const DETAILS = `
A command talks to the gateway of --context NAME, else to the one at MELTICA_API (with MELTICA_TOKEN), else to that of
MELTICA_CONTEXT, else to that of the context in use, else to the one on this machine, which is called ${NO_CONTEXT}.
Contexts are kept in ~/.config/meltica/contexts.yaml (or where MELTICA_CONTEXTS says), which its owner alone may read.`

const EXAMPLES = [
  'context create prod --address https://trading.example.org:8880 --token-file token --ca ca.pem',
  'context use prod',
  'context ls',
  'ps --context prod',
]

export const contextCommand = (deps: ContextDeps): Command =>
  lsCommand(deps, 'context', `name gateways, and choose one of them${DETAILS}`, ...EXAMPLES)
    // what follows a subcommand is its own
    .enablePositionalOptions()
    .addCommand(lsCommand(deps, 'ls', 'list contexts; * is the one in use', 'context ls'))
    .addCommand(createCommand(deps))
    .addCommand(useCommand(deps))
    .addCommand(rmCommand(deps))

const TITLES = ['', 'NAME', 'ADDRESS', 'TOKEN', 'CA']

const lsCommand = (deps: ContextDeps, name: string, description: string, ...examples: string[]): Command =>
  withListFlags(localCommand(name, description, ...examples)).action((flags: AnswerFlags) => {
    const { current = NO_CONTEXT, contexts } = readContexts(deps.environment)
    const all = [{ name: NO_CONTEXT, address: DEFAULT_API }, ...contexts]
    // a token is never shown
    const shown = all.map(({ name: one, address, token, ca }: Context) => ({
      name: one,
      address,
      token: token !== undefined,
      ca: ca !== undefined,
      current: one === current,
    }))
    answer(deps, flags, {
      quiet: () => shown.map((one) => one.name),
      json: shown,
      table: () => ({
        titles: TITLES,
        rows: shown.map((one) => [one.current ? '*' : '', one.name, one.address, yes(one.token), yes(one.ca)]),
      }),
    })
    const { MELTICA_API } = deps.environment
    if (MELTICA_API) deps.complain(lines([`MELTICA_API is set, and beats the context in use: ${MELTICA_API}`]))
  })

const yes = (holds: boolean) => (holds ? 'yes' : '')

interface CreateFlags {
  readonly address: string
  readonly tokenFile?: string
  readonly ca?: string
}

const createCommand = ({ environment, print }: ContextDeps): Command =>
  localCommand('create', 'give a gateway a name', EXAMPLES[0]!, 'context create lab --address 10.0.0.7:8880')
    .argument('<name>', 'the context', contextName)
    .requiredOption('--address <url>', 'where it listens, as https://host:8880')
    .option('--token-file <file>', 'whose first line is the token; - for standard input')
    .option('--ca <file>', 'certificates in PEM that vouch for it, in the place of those that this machine trusts')
    .action((name: string, { address, tokenFile, ca }: CreateFlags) => {
      const before = readContexts(environment)
      if (before.contexts.some((context) => context.name === name))
        throw new Failure('context_exists', `there is a context ${JSON.stringify(name)}`)
      // it refuses what is no address
      new ApiClient({ MELTICA_API: address })
      const created = {
        name,
        address,
        ...(tokenFile !== undefined && { token: tokenIn(tokenFile) }),
        ...(ca !== undefined && { ca: certificatesIn(ca) }),
      }
      writeContexts(environment, { ...before, contexts: [...before.contexts, created] })
      print(lines([name]))
    })

const useCommand = ({ environment, print }: ContextDeps): Command =>
  localCommand(
    'use',
    `talk to the gateway of this context from now on; ${NO_CONTEXT} is the one on this machine`,
    'context use prod',
  )
    .argument('<context>', 'its name')
    .action((name: string) => {
      const { contexts } = readContexts(environment)
      const current = name === NO_CONTEXT ? {} : { current: contextOf({ contexts }, name).name }
      writeContexts(environment, { ...current, contexts })
      print(lines([name]))
    })

const rmCommand = ({ environment, print }: ContextDeps): Command =>
  localCommand('rm', 'forget contexts, with their tokens', 'context rm lab')
    .argument('<context...>', 'their names')
    .action((names: string[]) => {
      const before = readContexts(environment)
      for (const name of names) contextOf(before, name)
      const { current } = before
      writeContexts(environment, {
        ...(current !== undefined && !names.includes(current) && { current }),
        contexts: before.contexts.filter(({ name }) => !names.includes(name)),
      })
      print(lines(names))
    })

function contextName(text: string): string {
  if (isIdentifier(text) && text !== NO_CONTEXT) return text
  throw new InvalidArgumentError(
    `A name is a letter or digit, then letters, digits, ., _ and -, and not ${NO_CONTEXT}.`,
  )
}

/** @throws Failure file_unreadable. */
function tokenIn(file: string): string {
  const token = readInputText(file).trim().split('\n', 1)[0]?.trim()
  if (token && /^[\x21-\x7e]+$/.test(token)) return token
  throw new Failure('file_unreadable', `${inputName(file)} holds no token`, {}, 'put the token alone on its first line')
}

/** @throws Failure file_unreadable. */
function certificatesIn(file: string): string {
  const text = readInputText(file)
  if (/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.test(text)) return text
  throw new Failure('file_unreadable', `${inputName(file)} holds no certificate`, {}, 'name a file in PEM')
}
