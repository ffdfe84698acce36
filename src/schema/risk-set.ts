/** A set of risk limits as a whole: what of it binds whom, and what in it makes no sense. */
import Decimal from 'decimal.js'
import {
  AMOUNT_PATTERN,
  LIMIT_NAMES,
  type RiskLimitSet,
  type RiskLimits,
  type RiskLimitsInForce,
  type SentLimitSet,
} from './risk-limits'

/** What binds an instance at a provider: key by key its own before the provider's before everybody's. */
export function limitsFor(set: RiskLimitSet, provider: string, instance: string): RiskLimits {
  const { providers = {}, instances = {}, ...all } = set
  const limits = { ...all, ...own(providers, provider), ...own(instances, instance) }
  return Object.fromEntries(Object.entries(limits).filter(([name]) => !OF_MANY.has(name)))
}

/** What binds all instances together, or those at a provider. */
const OF_TOTALS = ['maxTotalPosition', 'maxTotalNotional', 'maxTotalOpenOrders'] as const

/** What looks at more than one order of one instance, and binds its own level alone. */
const OF_MANY: ReadonlySet<string> = new Set([
  'maxDailyLoss',
  'dailyLossThen',
  'maxDrawdownPct',
  'drawdownThen',
  ...OF_TOTALS,
] satisfies (keyof RiskLimits)[])

export interface LimitProblem {
  /** A JSON pointer. */
  readonly path: string
  readonly message: string
}

/** What is wrong with a set whose every field has the right form. */
export function limitProblems(set: RiskLimitSet): LimitProblem[] {
  return [...partsOf(set)].flatMap(([path, limits]) => [
    ...amountProblems(path, limits),
    ...breakerProblems(path, limits),
    ...lossProblems(path, limits),
    ...(path.startsWith('/instances/') ? totalProblems(path, limits) : []),
  ])
}

const AMOUNT = new RegExp(AMOUNT_PATTERN)

/** A number may be too small to be written out. */
function amountProblems(path: string, limits: RiskLimits): LimitProblem[] {
  const { maxTotalPosition = {}, maxTotalNotional = {} } = limits
  const named = (of: string, amounts: Readonly<Record<string, string | number>>) =>
    Object.entries(amounts).map(([name, amount]) => [`${of}/${name}`, amount] as const)
  const all = [
    ...(['maxPositionSize', 'maxNotionalValue'] as const).map((key) => [key, limits[key] ?? 0] as const),
    ...named('maxTotalPosition', maxTotalPosition),
    ...named('maxTotalNotional', maxTotalNotional),
  ]
  return all
    .filter(([, amount]) => !AMOUNT.test(decimalText(amount)))
    .map(([key]) => ({ path: `${path}/${key}`, message: 'must have at most 30 decimals' }))
}

function breakerProblems(path: string, { circuitBreaker: breaker }: RiskLimits): LimitProblem[] {
  if (!breaker?.enabled) return []
  const { threshold = 0, cooldown = '' } = breaker
  return [
    ...(threshold > 0 ? [] : [{ path: `${path}/circuitBreaker/threshold`, message: 'must be 1 or more' }]),
    ...(durationMs(cooldown) > 0
      ? []
      : [{ path: `${path}/circuitBreaker/cooldown`, message: 'must be a duration above zero, as 90s' }]),
  ]
}

function totalProblems(path: string, limits: RiskLimits): LimitProblem[] {
  return OF_TOTALS.filter((key) => limits[key] !== undefined).map((key) => ({
    path: `${path}/${key}`,
    message: 'binds all instances, or those at a provider: set it there',
  }))
}

function lossProblems(path: string, { maxDailyLoss = '0' }: RiskLimits): LimitProblem[] {
  const isTooMuch = maxDailyLoss.endsWith('%') && Number(maxDailyLoss.slice(0, -1)) > 100
  return isTooMuch ? [{ path: `${path}/maxDailyLoss`, message: 'must be at most 100 %' }] : []
}

