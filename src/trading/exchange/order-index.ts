/** Every order that is not at its end, on its way or with the matcher of its symbol. */
import type { KeptExchange, KeptOrder } from '../../schema/cuts'
import type { FillRules } from '../../schema/paper'
import { Marks } from '../accounts/marks'
import { AveragePrice } from './average-price'
import { SymbolMatcher } from './symbol-matcher'
import type { WorkingOrder } from './working-order'

type KeptOrders = Pick<KeptExchange, 'orders' | 'inFlight' | 'reducing' | 'arrived'>

export class OrderIndex {
  readonly marks = new Marks()
  readonly #matchers = new Map<string, SymbolMatcher>()
  /** The one asked for last: most often the next, too. */
  #recent: SymbolMatcher | undefined
  /** By client order id. */
  readonly #orders = new Map<string, WorkingOrder>()
  /** On their way, the first to arrive first. */
  readonly #inFlight: WorkingOrder[] = []
  #arrived = 0

  /** @param averageMinutes those over which a symbol's average price is kept; undefined: it is not. */
  constructor(
    readonly rules: FillRules,
    private readonly averageMinutes: (symbol: string) => number | undefined = () => undefined,
  ) {}

  matcher(symbol: string): SymbolMatcher {
    if (this.#recent?.symbol === symbol) return this.#recent
    const known = this.#matchers.get(symbol) ?? this.#made(symbol)
    this.#recent = known
    return known
  }

  #made(symbol: string): SymbolMatcher {
    const minutes = this.averageMinutes(symbol)
    const average = minutes === undefined ? undefined : new AveragePrice(minutes)
    const matcher = new SymbolMatcher(symbol, this.marks.of(symbol), this.rules, average)
    this.#matchers.set(symbol, matcher)
    return matcher
  }

  /** One for every symbol that was ever asked for. */
  matchers(): Iterable<SymbolMatcher> {
    return this.#matchers.values()
  }

  /** The same, in the order of the symbols. */
  sorted(): SymbolMatcher[] {
    return [...this.#matchers.values()].sort((one, other) => (one.symbol < other.symbol ? -1 : 1))
  }

  /** No order is open. */
  get isEmpty(): boolean {
    return this.#orders.size === 0
  }

  order(clientOrderId: string): WorkingOrder | undefined {
    return this.#orders.get(clientOrderId)
  }

  of(owner: string): WorkingOrder[] {
    return [...this.#orders.values()].filter((order) => order.owner === owner)
  }

  /** The other orders of its owner in its symbol that have arrived. */
  standingBeside(order: WorkingOrder): WorkingOrder[] {
    const { symbol } = order.order
    const others = this.of(order.owner).filter((one) => one !== order && one.order.symbol === symbol)
    return others.filter((one) => !this.#inFlight.includes(one))
  }

  /** The order is with the matcher of its symbol. */
  enter(order: WorkingOrder): void {
    order.sequence = this.#arrived++
    this.#orders.set(order.order.clientOrderId, order)
    this.matcher(order.order.symbol).add(order)
  }

  /** The order is on its way, and with the matcher of its symbol when it is due. */
  send(order: WorkingOrder): void {
    this.#orders.set(order.order.clientOrderId, order)
    const place = this.#inFlight.findLastIndex(({ dueMs }) => dueMs <= order.dueMs)
    this.#inFlight.splice(place + 1, 0, order)
  }

  /** All of them, and where they stand; `timeMs` and quotes are not of this index. @param isKept whether an owner counts. */
  kept(isKept: (owner: string) => boolean, kept: (order: WorkingOrder) => KeptOrder): KeptOrders {
    const ids = (orders: Iterable<WorkingOrder>) =>
      Array.from(orders).flatMap(({ owner, order }) => (isKept(owner) ? [order.clientOrderId] : []))
    const all = [...this.#orders.values()].filter(({ owner }) => isKept(owner))
    return {
      orders: all.map(kept),
      inFlight: ids(this.#inFlight),
      reducing: this.sorted().flatMap(({ reducing }) => ids(reducing)),
      arrived: this.#arrived,
    }
  }

  /** Orders that were kept are open again. @param orders some of them, or all, in their order. */
  putBack(orders: readonly WorkingOrder[], { inFlight, reducing, arrived }: KeptOrders): void {
    const byId = new Map(orders.map((order) => [order.order.clientOrderId, order]))
    const named = (ids: readonly string[]) => ids.flatMap((id) => byId.get(id) ?? [])
    const coming = new Set(named(inFlight))
    for (const [id, order] of byId) this.#orders.set(id, order)
    const here = orders.filter((order) => !coming.has(order)).sort((one, other) => one.sequence - other.sequence)
    for (const order of here) this.matcher(order.order.symbol).add(order)
    for (const order of named(reducing)) {
      const { reducing: last } = this.matcher(order.order.symbol)
      last.delete(order)
      last.add(order)
    }
    for (const order of coming) this.send(order)
    this.#arrived = Math.max(this.#arrived, arrived)
  }

  /** Whether an order arrives until then. */
  expects(timeMs: number): boolean {
    const next = this.#inFlight[0]
    return next !== undefined && next.dueMs <= timeMs
  }

  /** The next order that arrives until then, which is on its way no more. */
  arrival(timeMs: number): WorkingOrder | undefined {
    return this.expects(timeMs) ? this.#inFlight.shift() : undefined
  }

  /** The order is at its end. */
  leave(order: WorkingOrder): void {
    order.ended = true
    this.#orders.delete(order.order.clientOrderId)
    this.matcher(order.order.symbol).remove(order)
    const place = this.#inFlight.indexOf(order)
    if (place >= 0) this.#inFlight.splice(place, 1)
  }
}
