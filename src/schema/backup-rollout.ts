/** A rollout that is not over, as a backup has it: what was decided, who has moved, and what both sides have done. */
import { type Static, Type } from '@sinclair/typebox'
import { HASH_EXAMPLE } from './catalogue-terms'
import { AbortConditions, PLAN, ROLLOUT_STATES } from './rollouts'
import { words } from './words'

const closed = { additionalProperties: false }

const text = (description: string, example: string) =>
  Type.String({ maxLength: 10_000, description, examples: [example] })
const hash = (description: string) => Type.String({ maxLength: 100, description, examples: [HASH_EXAMPLE] })
const amount = (description: string, example: string) =>
  Type.String({ pattern: '^-?[0-9]+(\\.[0-9]+)?$', maxLength: 100, description, examples: [example] })
const count = (description: string) => Type.Integer({ minimum: 0, description, examples: [0] })

const Money = Type.Object(
  {
    currency: text('Of the amounts', 'USDT'),
    realizedPnl: amount('Change of the realised profit, before fees', '12.5'),
    unrealizedPnl: amount('Change of the profit of open positions', '-3'),
    equity: amount('Change of the equity', '9.5'),
  },
  closed,
)

const Side = Type.Object(
  {
    fills: count('Executions'),
    errors: count('Exceptions out of handlers, without the failures of instances in failed'),
    money: Type.Array(Money),
  },
  { ...closed, title: 'BackupRolloutSide', description: 'What the instances of a revision have done' },
)

const Drawdown = Type.Object(
  {
    currency: text('Of the amounts', 'USDT'),
    pnl: amount('Profit of those that have moved', '9.5'),
    peak: amount('Its best', '11'),
    maxDrawdownPct: Type.Number({
      maximum: 0,
      description: 'Below the best at worst, in percent of the equity',
      examples: [-0.2],
    }),
  },
  { ...closed, title: 'BackupRolloutDrawdown' },
)

export const BackupRollout = Type.Object(
  {
    strategy: text('Lower-case', 'grid'),
    tag: text('Case-sensitive', 'prod'),
    from: hash('What the tag names until it is promoted'),
    to: hash('What it is to name'),
    state: words(ROLLOUT_STATES, {
      description: 'One that is running is restored as paused: nothing that it could watch runs yet',
    }),
    step: Type.Integer({ minimum: 0, description: 'The place in steps of the present one', examples: [0] }),
    ...PLAN,
    abortIf: AbortConditions,
    since: Type.String({
      pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{1,20}Z$',
      description: 'When it began',
      examples: ['2026-01-31T12:00:00.000Z'],
    }),
    who: text('Who began it', 'ci'),
    by: text('Who decided last', 'ci'),
    reason: Type.Optional(text('Why it is as it is', 'news at noon')),
    message: Type.Optional(text('For the history of the tag', 'wider spread')),
    moved: Type.Array(Type.String({ maxLength: 200 }), {
      description: 'Instances that pin the new revision, those that have failed with it included',
      examples: [['grid-1']],
    }),
    failed: Type.Array(
      Type.Object({ id: Type.String({ maxLength: 200, examples: ['grid-2'] }), reason: Type.String() }, closed),
      { description: 'Those that could not move, or have failed with the new revision' },
    ),
    sides: Type.Object({ from: Side, to: Side }, closed),
    drawdowns: Type.Array(Drawdown),
  },
  { ...closed, title: 'BackupRollout', description: 'A tag on its way to another revision' },
)
export type BackupRollout = Static<typeof BackupRollout>
export type BackupSide = Static<typeof Side>