/** What of it is set: equal sets are equal however they were sent, and whatever of them was null. */
export function setOf({ providers = {}, instances = {}, ...all }: SentLimitSet): RiskLimitSet {
  return {
    ...limitsOf(all),
    ...(Object.keys(providers).length > 0 && { providers: overridesOf(providers) }),
    ...(Object.keys(instances).length > 0 && { instances: overridesOf(instances) }),
  }
}

/** Every limit, null where none is set. */
export function inForce({ providers = {}, instances = {}, circuitBreaker, ...all }: RiskLimitSet): RiskLimitsInForce {
  const { enabled, threshold = null, cooldown = null } = circuitBreaker ?? {}
  return {
    ...NOTHING_SET,
    ...all,
    circuitBreaker: enabled === undefined ? null : { enabled, threshold, cooldown },
    providers,
    instances,
  }
}

const NOTHING_SET = Object.fromEntries(LIMIT_NAMES.map((name) => [name, null])) as Record<
  (typeof LIMIT_NAMES)[number],
  null
>

/** The same set with every decimal as text. */
export function withTexts({ providers, instances, ...all }: RiskLimitSet): RiskLimitSet {
  const each = (some: Readonly<Record<string, RiskLimits>>) =>
    Object.fromEntries(Object.entries(some).map(([name, limits]) => [name, withText(limits)]))
  return {
    ...withText(all),
    ...(providers && { providers: each(providers) }),
    ...(instances && { instances: each(instances) }),
  }
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

/** @param text in Go's syntax, as `1m30s`; '' and `0` are none. */
export function durationMs(text: string): number {
  let ms = 0
  for (const [, number, unit] of text.matchAll(/([\d.]+)([a-zµμ]+)/g)) ms += Number(number) * (UNIT_MS[unit!] ?? 0)
  return ms
}

/** The shortest decimal that stands for a number, never with an exponent. */
export const decimalText = (value: string | number): string =>
  typeof value === 'string' ? value : new Decimal(value).toFixed()

function* partsOf({ providers = {}, instances = {}, ...all }: RiskLimitSet): Iterable<[path: string, RiskLimits]> {
  yield ['', all]
  for (const [name, limits] of Object.entries(providers)) yield [`/providers/${name}`, limits]
  for (const [id, limits] of Object.entries(instances)) yield [`/instances/${id}`, limits]
}

const own = (some: Readonly<Record<string, RiskLimits>>, name: string): RiskLimits =>
  Object.hasOwn(some, name) ? (some[name] ?? {}) : {}

type SentLimits = Omit<SentLimitSet, 'providers' | 'instances'>

function limitsOf({ circuitBreaker, ...rest }: SentLimits): RiskLimits {
  return { ...withoutNulls(rest), ...(circuitBreaker && { circuitBreaker: withoutNulls(circuitBreaker) }) }
}

const overridesOf = (sent: Readonly<Record<string, SentLimits>>) =>
  Object.fromEntries(Object.entries(sent).map(([name, limits]) => [name, limitsOf(limits)]))

type WithoutNulls<T> = { [K in keyof T]: Exclude<T[K], null> }

const withoutNulls = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as WithoutNulls<T>

function withText(limits: RiskLimits): RiskLimits {
  const { maxPositionSize: size, maxNotionalValue: value, maxTotalPosition, maxTotalNotional } = limits
  return {
    ...limits,
    ...(size !== undefined && { maxPositionSize: decimalText(size) }),
    ...(value !== undefined && { maxNotionalValue: decimalText(value) }),
    ...(maxTotalPosition && { maxTotalPosition: texts(maxTotalPosition) }),
    ...(maxTotalNotional && { maxTotalNotional: texts(maxTotalNotional) }),
  }
}

const texts = (amounts: Readonly<Record<string, string | number>>): Record<string, string> =>
  Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, decimalText(amount)]))
