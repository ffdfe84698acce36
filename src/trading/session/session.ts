/**
 * Everything between a strategy's call and a venue, for a backtest and for a gateway alike.
 *
 * The venue's copy of an account is the authority. The view here is as far as the venue has told, and what was asked of
 * the venue since: it answers the strategy at once and refuses what would be refused, but it never says what came of an
 * order.
 */
import type { Instrument } from '../../schema/events'
import type { InstanceRates } from '../../schema/instance-rates'
import type { AccountQuery, Order, OrderRequest } from '../../schema/orders'
import type { Contract } from '../contract'
import { Decimal, ZERO } from '../decimal'
import { orderProblem } from '../order-checks'
import type { Refusal, RiskGate } from '../risk/gate'
import type { OrderContext } from '../risk/rules'
import { roundingNote } from '../rounding'
import type { AccountView } from './account-view'
import { type LineOutlet, Logbook, type LogbookState } from './logbook'
import { described, inShares, marketOf, onSteps, orderOf, refused, type TradedAt, tradedAt } from './order-entry'
import { OrderRate, type OrderRateState } from './order-rate'

export interface SessionTerms {
  /** Leads the client order ids: `idPrefix`. */
  readonly idPrefix: string
  readonly dryRun: boolean
  readonly seed: bigint
  readonly rates: InstanceRates
}

/** What a session plugs into. */
export interface SessionPort {
  /** In the order of the instance's providers. Symbols may come to be known later. */
  readonly scope: readonly TradedAt[]
  /**
   * Brings market and accounts up to the record whose handler is calling.
   * @returns the record's time, ms; undefined while the strategy is created.
   */
  reach(record: number): number | undefined
  /** The same, and brings nothing anywhere. */
  timeOf(record: number): number | undefined
  view(provider: string): AccountView
  /** Undefined: its rules are not known yet. */
  instrument(provider: string, symbol: string): Instrument | undefined
  /** In the quote currency. */
  lastPrice(provider: string, symbol: string): string | undefined
  /** @param timeMs of the instance's own clock, which sleeps may have moved ahead of the market. */
  submit(order: Order, timeMs: number): void
  /** As `submit`. */
  cancel(provider: string, clientOrderId: string, timeMs: number): void
  /** A dry run: the order has passed every check, and goes nowhere. */
  skipped(order: Order, timeMs: number): void
  /** An order that risk limits or a kill switch have refused. */
  stopped(order: Order, refusal: Refusal, timeMs: number, record: number): void
  /** Why nothing can be ordered now, whatever it is. */
  closed(): string | undefined
  /** Why nothing can be ordered of a symbol yet. */
  unready?(symbol: string): string | undefined
  /** Nothing: nobody waits, the clock of the instance alone goes on. */
  sleep(ms: number): void | Promise<void>
  /** ms, while no event is handled. */
  now(): number
}

/** As it stands between two events, to go on from. */
export interface SessionState {
  readonly orders: number
  readonly skipped: number
  readonly clockMs: number
  readonly hasRounded: boolean
  readonly rate: OrderRateState
  readonly logbook: LogbookState
}

export class Session {
  /** Sent. */
  orders = 0
  /** Orders of a dry run: they passed every check and were not sent. */
  skipped = 0
  readonly logbook: Logbook
  /** Where sleeps have moved the instance's own clock; of no meaning behind the market's time. */
  private clockMs = 0
  /** It was told so. */
  private hasRounded = false
  private readonly rate: OrderRate

  constructor(
    private readonly terms: SessionTerms,
    private readonly gate: RiskGate,
    private readonly port: SessionPort,
    lines: LineOutlet,
  ) {
    this.rate = new OrderRate(terms.rates.ordersPerSecond)
    this.logbook = new Logbook(terms.rates, lines)
  }

  get state(): SessionState {
    const { orders, skipped, clockMs, hasRounded, rate, logbook } = this
    return { orders, skipped, clockMs, hasRounded, rate: rate.state, logbook: logbook.state }
  }

  set state({ orders, skipped, clockMs, hasRounded, rate, logbook }: SessionState) {
    this.orders = orders
    this.skipped = skipped
    this.clockMs = clockMs
    this.hasRounded = hasRounded
    this.rate.state = rate
    this.logbook.state = logbook
  }

  /** The instance's own time at a moment of the market, ms. */
  ownMs(marketMs: number): number {
    return Math.max(this.clockMs, marketMs)
  }

  wantsLog(bytes: number, record: number): boolean {
    return this.logbook.admits(bytes, this.timeOf(record))
  }

  log(message: string, record: number): void {
    this.logbook.add('info', 'strategy', message, this.timeOf(record))
  }

