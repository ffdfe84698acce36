/** Providers and adapters as the API shows them (contract §2). Secrets are taken, never answered. */
import { type Static, Type } from '@sinclair/typebox'
import { Instrument } from './events'
import { BalanceItem } from './instance-records'
import { pageOf } from './page'
import { NAMED } from './stated'
import { words } from './words'

export const CAPABILITIES = ['market-data', 'trading'] as const
/** What the providers of an adapter do. */
export type Capability = (typeof CAPABILITIES)[number]

const identifier = Type.String({ minLength: 1, maxLength: 128, examples: ['sim'] })

export const ProviderBody = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'Chosen by you, unique', examples: ['sim'], ...NAMED }),
    adapter: Type.Object(
      {
        identifier,
        config: Type.Optional(
          Type.Record(Type.String(), Type.Unknown(), {
            description:
              'The settings of the adapter (GET /adapters), and in `paper` those of the paper exchange: account (linear, ' +
              'inverse, spot), cash by currency (10000 of each settlement currency), leverage, checkMargin, multiplier, ' +
              'marginPerContract (instead of leverage), feeBps (10), makerBps (below zero: a rebate), takerBps, ' +
              'feePerContract (instead of feeBps), feeMinimum (of an order), slippageBps (below 10000), latencyMs, fill (next, same), limit (through, touch)',
            examples: [{ seed: 42, paper: { feeBps: 10 } }],
          }),
        ),
      },
      { additionalProperties: false },
    ),
    enabled: Type.Optional(Type.Boolean({ default: true, description: 'Start it at once' })),
  },
  { title: 'ProviderBody', additionalProperties: false, description: 'A new provider' },
)
export type ProviderBody = Static<typeof ProviderBody>

export const ProviderReplacement = Type.Object(
  {
    name: Type.Optional(Type.String({ description: 'The name in the path; another one is refused' })),
    adapter: ProviderBody.properties.adapter,
    enabled: Type.Optional(Type.Boolean({ description: 'Whether it is to run; absent: as before' })),
  },
  {
    title: 'ProviderReplacement',
    additionalProperties: false,
    description: 'What the provider is to be from now on, secrets included',
  },
)
export type ProviderReplacement = Static<typeof ProviderReplacement>

export const PROVIDER_STATUSES = ['stopped', 'running', 'finished', 'failed'] as const

export const ProviderView = Type.Object(
  {
    name: Type.String({ examples: ['sim'] }),
    adapter: Type.String({ examples: ['sim'] }),
    identifier: Type.String({ description: 'The same as adapter', examples: ['sim'] }),
    status: words(PROVIDER_STATUSES, { description: 'finished: its data came to an end' }),
    running: Type.Boolean(),
    startupError: Type.Optional(Type.String({ description: 'Why it failed' })),
    settings: Type.Record(Type.String(), Type.Unknown(), {
      description: 'As given, without secrets',
      examples: [{ seed: 42 }],
    }),
    symbols: Type.Array(Type.String(), { description: 'Subscribed so far', examples: [['BTC-USDT']] }),
    instrumentCount: Type.Integer({ examples: [1] }),
    instruments: Type.Array(Instrument),
    dependentInstances: Type.Array(Type.String(), {
      description: 'Instances with it in their scope',
      examples: [['momentum-1']],
    }),
    dependentInstanceCount: Type.Integer({ examples: [1] }),
    eventsEmitted: Type.Integer({
      description:
        'Since the process of the gateway started: with the next one it begins again at 0, also where a recording goes on',
    }),
  },
  { title: 'Provider', description: 'A source of market data with its paper exchange' },
)
export type ProviderView = Static<typeof ProviderView>

export const ProviderList = Type.Object({ providers: Type.Array(ProviderView) }, { title: 'ProviderList' })

export const ProviderAction = Type.Object(
  {
    status: Type.Literal('ok'),
    action: words(['start', 'stop']),
    name: Type.String(),
    provider: ProviderView,
  },
  { title: 'ProviderAction' },
)

export const ProviderRemoved = Type.Object(
  { status: Type.Literal('removed'), name: Type.String() },
  { title: 'ProviderRemoved' },
)

export const ProviderBalanceItem = Type.Composite(
  [
    Type.Object({ instance: Type.String({ description: 'Whose account it is', examples: ['momentum-1'] }) }),
    BalanceItem,
  ],
  { title: 'ProviderBalance', description: 'Money of one instance at the provider' },
)
export type ProviderBalanceItem = Static<typeof ProviderBalanceItem>
export const ProviderBalancePage = pageOf(
  ProviderBalanceItem,
  'ProviderBalancePage',
  'Balances by instance and currency',
)

export const AdapterView = Type.Object(
  {
    identifier,
    displayName: Type.String({ examples: ['Market simulator'] }),
    venue: Type.String({ description: 'Where its instruments are traded', examples: ['sim'] }),
    description: Type.String(),
    capabilities: Type.Array(words(CAPABILITIES), {
      description: 'trading: orders are filled, by a paper exchange of its own',
      examples: [CAPABILITIES],
    }),
    settingsSchema: Type.Array(
      Type.Object({
        name: Type.String({ examples: ['seed'] }),
        type: Type.String({ examples: ['int'] }),
        description: Type.String(),
        default: Type.Optional(Type.Unknown()),
        required: Type.Boolean(),
        secret: Type.Optional(Type.Boolean()),
      }),
    ),
  },
  { title: 'Adapter', description: 'A kind of provider' },
)
export type AdapterView = Static<typeof AdapterView>

export const AdapterList = Type.Object({ adapters: Type.Array(AdapterView) }, { title: 'AdapterList' })
