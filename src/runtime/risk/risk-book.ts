/** Which limits and kill switches there are, and what of them concerns an instance. It tells nobody. */
import type { Order } from '../../schema/orders'
import type { RiskView } from '../../schema/risk'
import type { RiskLimitSet } from '../../schema/risk-limits'
import { inForce, limitsFor, setOf } from '../../schema/risk-set'
import type { StoredSwitch } from '../../store/risk'
import type { Store } from '../../store/store'
import { type BreakerState, CLOSED } from '../../trading/risk/breaker'
import type { RiskTerms } from '../../trading/risk/gate'
import { parseLimits } from '../../trading/risk/limits'
import { breachOf, type OrderContext, reduces } from '../../trading/risk/rules'
import { SizeLimits } from '../../trading/risk/size-limits'

/** Whoever sends orders, as limits and kill switches look at it. */
interface Trader {
  readonly id: string
  readonly providers: readonly string[]
}

/** What a kill switch stops: all, one provider, one instance. */
export type Target = Pick<StoredSwitch, 'scope' | 'subject'>

const ALL: Target = { scope: 'all', subject: '' }

const keyOf = ({ scope, subject }: Target) => `${scope} ${subject}`

export class RiskBook {
  /** Undefined until some are set. */
  private set: RiskLimitSet | undefined
  private sizes: SizeLimits | undefined
  private readonly switches = new Map<string, StoredSwitch>()
  /** By instance id, then provider. */
  private readonly breakers = new Map<string, Map<string, BreakerState>>()

  constructor(private readonly store: Store) {
    const limits = store.risk.limits()
    if (limits) this.setLimits(setOf(limits))
    for (const engaged of store.risk.switches()) this.switches.set(keyOf(engaged), engaged)
    for (const { instance, provider, ...state } of store.risk.breaches()) this.breakersOf(instance).set(provider, state)
  }

  get limits(): RiskLimitSet | undefined {
    return this.set
  }

  /** They hold from now on; whoever sets them keeps them in the store. */
  setLimits(limits: RiskLimitSet): void {
    this.set = limits
    this.sizes = new SizeLimits(limits)
  }

  /** The switches that are set. */
  engaged(): Iterable<StoredSwitch> {
    return this.switches.values()
  }

  at(target: Target): StoredSwitch | undefined {
    return this.switches.get(keyOf(target))
  }

  /** Holds from now on, also when it cannot be written at once. */
  engage(engaged: StoredSwitch): void {
    this.switches.set(keyOf(engaged), engaged)
    this.store.risk.engage(engaged)
  }

  /** Durable when it returns. @returns the switch that was set. */
  release(target: Target): StoredSwitch | undefined {
    const engaged = this.switches.get(keyOf(target))
    if (!engaged) return undefined
    this.store.risk.release(target.scope, target.subject)
    this.switches.delete(keyOf(target))
    return engaged
  }

  /** Why an instance may not order at a provider. */
  haltOf(owner: Pick<Trader, 'id'>, provider: string): string | undefined {
    if (this.switches.size === 0) return undefined
    const engaged = this.switchesOf(owner, provider).find(({ mode }) => mode === 'kill')
    return engaged && haltText(engaged)
  }

  /** Why an instance may order at a provider only what reduces a position. */
  reducingOf(owner: Pick<Trader, 'id'>, provider: string): string | undefined {
    if (this.switches.size === 0) return undefined
    const engaged = this.switchesOf(owner, provider).find(({ mode }) => mode !== 'kill')
    return engaged && reducingText(engaged)
  }

  private switchesOf({ id }: Pick<Trader, 'id'>, provider: string): readonly StoredSwitch[] {
    const targets = [ALL, { scope: 'provider', subject: provider }, { scope: 'instance', subject: id }] as const
    return targets.flatMap((target) => this.switches.get(keyOf(target)) ?? [])
  }

  /** An operator may always reduce a position. */
  isFree({ placedBy, reduceOnly }: Order): boolean {
    return placedBy !== undefined && reduceOnly
  }

  /** Why an order that its gate let go may not be placed after all. */
  refusalOf(owner: Pick<Trader, 'id'>, order: Order, market: () => OrderContext): string | undefined {
    if (this.isFree(order)) return undefined
    return (
      this.haltOf(owner, order.provider) ??
      this.openingOf(owner, order, market) ??
      this.sizes?.refusal(owner.id, order, market)
    )
  }

