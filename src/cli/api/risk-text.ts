/** Limits and what is stopped, as people read them. */
import type { Colors } from 'picocolors/types'
import type { Breaches, KillSwitch, LossStopView, RiskView, TotalView } from '../../schema/risk'
import type { SentLimitSet } from '../../schema/risk-limits'
import { columns, lines } from './output'

export const scopeText = ({ scope, subject }: Pick<KillSwitch, 'scope' | 'subject'>): string =>
  subject === undefined ? scope : `${scope} ${subject}`

/** What a switch leaves to its scope. */
const MODES = { kill: 'stopped', reduce: 'only reduces', close: 'is closed' } as const

/** In a sentence. */
export const switchText = (engaged: KillSwitch): string => {
  const { since, until, who, reason, mode } = engaged
  const end = until === undefined ? '' : ` until ${until}`
  const what = mode === 'kill' ? 'is stopped' : MODES[mode]
  return `${scopeText(engaged)} ${what} since ${since}${end} by ${who}: ${reason}`
}

/** A table for each kind of thing that there is. */
export function riskText(colours: Colors, { limits, killSwitches, breaches, lossStops, totals }: RiskView): string {
  const { providers, instances, ...all } = limits
  const rows = [
    ...limitRows('all', all),
    ...Object.entries(providers).flatMap(([name, own]) => limitRows(`provider ${name}`, own)),
    ...Object.entries(instances).flatMap(([id, own]) => limitRows(`instance ${id}`, own)),
  ]
  const stopped = killSwitches.map((engaged) => [
    { text: scopeText(engaged), colour: colours.red },
    MODES[engaged.mode],
    engaged.since,
    engaged.until ?? 'a resume',
    engaged.who,
    engaged.reason,
  ])
  const tables = [
    rows.length > 0 ? columns(colours, ['LIMITS OF', 'LIMIT', 'VALUE'], rows) : lines(['no limits are set']),
    stopped.length > 0
      ? columns(colours, ['STOPPED', 'MODE', 'SINCE', 'UNTIL', 'WHO', 'REASON'], stopped)
      : lines(['nothing is stopped']),
    ...(totals.length > 0 ? [columns(colours, TOTAL_TITLES, totals.map(totalRow))] : []),
    ...(lossStops.length > 0 ? [columns(colours, STOP_TITLES, lossStops.map(stopRow))] : []),
    ...(breaches.length > 0
      ? [columns(colours, ['INSTANCE', 'PROVIDER', 'BREACHES', 'CIRCUIT BREAKER'], breaches.map(breachRow))]
      : []),
  ]
  return tables.join('\n')
}

type Limits = Omit<SentLimitSet, 'providers' | 'instances'>

/** A row for each limit that is set. */
const limitRows = (whose: string, limits: Limits): string[][] =>
  Object.entries(limits).flatMap(([name, value]) => (value === null ? [] : [[whose, name, valueText(value)]]))

function valueText(value: NonNullable<Limits[keyof Limits]>): string {
  if (Array.isArray(value)) return value.join(' ')
  if (typeof value !== 'object') return String(value)
  if (!isBreaker(value)) {
    return Object.entries(value)
      .map(([name, amount]) => `${name} ${amount}`)
      .join(', ')
  }
  const { enabled, threshold, cooldown } = value
  return enabled ? `${cooldown ?? ''} after ${threshold ?? 0} breaches` : 'off'
}

type Breaker = NonNullable<Limits['circuitBreaker']>

const isBreaker = (value: object): value is Breaker => 'enabled' in value

const TOTAL_TITLES = ['SUM OF', 'MEASURE', 'NOW', 'LIMIT']
const MEASURES = { position: 'position', notional: 'worth', openOrders: 'open orders' } as const

const totalRow = ({ measure, of, value, limit, ...whose }: TotalView): string[] => [
  scopeText(whose),
  `${MEASURES[measure]}${of === undefined ? '' : ` in ${of}`}`,
  value,
  limit,
]

const STOP_TITLES = ['LOSSES OF', 'MEASURE', 'NOW', 'LIMIT', 'THEN']

function stopRow({ measure, currency, value, limit, percent, action, ...whose }: LossStopView): string[] {
  const what = measure === 'dailyLoss' ? 'loss of today' : 'drawdown'
  const unit = percent ? '%' : currency
  return [scopeText(whose), `${what}, ${currency}`, `${value} ${unit}`, `${limit} ${unit}`, action]
}

const breachRow = ({ instance, provider, breaches, circuitBreakerOpenUntil: until }: Breaches): string[] => [
  instance,
  provider,
  String(breaches),
  until === undefined ? 'closed' : `open until ${until}`,
]
