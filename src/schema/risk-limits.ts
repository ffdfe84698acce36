/**
 * Risk limits as the API and the configuration write them (contract §2); the keys are the Go gateway's. A file leaves out
 * what is not set; what is sent may say null for it, and answers do.
 */
import {
  type Static,
  type TNull,
  type TOptional,
  type TProperties,
  type TSchema,
  type TUnion,
  Type,
} from '@sinclair/typebox'
import { words } from './words'

const closed = { additionalProperties: false }
/** In the spellings that operators have in their files: an enum of them all would be too much for generated clients. */
const ORDER_TYPE = Type.String({
  pattern: '^([Mm]arket|MARKET|[Ll]imit|LIMIT|[Ss]top|STOP|[Ss]topLimit|STOPLIMIT)$',
  description: 'market, limit, stop or stopLimit',
  examples: ['limit'],
})
/** Go's syntax of durations, without a sign; at most some months. */
export const DURATION = '^(0|([0-9]{1,9}([.][0-9]{1,9})?(ns|us|µs|μs|ms|s|m|h))+)?$'

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
const amounts = (description: string, example: Record<string, string>) =>
  Type.Record(
    Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$' }),
    Type.Union([Type.String({ pattern: AMOUNT_PATTERN }), Type.Number({ minimum: 0, maximum: 1e15 })], {
      description: 'answered as text',
    }),
    { ...closed, description, examples: [example] },
  )
const count = (description: string, example: number) =>
  Type.Integer({ minimum: 0, maximum: 1_000_000, description, examples: [example] })

const BREAKER = {
  threshold: count('Breaches after which it opens', 4),
  cooldown: Type.String({
    pattern: DURATION,
    maxLength: 100,
    description: 'How long it stays open',
    examples: ['90s'],
  }),
}
const enabled = Type.Boolean({ examples: [true] })
const ofBreaker = {
  ...closed,
  title: 'CircuitBreaker',
  description: 'Refuses all orders for a while after so many breaches',
}

const then = (limit: string) =>
  words(['reduce', 'close', 'kill'], {
    description: `What is done at ${limit}: only orders that reduce pass, positions are closed as well, or all is stopped; reduce unless set`,
  })

const LIMITS = {
  maxPositionSize: decimal(
    'The largest position in a symbol, in its base currency, all open orders of a side filled',
    '5',
  ),
  maxNotionalValue: decimal('The same, as it is worth in notionalCurrency', '50000'),
  notionalCurrency: Type.String({
    maxLength: 32,
    pattern: '^[A-Za-z0-9]*$',
    description: 'What maxNotionalValue is in; not set: the quote currency of each symbol',
    examples: ['USDT'],
  }),
  orderThrottle: Type.Number({ minimum: 0, maximum: 1e6, description: 'Orders per second on average', examples: [5] }),
  orderBurst: count('Orders that may come at once; 1 unless set', 3),
  maxConcurrentOrders: count('Open orders in a symbol', 6),
  priceBandPercent: Type.Number({
    minimum: 0,
    maximum: 1e6,
    description: 'How far a limit price may be from the last price, in percent',
    examples: [2.5],
  }),
  allowedOrderTypes: Type.Array(ORDER_TYPE, {
    maxItems: 20,
    description: 'Empty: all',
    examples: [['limit', 'market']],
  }),
  maxDailyLoss: Type.String({
    pattern: '^[0-9]{1,30}([.][0-9]{1,30})?%?$',
    description:
      'What may be lost on a day, UTC: an amount in notionalCurrency, or a percentage of the equity at its begin',
    examples: ['500', '2.5%'],
  }),
  dailyLossThen: then('maxDailyLoss'),
  maxDrawdownPct: Type.Number({
    minimum: 0,
    maximum: 100,
    description: 'How far the equity may fall below its best, in percent',
    examples: [10],
  }),
  drawdownThen: then('maxDrawdownPct'),
  maxTotalPosition: amounts(
    'Of all instances together, by symbol, in its base currency: longs and shorts add up, open orders filled',
    { 'BTC-USDT': '20' },
  ),
  maxTotalNotional: amounts('The same as it is worth, by settlement currency', { USDT: '500000' }),
  maxTotalOpenOrders: count('Open orders of all instances together', 200),
  priceCollarPercent: Type.Number({
    minimum: 0,
    maximum: 1e6,
    description: 'How far the price at which an order could fill may be from the last price, in percent',
    examples: [5],
  }),
  killSwitchEnabled: Type.Boolean({
    description: 'Whether maxRiskBreaches sets the kill switch of the instance; false unless set',
    examples: [true],
  }),
  maxRiskBreaches: count('Breaches after which the kill switch is set', 25),
}
/** In the order in which they are answered. */
export const LIMIT_NAMES = Object.keys(LIMITS) as (keyof typeof LIMITS)[]

