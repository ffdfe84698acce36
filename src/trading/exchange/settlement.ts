/** The venue's back office: accounts, what a fill costs, and the reports of what happens to orders. */
import type { ExecState, Instrument } from '../../schema/events'
import type { ExecutionReport, Fill, Order } from '../../schema/orders'
import type { AccountSettings, FillRules } from '../../schema/paper'
import { Account } from '../accounts/account'
import { nothingToReduce } from '../accounts/margin'
import type { Offer } from '../accounts/sizing'
import { liquidatedReason } from '../accounts/solvency'
import { basisPoints, type Decimal, type FillAmounts, ZERO } from '../decimal'
import { type FeeModel, feeModel } from '../fees'
import { orderProblem } from '../order-checks'
import { parseRate } from '../rates'
import { closing } from './closing'
import type { Execution, FillSink } from './fill-model'
import type { Liquidation, Loss } from './liquidation'
import type { OrderIndex } from './order-index'
import type { WorkingOrder } from './working-order'

export interface SettlementDeps {
  /** Begins the exchange's order ids. */
  readonly venue: string
  readonly rules: FillRules
  /** The same for every owner, or by owner. */
  readonly account: AccountSettings | ((owner: string) => AccountSettings)
  readonly instrument: (symbol: string) => Instrument
  /** Minutes over which the average price of a symbol is to be kept, for filters that measure by it. */
  readonly averageMinutes?: (symbol: string) => number | undefined
  /** Why an open order may not have the size that its share has come to, in a sentence. */
  readonly sizeRefusal?: (owner: string, order: Order) => string | undefined
}

/** A report and whom it concerns. */
export interface Owned {
  readonly owner: string
  readonly report: ExecutionReport
  /** Those of its fill. */
  readonly amounts?: FillAmounts
  /** The order is one that the venue itself has made, to close a position. */
  readonly closes?: true
  /** With this report the owner has lost its equity. */
  readonly liquidation?: Liquidation
}

/** Most events cause nothing. */
export const NOTHING: readonly Owned[] = []

export class Settlement implements FillSink {
  readonly #deps: SettlementDeps
  readonly #orders: OrderIndex
  readonly #accounts = new Map<string, Account>()
  readonly #fees: FeeModel
  readonly #slippageBps: Decimal
  #reports: Owned[] = []
  /** Symbols in which something was filled since it was last asked. */
  #filledIn: string[] = []

  constructor(deps: SettlementDeps, orderIndex: OrderIndex) {
    this.#deps = deps
    this.#orders = orderIndex
    this.#fees = feeModel(deps.rules)
    this.#slippageBps = parseRate('slippageBps', deps.rules.slippageBps)
  }