  /** Why an order that does not only reduce a position may not be placed. */
  private openingOf(owner: Pick<Trader, 'id'>, order: Order, market: () => OrderContext): string | undefined {
    const reducing = this.reducingOf(owner, order.provider)
    return reducing === undefined || reduces(order, market().exposure) ? undefined : reducing
  }

  /** Why an operator may not place an order that its instance might not place either; its pace apart. */
  problemOf(owner: Pick<Trader, 'id'>, order: Order, market: OrderContext, nowMs: number): string | undefined {
    const { id } = owner
    const { provider } = order
    const { openUntilMs } = this.breakers.get(id)?.get(provider) ?? CLOSED
    return (
      this.haltOf(owner, provider) ??
      this.openingOf(owner, order, () => market) ??
      (openUntilMs > nowMs ? `the circuit breaker is open until ${new Date(openUntilMs).toISOString()}` : undefined) ??
      breachOf(parseLimits(limitsFor(this.set ?? {}, provider, id)), order, market)?.reason
    )
  }

  /** For a gate that goes on counting breaches. */
  termsOf(trader: Trader): RiskTerms {
    const set = this.set ?? {}
    const limits = trader.providers.map((provider) => [provider, limitsFor(set, provider, trader.id)] as const)
    const reasons = (of: (provider: string) => string | undefined) =>
      Object.fromEntries(
        trader.providers.flatMap((provider) => {
          const reason = of(provider)
          return reason === undefined ? [] : [[provider, reason]]
        }),
      )
    const reducing = reasons((provider) => this.reducingOf(trader, provider))
    return {
      limits: Object.fromEntries(limits.filter(([, own]) => Object.keys(own).length > 0)),
      halts: reasons((provider) => this.haltOf(trader, provider)),
      ...(Object.keys(reducing).length > 0 && { reducing }),
    }
  }

  /** For a gate that is to begin where the last one was. */
  termsAtLaunch(trader: Trader): RiskTerms {
    return { ...this.termsOf(trader), breakers: Object.fromEntries(this.breakers.get(trader.id) ?? []) }
  }

  /** How the breaker of an instance stands at a provider. */
  remember(id: string, provider: string, state: BreakerState): void {
    if (state.breaches === 0) return
    const own = this.breakersOf(id)
    const known = own.get(provider)
    if (known && isSame(known, state)) return
    own.set(provider, state)
    this.store.risk.keepBreaches({ instance: id, provider, ...state })
  }

  private breakersOf(id: string): Map<string, BreakerState> {
    const own = this.breakers.get(id) ?? new Map<string, BreakerState>()
    this.breakers.set(id, own)
    return own
  }

  /** Breaches of an instance count no more. @returns whether there were any. */
  forgive(id: string, { scope, subject }: Target): boolean {
    const provider = scope === 'provider' ? subject : undefined
    const hadAny =
      provider === undefined ? this.breakers.delete(id) : (this.breakers.get(id)?.delete(provider) ?? false)
    if (hadAny) this.store.risk.forgiveBreaches(id, provider)
    return hadAny
  }

  /** @param timeAt the time at a provider, ms: a breaker whose time is over is closed. */
  view(timeAt: (provider: string) => number): Omit<RiskView, 'lossStops' | 'totals'> {
    return {
      limits: inForce(this.set ?? {}),
      killSwitches: [...this.switches.values()].map(({ scope, subject, mode, reason, who, sinceMs, untilMs }) => ({
        scope,
        ...(subject !== '' && { subject }),
        mode,
        reason,
        since: new Date(sinceMs).toISOString(),
        ...(untilMs !== null && { until: new Date(untilMs).toISOString() }),
        who,
      })),
      breaches: [...this.breakers].flatMap(([instance, own]) =>
        [...own].map(([provider, { breaches, openUntilMs }]) => ({
          instance,
          provider,
          breaches,
          ...(openUntilMs > timeAt(provider) && { circuitBreakerOpenUntil: new Date(openUntilMs).toISOString() }),
        })),
      ),
    }
  }
}

const isSame = (one: BreakerState, other: BreakerState): boolean =>
  one.breaches === other.breaches && one.counted === other.counted && one.openUntilMs === other.openUntilMs

const ofWhom = ({ scope, subject }: StoredSwitch): string => (scope === 'all' ? '' : ` of the ${scope} ${subject}`)

const haltText = (engaged: StoredSwitch): string => `the kill switch${ofWhom(engaged)} is set: ${engaged.reason}`

const reducingText = (engaged: StoredSwitch): string =>
  `only orders${ofWhom(engaged)} that reduce a position pass: ${engaged.reason}`