  submitOrder(request: OrderRequest, record: number): string {
    const { port, terms } = this
    const marketMs = port.reach(record)
    if (marketMs === undefined) throw refused('orders are refused while create runs: trade in a handler')
    const closed = port.closed()
    if (closed !== undefined) throw refused(closed)
    const timeMs = this.ownMs(marketMs)
    const at = tradedAt(port.scope, request.provider)
    const asked = orderOf(request, at, `${terms.idPrefix}-${this.orders + this.skipped + 1}`)
    const { provider, symbol, clientOrderId } = asked
    const unready = port.unready?.(symbol)
    if (unready !== undefined) throw refused(unready)
    const instrument = port.instrument(provider, symbol)
    if (!instrument) throw refused(`the rules of ${symbol} are not known yet`)
    const rounded = onSteps(asked, request.numbers, instrument)
    if (rounded.asked) this.noteRounding(rounded, timeMs)
    const view = port.view(provider)
    const order = inShares(rounded, view)
    const contract = view.contract(symbol)
    const lastPrice = contract.isMeasured ? port.lastPrice(provider, symbol) : undefined
    const problem = orderProblem(order, contract, lastPrice) ?? view.refusal(order)
    if (problem !== undefined) throw refused(problem)
    if (!this.rate.allows(timeMs)) throw refused(`more than ${terms.rates.ordersPerSecond} orders within a second`)
    if (this.gate.binds) this.judge(order, contract, timeMs, record)
    if (terms.dryRun) {
      this.skipped++
      port.skipped(order, timeMs)
      this.logbook.say('info', `dry run: ${described(order)} was not sent`, timeMs)
    } else {
      this.orders++
      view.sent(order)
      port.submit(order, timeMs)
    }
    return clientOrderId
  }

  cancelOrder(clientOrderId: string, record: number): boolean {
    const marketMs = this.port.reach(record)
    if (marketMs === undefined) return false
    return this.port.scope.some(({ provider }) => this.cancel(provider, clientOrderId, marketMs))
  }

  cancelAll(symbol: string, record: number): number {
    const marketMs = this.port.reach(record)
    if (marketMs === undefined) return 0
    let count = 0
    for (const { provider } of this.port.scope) {
      for (const { clientOrderId } of this.port.view(provider).openOrders(symbol)) {
        if (this.cancel(provider, clientOrderId, marketMs)) count++
      }
    }
    return count
  }

  /** Positions and rules are of the first provider that has the symbol; money is summed over all of them. */
  query(what: AccountQuery, argument: string, record: number): unknown {
    const { port } = this
    port.reach(record)
    switch (what) {
      case 'openOrders':
        return this.views.flatMap((view) => view.openOrders(argument))
      case 'position': {
        const { at, symbol } = marketOf(port.scope, argument)
        const position = port.view(at.provider).position(symbol)
        return {
          symbol,
          quantity: Number(position.quantity),
          averagePrice: Number(position.averagePrice),
          unrealizedPnl: Number(position.unrealizedPnl),
          realizedPnl: Number(position.realizedPnl),
        }
      }
      case 'balance': {
        const balances = this.views.map((view) => view.balance(argument))
        const sum = (field: 'total' | 'available') => total(balances.map((balance) => balance[field]))
        return { total: sum('total'), available: sum('available') }
      }
      case 'equity':
        return total(this.views.map((view) => view.equity()))
      case 'instrument': {
        const { at, symbol } = marketOf(port.scope, argument)
        return port.instrument(at.provider, symbol) ? port.view(at.provider).contract(symbol).instrument : null
      }
    }
  }

  /** While the strategy is created nobody waits. */
  sleep(ms: number, record: number): void | Promise<void> {
    const marketMs = this.port.reach(record)
    if (marketMs === undefined) return undefined
    const fromMs = this.ownMs(marketMs)
    const wake = () => {
      this.clockMs = fromMs + ms
    }
    const sleeping = this.port.sleep(ms)
    if (sleeping) return sleeping.then(wake)
    wake()
  }

  now(): number {
    return this.port.now()
  }

  randomSeed(): bigint {
    return this.terms.seed
  }

  private timeOf(record: number): number {
    return this.ownMs(this.port.timeOf(record) ?? this.port.now())
  }

  private get views(): AccountView[] {
    return this.port.scope.map(({ provider }) => this.port.view(provider))
  }

  private cancel(provider: string, clientOrderId: string, marketMs: number): boolean {
    if (!this.port.view(provider).cancelling(clientOrderId)) return false
    this.port.cancel(provider, clientOrderId, this.ownMs(marketMs))
    return true
  }

  private noteRounding(order: Order, timeMs: number): void {
    if (this.hasRounded) return
    this.hasRounded = true
    this.logbook.say('info', roundingNote(order), timeMs)
  }

  /** @throws Failure order_refused. */
  private judge(order: Order, contract: Contract, timeMs: number, record: number): void {
    const refusal = this.gate.judge(order, () => this.contextOf(order, contract), timeMs)
    if (!refusal) return
    this.port.stopped(order, refusal, timeMs, record)
    throw refused(refusal.breach.reason)
  }

  private contextOf({ provider, symbol }: Order, contract: Contract): OrderContext {
    const lastPrice = this.port.lastPrice(provider, symbol)
    return {
      contract,
      lastPrice: lastPrice === undefined ? undefined : Decimal.parse(lastPrice),
      exposure: this.port.view(provider).exposure(symbol),
    }
  }
}

const total = (amounts: readonly string[]): number =>
  Number(amounts.reduce((sum, amount) => sum.plus(Decimal.parse(amount)), ZERO).toString())
