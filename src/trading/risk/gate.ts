/** Where the orders of one instance are judged by its risk limits, beside its sandbox, before anything else hears of them. */
import { type BucketState, TokenBucket } from '../../flow/token-bucket'
import type { Order } from '../../schema/orders'
import type { RiskLimits } from '../../schema/risk-limits'
import type { Breach } from './breach'
import { Breaker, type BreakerState } from './breaker'
import { type Limits, parseLimits } from './limits'
import { breachOf, type OrderContext, reduces } from './rules'

/** What a gate works by, by provider; plain data, which travels to where the gate is. */
export interface RiskTerms {
  readonly limits: Readonly<Record<string, RiskLimits>>
  /** Why nothing may be ordered there: kill switches that are set. */
  readonly halts: Readonly<Record<string, string>>
  /** Why only orders that reduce a position pass there; absent: nowhere. */
  readonly reducing?: Readonly<Record<string, string>>
  /** Absent: they stay as they are. */
  readonly breakers?: Readonly<Record<string, BreakerState>>
}

/** An order that may not go. */
export interface Refusal {
  readonly breach: Breach
  /** The provider's, after it. */
  readonly breaker: BreakerState
  /** Why the kill switch of the instance is to be set: too many breaches. Until it is, the gate refuses by itself. */
  readonly kill?: string
}

interface Rules {
  readonly limits: Limits
  readonly pace: TokenBucket | undefined
}

/** As it stands besides its terms, to go on from; by provider. */
export interface GateState {
  readonly breakers: Readonly<Record<string, BreakerState>>
  readonly paces: Readonly<Record<string, BucketState>>
  readonly killed?: string
}

export class RiskGate {
  private rules = new Map<string, Rules>()
  private halts = new Map<string, string>()
  private reducing = new Map<string, string>()
  private breakers = new Map<string, Breaker>()
  private killed: string | undefined
  /** False in the common case: no order need be judged. */
  binds = false

  /** Orders that were counted for a pace stay counted while it is the same. */
  update({ limits, halts, reducing = {}, breakers }: RiskTerms): void {
    this.rules = new Map(Object.entries(limits).map(([provider, given]) => [provider, this.rulesOf(provider, given)]))
    this.halts = new Map(Object.entries(halts))
    this.reducing = new Map(Object.entries(reducing))
    this.killed = undefined
    this.binds = this.rules.size > 0 || this.halts.size > 0 || this.reducing.size > 0
    if (!breakers) return
    this.breakers = new Map(Object.entries(breakers).map(([provider, state]) => [provider, new Breaker(state)]))
  }

  get state(): GateState {
    const { killed } = this
    const breakers = Array.from(this.breakers, ([provider, { state }]) => [provider, state] as const)
    const paces = Array.from(this.rules, ([provider, { pace }]) =>
      pace ? [[provider, pace.state] as const] : [],
    ).flat()
    return {
      breakers: Object.fromEntries(breakers),
      paces: Object.fromEntries(paces),
      ...(killed !== undefined && { killed }),
    }
  }

  /** Behind `update` with its terms. */
  set state({ breakers, paces, killed }: GateState) {
    this.breakers = new Map(Object.entries(breakers).map(([provider, state]) => [provider, new Breaker(state)]))
    for (const [provider, state] of Object.entries(paces)) {
      const pace = this.rules.get(provider)?.pace
      if (pace) pace.state = state
    }
    this.killed = killed
  }

  /**
   * Undefined: the order may go, and is counted as gone.
   * @param market where its symbol stands; asked for when something binds.
   * @param nowMs in the time of the instance.
   */
  judge(order: Order, market: () => OrderContext, nowMs: number): Refusal | undefined {
    if (!this.binds) return undefined
    const { provider } = order
    const breaker = this.breakerOf(provider)
    const halt = this.halts.get(provider) ?? this.killed
    if (halt !== undefined) return stopped('KILL_SWITCH', halt, breaker)
    const reducing = this.reducing.get(provider)
    if (reducing !== undefined && !reduces(order, market().exposure)) return stopped('REDUCING', reducing, breaker)
    const rules = this.rules.get(provider)
    if (!rules) return undefined
    if (breaker.isOpen(nowMs)) return stopped('CIRCUIT_BREAKER', openText(breaker), breaker)
    const breach = breachOf(rules.limits, order, market()) ?? tooMany(rules, nowMs)
    if (!breach) return undefined
    if (!breaker.count(rules.limits, nowMs)) return { breach, breaker: breaker.state }
    const kill = `${breaker.state.breaches} risk breaches, the last: ${breach.reason}`
    this.killed = `the kill switch is set: ${kill}`
    return { breach, breaker: breaker.state, kill }
  }

  private rulesOf(provider: string, given: RiskLimits): Rules {
    const limits = parseLimits(given)
    const before = this.rules.get(provider)
    const same =
      before?.limits.rate?.perSecond === limits.rate?.perSecond && before?.limits.rate?.burst === limits.rate?.burst
    return { limits, pace: same ? before?.pace : limits.rate && new TokenBucket(limits.rate) }
  }

  private breakerOf(provider: string): Breaker {
    const known = this.breakers.get(provider)
    if (known) return known
    const breaker = new Breaker()
    this.breakers.set(provider, breaker)
    return breaker
  }
}

/** An order that is not even judged: it counts as no breach. */
const stopped = (type: Breach['type'], reason: string, { state }: Breaker): Refusal => ({
  breach: { type, reason, metrics: {} },
  breaker: state,
})

const openText = ({ state }: Breaker): string =>
  `the circuit breaker is open until ${new Date(state.openUntilMs).toISOString()}, after ${state.counted} breaches`

/** The last rule: an order that is refused by another one takes no room. */
function tooMany({ limits: { rate }, pace }: Rules, nowMs: number): Breach | undefined {
  if (!rate || !pace || pace.take(nowMs) === 0) return undefined
  return {
    type: 'RATE_LIMIT',
    reason: `more than ${rate.perSecond} orders per second, ${rate.burst} at once`,
    metrics: { order_throttle: String(rate.perSecond), order_burst: String(rate.burst) },
  }
}
