/** The strategy's way out: its orders are checked here, beside its sandbox, and leave for the gateway as they are made. */
import { Failure } from '../../errors/failure'
import type { AccountQuery, StrategyHost } from '../../sandbox/host'
import type { HandlerName } from '../../sandbox/layout'
import type { Instrument } from '../../schema/events'
import type { Order, OrderRequest } from '../../schema/orders'
import { plainText } from '../../telemetry/plain-text'
import type { Account } from '../../trading/account'
import { orderProblem } from '../../trading/checks'
import { Amount, ZERO } from '../../trading/money'
import type { RiskGate } from '../../trading/risk/gate'
import type { Market } from '../../trading/risk/rules'
import { roundingNote, roundNumbers } from '../../trading/rounding'
import type { LaunchSpec, ProviderScope } from '../launch'
import type { Act } from '../protocol'
import type { Mirror } from './mirror'
import { OrderRate } from './order-rate'
import { UnderWay } from './under-way'

/** What the desk needs of its instance. */
export interface Floor {
  /** Brings the mirror to the record whose handler is calling; answers the record's time, ms; undefined in `create`. */
  reach(record: number): number | undefined
  /** Records for the instance alone that wait to be handled: reports of its orders, most of them. */
  ownLeft(): number
  /** Which handler that is. */
  handler(record: number): HandlerName | 'a handler'
  /** The instance's own clock at that time: sleeps have moved it. */
  ownMs(marketMs: number): number
  /** Whether a line of so many bytes is taken; it is counted either way. */
  wantsLog(bytes: number): boolean
  log(message: string): void
  /** What the gateway is to know of an order: of a dry run, or rounded. */
  note(message: string): void
  act(act: Act): void
  /** @param fromMs on its own clock. Nobody waits when nothing is answered. */
  sleep(ms: number, fromMs: number): void | Promise<void>
  now(): number
}

/**
 * Reports that may wait to be handled, those of orders on their way included. It takes seconds of orders at the highest
 * rate to get so far behind; who did could only ever get further.
 */
const MOST_UNHANDLED = 1000

export class Desk implements StrategyHost {
  orders = 0
  skipped = 0
  /** It was told so. */
  private hasRounded = false
  private readonly rate: OrderRate
  private readonly underWay = new UnderWay()

  constructor(
    private readonly spec: LaunchSpec,
    /** `<instance id>-<start>`, which leads the client order ids. */
    private readonly prefix: string,
    private readonly mirror: Mirror,
    private readonly gate: RiskGate,
    private readonly floor: Floor,
  ) {
    this.rate = new OrderRate(spec.maxOrdersPerSecond)
  }

  wantsLog(bytes: number): boolean {
    return this.floor.wantsLog(bytes)
  }

  log(message: string): void {
    this.floor.log(message)
  }

  submitOrder(request: OrderRequest, record: number): string {
    const marketMs = this.floor.reach(record)
    if (marketMs === undefined) throw refused('orders are refused while create runs: trade in a handler')
    const timeMs = this.floor.ownMs(marketMs)
    const settled = this.settled(request)
    const { provider, symbol, clientOrderId } = settled
    const account = this.mirror.account(provider)
    const instrument = this.scope(provider).instruments.find((one) => one.symbol === symbol)
    if (!instrument) throw refused(`the rules of ${symbol} are not known yet`)
    const order = this.rounded(settled, request.numbers, instrument)
    const problem = orderProblem(order, instrument, this.mirror.lastPrice(provider, symbol)) ?? account.refusal(order)
    if (problem !== undefined) throw refused(problem)
    if (!this.rate.allows(timeMs)) {
      throw refused(`more than ${this.spec.maxOrdersPerSecond} orders within a second`)
    }
    if (!this.spec.recorded && this.floor.ownLeft() + this.mirror.awaited >= MOST_UNHANDLED) {
      throw refused(`${MOST_UNHANDLED} reports of its orders wait to be handled: it orders again when it has caught up`)
    }
    if (this.gate.binds) this.judge(order, instrument, marketMs, timeMs, record)
    if (this.spec.dryRun) {
      this.skipped++
      this.floor.act({ kind: 'skipped', order, timeMs })
      this.floor.note(`dry run: ${described(order)} was not sent`)
    } else {
      this.orders++
      this.mirror.sent(order.clientOrderId)
      if (this.spec.recorded && timeMs > marketMs) this.underWay.add(order, timeMs)
      else account.placed(order)
      this.floor.act({ kind: 'ordered', order, timeMs })
    }
    return clientOrderId
  }

  cancelOrder(clientOrderId: string, record: number): boolean {
    const marketMs = this.floor.reach(record)
    if (marketMs === undefined) return false
    const holder =
      this.spec.scope.find(({ provider }) => this.mirror.account(provider).order(clientOrderId)) ??
      this.underWay.at(marketMs, '').find((order) => order.clientOrderId === clientOrderId)
    if (holder) this.cancel(holder.provider, clientOrderId, marketMs)
    return holder !== undefined
  }

  cancelAll(symbol: string, record: number): number {
    const marketMs = this.floor.reach(record)
    if (marketMs === undefined) return 0
    const orders = this.spec.scope.flatMap(({ provider }) =>
      this.mirror
        .account(provider)
        .openOrders(symbol)
        .map(({ clientOrderId }) => ({ provider, clientOrderId })),
    )
    orders.push(...this.underWay.at(marketMs, symbol))
    for (const { provider, clientOrderId } of orders) this.cancel(provider, clientOrderId, marketMs)
    return orders.length
  }

