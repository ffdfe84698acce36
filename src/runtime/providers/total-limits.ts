/**
 * Limits on the sum over all instances, and over those at a provider. No host knows of the others, so it is judged here,
 * when an order arrives at its venue: of two that come at once the second one finds the first. What each account may come
 * to is remembered, and looked at again once something of it has changed.
 */
import type { OrderManager } from '../../execution/order-manager'
import type { Owner } from '../../execution/owner-reports'
import type { Order } from '../../schema/orders'
import type { TotalView } from '../../schema/risk'
import type { RiskLimitSet, RiskLimits } from '../../schema/risk-limits'
import { decimalText } from '../../schema/risk-set'
import type { Exposure } from '../../trading/accounts/account'
import type { Contract } from '../../trading/contract'
import { Decimal, ZERO } from '../../trading/decimal'
import type { Breach } from '../../trading/risk/breach'
import { CLOSED } from '../../trading/risk/breaker'
import { type OrderContext, unpriced } from '../../trading/risk/rules'
import type { ActivityStream } from '../activity/activity-stream'
import type { RiskBook } from '../risk/risk-book'

export interface TotalLimitsDeps {
  readonly book: Pick<RiskBook, 'limits'>
  readonly activity: ActivityStream
  /** By provider. */
  readonly venues: () => Iterable<[provider: string, orders: OrderManager]>
  readonly timeAt: (provider: string) => number
}

interface Level {
  /** Undefined: of all. */
  readonly provider: string | undefined
  readonly positions: ReadonlyMap<string, Decimal>
  readonly notionals: ReadonlyMap<string, Decimal>
  readonly openOrders: number
}

/** What an account may come to at worst, by symbol, and how many orders it has. */
interface Holding {
  readonly gross: ReadonlyMap<string, { readonly quantity: Decimal; readonly contract: Contract }>
  readonly open: number
}

/** What all accounts at a provider may come to. */
class Venue {
  readonly holdings = new Map<string, Holding>()
  readonly gross = new Map<string, { quantity: Decimal; contract: Contract }>()
  open = 0

  constructor(readonly orders: OrderManager) {}

  put(id: string, holding: Holding | undefined): void {
    const before = this.holdings.get(id)
    for (const [symbol, { quantity, contract }] of before?.gross ?? []) this.add(symbol, quantity.negated(), contract)
    this.open -= before?.open ?? 0
    if (!holding) return void this.holdings.delete(id)
    for (const [symbol, { quantity, contract }] of holding.gross) this.add(symbol, quantity, contract)
    this.open += holding.open
    this.holdings.set(id, holding)
  }

  private add(symbol: string, change: Decimal, contract: Contract): void {
    const quantity = (this.gross.get(symbol)?.quantity ?? ZERO).plus(change)
    this.gross.set(symbol, { quantity, contract })
  }
}

export class TotalLimits {
  private read: { limits: RiskLimitSet | undefined; levels: readonly Level[] } = { limits: undefined, levels: [] }
  /** Undefined: nothing is known. */
  private known: Map<string, Venue> | undefined
  /** Provider and instance. */
  private readonly changed = new Map<string, readonly [provider: string, id: string]>()

  constructor(private readonly deps: TotalLimitsDeps) {
    const { activity } = deps
    activity.observe('order', ({ provider, instance }) => this.hasChanged(provider, instance))
    const forget = () => {
      this.known = undefined
    }
    activity.observe('state', forget)
    activity.observe('provider', forget)
  }

  /** Why an order may not be placed, in a sentence; its instance is told of it. */
  refusal(owner: Owner, order: Order, market: () => OrderContext): string | undefined {
    const all = this.levels()
    if (all.length === 0) return undefined
    const levels = all.filter(({ provider }) => (provider ?? order.provider) === order.provider)
    if (levels.length === 0) return undefined
    const venues = this.refreshed()
    const breach = this.breachOf(levels, venues, owner, order, market())
    // it is placed without a word where it takes its time to arrive
    this.hasChanged(order.provider, owner.id)
    if (!breach) return undefined
    const { provider, symbol } = order
    const refused = {
      provider,
      symbol,
      refusal: { breach, breaker: CLOSED },
      timeMs: this.deps.timeAt(provider),
      untold: false,
    }
    this.deps.activity.publish({ kind: 'risk', what: 'breach', instance: owner.id, refused })
    return breach.reason
  }

