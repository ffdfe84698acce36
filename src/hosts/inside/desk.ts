/** The strategy's way out: its orders are checked here, beside its sandbox, and leave for the gateway as they are made. */
import { Failure } from '../../errors/failure'
import type { AccountQuery, StrategyHost } from '../../sandbox/host'
import type { Order, OrderRequest } from '../../schema/orders'
import { plainText } from '../../telemetry/plain-text'
import type { Account } from '../../trading/account'
import { orderProblem } from '../../trading/checks'
import { Amount, ZERO } from '../../trading/money'
import type { LaunchSpec, ProviderScope } from '../launch'
import type { Act } from '../protocol'
import type { Mirror } from './mirror'
import { OrderRate } from './order-rate'

/** What the desk needs of its instance. */
export interface Floor {
  /** Brings the mirror to the record whose handler is calling; answers the instance's time there, ms; undefined in `create`. */
  reach(record: number): number | undefined
  log(message: string): void
  /** What the gateway is to know of a dry run's order. */
  note(message: string): void
  act(act: Act): void
  sleep(ms: number): Promise<void>
  now(): number
}

export class Desk implements StrategyHost {
  orders = 0
  skipped = 0
  private readonly rate: OrderRate

  constructor(
    private readonly spec: LaunchSpec,
    /** `<instance id>-<start>`, which leads the client order ids. */
    private readonly prefix: string,
    private readonly mirror: Mirror,
    private readonly floor: Floor,
  ) {
    this.rate = new OrderRate(spec.maxOrdersPerSecond)
  }

  log(message: string): void {
    this.floor.log(message)
  }

  submitOrder(request: OrderRequest, record: number): string {
    const timeMs = this.floor.reach(record)
    if (timeMs === undefined) throw refused('orders are refused while create runs: trade in a handler')
    const order = this.settled(request)
    const { provider, symbol, clientOrderId } = order
    const account = this.mirror.account(provider)
    const instrument = this.scope(provider).instruments.find((one) => one.symbol === symbol)
    if (!instrument) throw refused(`the rules of ${symbol} are not known yet`)
    const problem = orderProblem(order, instrument, this.mirror.lastPrice(provider, symbol)) ?? account.refusal(order)
    if (problem !== undefined) throw refused(problem)
    if (!this.rate.allows(timeMs)) {
      throw refused(`more than ${this.spec.maxOrdersPerSecond} orders within a second`)
    }
    if (this.spec.dryRun) {
      this.skipped++
      this.floor.act({ kind: 'skipped', order, timeMs })
      this.floor.note(`dry run: ${described(order)} was not sent`)
    } else {
      this.orders++
      account.placed(order)
      this.floor.act({ kind: 'ordered', order, timeMs })
    }
    return clientOrderId
  }

  cancelOrder(clientOrderId: string, record: number): boolean {
    const timeMs = this.floor.reach(record)
    if (timeMs === undefined) return false
    const holder = this.spec.scope.find(({ provider }) => this.mirror.account(provider).order(clientOrderId))
    if (!holder) return false
    this.floor.act({ kind: 'cancelled', provider: holder.provider, clientOrderId, timeMs })
    return true
  }

  cancelAll(symbol: string, record: number): number {
    const timeMs = this.floor.reach(record)
    if (timeMs === undefined) return 0
    let count = 0
    for (const { provider } of this.spec.scope) {
      for (const { clientOrderId } of this.mirror.account(provider).openOrders(symbol)) {
        this.floor.act({ kind: 'cancelled', provider, clientOrderId, timeMs })
        count++
      }
    }
    return count
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
    return this.floor.reach(record) === undefined ? undefined : this.floor.sleep(ms)
  }

  now(): number {
    return this.floor.now()
  }

  randomSeed(): bigint {
    return this.spec.seed
  }

  private get accounts(): Account[] {
    return this.spec.scope.map(({ provider }) => this.mirror.account(provider))
  }

  private settled(request: OrderRequest): Order {
    const scope = this.scope(request.provider)
    const symbol = request.symbol === '' ? scope.symbols[0]! : request.symbol
    if (!scope.symbols.includes(symbol)) {
      throw refused(`symbol "${symbol}" is not in the scope at ${scope.provider}, only ${scope.symbols.join(', ')}`)
    }
    const clientOrderId = `${this.prefix}-${this.orders + this.skipped + 1}`
    const tag = request.clientTag === undefined ? {} : { clientTag: plainText(request.clientTag) }
    return { ...request, ...tag, provider: scope.provider, symbol, clientOrderId }
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
