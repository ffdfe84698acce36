/** Rollouts: a tag that moves to another revision in steps, a part of the instances that follow it first (contract §7). */
import { type Static, Type } from '@sinclair/typebox'
import { HASH_EXAMPLE, Hash, StrategyName, Tag } from './catalogue-terms'
import { DURATION } from './risk-limits'
import { WRITTEN } from './stated'
import { words } from './words'

const closed = { additionalProperties: false }
const time = (description: string) => Type.String({ description, examples: ['2026-01-31T12:00:00.000Z'] })
const ids = (description: string) => Type.Array(Type.String(), { description, examples: [['grid-1']] })
const amount = (description: string, example: string) => Type.String({ description, examples: [example] })

/** The most steps of one rollout. */
const MAX_STEPS = 20

const part = (description: string) => Type.Number({ exclusiveMinimum: 0, maximum: 1, description, examples: [0.1] })

export const AbortConditions = Type.Object(
  {
    errors: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description: 'So many exceptions out of handlers of moved instances; one that fails counts too',
        examples: [3],
      }),
    ),
    drawdownPct: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 100,
        description: 'The moved instances together are so far below their best, in percent of their equity',
        examples: [2],
      }),
    ),
    lagMs: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 3_600_000,
        description: 'A moved instance is further behind the market, for 5 seconds',
        examples: [1000],
      }),
    ),
  },
  {
    ...closed,
    title: 'AbortConditions',
    description: 'Each is counted since the rollout began; the first that is met ends it',
  },
)
export type AbortConditions = Static<typeof AbortConditions>

/** What a plan may say of the steps. */
export const PLAN = {
  steps: Type.Array(part('Part of the running instances'), {
    minItems: 1,
    maxItems: MAX_STEPS,
    description: 'Rising. After a last step of 1 the rollout promotes itself; else it waits for a promote. Or share',
    examples: [[0.05, 0.25, 1]],
  }),
  every: Type.String({
    pattern: DURATION,
    minLength: 1,
    maxLength: 100,
    description: 'How long each step is watched, once all of it runs the new revision; default 10m',
    examples: ['10m'],
  }),
  maxUnavailable: Type.Integer({
    minimum: 1,
    maximum: 1000,
    description: 'How many instances are being moved at the same time; default 1',
    examples: [5],
  }),
}

export const RolloutPlan = Type.Object(
  {
    share: Type.Optional(
      part('A single step: this part of the running instances, rounded up; the rest waits for a promote. Or steps'),
    ),
    steps: Type.Optional(PLAN.steps),
    every: Type.Optional(PLAN.every),
    maxUnavailable: Type.Optional(PLAN.maxUnavailable),
    abortIf: Type.Optional(AbortConditions),
  },
  { ...closed, title: 'RolloutPlan', description: 'How a tag moves' },
)
export type RolloutPlan = Static<typeof RolloutPlan>

export const ROLLOUT_STATES = ['running', 'paused', 'promoted', 'aborted'] as const
export type RolloutState = (typeof ROLLOUT_STATES)[number]

/** What happens to a rollout. */
export const ROLLOUT_EVENTS = [
  'started',
  'restored',
  'advanced',
  'moved',
  'failed',
  'paused',
  'resumed',
  'promoted',
  'aborted',
  'finished',
] as const
export type RolloutEvent = (typeof ROLLOUT_EVENTS)[number]

const MONEY = {
  currency: Type.String({ description: 'Of the amounts', examples: ['USDT'] }),
  realizedPnl: amount('Change of the realised profit, before fees', '12.5'),
  unrealizedPnl: amount('Change of the profit of open positions at their last prices', '-3'),
}

const Side = Type.Object(
  {
    hash: Hash,
    instances: Type.Integer({ description: 'How many pin it', examples: [2] }),
    currency: Type.Optional({ ...MONEY.currency, description: 'Of the amounts; absent before anything was traded' }),
    realizedPnl: MONEY.realizedPnl,
    unrealizedPnl: MONEY.unrealizedPnl,
    others: Type.Optional(
      Type.Array(Type.Object(MONEY), { description: 'In other currencies, where there are several' }),
    ),
    fills: Type.Integer({ description: 'Executions', examples: [17] }),
    errors: Type.Integer({ description: 'Exceptions out of handlers, and instances that failed', examples: [0] }),
    lagMs: Type.Integer({ description: 'How far the instance that is furthest behind the market is behind it, now' }),
  },
  {
    title: 'RolloutSide',
    description: 'What the instances have done while they ran this revision, since the rollout began',
  },
)
export type Side = Static<typeof Side>

export const Rollout = Type.Object(
  {
    strategy: StrategyName,
    tag: Tag,
    from: Type.String({ description: 'What the tag names until it is promoted', examples: [HASH_EXAMPLE] }),
    to: Type.String({ description: 'What it is to name', examples: [HASH_EXAMPLE] }),
    state: words(ROLLOUT_STATES, {
      description: 'promoted: the tag moves, and all that follow it; aborted: what had moved goes back; see finished',
    }),
    share: Type.Number({
      description: 'Part of the running instances that is to run the new revision',
      examples: [0.1],
    }),
    steps: Type.Array(Type.Number(), { description: 'As planned', examples: [[0.05, 0.25, 1]] }),
    every: Type.String({ examples: ['10m'] }),
    maxUnavailable: Type.Integer({ examples: [1] }),
    abortIf: AbortConditions,
    moved: ids('Those that run the new revision, or pin it'),
    waiting: ids('Those that do not yet, the next first'),
    failed: Type.Array(Type.Object({ id: Type.String({ examples: ['grid-1'] }), reason: Type.String() }), {
      description: 'Those whose new revision did not start, and those that failed with it',
    }),
    finished: Type.Boolean({ description: 'Every instance is where it is to be: nothing will be moved any more' }),
    since: time('When it began'),
    nextStepAt: Type.Optional(time('When the next step is taken, or the rollout promoted; absent while that is open')),
    who: Type.String({ description: 'Who began it: name of the token, else the address', examples: ['ci'] }),
    reason: Type.Optional(Type.String({ description: 'Why it was paused, aborted or promoted, or does not go on' })),
    sides: Type.Object({ from: Side, to: Side }),
  },
  { title: 'Rollout', description: 'A tag that moves in steps' },
)
export type Rollout = Static<typeof Rollout>

export const RolloutPage = Type.Object(
  {
    rollouts: Type.Array(Rollout, { description: 'The last of each tag, those that are not over first' }),
    total: Type.Integer({ examples: [1] }),
    offset: Type.Integer({ examples: [0] }),
    limit: Type.Optional(Type.Integer({ examples: [100] })),
  },
  { title: 'RolloutPage' },
)

export const RolloutStarted = Type.Object(
  {
    status: Type.Literal('rollout_started'),
    strategy: StrategyName,
    tag: Tag,
    hash: Hash,
    previousHash: Type.String({
      description: 'What the tag names until the rollout is promoted',
      examples: [HASH_EXAMPLE],
    }),
    refresh: Type.Boolean(),
    rollout: Rollout,
  },
  { title: 'RolloutStarted' },
)

export const RolloutBody = Type.Object(
  {
    message: Type.Optional(Type.String({ ...WRITTEN, maxLength: 1000, description: 'Why, for the audit' })),
  },
  { ...closed, title: 'RolloutAction', examples: [{ message: 'quiet for an hour' }] },
)