  /** Each that is set, and what it is now. */
  view(): TotalView[] {
    const levels = this.levels()
    if (levels.length === 0) return []
    const venues = this.refreshed()
    return levels.flatMap((level) => {
      const { provider, positions, notionals, openOrders } = level
      const whose =
        provider === undefined ? { scope: 'all' as const } : { scope: 'provider' as const, subject: provider }
      const at = venuesIn(level, venues)
      return [
        ...[...positions].map(([of, limit]) => ({
          ...whose,
          measure: 'position' as const,
          of,
          value: positionIn(at, of).toString(),
          limit: limit.toString(),
        })),
        ...[...notionals].map(([of, limit]) => ({
          ...whose,
          measure: 'notional' as const,
          of,
          value: (notionalIn(at, of) ?? ZERO).toString(),
          limit: limit.toString(),
        })),
        ...(openOrders > 0
          ? [{ ...whose, measure: 'openOrders' as const, value: String(openIn(at)), limit: String(openOrders) }]
          : []),
      ]
    })
  }

  private breachOf(
    levels: readonly Level[],
    venues: ReadonlyMap<string, Venue>,
    owner: Owner,
    order: Order,
    { exposure, contract, lastPrice }: OrderContext,
  ): Breach | undefined {
    const { symbol, provider } = order
    const own = venues.get(provider)
    const isOpen = own?.orders.accountOf(owner)?.order(order.clientOrderId) !== undefined
    const [before, after] = [grossOf(exposure), grossOf(exposure, order)]
    const grows = !order.reduceOnly && after.compare(before) > 0
    const known = own?.holdings.get(owner.id)?.gross.get(symbol)?.quantity ?? ZERO
    const change = after.minus(known)
    const price = lastPrice ?? priceOf(order)
    for (const level of levels) {
      const at = venuesIn(level, venues)
      if (level.openOrders > 0 && !isOpen && openIn(at) >= level.openOrders) {
        return {
          type: 'TOTAL_CONCURRENCY',
          reason: `as many orders are open${ofWhom(level)} as are allowed: ${level.openOrders}`,
          metrics: { current: String(openIn(at)), max: String(level.openOrders) },
        }
      }
      if (!grows) continue
      const most = level.positions.get(symbol)
      const total = most && positionIn(at, symbol).plus(change)
      if (most && total && total.compare(most) > 0) {
        return {
          type: 'TOTAL_POSITION_LIMIT',
          reason: `the positions in ${symbol}${ofWhom(level)} could become ${total.toString()}, the limit is ${most.toString()}`,
          metrics: { symbol, projected_position: total.toString(), max_position: most.toString() },
        }
      }
      const currency = contract.settlementCurrency
      const worth = level.notionals.get(currency)
      if (!worth) continue
      if (price === undefined) return unpriced(symbol)
      const held = notionalIn(at, currency, { provider, symbol, price, contract, change })
      if (held === undefined)
        return { ...unpriced(symbol), reason: `not all positions in ${currency} have a price yet` }
      if (held.compare(worth) <= 0) continue
      return {
        type: 'TOTAL_NOTIONAL_LIMIT',
        reason: `the positions${ofWhom(level)} could become worth ${held.toString()} ${currency}, the limit is ${worth.toString()}`,
        metrics: { symbol, projected_notional: held.toString(), max_notional: worth.toString() },
      }
    }
    return undefined
  }

  private hasChanged(provider: string, id: string): void {
    if (this.known) this.changed.set(`${provider} ${id}`, [provider, id])
  }

  private refreshed(): ReadonlyMap<string, Venue> {
    if (!this.known) {
      this.known = new Map(Array.from(this.deps.venues(), ([provider, orders]) => [provider, new Venue(orders)]))
      this.changed.clear()
      for (const [provider, { orders }] of this.known)
        for (const { id } of orders.owners()) this.hasChanged(provider, id)
    }
    for (const [provider, id] of this.changed.values()) {
      const venue = this.known.get(provider)
      venue?.put(id, holdingOf(venue.orders, id))
    }
    this.changed.clear()
    return this.known
  }

