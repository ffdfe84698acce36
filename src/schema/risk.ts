/** Risk limits and kill switches as the API and the configuration write them (contract §2); the keys are the Go gateway's. */
import { type Static, Type } from '@sinclair/typebox'
import { NAMED, WRITTEN } from './stated'
import { words } from './words'

const closed = { additionalProperties: false }
/** In the spellings that operators have in their files: an enum of them all would be too much for generated clients. */
const ORDER_TYPE = Type.String({
  pattern: '^([Mm]arket|MARKET|[Ll]imit|LIMIT|[Ss]top|STOP|[Ss]topLimit|STOPLIMIT)$',
  description: 'market, limit, stop or stopLimit',
  examples: ['limit'],
})
/** Go's syntax of durations, without a sign; at most some months. */
const DURATION = '^(0|([0-9]{1,9}([.][0-9]{1,9})?(ns|us|µs|μs|ms|s|m|h))+)?$'

/** What an amount is kept and answered as. */
export const AMOUNT_PATTERN = '^[0-9]{1,30}([.][0-9]{1,30})?$'

const decimal = (description: string, example: string) =>
  Type.Union(
    [
      Type.String({ pattern: AMOUNT_PATTERN, description: 'a decimal number as text' }),
      Type.Number({ minimum: 0, maximum: 1e15, description: 'a number from 0 to 1e15' }),
    ],
    { description: `${description}; answered as text`, examples: [example] },
  )
const count = (description: string, example: number) =>
  Type.Integer({ minimum: 0, maximum: 1_000_000, description, examples: [example] })

export const CircuitBreaker = Type.Object(
  {
    enabled: Type.Boolean({ examples: [true] }),
    threshold: Type.Optional(count('Breaches after which it opens', 4)),
    cooldown: Type.Optional(
      Type.String({ pattern: DURATION, maxLength: 100, description: 'How long it stays open', examples: ['90s'] }),
    ),
  },
  { ...closed, title: 'CircuitBreaker', description: 'Refuses all orders for a while after so many breaches' },
)

const LIMITS = {
  maxPositionSize: Type.Optional(
    decimal('The largest position in a symbol, in its base currency, all open orders of a side filled', '5'),
  ),
  maxNotionalValue: Type.Optional(decimal('The same, as it is worth in notionalCurrency', '50000')),
  notionalCurrency: Type.Optional(
    Type.String({
      maxLength: 32,
      pattern: '^[A-Za-z0-9]*$',
      description: 'What maxNotionalValue is in; absent: the quote currency of each symbol',
      examples: ['USDT'],
    }),
  ),
  orderThrottle: Type.Optional(
    Type.Number({ minimum: 0, maximum: 1e6, description: 'Orders per second on average', examples: [5] }),
  ),
  orderBurst: Type.Optional(count('Orders that may come at once; 1 unless given', 3)),
  maxConcurrentOrders: Type.Optional(count('Open orders in a symbol', 6)),
  priceBandPercent: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 1e6,
      description: 'How far a limit price may be from the last price, in percent',
      examples: [2.5],
    }),
  ),
  allowedOrderTypes: Type.Optional(
    Type.Array(ORDER_TYPE, { maxItems: 20, description: 'Empty: all', examples: [['limit', 'market']] }),
  ),
  killSwitchEnabled: Type.Optional(
    Type.Boolean({ description: 'Whether maxRiskBreaches sets the kill switch of the instance', examples: [true] }),
  ),
  maxRiskBreaches: Type.Optional(count('Breaches after which the kill switch is set', 25)),
  circuitBreaker: Type.Optional(CircuitBreaker),
}

export const RiskLimits = Type.Object(LIMITS, {
  ...closed,
  title: 'RiskLimits',
  description: 'What is absent does not bind, nor does a number of 0: as an override, 0 lifts a limit',
})
export type RiskLimits = Static<typeof RiskLimits>

const overrides = (whose: string, example: string) =>
  Type.Optional(
    Type.Record(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$' }), RiskLimits, {
      ...closed,
      description: `By ${whose}; key by key in the place of what is above`,
      examples: [{ [example]: { maxPositionSize: '1' } }],
    }),
  )

export const RiskLimitSet = Type.Object(
  { ...LIMITS, providers: overrides('provider', 'sim'), instances: overrides('instance', 'momentum-1') },
  {
    ...closed,
    title: 'RiskLimitSet',
    description: 'Limits of each instance at each provider: of the instance before of the provider before of all',
  },
)
export type RiskLimitSet = Static<typeof RiskLimitSet>

export const SWITCH_SCOPES = ['all', 'provider', 'instance'] as const
export type SwitchScope = (typeof SWITCH_SCOPES)[number]

export const KillSwitch = Type.Object(
  {
    scope: words(SWITCH_SCOPES, { description: 'What may not trade' }),
    subject: Type.Optional(Type.String({ description: 'The provider or instance', examples: ['momentum-1'] })),
    reason: Type.String({ examples: ['spread too wide'] }),
    since: Type.String({ examples: ['2026-01-31T12:00:00.000Z'] }),
    who: Type.String({ description: 'Name of the token, else the address; gateway: by itself', examples: ['ops'] }),
  },
  { title: 'KillSwitch', description: 'Nothing in its scope trades until it is resumed' },
)
export type KillSwitch = Static<typeof KillSwitch>

export const Breaches = Type.Object(
  {
    instance: Type.String({ examples: ['momentum-1'] }),
    provider: Type.String({ examples: ['sim'] }),
    breaches: Type.Integer({ description: 'Since the start of the gateway or a resume', examples: [4] }),
    circuitBreakerOpenUntil: Type.Optional(
      Type.String({ description: 'Absent while it is closed', examples: ['2026-01-31T12:01:30.000Z'] }),
    ),
  },
  { title: 'Breaches', description: 'Orders that limits refused an instance' },
)
export type Breaches = Static<typeof Breaches>

const VIEW = {
  limits: RiskLimitSet,
  killSwitches: Type.Array(KillSwitch, { description: 'Those that are set' }),
  breaches: Type.Array(Breaches, { description: 'Of those that had any' }),
}

export const RiskView = Type.Object(VIEW, { title: 'Risk', description: 'Limits, and what is stopped' })
export type RiskView = Static<typeof RiskView>

export const RiskUpdated = Type.Object({ status: Type.Literal('updated'), ...VIEW }, { title: 'RiskUpdated' })

const SUBJECT = {
  provider: Type.Optional(
    Type.String({ minLength: 1, maxLength: 128, description: 'Only at this provider', examples: ['sim'], ...NAMED }),
  ),
  instance: Type.Optional(
    Type.String({ minLength: 1, maxLength: 128, description: 'Only this instance; not both', ...NAMED }),
  ),
}

export const KillBody = Type.Object(
  {
    ...SUBJECT,
    reason: Type.Optional(Type.String({ ...WRITTEN, minLength: 1, maxLength: 400, examples: ['spread too wide'] })),
    cancelOrders: Type.Optional(Type.Boolean({ default: true, description: 'Cancel what rests' })),
  },
  { ...closed, title: 'KillBody', description: 'What is to stop trading; nothing: everything' },
)
export type KillBody = Static<typeof KillBody>

export const ResumeBody = Type.Object(SUBJECT, {
  ...closed,
  title: 'ResumeBody',
  description: 'What may trade again: the switch of the same scope is released, no other',
})
export type ResumeBody = Static<typeof ResumeBody>
