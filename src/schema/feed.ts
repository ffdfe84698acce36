/** What a gateway tells of what happens in it, as it happens: the entries of its event streams (contract §7). */
import { type Static, type TProperties, Type } from '@sinclair/typebox'
import { ExecutionItem, LogItem, OrderItem } from './instance-records'
import { INSTANCE_STATES } from './instances'
import { PROVIDER_STATUSES } from './providers'
import { ROLLOUT_EVENTS, Rollout } from './rollouts'
import { AuditEntry } from './usage'
import { words } from './words'

/** The `event:` of an entry. */
export const FEED_TYPES = [
  'order',
  'fill',
  'log',
  'state',
  'tag',
  'rollout',
  'risk',
  'audit',
  'provider',
  'missed',
] as const
export type FeedType = (typeof FEED_TYPES)[number]

const at = Type.String({ description: 'When it happened', examples: ['2026-01-31T12:00:00.000Z'] })
const instance = Type.String({ examples: ['momentum-1'] })
const strategy = Type.String({ examples: ['momentum'] })
const provider = Type.String({ examples: ['sim'] })
const hash = (description: string) => Type.String({ description, examples: [`sha256:${'0123456789abcdef'.repeat(4)}`] })
const reason = Type.String({ description: 'In a sentence' })

const entry = <const T extends FeedType, F extends TProperties>(
  type: T,
  title: string,
  description: string,
  fields: F,
) => Type.Object({ at, type: Type.Literal(type), ...fields }, { title, description })

// what an entry says of itself is not said again
const { properties: ORDER } = Type.Omit(OrderItem, ['provider', 'placedAt', 'updatedAt'])
const { properties: EXECUTION } = Type.Omit(ExecutionItem, ['provider', 'tradedAt'])
const { properties: LINE } = Type.Omit(LogItem, ['time'])
const { properties: CHANGE } = Type.Omit(AuditEntry, ['id', 'when'])

export const OrderEntry = entry(
  'order',
  'OrderEvent',
  'An order was sent, its venue has said what became of it, or that is not known',
  {
    instance,
    strategy,
    provider,
    what: words(['sent', 'skipped', 'reported', 'unknown'], {
      description:
        'sent: on its way to the venue; skipped: a dry run ends there; reported: the venue has answered; unknown: its ' +
        'answer was lost, and it is asked',
    }),
    order: Type.Object(ORDER),
  },
)

export const FillEntry = entry('fill', 'FillEvent', 'Part or all of an order was traded', {
  instance,
  strategy,
  provider,
  fill: Type.Object(EXECUTION),
})

export const LogEntry = entry('log', 'LogEvent', 'A line of the log of an instance', { instance, strategy, ...LINE })

export const StateEntry = entry('state', 'StateEvent', 'The state of an instance has changed, or what it runs', {
  instance,
  strategy,
  hash: hash('The revision it pins'),
  state: words([...INSTANCE_STATES, 'removed'], { description: 'removed: it is no more' }),
  restarted: Type.Optional(Type.Literal(true, { description: 'It runs again: its sandbox host died, or it failed' })),
  reason: Type.Optional(Type.String({ description: 'Why it failed, or was started again' })),
})

export const TagEntry = entry('tag', 'TagEvent', 'A tag was moved or deleted', {
  strategy,
  tag: Type.String({ examples: ['prod'] }),
  before: Type.Optional(hash('Absent for a new tag')),
  after: Type.Optional(hash('Absent for one that was deleted')),
  who: Type.String({ description: 'Name of the token, else the address', examples: ['ci'] }),
})

const { properties: ROLLOUT } = Type.Pick(Rollout, ['strategy', 'tag', 'from', 'to', 'state', 'share'])

export const RolloutEntry = entry('rollout', 'RolloutEvent', 'A tag that moves in steps has come further', {
  what: words(ROLLOUT_EVENTS, {
    description:
      'moved: an instance runs the other revision; failed: it could not, or has failed with it; advanced: the next step; ' +
      'finished: what was promoted or aborted is done',
  }),
  ...ROLLOUT,
  moved: Type.Integer({ description: 'How many instances have moved', examples: [1] }),
  waiting: Type.Integer({ description: 'How many have not', examples: [9] }),
  failed: Type.Integer({ description: 'How many failed with it or on the way', examples: [0] }),
  instance: Type.Optional(instance),
  reason: Type.Optional(reason),
  who: Type.String({ description: 'Name of the token, else the address; gateway: by itself', examples: ['ci'] }),
})

export const RiskEntry = entry('risk', 'RiskEvent', 'A limit or a kill switch has bound, or was released', {
  what: words(['breach', 'killed', 'reducing', 'resumed', 'lag', 'liquidated'], {
    description:
      'breach: an order was refused; killed, resumed: a kill switch was set or released; reducing: only orders that ' +
      'reduce a position pass; lag: an instance fell too far behind the market to trade, or caught up; liquidated: an account has lost all equity in a currency',
  }),
  instances: Type.Array(instance, { description: 'Whom it concerns' }),
  strategy: Type.Optional(strategy),
  provider: Type.Optional(provider),
  symbol: Type.Optional(Type.String({ examples: ['BTC-USDT'] })),
  currency: Type.Optional(Type.String({ description: 'Of the equity that is lost', examples: ['USDT'] })),
  breach: Type.Optional(Type.String({ description: 'Which limit', examples: ['POSITION_LIMIT'] })),
  lagMs: Type.Optional(Type.Integer({ description: 'Absent when it has caught up' })),
  reason,
})

export const AuditedEntry = entry('audit', 'AuditEvent', 'An entry was made in the audit', CHANGE)

export const ProviderEntry = entry(
  'provider',
  'ProviderEvent',
  'A provider was started or stopped, has failed or gone quiet',
  {
    provider,
    status: words([...PROVIDER_STATUSES, 'removed'], { description: 'removed: it is no more' }),
    stale: Type.Boolean({ description: 'It has given no event for a while: its instances must not trade' }),
    reason: Type.Optional(Type.String({ description: 'Why it failed' })),
  },
)

export const MissedEntry = entry('missed', 'MissedEvent', 'What is no longer kept, and was not told here', {
  after: Type.Integer({ description: 'The id after which something is missing', examples: [4711] }),
  until: Type.Integer({ description: 'The id up to which something may be missing', examples: [5200] }),
  reason,
})

export const FeedItem = Type.Union(
  [
    OrderEntry,
    FillEntry,
    LogEntry,
    StateEntry,
    TagEntry,
    RolloutEntry,
    RiskEntry,
    AuditedEntry,
    ProviderEntry,
    MissedEntry,
  ],
  { description: 'What happened; `type` says what' },
)
/** An event of a stream as the API document describes it (OpenAPI 3.2 §4.14.4). */
export const FeedEvent = Type.Object(
  {
    id: Type.Optional(Type.String({ description: 'To go on from; absent while the disk fails', examples: ['4711'] })),
    event: words(FEED_TYPES, { description: 'The type' }),
    data: Type.String({
      description: 'JSON of what happened',
      contentMediaType: 'application/json',
      contentSchema: FeedItem,
    }),
  },
  { title: 'FeedEvent', description: 'Server-sent events, until the client goes; this is each of them' },
)
export type FeedItem = Static<typeof FeedItem>
export type FeedItemOf<T extends FeedType> = Extract<FeedItem, { type: T }>
