/** The strategy's way to the paper exchange: what its runtime functions do in a backtest. */
import { Failure } from '../errors/failure'
import type { AccountQuery, StrategyHost } from '../sandbox/host'
import type { Order, OrderRequest } from '../schema/orders'
import { Agenda } from '../trading/agenda'
import { roundingNote, roundNumbers } from '../trading/rounding'
import type { Venue } from './venue'

export interface DeskSettings {
  /** Leads the client order ids. */
  readonly name: string
  readonly dryRun: boolean
  readonly seed: bigint
}

export class Desk implements StrategyHost {
  /** Sent to the venue. */
  orders = 0
  /** Of a dry run: passed every check and not sent. */
  skipped = 0
  logs = 0
  /** Brings the venue to the record of a delivery whose handler is calling; answers the record's time, ms. */
  reach: (record: number) => number = () => this.venue.timeMs
  /** What the strategy has done after a sleep. */
  private readonly agenda = new Agenda()
  /** Its orders, by client order id. */
  private readonly underWay = new Map<string, Order>()
  /** Where sleeps have moved the instance's own clock; of no meaning behind the market's time. */
  private clockMs = 0
  private closed = false
  /** It was told so. */
  private hasRounded = false

  constructor(
    private readonly settings: DeskSettings,
    private readonly venue: Venue,
    private readonly printed: (timeMs: number, message: string) => void,
  ) {}

  /** The data have ended: nothing is traded any more. */
  close(): void {
    this.closed = true
  }

  wantsLog(): boolean {
    return true
  }

  log(message: string, record: number): void {
    this.print(this.reach(record), message)
  }

  submitOrder(request: OrderRequest, record: number): string {
    const recordMs = this.reach(record)
    const { venue } = this
    if (this.closed) throw new Failure('order_refused', 'the data have ended')
    const order = this.rounded(this.settled(request), request.numbers, recordMs)
    const { clientOrderId } = order
    const problem = venue.refusal(order)
    if (problem !== undefined) throw new Failure('order_refused', problem)
    if (this.settings.dryRun) {
      this.skipped++
      this.print(recordMs, `dry run: ${described(order)} was not sent`)
      return clientOrderId
    }
    this.orders++
    const timeMs = this.now()
    if (timeMs > venue.timeMs) this.submitLater(order, timeMs)
    else venue.accept(order, timeMs)
    return clientOrderId
  }

  cancelOrder(clientOrderId: string, record: number): boolean {
    this.reach(record)
    if (!this.venue.account.order(clientOrderId) && !this.underWay.has(clientOrderId)) return false
    const timeMs = this.now()
    this.at(timeMs, () => this.venue.cancel(clientOrderId, timeMs))
    return true
  }

  cancelAll(symbol: string, record: number): number {
    this.reach(record)
    const count = this.venue.account.openOrders(symbol).length + this.countUnderWay(symbol)
    const timeMs = this.now()
    if (count > 0) this.at(timeMs, () => this.venue.cancelAll(symbol, timeMs))
    return count
  }

  query(what: AccountQuery, argument: string, record: number): unknown {
    this.reach(record)
    const { account } = this.venue
    switch (what) {
      case 'openOrders':
        return account.openOrders(argument)
      case 'position': {
        const position = account.position(this.symbol(argument))
        return {
          symbol: position.symbol,
          quantity: Number(position.quantity),
          averagePrice: Number(position.averagePrice),
          unrealizedPnl: Number(position.unrealizedPnl),
          realizedPnl: Number(position.realizedPnl),
        }
      }
      case 'balance': {
        const { total, available } = account.balance(argument)
        return { total: Number(total), available: Number(available) }
      }
      case 'equity':
        return Number(account.equity())
      case 'instrument':
        return this.venue.instrument(this.symbol(argument))
    }
  }

  /** Nobody waits: what the strategy does from here on reaches the venue later. */
  sleep(ms: number, record: number): void {
    this.reach(record)
    this.clockMs = this.now() + ms
  }

  /** The instance's own clock, ms. */
  now(): number {
    return Math.max(this.clockMs, this.venue.timeMs)
  }

  randomSeed(): bigint {
    return this.settings.seed
  }

  /** Nothing delayed reaches the venue before an event at this time. */
  get quietUntilMs(): number {
    return this.agenda.quietUntilMs
  }

  /** Does what is due before the market moves on to `timeMs`. */
  release(timeMs: number): void {
    this.agenda.release(timeMs)
  }

  /** By then it may be refused after all. */
  private submitLater(order: Order, dueMs: number): void {
    const { clientOrderId } = order
    this.underWay.set(clientOrderId, order)
    this.at(dueMs, () => {
      this.underWay.delete(clientOrderId)
      this.venue.submit(order, dueMs)
    })
  }

  /** @param symbol '' for every symbol. */
  private countUnderWay(symbol: string): number {
    const orders = [...this.underWay.values()]
    return symbol === '' ? orders.length : orders.filter((order) => order.symbol === symbol).length
  }

  private at(timeMs: number, act: () => void): void {
    if (timeMs > this.venue.timeMs) this.agenda.add(this.settings.name, timeMs, act)
    else act()
  }

  /** @throws Failure order_refused. */
  private rounded(order: Order, numbers: number, recordMs: number): Order {
    const rounding = roundNumbers(order, numbers, this.venue.instrument(order.symbol))
    if ('problem' in rounding) throw new Failure('order_refused', rounding.problem)
    if (rounding.order.asked && !this.hasRounded) {
      this.hasRounded = true
      this.print(recordMs, roundingNote(rounding.order))
    }
    return rounding.order
  }

  private settled(request: OrderRequest): Order {
    const { provider } = this.venue
    if (request.provider !== '' && request.provider !== provider) {
      throw new Failure('order_refused', `provider "${request.provider}" is not in scope, only "${provider}"`)
    }
    const number = this.orders + this.skipped + 1
    const clientOrderId = `${this.settings.name}-${this.now()}-${number}`
    const { numbers: _, ...terms } = request
    return { ...terms, provider, symbol: this.symbol(request.symbol), clientOrderId }
  }

  private symbol(symbol: string): string {
    const { symbols } = this.venue
    if (symbol === '') return symbols[0]!
    if (symbols.includes(symbol)) return symbol
    throw new Failure('order_refused', `symbol "${symbol}" is not in scope, only ${symbols.join(', ')}`)
  }

  private print(recordMs: number, message: string): void {
    this.logs++
    this.printed(Math.max(this.clockMs, recordMs), message)
  }
}

function described({ side, quantity, symbol, type, price }: Order): string {
  return `${type} order to ${side} ${quantity} ${symbol}${price === undefined ? '' : ` at ${price}`}`
}
