/**
 * The limits of size once more, where orders arrive. Their gate takes what an instance has cancelled for gone; here it is
 * known what of it was filled before.
 */
import type { Order } from '../../schema/orders'
import type { RiskLimitSet } from '../../schema/risk-limits'
import { limitsFor } from '../../schema/risk-set'
import { type Limits, parseLimits } from './limits'
import { breachOf, type OrderContext } from './rules'

export class SizeLimits {
  /** Limits by provider and instance; null where none binds. */
  private readonly known = new Map<string, Limits | null>()

  constructor(private readonly set: RiskLimitSet) {}

  /**
   * Why the order would be too much, in a sentence.
   * @param market asked for when a limit binds.
   */
  refusal(instance: string, order: Order, market: () => OrderContext): string | undefined {
    const limits = this.limitsOf(order.provider, instance)
    return limits === null ? undefined : breachOf(limits, order, market())?.reason
  }

  private limitsOf(provider: string, instance: string): Limits | null {
    const key = `${provider} ${instance}`
    const known = this.known.get(key)
    if (known !== undefined) return known
    const { maxPosition, maxNotional, notionalCurrency } = parseLimits(limitsFor(this.set, provider, instance))
    const limits = {
      ...(maxPosition && { maxPosition }),
      ...(maxNotional && { maxNotional }),
      ...(notionalCurrency && { notionalCurrency }),
    }
    const binding = maxPosition || maxNotional ? limits : null
    this.known.set(key, binding)
    return binding
  }
}
