/** What is wrong with alerts that fit their schema: each told at its place in the file. */
import { type AlertRuleBody, type AlertsBody, AMOUNT, type DeadmanBody, type ReceiverBody } from '../schema/alerts'
import { durationMs } from '../schema/risk-set'
import { ALWAYS, KIND_TERMS, type Threshold } from './alert-kinds'
import type { Unfit } from './yaml'

const CHANNELS = ['webhook', 'telegram', 'slack', 'command'] as const

export function alertMisfits(place: string, alerts: AlertsBody | undefined): Unfit[] {
  if (alerts === undefined) return []
  const { rules = [], receivers = [], deadman, groupWait, repeat } = alerts
  const names = new Set(receivers.map(({ name }) => name))
  return [
    ...rules.flatMap((rule, index) => ruleMisfits(`${place}/rules/${index}`, rule, names)),
    ...receivers.flatMap((receiver, index) => receiverMisfits(`${place}/receivers/${index}`, receiver)),
    ...(deadman ? deadmanMisfits(`${place}/deadman`, deadman) : []),
    ...boundMisfits(`${place}/groupWait`, groupWait, ['0s', '1h']),
    ...boundMisfits(`${place}/repeat`, repeat, ['1s', '720h']),
    ...(rules.length > 0 && receivers.length === 0
      ? [{ path: `${place}/rules`, message: 'are told to nobody: name a receiver in receivers', atKey: true }]
      : []),
  ]
}

function ruleMisfits(place: string, rule: AlertRuleBody, receivers: ReadonlySet<string>): Unfit[] {
  const { takes, threshold, atFirst } = KIND_TERMS[rule.when]
  const keys = Object.keys(rule) as (keyof AlertRuleBody)[]
  const strange = keys.filter((key) => !ALWAYS.includes(key) && !takes.includes(key))
  const wrong = rule.above === undefined || threshold === undefined ? undefined : thresholdMisfit(threshold, rule.above)
  return [
    ...strange.map((key) => ({
      path: `${place}/${key}`,
      message: `means nothing for ${rule.when}, which takes ${[...ALWAYS.slice(1), ...takes].join(', ')}`,
      atKey: true,
    })),
    ...(wrong !== undefined && strange.length === 0 ? [{ path: `${place}/above`, message: wrong }] : []),
    ...(threshold !== undefined && atFirst === undefined && rule.above === undefined
      ? [{ path: `${place}/above`, message: `is missing: ${NEEDED[threshold]}` }]
      : []),
    ...boundMisfits(`${place}/for`, rule.for, ['0s', '720h']),
    ...boundMisfits(`${place}/endsAfter`, rule.endsAfter, ['0s', '720h']),
    ...boundMisfits(`${place}/within`, rule.within, ['1s', '24h']),
    ...scopeMisfits(place, rule),
    ...(rule.to ?? []).flatMap((name, index) =>
      receivers.has(name) ? [] : [{ path: `${place}/to/${index}`, message: `"${name}" is no receiver` }],
    ),
  ]
}

/** What is worth something together has no part that one could ask for. */
function scopeMisfits(place: string, { of = 'instance', ...rule }: AlertRuleBody): Unfit[] {
  if (of === 'instance') return []
  return (['instance', 'strategy', 'provider'] as const)
    .filter((key) => rule[key] !== undefined && key !== of)
    .map((key) => ({ path: `${place}/${key}`, message: `cannot be asked for of ${of}`, atKey: true }))
}

const NEEDED: Readonly<Record<Threshold, string>> = {
  duration: 'must be a duration from 10ms to 24h, as 2s',
  percent: 'must be a number of percent above 0, as 5',
  amount: 'must be an amount above 0 in the currency of the account, as "500"',
  count: 'must be a whole number, as 10',
  percentFree: 'must be a number of percent, as 10',
}

function thresholdMisfit(threshold: Threshold, above: string | number): string | undefined {
  return isFit(threshold, above) ? undefined : NEEDED[threshold]
}

function isFit(threshold: Threshold, above: string | number): boolean {
  switch (threshold) {
    case 'duration':
      return typeof above === 'string' && isWithin(above, ['10ms', '24h'])
    case 'percent':
    case 'percentFree':
      return typeof above === 'number' && above > 0 && above <= 1000
    case 'amount':
      return AMOUNT.test(String(above)) && Number(above) > 0
    case 'count':
      return Number.isInteger(above) && Number(above) <= 1_000_000
  }
}

type Bounds = readonly [least: string, most: string]

function isWithin(text: string, [least, most]: Bounds): boolean {
  const ms = /^[0-9]/.test(text) ? durationMs(text) : Number.NaN
  return ms >= durationMs(least) && ms <= durationMs(most)
}

function boundMisfits(path: string, text: string | undefined, bounds: Bounds): Unfit[] {
  if (text === undefined || isWithin(text, bounds)) return []
  return [{ path, message: `must be a duration from ${bounds[0]} to ${bounds[1]}, as 30s` }]
}

function receiverMisfits(place: string, receiver: ReceiverBody): Unfit[] {
  const { webhook, telegram, slack, quietHours } = receiver
  const channels = CHANNELS.filter((channel) => receiver[channel] !== undefined)
  const zone = quietHours?.timeZone
  return [
    ...(channels.length === 1 ? [] : [{ path: place, message: `must have one of ${CHANNELS.join(', ')}` }]),
    ...urlMisfits(`${place}/webhook/url`, webhook?.url),
    ...urlMisfits(`${place}/telegram/api`, telegram?.api),
    ...urlMisfits(`${place}/slack/url`, slack?.url),
    ...boundMisfits(`${place}/timeout`, receiver.timeout, ['100ms', '5m']),
    ...(zone === undefined || isTimeZone(zone)
      ? []
      : [{ path: `${place}/quietHours/timeZone`, message: `must be a time zone, as Europe/Lisbon` }]),
    ...(quietHours && quietHours.from === quietHours.to
      ? [{ path: `${place}/quietHours/to`, message: 'must be another time than from' }]
      : []),
  ]
}

const deadmanMisfits = (place: string, { url, every }: DeadmanBody): Unfit[] => [
  ...urlMisfits(`${place}/url`, url),
  ...boundMisfits(`${place}/every`, every, ['1s', '24h']),
]

/** Not repeated in the message: it may hold a secret. */
function urlMisfits(path: string, text: string | undefined): Unfit[] {
  if (text === undefined || /^https?:$/.test(URL.parse(text)?.protocol ?? '')) return []
  return [{ path, message: 'must be an address as https://alerts.example.org/hook' }]
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}