type Optional<F extends TProperties> = { [K in keyof F]: TOptional<F[K]> }
type Sent<F extends TProperties> = { [K in keyof F]: TOptional<TUnion<[F[K], TNull]>> }
type Answered<F extends TProperties> = { [K in keyof F]: TUnion<[F[K], TNull]> }

function mapped<T extends TProperties>(fields: Record<keyof T, TSchema>, change: (schema: TSchema) => TSchema): T {
  return Object.fromEntries(Object.entries<TSchema>(fields).map(([name, schema]) => [name, change(schema)])) as T
}

const optional = (schema: TSchema) => Type.Optional(schema)
const sendable = (schema: TSchema) => Type.Optional(orNull(schema))

function orNull<S extends TSchema>(schema: S): TUnion<[S, TNull]> {
  const { description = '', examples } = schema
  const choices: TSchema[] = schema.anyOf ?? [schema]
  return Type.Union([...choices, Type.Null()], { description, ...(examples && { examples }) }) as TUnion<[S, TNull]>
}

const KEPT = {
  ...mapped<Optional<typeof LIMITS>>(LIMITS, optional),
  circuitBreaker: Type.Optional(
    Type.Object({ enabled, ...mapped<Optional<typeof BREAKER>>(BREAKER, optional) }, ofBreaker),
  ),
}
const SENT = {
  ...mapped<Sent<typeof LIMITS>>(LIMITS, sendable),
  circuitBreaker: Type.Optional(
    orNull(Type.Object({ enabled, ...mapped<Sent<typeof BREAKER>>(BREAKER, sendable) }, ofBreaker)),
  ),
}
const ANSWERED = {
  ...mapped<Answered<typeof LIMITS>>(LIMITS, orNull),
  circuitBreaker: orNull(
    Type.Object(
      { enabled, ...mapped<Answered<typeof BREAKER>>(BREAKER, orNull) },
      { title: 'CircuitBreakerInForce', description: ofBreaker.description },
    ),
  ),
}

const ofLimits = {
  ...closed,
  title: 'RiskLimits',
  description:
    'What is absent or null is not set and does not bind, nor does a number of 0: as an override, 0 lifts a limit',
}
export const RiskLimits = Type.Object(KEPT, ofLimits)
export type RiskLimits = Static<typeof RiskLimits>
const SentLimits = Type.Object(SENT, ofLimits)

const overrides = <T extends TSchema>(whose: string, example: string, limits: T) =>
  Type.Record(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$' }), limits, {
    ...closed,
    description: `By ${whose}; key by key in the place of what is above`,
    examples: [{ [example]: { maxPositionSize: '1' } }],
  })
const byProvider = <T extends TSchema>(limits: T) => overrides('provider', 'sim', limits)
const byInstance = <T extends TSchema>(limits: T) => overrides('instance', 'momentum-1', limits)

const ofSet = {
  ...closed,
  title: 'RiskLimitSet',
  description: 'Limits of each instance at each provider: of the instance before of the provider before of all',
}

/** As a file holds it, and as it is kept: without null, which in YAML may be a value that was forgotten. */
export const RiskLimitSet = Type.Object(
  { ...KEPT, providers: Type.Optional(byProvider(RiskLimits)), instances: Type.Optional(byInstance(RiskLimits)) },
  ofSet,
)
export type RiskLimitSet = Static<typeof RiskLimitSet>

/** As it may be sent: what is answered may be sent back. */
export const SentLimitSet = Type.Object(
  { ...SENT, providers: Type.Optional(byProvider(SentLimits)), instances: Type.Optional(byInstance(SentLimits)) },
  ofSet,
)
export type SentLimitSet = Static<typeof SentLimitSet>

/** As it is answered. */
export const RiskLimitsInForce = Type.Object(
  { ...ANSWERED, providers: byProvider(SentLimits), instances: byInstance(SentLimits) },
  { title: 'RiskLimitsInForce', description: 'Every limit; null: not set, so it does not bind' },
)
export type RiskLimitsInForce = Static<typeof RiskLimitsInForce>
