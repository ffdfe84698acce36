/** Alerts as the configuration writes them: what is to be told, to whom, and the ping that says that all is well. */
import { type Static, Type } from '@sinclair/typebox'
import { AMOUNT_PATTERN, DURATION } from './risk-limits'
import { words } from './words'

export const ALERT_KINDS = [
  'instanceFailed',
  'instanceRestarted',
  'lag',
  'drawdown',
  'dailyLoss',
  'errorRate',
  'providerStale',
  'orderUnknown',
  'disk',
  'journal',
] as const
export type AlertKind = (typeof ALERT_KINDS)[number]

export const SEVERITIES = ['critical', 'warning'] as const
export type Severity = (typeof SEVERITIES)[number]

export const WORTH_SCOPES = ['instance', 'strategy', 'provider', 'all'] as const
export type WorthScope = (typeof WORTH_SCOPES)[number]

const closed = { additionalProperties: false }
const duration = Type.String({ pattern: DURATION, maxLength: 100 })
const name = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$', description: 'Letters, digits, . _ -' })
const url = Type.String({ minLength: 1, maxLength: 2000 })
const clock = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', description: 'A time of day, as 07:00' })

export const AlertRuleBody = Type.Object(
  {
    when: words(ALERT_KINDS),
    name: Type.Optional(name),
    severity: Type.Optional(words(SEVERITIES)),
    for: Type.Optional(duration),
    endsAfter: Type.Optional(duration),
    above: Type.Optional(Type.Union([Type.Number({ minimum: 0 }), Type.String({ minLength: 1, maxLength: 100 })])),
    below: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 100 })),
    within: Type.Optional(duration),
    of: Type.Optional(words(WORTH_SCOPES)),
    since: Type.Optional(words(['start', 'today'])),
    strategy: Type.Optional(Type.String({ minLength: 1 })),
    instance: Type.Optional(Type.String({ minLength: 1 })),
    provider: Type.Optional(Type.String({ minLength: 1 })),
    to: Type.Optional(Type.Array(name, { minItems: 1 })),
  },
  closed,
)
export type AlertRuleBody = Static<typeof AlertRuleBody>

export const ReceiverBody = Type.Object(
  {
    name,
    webhook: Type.Optional(Type.Object({ url, secret: Type.String({ minLength: 8, maxLength: 1000 }) }, closed)),
    telegram: Type.Optional(
      Type.Object(
        {
          token: Type.String({ minLength: 1, maxLength: 200 }),
          chat: Type.Union([Type.String({ minLength: 1, maxLength: 100 }), Type.Integer()]),
          api: Type.Optional(url),
        },
        closed,
      ),
    ),
    slack: Type.Optional(Type.Object({ url }, closed)),
    command: Type.Optional(
      Type.Object(
        {
          run: Type.Array(Type.String(), { minItems: 1, maxItems: 100 }),
          from: Type.Optional(Type.String({ pattern: '^[^\\r\\n]+$', maxLength: 300 })),
          to: Type.Optional(Type.String({ pattern: '^[^\\r\\n]+$', maxLength: 1000 })),
        },
        closed,
      ),
    ),
    timeout: Type.Optional(duration),
    quietHours: Type.Optional(
      Type.Object({ from: clock, to: clock, timeZone: Type.Optional(Type.String({ minLength: 1 })) }, closed),
    ),
  },
  closed,
)
export type ReceiverBody = Static<typeof ReceiverBody>

export const DeadmanBody = Type.Object(
  {
    url,
    every: Type.Optional(duration),
    method: Type.Optional(words(['GET', 'POST'])),
  },
  closed,
)
export type DeadmanBody = Static<typeof DeadmanBody>

export const AlertsBody = Type.Object(
  {
    groupWait: Type.Optional(duration),
    repeat: Type.Optional(duration),
    rules: Type.Optional(Type.Array(AlertRuleBody, { maxItems: 200 })),
    receivers: Type.Optional(Type.Array(ReceiverBody, { maxItems: 20 })),
    deadman: Type.Optional(DeadmanBody),
  },
  {
    ...closed,
    description:
      'rules, receivers and deadman: what is told to whom when something goes wrong; docs/alerts.md lists them',
  },
)
export type AlertsBody = Static<typeof AlertsBody>

/** An amount of money, as `above` of a daily loss. */
export const AMOUNT = new RegExp(AMOUNT_PATTERN)
