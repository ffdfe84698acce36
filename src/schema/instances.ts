/** Strategy instances as the API shows them: bodies, snapshots, and what they left behind (contract §2). Amounts are decimal strings. */
import { type Static, type TObject, Type } from '@sinclair/typebox'
import { EXEC_STATES, Side } from './events'
import { NAMED, SELECTED } from './stated'
import { UsageEntry } from './usage'
import { words } from './words'

const closed = { additionalProperties: false }
const time = (description: string) => Type.String({ description, examples: ['2026-01-31T12:00:00.000Z'] })
const amount = (description: string, example: string) => Type.String({ description, examples: [example] })

export const INSTANCE_STATES = ['created', 'starting', 'running', 'stopping', 'stopped', 'failed'] as const
export type InstanceState = (typeof INSTANCE_STATES)[number]

export const ProviderSymbols = Type.Object(
  {
    symbols: Type.Array(Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9][A-Za-z0-9._:/-]*$' }), {
      minItems: 1,
      maxItems: 1000,
      description: 'The first is the default of orders',
      examples: [['BTC-USDT']],
    }),
  },
  { ...closed, description: 'What an instance sees and trades at one provider' },
)

export const Scope = Type.Record(Type.String(), ProviderSymbols, {
  minProperties: 1,
  description: 'By provider name; the first is the default of orders',
  examples: [{ sim: { symbols: ['BTC-USDT'] } }],
})
export type Scope = Static<typeof Scope>

const identifier = Type.String({
  minLength: 1,
  maxLength: 400,
  description: 'A selector: name, name:tag or name@sha256:<hex>. name and name:tag follow their tag at a refresh',
  examples: ['momentum:v1.0.0'],
  ...SELECTED,
})
const config = Type.Record(Type.String(), Type.Unknown(), {
  description: 'By the fields that the strategy declares; dry_run is true unless given',
  examples: [{ dry_run: false }],
})

export const InstanceBody = Type.Object(
  {
    id: Type.String({ minLength: 1, description: 'Chosen by you, unique', examples: ['momentum-1'], ...NAMED }),
    strategy: Type.Object({ identifier, config: Type.Optional(config) }, closed),
    scope: Scope,
    autostart: Type.Optional(Type.Boolean({ default: false, description: 'Start it at once' })),
  },
  { ...closed, title: 'InstanceBody', description: 'A new instance' },
)
export type InstanceBody = Static<typeof InstanceBody>

const ignored = Type.Optional(Type.Unknown({ description: 'Read-only: accepted and ignored' }))

/** A snapshot as GET answers it may be sent back: its read-only fields are let pass. */
export const InstanceReplacement = Type.Object(
  {
    id: Type.Optional(Type.String({ description: 'The id in the path; another one is refused' })),
    strategy: Type.Object(
      {
        identifier,
        config: Type.Optional(config),
        selector: Type.Optional(
          Type.String({ description: 'Of a snapshot: followed when identifier is the bare name of the same strategy' }),
        ),
        tag: ignored,
        hash: ignored,
      },
      closed,
    ),
    scope: Scope,
    autostart: Type.Optional(Type.Boolean({ description: 'Start it when it does not run' })),
    providers: ignored,
    aggregatedSymbols: ignored,
    running: ignored,
    state: ignored,
    reason: ignored,
    usage: ignored,
    stats: ignored,
    links: ignored,
  },
  { ...closed, title: 'InstanceReplacement', description: 'What the instance is to be from now on' },
)
export type InstanceReplacement = Static<typeof InstanceReplacement>

export const InstanceCounts = Type.Object(
  {
    events: Type.Integer({ description: 'Delivered to handlers' }),
    dropped: Type.Integer({ description: 'Conflated or dropped because the instance could not keep up' }),
    errors: Type.Integer({ description: 'Exceptions out of handlers' }),
    orders: Type.Integer({ description: 'Sent to a venue' }),
    skippedOrders: Type.Integer({ description: 'Passed every check, not sent: a dry run' }),
    fills: Type.Integer({ description: 'Executions' }),
    logs: Type.Integer(),
  },
  { title: 'InstanceCounts', description: 'Counted since the last start' },
)
export type InstanceCounts = Static<typeof InstanceCounts>

export const InstanceLinks = Type.Object({
  self: Type.String({ examples: ['/strategy/instances/momentum-1'] }),
  usage: Type.String({ examples: ['/strategies/modules/momentum@sha256:960b…/usage'] }),
})

export const Instance = Type.Object(
  {
    id: Type.String({ examples: ['momentum-1'] }),
    strategy: Type.Object({
      identifier: Type.String({ description: 'The name of the strategy', examples: ['momentum'] }),
      selector: Type.String({ description: 'As the user wrote it', examples: ['momentum:v1.0.0'] }),
      tag: Type.String({ description: 'The tag of the pinned revision', examples: ['v1.0.0'] }),
      hash: Type.String({ description: 'The pinned revision', examples: [`sha256:${'0123456789abcdef'.repeat(4)}`] }),
      config: Type.Record(Type.String(), Type.Unknown(), { description: 'Every declared field, defaults filled in' }),
    }),
    providers: Type.Array(Type.String(), { examples: [['sim']] }),
    scope: Scope,
    aggregatedSymbols: Type.Array(Type.String(), { description: 'Of all providers', examples: [['BTC-USDT']] }),
    running: Type.Boolean(),
    state: words(INSTANCE_STATES, { description: 'failed: it ended by itself or did not start; see reason' }),
    reason: Type.Optional(Type.String({ description: 'Why it failed' })),
    usage: Type.Optional(UsageEntry),
    stats: InstanceCounts,
    links: InstanceLinks,
  },
  { title: 'Instance', description: 'A strategy at work' },
)
export type Instance = Static<typeof Instance>

