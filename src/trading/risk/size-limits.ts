/**
 * The limits of size once more, where orders arrive. Their gate takes what an instance has cancelled for gone; here it is
 * known what of it was filled before. It is also known here what a market order would fill at.
 */
import type { Order } from '../../schema/orders'
import type { RiskLimitSet } from '../../schema/risk-limits'
import { limitsFor } from '../../schema/risk-set'
import { type Limits, parseLimits } from './limits'
import { breachOf, type OrderContext } from './rules'

interface Arriving {
  readonly sizes: Limits
  readonly ofMarket: Limits
}

export class SizeLimits {
  /** Limits by provider and instance; null where none binds. */
  private readonly known = new Map<string, Arriving | null>()

  constructor(private readonly set: RiskLimitSet) {}

  /**
   * Why the order would be too much, in a sentence.
   * @param market asked for when a limit binds.
   */
  refusal(instance: string, order: Order, market: () => OrderContext): string | undefined {
    const limits = this.limitsOf(order.provider, instance)
    if (limits === null) return undefined
    return breachOf(order.type === 'market' ? limits.ofMarket : limits.sizes, order, market())?.reason
  }

  private limitsOf(provider: string, instance: string): Arriving | null {
    const key = `${provider} ${instance}`
    const known = this.known.get(key)
    if (known !== undefined) return known
    const given = parseLimits(limitsFor(this.set, provider, instance))
    const { maxPosition, maxNotional, notionalCurrency, collarPercent } = given
    const sizes = {
      ...(maxPosition && { maxPosition }),
      ...(maxNotional && { maxNotional }),
      ...(notionalCurrency && { notionalCurrency }),
    }
    const ofMarket = { ...sizes, ...(collarPercent && { collarPercent }) }
    const binding = maxPosition || maxNotional || collarPercent ? { sizes, ofMarket } : null
    this.known.set(key, binding)
    return binding
  }
}
