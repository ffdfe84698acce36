/** Alerts as the API answers them: what fires, who was told of it and who is still to be. */
import { type Static, Type } from '@sinclair/typebox'
import { ALERT_KINDS, SEVERITIES } from './alerts'
import { words } from './words'

const time = (description: string) => Type.String({ description, examples: ['2026-01-31T12:00:00.000Z'] })

export const ALERT_STATUSES = ['firing', 'pending', 'resolved'] as const

const Told = Type.Object({
  receiver: Type.String({ examples: ['ops'] }),
  status: words(['firing', 'resolved'], { description: 'As what it was told last', examples: ['firing'] }),
  at: time('When it was told last'),
})

export const AlertItem = Type.Object(
  {
    id: Type.String({
      description: 'The same in all that is told of it',
      examples: ['instanceFailed:grid-1:mk3j5w2o'],
    }),
    status: words(ALERT_STATUSES, {
      description:
        'pending: it does not hold for as long as its rule asks for; resolved: it is over, and somebody has still to be told',
      examples: ['firing'],
    }),
    rule: Type.String({ description: 'Its name in the configuration', examples: ['instanceFailed'] }),
    when: words(ALERT_KINDS, { description: 'The kind of the rule', examples: ['instanceFailed'] }),
    severity: words(SEVERITIES, { examples: ['critical'] }),
    instance: Type.Optional(Type.String({ examples: ['grid-1'] })),
    strategy: Type.Optional(Type.String({ examples: ['grid'] })),
    provider: Type.Optional(Type.String({ examples: ['sim'] })),
    currency: Type.Optional(Type.String({ examples: ['USDT'] })),
    summary: Type.String({ examples: ['instance grid-1 failed: out of memory'] }),
    value: Type.Optional(Type.String({ description: 'What was measured last, with its unit', examples: ['2140 ms'] })),
    since: time('Since when it holds'),
    fired: Type.Optional(time('Since when it is to be told; absent while it is pending')),
    ended: Type.Optional(time('When it was over')),
    told: Type.Array(Told, { description: 'Who was told of it' }),
    waiting: Type.Array(Type.String(), {
      description: 'Receivers that are still to be told how it stands',
      examples: [['phone']],
    }),
  },
  { title: 'Alert' },
)
export type AlertItem = Static<typeof AlertItem>

export const CHANNELS = ['webhook', 'telegram', 'slack', 'command'] as const

export const ReceiverStanding = Type.Object(
  {
    name: Type.String({ examples: ['ops'] }),
    channel: words(CHANNELS, { examples: ['webhook'] }),
    waiting: Type.Integer({ description: 'Alerts that it is still to be told of', examples: [0] }),
    quiet: Type.Boolean({ description: 'It has its quiet hours: only what is critical is told', examples: [false] }),
    problem: Type.Optional(
      Type.String({ description: 'Why the last message did not arrive; absent: it did', examples: ['it answers 502'] }),
    ),
    nextAttempt: Type.Optional(time('When what did not arrive is tried again')),
  },
  { title: 'AlertReceiver' },
)
export type ReceiverStanding = Static<typeof ReceiverStanding>

export const PINGS = ['sent', 'withheld', 'failed'] as const

export const DeadmanStanding = Type.Object(
  {
    last: Type.Optional(
      words(PINGS, { description: 'What became of the last ping; absent before it', examples: ['sent'] }),
    ),
    reason: Type.Optional(
      Type.String({ description: 'Why it was withheld or failed', examples: ['provider sim: it gives no events'] }),
    ),
    sent: Type.Optional(time('When the last one has arrived')),
  },
  { title: 'DeadmanPing' },
)
export type DeadmanStanding = Static<typeof DeadmanStanding>

export const AlertPage = Type.Object(
  {
    alerts: Type.Array(AlertItem, { description: 'Those that fire first, the newest of each status first' }),
    total: Type.Integer({ examples: [1] }),
    offset: Type.Integer({ examples: [0] }),
    limit: Type.Optional(Type.Integer({ examples: [100] })),
    receivers: Type.Array(ReceiverStanding, { description: 'Of the configuration; none: nobody is told' }),
    deadman: Type.Optional(DeadmanStanding),
  },
  { title: 'AlertPage' },
)
export type AlertPage = Static<typeof AlertPage>

/** All of it. */
export interface AlertsStanding {
  readonly alerts: readonly AlertItem[]
  readonly receivers: readonly ReceiverStanding[]
  readonly deadman?: DeadmanStanding
}
