/** `meltica inspect`: all that is known of a revision, an instance or a provider; or the source of a revision. */
import { type Command, Option } from 'commander'
import { Failure } from '../../errors/failure'
import { Instance } from '../../schema/instances'
import type { Metadata } from '../../schema/metadata'
import type { Module } from '../../schema/modules'
import { ProviderView } from '../../schema/providers'
import { type ApiClient, instancePath, modulePath, providerPath } from './client'
import { type AnswerFlags, type ApiContext, answer, apiCommand, withAnswerFlags } from './command'
import { moduleOf } from './names'
import { fieldsText } from './operate/things'
import { columns, pinnedText, sizeText } from './output'

const EXAMPLES = [
  'inspect grid:prod',
  'inspect --format table grid@960b2c1a4f7d',
  'inspect --source grid:prod > grid.js',
  'inspect --type instance grid-1',
]
const DETAILS = `
A plain name is looked for among the strategies, then the instances, then the providers; --type says which is meant.`

const TYPES = ['strategy', 'instance', 'provider'] as const
type ThingType = (typeof TYPES)[number]

interface Flags extends AnswerFlags {
  readonly source?: true
  readonly type?: ThingType
}

type Thing =
  | { readonly type: 'strategy'; readonly thing: Module }
  | { readonly type: 'instance' | 'provider'; readonly thing: Instance | ProviderView }

export const inspectCommand = (context: ApiContext): Command =>
  withAnswerFlags(
    apiCommand('inspect', `show all that is known of a revision, an instance or a provider${DETAILS}`, ...EXAMPLES),
    'json',
  )
    .argument('<thing>', 'name (its latest), name:tag or name@hash of a strategy; an instance; a provider')
    .option('--source', 'print the JavaScript of a revision')
    .addOption(new Option('--type <type>', 'what it is').choices(TYPES))
    .action(async (name: string, flags: Flags) => {
      const api = context.api()
      if (flags.source) return context.print(await api.text('GET', modulePath(name, 'source')))
      const found = flags.type ? await GETS[flags.type](api, name) : await anyOf(api, name)
      answer(context, flags, {
        quiet: () => [found.type === 'strategy' ? pinnedText(found.thing.name, found.thing.hash, false) : name],
        json: found.thing,
        table: () =>
          found.type === 'strategy'
            ? columns(context.colours, ['FIELD', 'VALUE'], fieldsOf(found.thing))
            : fieldsText(context, found.thing),
      })
    })

const GETS: Readonly<Record<ThingType, (api: ApiClient, name: string) => Promise<Thing>>> = {
  strategy: async (api, name) => ({ type: 'strategy', thing: await moduleOf(api, name) }),
  instance: async (api, name) => ({ type: 'instance', thing: await api.call(Instance, 'GET', instancePath(name)) }),
  provider: async (api, name) => ({ type: 'provider', thing: await api.call(ProviderView, 'GET', providerPath(name)) }),
}

/** @throws Failure of the gateway, of the first when there is none. */
async function anyOf(api: ApiClient, name: string): Promise<Thing> {
  const refusals: Failure[] = []
  for (const type of TYPES) {
    try {
      return await GETS[type](api, name)
    } catch (error) {
      if (!(error instanceof Failure && ABSENT.has(error.code))) throw error
      refusals.push(error)
    }
  }
  // what has a tag or a hash can be meant as a revision alone
  if (/[:@]/.test(name) && refusals[0]) throw refusals[0]
  const hint = 'meltica ls, meltica ps -a and meltica providers list what there is'
  throw new Failure(
    'strategy_not_found',
    `no strategy, instance or provider is called ${JSON.stringify(name)}`,
    {},
    hint,
  )
}

const ABSENT: ReadonlySet<string> = new Set([
  'strategy_not_found',
  'tag_not_found',
  'hash_not_found',
  'invalid_selector',
  'instance_not_found',
  'provider_not_found',
])

function fieldsOf({ name, hash, tag, tags, path, size, metadata, running, problem }: Module): string[][] {
  const instances = running.filter((entry) => entry.hash === hash).flatMap((entry) => entry.instances)
  return [
    ['name', name],
    ['tag', tag],
    ['tags', tags.join(' ')],
    ['hash', hash],
    ['path', path],
    ['size', sizeText(size)],
    ...(metadata ? describe(metadata) : []),
    ['running', instances.join(' ') || '-'],
    ...(problem === undefined ? [] : [['problem', problem]]),
  ]
}

function describe({ displayName, description, events, config }: Metadata): string[][] {
  return [
    ['title', displayName],
    ['description', description],
    ['events', events.join(' ')],
    ...config.map(({ name, type, default: value, description = '' }) => [
      `config.${name}`,
      `${type}${value === undefined ? '' : ` = ${JSON.stringify(value)}`}${description && `  ${description}`}`,
    ]),
  ]
}