  /** Opened with the settings' cash at first sight. */
  account(owner: string): Account {
    const known = this.#accounts.get(owner)
    if (known) return known
    const { account: settings, instrument } = this.#deps
    const opening = typeof settings === 'function' ? settings(owner) : settings
    const account = new Account(opening, instrument, this.#orders.marks)
    this.#accounts.set(owner, account)
    return account
  }

  close(owner: string): void {
    this.#accounts.delete(owner)
    for (const matcher of this.#orders.matchers()) matcher.danger.forget(owner)
  }

  /** The symbols in which something was filled since the last time, as often as it was. */
  filledIn(): readonly string[] {
    const symbols = this.#filledIn
    this.#filledIn = []
    return symbols
  }

  /** The position in a symbol has changed, and with it what the others in its currency can bear. */
  noteDanger(owner: string, account: Account, symbol: string): void {
    account.reassess()
    this.#orders.matcher(symbol).danger.update(owner, account)
    if (!account.isJoint(symbol)) return
    for (const other of account.heldIn(account.contract(symbol).settlementCurrency)) {
      if (other !== symbol) this.#orders.matcher(other).danger.update(owner, account)
    }
  }

  /** Closes all positions that are settled in the same currency as a symbol, and cancels all orders in it. */
  liquidate({ owner, account, symbol, price, timeMs }: Loss): void {
    const currency = account.contract(symbol).settlementCurrency
    const reason = liquidatedReason(currency)
    for (const order of this.#orders.of(owner)) {
      if (order.contract.settlementCurrency === currency) this.end(order, 'CANCELLED', timeMs, reason)
    }
    for (const [index, held] of account.heldIn(currency).entries()) {
      const at = held === symbol ? price : account.valuation(held)
      const names = { venue: this.#deps.venue, owner, number: index + 1 }
      const contract = account.contract(held)
      const closed = closing(names, { contract, held: account.quantity(held), price: at, timeMs })
      this.#reports.push({ owner, ...closed, closes: true })
      account.apply(closed.report, closed.amounts)
      this.noteDanger(owner, account, held)
    }
    const last = this.#reports.findLastIndex((report) => report.owner === owner)
    this.#reports[last] = { ...this.#reports[last]!, liquidation: { currency, symbol, reason, timeMs } }
  }

  fill(order: WorkingOrder, { quantity: most, price: asked, liquidity, timeMs }: Execution): Decimal {
    const account = this.account(order.owner)
    let wanted = most
    if (order.share) {
      if (!this.settle(order, [{ price: asked, left: undefined }], timeMs)) return ZERO
      wanted = order.remaining
    }
    const quantity = order.order.reduceOnly ? account.reducible(order.order, wanted) : wanted
    if (quantity.sign === 0) {
      this.expire(order, timeMs, nothingToReduce(order.order))
      return ZERO
    }
    const price = liquidity === 'taker' ? this.#slipped(order, asked) : asked
    const fee = this.#fees.fee(order, quantity, price, liquidity)
    const refusal = account.fillRefusal({ order: order.order, quantity, price, fee })
    if (refusal !== undefined) {
      this.end(order, order.untouched ? 'REJECTED' : 'EXPIRED', timeMs, refusal)
      return ZERO
    }
    const { symbol, side, quantity: whole } = order.order
    order.fill(quantity, price)
    const fill = {
      symbol,
      side,
      price: price.toString(),
      quantity: quantity === order.quantity ? whole : quantity.toString(),
      fee: fee.toString(),
      feeCurrency: order.contract.settlementCurrency,
      liquidity,
      timeMs,
    }
    this.#filled(order, fill, { quantity, price, fee })
    return quantity
  }

  settle(order: WorkingOrder, offers: readonly Offer[], timeMs: number): boolean {
    const { owner, share, contract, limit } = order
    if (!share) return true
    const account = this.account(owner)
    const best = offers[0]!.price
    // what it has to pay at worst: one with a limit may make or take
    const liquidities = limit ? (['maker', 'taker'] as const) : (['taker'] as const)
    const size = account.size({
      order: order.order,
      share,
      valuedAt: limit ? (this.#orders.matcher(order.order.symbol).mark.price ?? best) : best,
      offers: limit ? offers : offers.map(({ price, left }) => ({ price: this.#slipped(order, price), left })),
      fee: (filled, quantity, price) =>
        liquidities
          .map((liquidity) => this.#fees.fee({ contract, filled }, quantity, price, liquidity))
          .reduce((one, other) => (one.compare(other) >= 0 ? one : other)),
    })
    if ('quantity' in size) order.settle(size.quantity)
    const refusal = 'problem' in size ? size.problem : this.#sizeRefusal(order, best)
    if (refusal === undefined) account.resized(order.order)
    else this.end(order, order.untouched ? 'REJECTED' : 'EXPIRED', timeMs, refusal)
    return refusal === undefined
  }

  /** Why an order may not have the size that it has got. */
  #sizeRefusal({ owner, order, contract }: WorkingOrder, price: Decimal): string | undefined {
    return orderProblem(order, contract, price.toString()) ?? this.#deps.sizeRefusal?.(owner, order)
  }

  expire(order: WorkingOrder, timeMs: number, reason: string): void {
    this.end(order, 'EXPIRED', timeMs, reason)
  }

  trigger(order: WorkingOrder, timeMs: number): void {
    this.#orders.matcher(order.order.symbol).triggered(order)
    if (order.limit) this.acknowledge(order, timeMs)
  }

  acknowledge(order: WorkingOrder, timeMs: number): void {
    this.report(order.owner, order.report('ACK', timeMs))
  }

  /** The order ends without having been filled whole. */
  end(order: WorkingOrder, state: ExecState, timeMs: number, reason?: string): void {
    this.#orders.leave(order)
    const report = order.report(state, timeMs, undefined, reason)
    this.report(order.owner, report)
    this.account(order.owner).apply(report)
  }

  report(owner: string, report: ExecutionReport, amounts?: FillAmounts): void {
    this.#reports.push(amounts ? { owner, report, amounts } : { owner, report })
  }

  /** The reports since the last time. */
  flush(): readonly Owned[] {
    if (this.#reports.length === 0) return NOTHING
    const reports = this.#reports
    this.#reports = []
    return reports
  }

  /** Worse by the slippage, but never beyond the order's limit. */
  #slipped(order: WorkingOrder, price: Decimal): Decimal {
    if (this.#slippageBps.sign === 0) return price
    const slippage = basisPoints(price, this.#slippageBps)
    const slipped = order.buys ? price.plus(slippage) : price.minus(slippage)
    return order.accepts(slipped) ? slipped : order.limit!
  }

  #filled(order: WorkingOrder, fill: Fill, amounts: FillAmounts): void {
    const done = order.remaining.sign === 0
    if (done) this.#orders.leave(order)
    const report = order.report(done ? 'FILLED' : 'PARTIAL', fill.timeMs, fill)
    this.report(order.owner, report, amounts)
    const account = this.account(order.owner)
    account.apply(report, amounts)
    this.noteDanger(order.owner, account, fill.symbol)
    this.#filledIn.push(fill.symbol)
    this.#endReduced(order, fill.timeMs)
    // A fee, or what a closed position has lost, may take the rest.
    if (account.isLiquidated(fill.feeCurrency)) {
      const {
        owner,
        order: { symbol },
      } = order
      this.liquidate({ owner, account, symbol, price: amounts.price, timeMs: fill.timeMs })
    }
  }

  /** Reduce-only orders end with the position they were to reduce. */
  #endReduced({ owner, order }: WorkingOrder, timeMs: number): void {
    const { reducing } = this.#orders.matcher(order.symbol)
    for (const other of reducing) {
      if (other.owner !== owner) continue
      const reducible = this.account(owner).reducible(other.order, other.remaining)
      if (reducible.sign === 0) this.expire(other, timeMs, nothingToReduce(other.order))
    }
  }
}
