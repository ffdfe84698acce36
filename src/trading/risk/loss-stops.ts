/** What losses stop trading: of a day, or since the best. Each is measured in one currency, exactly. */
import type { RiskLimits } from '../../schema/risk-limits'
import { decimalText } from '../../schema/risk-set'
import { Decimal, ZERO } from '../decimal'

export interface LossStop {
  readonly measure: 'dailyLoss' | 'drawdown'
  /** In the settlement currency, or in percent of the equity at the beginning of the day, or at the best. */
  readonly limit: Decimal
  readonly isPercent: boolean
  /** The only one in which it binds; undefined: each by itself. */
  readonly currency?: string
  readonly action: 'reduce' | 'close' | 'kill'
}

/** How somebody's accounts stand, in one currency. */
export interface Stood {
  /** Profit since the start, of today, and the best profit so far. */
  readonly pnl: Decimal
  readonly today: Decimal
  readonly peak: Decimal
  /** What all of it is worth now. */
  readonly equity: Decimal
}

const HUNDRED = Decimal.parse('100')

/** A number of 0 stops nothing. @param common what amounts are in where the limits do not say it. */
export function lossStopsOf(limits: RiskLimits, common: string | undefined): LossStop[] {
  const { maxDailyLoss = '0', dailyLossThen = 'reduce', maxDrawdownPct = 0, drawdownThen = 'reduce' } = limits
  const isPercent = maxDailyLoss.endsWith('%')
  const daily = Decimal.parse(isPercent ? maxDailyLoss.slice(0, -1) : maxDailyLoss)
  const drawdown = Decimal.parse(decimalText(maxDrawdownPct))
  const currency = limits.notionalCurrency || common
  const stops: LossStop[] = []
  if (daily.sign > 0) {
    const only = !isPercent && currency ? { currency } : {}
    stops.push({ measure: 'dailyLoss', limit: daily, isPercent, ...only, action: dailyLossThen })
  }
  if (drawdown.sign > 0) stops.push({ measure: 'drawdown', limit: drawdown, isPercent: true, action: drawdownThen })
  return stops
}

/** The loss that a stop looks at, and what it is a percentage of; both in the currency. */
function lossOf({ measure }: LossStop, { pnl, today, peak, equity }: Stood): { loss: Decimal; of: Decimal } {
  const below = measure === 'dailyLoss' ? today.negated() : peak.minus(pnl)
  const loss = below.sign > 0 ? below : ZERO
  return { loss, of: equity.plus(measure === 'dailyLoss' ? below : loss) }
}

export function isReached(stop: LossStop, stood: Stood): boolean {
  const { loss, of } = lossOf(stop, stood)
  if (loss.sign === 0) return false
  // where nothing was, all is lost
  return stop.isPercent ? loss.times(HUNDRED).compare(of.times(stop.limit)) >= 0 : loss.compare(stop.limit) >= 0
}

/** Decimals of a percentage that is shown. */
const SHOWN_SCALE = 4

/** What is measured against the limit, as people read it. */
export function shownLoss(stop: LossStop, stood: Stood): string {
  const { loss, of } = lossOf(stop, stood)
  if (!stop.isPercent) return loss.toString()
  return of.sign > 0 ? loss.times(HUNDRED).dividedBy(of, SHOWN_SCALE).toString() : '100'
}

export function stopText(stop: LossStop, stood: Stood, currency: string): string {
  const { measure, isPercent, limit } = stop
  const unit = isPercent ? '%' : currency
  const what = measure === 'dailyLoss' ? 'the loss of today' : 'the drawdown'
  return `${what} in ${currency} is ${shownLoss(stop, stood)} ${unit}, the limit is ${limit.toString()} ${unit}`
}
