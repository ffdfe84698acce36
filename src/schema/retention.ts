/** How long what has happened is kept: as it is configured, and as it is answered. */
import { type Static, Type } from '@sinclair/typebox'

const closed = { additionalProperties: false }

/** A year is shorter than a mistake. */
const days = Type.Number({
  exclusiveMinimum: 0,
  maximum: 36_500,
  description: 'A number of days above 0',
  examples: [30],
})
const rows = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'How many of them, the newest' })

const Keep = Type.Object(
  {
    days: Type.Optional(Type.Union([days, Type.Literal('forever')])),
    rows: Type.Optional(rows),
  },
  closed,
)
/** Whatever goes beyond either of both goes. */
export type Keep = Static<typeof Keep>

export const RetentionSettings = Type.Object({ orders: Type.Optional(Keep), executions: Type.Optional(Keep) }, closed)
export type RetentionSettings = Static<typeof RetentionSettings>

export const PruneBody = Type.Object(
  { days: Type.Optional(days), rows: Type.Optional(rows) },
  {
    ...closed,
    title: 'PruneBody',
    description: 'What to keep this once, of orders and of executions; else as configured',
  },
)
export type PruneBody = Static<typeof PruneBody>

const Kept = Type.Object({
  total: Type.Integer({ description: 'How many there are', examples: [120_000] }),
  days: Type.Optional(Type.Number({ description: 'Kept for so many days; absent: forever', examples: [30] })),
  rows: Type.Optional(Type.Integer({ description: 'Kept up to so many; absent: all' })),
})

const PruneResult = Type.Object(
  {
    at: Type.String({ description: 'When it ended', examples: ['2026-01-31T12:00:00.000Z'] }),
    orders: Type.Integer({ description: 'How many went', examples: [5000] }),
    executions: Type.Integer({ description: 'How many went', examples: [4000] }),
  },
  { title: 'PruneResult', description: 'What was pruned' },
)
export type PruneResult = Static<typeof PruneResult>

export const RetentionView = Type.Object(
  {
    pruning: Type.Boolean({ description: 'It is at it now' }),
    orders: Kept,
    executions: Kept,
    fileBytes: Type.Integer({ description: 'Size of the database', examples: [52_428_800] }),
    freeBytes: Type.Integer({ description: 'Of it, what is used again before the file grows', examples: [1_048_576] }),
    last: Type.Optional(PruneResult),
  },
  { title: 'Retention', description: 'What is kept of what has happened, and for how long' },
)
export type RetentionView = Static<typeof RetentionView>
