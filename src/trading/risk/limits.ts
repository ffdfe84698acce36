/** Limits as they bind one instance at one provider: in exact amounts, what does not bind left out. */
import type { OrderType } from '../../schema/orders'
import type { RiskLimits } from '../../schema/risk-limits'
import { decimalText, durationMs } from '../../schema/risk-set'
import { Decimal } from '../decimal'

/** Every field absent that does not bind. */
export interface Limits {
  /** In the base currency; in contracts where these have a multiplier. */
  readonly maxPosition?: Decimal
  readonly maxNotional?: Decimal
  /** What maxNotional is in; absent: the settlement currency. */
  readonly notionalCurrency?: string
  /** Orders per second, and how many may come at once. */
  readonly rate?: { readonly perSecond: number; readonly burst: number }
  /** How many orders in one symbol may be open at once. */
  readonly maxOpenOrders?: number
  readonly priceBandPercent?: Decimal
  /** How far from the last price an order could fill. */
  readonly collarPercent?: Decimal
  readonly types?: ReadonlySet<OrderType>
  /** Breaches after which the kill switch is set. */
  readonly killAfter?: number
  readonly breaker?: { readonly threshold: number; readonly cooldownMs: number }
}

/** A number of 0 does not bind. */
export function parseLimits(given: RiskLimits): Limits {
  const maxPosition = positive(given.maxPositionSize)
  const maxNotional = positive(given.maxNotionalValue)
  const priceBandPercent = positive(given.priceBandPercent)
  const collarPercent = positive(given.priceCollarPercent)
  const { orderThrottle: perSecond, orderBurst, maxConcurrentOrders, maxRiskBreaches, circuitBreaker } = given
  const types = new Set((given.allowedOrderTypes ?? []).map((spelled) => TYPES[spelled.toLowerCase()]!))
  return {
    ...(maxPosition && { maxPosition }),
    ...(maxNotional && { maxNotional }),
    ...(given.notionalCurrency && { notionalCurrency: given.notionalCurrency }),
    ...(perSecond && { rate: { perSecond, burst: orderBurst || 1 } }),
    ...(maxConcurrentOrders && { maxOpenOrders: maxConcurrentOrders }),
    ...(priceBandPercent && { priceBandPercent }),
    ...(collarPercent && { collarPercent }),
    ...(types.size > 0 && { types }),
    ...(given.killSwitchEnabled && maxRiskBreaches && { killAfter: maxRiskBreaches }),
    ...(circuitBreaker?.enabled && {
      breaker: { threshold: circuitBreaker.threshold ?? 0, cooldownMs: durationMs(circuitBreaker.cooldown ?? '') },
    }),
  }
}

function positive(value: string | number | undefined): Decimal | undefined {
  if (value === undefined) return undefined
  const amount = Decimal.parse(decimalText(value))
  return amount.sign > 0 ? amount : undefined
}

const TYPES: Readonly<Record<string, OrderType>> = {
  market: 'market',
  limit: 'limit',
  stop: 'stop',
  stoplimit: 'stopLimit',
}
