/** What each kind of alert takes, and what stands where nothing is said. */
import type { AlertKind, AlertRuleBody, Severity } from '../schema/alerts'

/** How `above` or `below` is written. */
export type Threshold = 'duration' | 'percent' | 'amount' | 'count' | 'percentFree'

export interface KindTerms {
  readonly severity: Severity
  /** Undefined: it has none. */
  readonly threshold?: Threshold
  /** Undefined: it has to be given. */
  readonly atFirst?: string | number
  /** How far back it counts, where it counts. */
  readonly within?: string
  /** How long it has to be over before its end is told: what comes and goes is one alert. */
  readonly endsAfter: string
  /** Keys that it takes besides those that every kind takes. */
  readonly takes: readonly (keyof AlertRuleBody)[]
}

const ABOUT_INSTANCES = ['strategy', 'instance', 'provider'] as const
const WORTH = [...ABOUT_INSTANCES, 'above', 'of'] as const
const AT_ONCE = '0s'
const SOON = '1m'

export const KIND_TERMS: Readonly<Record<AlertKind, KindTerms>> = {
  instanceFailed: { severity: 'critical', endsAfter: AT_ONCE, takes: ABOUT_INSTANCES },
  instanceRestarted: {
    severity: 'warning',
    threshold: 'count',
    atFirst: 0,
    within: '10m',
    endsAfter: AT_ONCE,
    takes: [...ABOUT_INSTANCES, 'above', 'within'],
  },
  lag: {
    severity: 'warning',
    threshold: 'duration',
    atFirst: '2s',
    endsAfter: SOON,
    takes: [...ABOUT_INSTANCES, 'above'],
  },
  drawdown: { severity: 'warning', threshold: 'percent', endsAfter: SOON, takes: [...WORTH, 'since'] },
  dailyLoss: { severity: 'critical', threshold: 'amount', endsAfter: SOON, takes: WORTH },
  errorRate: {
    severity: 'warning',
    threshold: 'count',
    atFirst: 10,
    within: '1m',
    endsAfter: AT_ONCE,
    takes: [...ABOUT_INSTANCES, 'above', 'within'],
  },
  providerStale: { severity: 'warning', endsAfter: AT_ONCE, takes: ['provider'] },
  orderUnknown: { severity: 'critical', endsAfter: AT_ONCE, takes: ABOUT_INSTANCES },
  disk: { severity: 'critical', threshold: 'percentFree', atFirst: 10, endsAfter: SOON, takes: ['below'] },
  journal: { severity: 'critical', endsAfter: AT_ONCE, takes: [] },
}

/** Keys that every kind takes. */
export const ALWAYS: readonly (keyof AlertRuleBody)[] = ['when', 'name', 'severity', 'for', 'endsAfter', 'to']
