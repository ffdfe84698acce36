/** Strategy instances as the API shows them: bodies, snapshots, answers (contract §2). */
import { type Static, Type } from '@sinclair/typebox'
import { DEFAULT_RESTART, RESTART_POLICIES } from './restart-terms'
import { ROLLOUT_STATES } from './rollouts'
import { NAMED, SELECTED } from './stated'
import { PINNED, UsageEntry } from './usage'
import { words } from './words'

const closed = { additionalProperties: false }

export const INSTANCE_STATES = [
  'created',
  'starting',
  'running',
  'stopping',
  'stopped',
  'failed',
  'restarting',
] as const
export type InstanceState = (typeof INSTANCE_STATES)[number]

const restart = words(RESTART_POLICIES, {
  default: DEFAULT_RESTART,
  description:
    'Whether the gateway starts it again. never: one that fails stays failed; on-failure: one that fails is started ' +
    'again, later each time, and only so often an hour; always: so is one that was stopped, when the gateway starts',
})

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
  maxLength: 1024,
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
    restart: Type.Optional(restart),
  },
  { ...closed, title: 'InstanceBody', description: 'A new instance' },
)
export type InstanceBody = Static<typeof InstanceBody>

export const InstanceCounts = Type.Object(
  {
    events: Type.Integer({ description: 'Delivered to handlers' }),
    eventsPerSecond: Type.Number({
      description: 'Delivered a second, of the last 5 s; 0 in the first second and of one that does not run',
    }),
    dropped: Type.Integer({ description: 'Conflated or dropped because the instance could not keep up' }),
    errors: Type.Integer({ description: 'Exceptions out of handlers' }),
    orders: Type.Integer({ description: 'Sent to a venue' }),
    skippedOrders: Type.Integer({ description: 'Passed every check, not sent: a dry run' }),
    fills: Type.Integer({ description: 'Executions' }),
    logs: Type.Integer({ description: 'Lines, those that were left out included' }),
    droppedLogs: Type.Integer({ description: 'Lines that were left out because there were too many within a second' }),
    lagMs: Type.Integer({
      description: 'How much older the oldest market event that it has not handled is than the newest there is, ms',
    }),
    cpuMs: Type.Integer({ description: 'CPU time that its code has used, ms' }),
  },
  { title: 'InstanceCounts', description: 'Counted since the last start' },
)
export type InstanceCounts = Static<typeof InstanceCounts>

export const InstanceRollout = Type.Object(
  {
    name: Type.String({ description: 'The tag that moves in steps', examples: ['momentum:prod'] }),
    state: words(ROLLOUT_STATES),
    side: words(['from', 'to'], { description: 'to: it has moved' }),
  },
  { title: 'InstanceRollout', description: 'The rollout that it is a part of; absent when that is finished' },
)
export type InstanceRollout = Static<typeof InstanceRollout>

const ignored = Type.Optional(Type.Unknown({ description: 'Read-only: accepted and ignored' }))
const time = (description: string) => Type.String({ description, examples: ['2026-01-31T12:00:00.000Z'] })

export const InstanceLinks = Type.Object({
  self: Type.String({ examples: ['/strategy/instances/momentum-1'] }),
  usage: Type.String({ examples: ['/strategies/modules/momentum@sha256:960b…/usage'] }),
})

export const Instance = Type.Object(
  {
    id: Type.String({ examples: ['momentum-1'] }),
    ...PINNED,
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
    state: words(INSTANCE_STATES, {
      description:
        'failed: it ended by itself or did not start, see reason; restarting: so it did, and is started again at restartAt',
    }),
    reason: Type.Optional(Type.String({ description: 'Why it failed, was stopped, or had to begin anew' })),
    durable: Type.Boolean({ description: 'Nothing of it would be lost in a crash' }),
    durableReason: Type.Optional(Type.String({ description: 'Why something of it would be' })),
    restart,
    restarts: Type.Integer({
      description: 'How often its restart policy has started it again since somebody started it last',
    }),
    restartAt: Type.Optional(time('When it is started again; absent unless it is restarting')),
    usage: Type.Optional(UsageEntry),
    rollout: Type.Optional(InstanceRollout),
    stats: InstanceCounts,
    createdAt: time('When it was created'),
    updatedAt: time('When it was last replaced, started, stopped, moved, or failed'),
    links: InstanceLinks,
  },
  { title: 'Instance', description: 'A strategy at work' },
)
export type Instance = Static<typeof Instance>

const REPLACEMENT = {
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
  restart: Type.Optional(restart),
}

/** Whatever a snapshot shows besides. */
const READ_ONLY = Object.fromEntries(
  Object.keys(Instance.properties)
    .filter((name) => !Object.hasOwn(REPLACEMENT, name))
    .map((name) => [name, ignored]),
)

/** A snapshot as GET answers it may be sent back: its read-only fields are let pass. */
export const InstanceReplacement = Type.Object<typeof REPLACEMENT>(
  { ...REPLACEMENT, ...READ_ONLY },
  { ...closed, title: 'InstanceReplacement', description: 'What the instance is to be from now on' },
)
export type InstanceReplacement = Static<typeof InstanceReplacement>

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