  private levels(): readonly Level[] {
    const { limits } = this.deps.book
    if (limits !== this.read.limits) {
      this.read = { limits, levels: limits === undefined ? [] : levelsOf(limits) }
      if (this.read.levels.length === 0) this.known = undefined
    }
    return this.read.levels
  }
}

const ofWhom = ({ provider }: Level) => (provider === undefined ? ' of all instances' : ` of all at ${provider}`)

const venuesIn = ({ provider }: Level, venues: ReadonlyMap<string, Venue>): [string, Venue][] =>
  [...venues].filter(([name]) => (provider ?? name) === name)

const openIn = (venues: [string, Venue][]): number => venues.reduce((sum, [, { open }]) => sum + open, 0)

const positionIn = (venues: [string, Venue][], symbol: string): Decimal =>
  venues.reduce((sum, [, { gross }]) => sum.plus(gross.get(symbol)?.quantity ?? ZERO), ZERO)

interface Change {
  readonly provider: string
  readonly symbol: string
  readonly price: Decimal
  readonly contract: Contract
  readonly change: Decimal
}

/** At the last prices; undefined while one is missing. */
function notionalIn(venues: [string, Venue][], currency: string, change?: Change): Decimal | undefined {
  let sum = ZERO
  let isCounted = change === undefined
  for (const [provider, { gross, orders }] of venues) {
    for (const [symbol, { quantity, contract }] of gross) {
      if (contract.settlementCurrency !== currency) continue
      const isChanged = change?.provider === provider && change.symbol === symbol
      const total = isChanged ? quantity.plus(change.change) : quantity
      isCounted ||= isChanged
      if (total.sign === 0) continue
      const price = isChanged ? change.price : orders.lastPrice(symbol)
      if (price === undefined) return undefined
      sum = sum.plus(contract.notional(total, price))
    }
  }
  if (change && !isCounted) sum = sum.plus(change.contract.notional(change.change, change.price))
  return sum
}

/** Longs and shorts of different instances do not make up for each other: they are in different accounts. */
function holdingOf(orders: OrderManager, id: string): Holding | undefined {
  const all = orders.exposures(id)
  if (!all) return undefined
  const gross = all.map(
    ({ contract, exposure }) => [contract.symbol, { quantity: grossOf(exposure), contract }] as const,
  )
  return { gross: new Map(gross), open: all.reduce((sum, { exposure }) => sum + exposure.open.length, 0) }
}

/** The larger of the two positions with all orders of one side filled; signless. */
function grossOf({ held, open }: Exposure, order?: Order): Decimal {
  let [long, short] = [held, held]
  const include = ({ side, reduceOnly }: Order, quantity: Decimal) => {
    if (reduceOnly) return
    if (side === 'buy') long = long.plus(quantity)
    else short = short.minus(quantity)
  }
  for (const { order: other, remaining } of open) include(other, remaining)
  if (order) include(order, Decimal.parse(order.quantity))
  const [most, least] = [long.absolute(), short.absolute()]
  return most.compare(least) >= 0 ? most : least
}

const priceOf = ({ price, stopPrice }: Order): Decimal | undefined => {
  const text = price ?? stopPrice
  return text === undefined ? undefined : Decimal.parse(text)
}

function levelsOf({ providers = {}, instances: _, ...all }: RiskLimitSet): Level[] {
  const level = (provider: string | undefined, limits: RiskLimits): Level[] => {
    const { maxTotalPosition = {}, maxTotalNotional = {}, maxTotalOpenOrders: openOrders = 0 } = limits
    const [positions, notionals] = [maxTotalPosition, maxTotalNotional].map(amountsOf) as [Amounts, Amounts]
    return positions.size + notionals.size + openOrders > 0 ? [{ provider, positions, notionals, openOrders }] : []
  }
  return [...level(undefined, all), ...Object.entries(providers).flatMap(([name, limits]) => level(name, limits))]
}

type Amounts = Map<string, Decimal>

const amountsOf = (amounts: Readonly<Record<string, string | number>>): Amounts =>
  new Map(
    Object.entries(amounts)
      .map(([name, amount]) => [name, Decimal.parse(decimalText(amount))] as const)
      .filter(([, amount]) => amount.sign > 0),
  )