export const InstancePage = Type.Object(
  {
    instances: Type.Array(Instance),
    total: Type.Integer(),
    offset: Type.Integer(),
    limit: Type.Optional(Type.Integer()),
  },
  { title: 'InstancePage' },
)

export const InstanceAction = Type.Object(
  {
    status: Type.Literal('ok'),
    action: words(['start', 'stop'], { description: 'What was asked for' }),
    id: Type.String(),
    instance: Instance,
  },
  { title: 'InstanceAction' },
)

export const InstanceRemoved = Type.Object(
  { status: Type.Literal('removed'), id: Type.String() },
  { title: 'InstanceRemoved' },
)

export const OrderItem = Type.Object(
  {
    clientOrderId: Type.String({ examples: ['momentum-1-mh3k2p-1'] }),
    exchangeOrderId: Type.Optional(Type.String({ description: 'Absent until the venue answered' })),
    provider: Type.String({ examples: ['sim'] }),
    symbol: Type.String({ examples: ['BTC-USDT'] }),
    side: Side,
    type: words(['market', 'limit', 'stop', 'stopLimit'], { description: 'The kind of order' }),
    quantity: amount('In the base currency', '0.5'),
    price: Type.Optional(amount('Limit price in the quote currency', '20000.5')),
    stopPrice: Type.Optional(amount('Trigger in the quote currency', '19000')),
    timeInForce: words(['GTC', 'IOC', 'FOK'], { description: 'How long it stands' }),
    postOnly: Type.Boolean(),
    reduceOnly: Type.Boolean(),
    clientTag: Type.Optional(Type.String()),
    state: words(['PENDING', ...EXEC_STATES], {
      description: 'PENDING: the venue has not answered yet',
    }),
    filledQuantity: amount('In the base currency', '0.2'),
    remainingQty: amount('In the base currency', '0.3'),
    avgFillPrice: amount('0 before the first fill', '20000.1'),
    rejectReason: Type.Optional(Type.String()),
    placedAt: time('When the strategy made it'),
    updatedAt: time('When the venue last reported on it'),
  },
  { title: 'Order', description: 'An order and where it stands' },
)
export type OrderItem = Static<typeof OrderItem>

export const ExecutionItem = Type.Object(
  {
    executionId: Type.String({ examples: ['42'] }),
    clientOrderId: Type.String({ examples: ['momentum-1-mh3k2p-1'] }),
    provider: Type.String({ examples: ['sim'] }),
    symbol: Type.String({ examples: ['BTC-USDT'] }),
    side: Side,
    price: amount('In the quote currency', '20000.1'),
    quantity: amount('In the base currency', '0.2'),
    fee: amount('In feeCurrency', '4.00002'),
    feeCurrency: Type.String({ examples: ['USDT'] }),
    liquidity: words(['maker', 'taker'], { description: 'Who was there first' }),
    tradedAt: time('The time of the market event that filled it'),
  },
  { title: 'Execution', description: 'One fill of one order' },
)
export type ExecutionItem = Static<typeof ExecutionItem>

export const BalanceItem = Type.Object(
  {
    provider: Type.String({ examples: ['sim'] }),
    currency: Type.String({ examples: ['USDT'] }),
    total: amount('Without unrealised profit', '10012.5'),
    available: amount('Not bound by positions and open orders', '9000'),
  },
  { title: 'Balance', description: 'Money of one currency at one provider' },
)
export type BalanceItem = Static<typeof BalanceItem>

export const LogItem = Type.Object(
  {
    time: time('When it was printed'),
    level: words(['info', 'warn', 'error'], { description: 'error: an exception or the end of the instance' }),
    source: words(['strategy', 'host'], { description: 'strategy: printed by it; host: said of it' }),
    message: Type.String({ description: 'Without control characters' }),
  },
  { title: 'LogLine', description: 'A line of the log of an instance' },
)
export type LogItem = Static<typeof LogItem>

/** A page of a list. */
export const pageOf = <T extends TObject>(item: T, title: string, description: string) =>
  Type.Object(
    {
      items: Type.Array(item),
      total: Type.Integer({ description: 'Of the whole list', examples: [1] }),
      offset: Type.Integer({ examples: [0] }),
      limit: Type.Integer({ examples: [100] }),
    },
    { title, description },
  )

export const OrderPage = pageOf(OrderItem, 'OrderPage', 'Orders, newest first')
export const ExecutionPage = pageOf(ExecutionItem, 'ExecutionPage', 'Executions, newest first')
export const BalancePage = pageOf(BalanceItem, 'BalancePage', 'Balances by provider and currency')
export const LogPage = pageOf(LogItem, 'LogPage', 'Log lines, newest first')

/** Which part of a list is asked for. */
export interface PageRequest {
  readonly offset: number
  readonly limit: number
}

/** A part of a list, and how long the whole is. */
export interface Page<T> extends PageRequest {
  readonly items: T[]
  readonly total: number
}