  /** Positions and rules are of the first provider that has the symbol; money is summed over all of them. */
  query(what: AccountQuery, argument: string, record: number): unknown {
    this.floor.reach(record)
    switch (what) {
      case 'openOrders':
        return this.accounts.flatMap((account) => account.openOrders(argument))
      case 'position': {
        const { scope, symbol } = this.market(argument)
        const position = this.mirror.account(scope.provider).position(symbol)
        return {
          symbol,
          quantity: Number(position.quantity),
          averagePrice: Number(position.averagePrice),
          unrealizedPnl: Number(position.unrealizedPnl),
          realizedPnl: Number(position.realizedPnl),
        }
      }
      case 'balance': {
        const balances = this.accounts.map((account) => account.balance(argument))
        const sum = (field: 'total' | 'available') => total(balances.map((balance) => balance[field]))
        return { total: sum('total'), available: sum('available') }
      }
      case 'equity':
        return total(this.accounts.map((account) => account.equity()))
      case 'instrument': {
        const { scope, symbol } = this.market(argument)
        return scope.instruments.find((one) => one.symbol === symbol) ?? null
      }
    }
  }

  /** While the strategy is created nobody waits. */
  sleep(ms: number, record: number): void | Promise<void> {
    const marketMs = this.floor.reach(record)
    return marketMs === undefined ? undefined : this.floor.sleep(ms, this.floor.ownMs(marketMs))
  }

  now(): number {
    return this.floor.now()
  }

  randomSeed(): bigint {
    return this.spec.seed
  }

  /** Apart from `submitOrder`, which is the faster without a closure in it. @throws Failure order_refused. */
  private judge(order: Order, instrument: Instrument, marketMs: number, timeMs: number, record: number): void {
    const refusal = this.gate.judge(order, () => this.marketOf(order, instrument, marketMs), timeMs)
    if (!refusal) return
    const { provider, symbol } = order
    // who orders because it is told of a refusal would be told without end
    const untold = this.floor.handler(record) === 'onRiskControl'
    this.floor.act({ kind: 'refused', provider, symbol, refusal, timeMs, untold })
    throw refused(refusal.breach.reason)
  }

  /** Orders on their way count as open. */
  private marketOf({ provider, symbol }: Order, { quoteCurrency }: Instrument, marketMs: number): Market {
    const lastPrice = this.mirror.lastPrice(provider, symbol)
    const { held, open } = this.mirror.account(provider).exposure(symbol)
    const sent = this.underWay
      .at(marketMs, symbol)
      .filter((order) => order.provider === provider)
      .map((order) => ({ order, remaining: Amount.parse(order.quantity) }))
    return {
      quoteCurrency,
      lastPrice: lastPrice === undefined ? undefined : Amount.parse(lastPrice),
      exposure: { held, open: [...open, ...sent] },
    }
  }

  private get accounts(): Account[] {
    return this.spec.scope.map(({ provider }) => this.mirror.account(provider))
  }

  private cancel(provider: string, clientOrderId: string, marketMs: number): void {
    this.mirror.account(provider).leaving(clientOrderId)
    this.floor.act({ kind: 'cancelled', provider, clientOrderId, timeMs: this.floor.ownMs(marketMs) })
  }

  /** @throws Failure order_refused. */
  private rounded(order: Order, numbers: number, instrument: Instrument): Order {
    const rounding = roundNumbers(order, numbers, instrument)
    if ('problem' in rounding) throw refused(rounding.problem)
    if (rounding.order.asked && !this.hasRounded) {
      this.hasRounded = true
      this.floor.note(roundingNote(rounding.order))
    }
    return rounding.order
  }

  private settled(request: OrderRequest): Order {
    const scope = this.scope(request.provider)
    const symbol = request.symbol === '' ? scope.symbols[0]! : request.symbol
    if (!scope.symbols.includes(symbol)) {
      throw refused(`symbol "${symbol}" is not in the scope at ${scope.provider}, only ${scope.symbols.join(', ')}`)
    }
    const clientOrderId = `${this.prefix}-${this.orders + this.skipped + 1}`
    const tag = request.clientTag === undefined ? {} : { clientTag: plainText(request.clientTag) }
    const { numbers: _, ...terms } = request
    return { ...terms, ...tag, provider: scope.provider, symbol, clientOrderId }
  }

  private scope(provider: string): ProviderScope {
    const scope = provider === '' ? this.spec.scope[0] : this.spec.scope.find((one) => one.provider === provider)
    if (scope) return scope
    const known = this.spec.scope.map((one) => one.provider).join(', ')
    throw refused(`provider "${provider}" is not in scope, only ${known}`)
  }

  private market(argument: string): { scope: ProviderScope; symbol: string } {
    const symbol = argument === '' ? this.spec.scope[0]!.symbols[0]! : argument
    const scope = this.spec.scope.find(({ symbols }) => symbols.includes(symbol))
    if (scope) return { scope, symbol }
    const known = [...new Set(this.spec.scope.flatMap(({ symbols }) => symbols))].join(', ')
    throw refused(`symbol "${symbol}" is not in scope, only ${known}`)
  }
}

const refused = (reason: string) => new Failure('order_refused', reason)

const total = (amounts: readonly string[]): number =>
  Number(amounts.reduce((sum, amount) => sum.plus(Amount.parse(amount)), ZERO).toString())

function described({ side, quantity, symbol, type, price }: Order): string {
  return `${type} order to ${side} ${quantity} ${symbol}${price === undefined ? '' : ` at ${price}`}`
}
