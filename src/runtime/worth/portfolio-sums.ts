/** Sums over accounts: by currency, for amounts of two cannot be added. */
import type { PositionView } from '../../trading/accounts/account'
import { Decimal, ZERO } from '../../trading/decimal'
import type { Valued } from './equity-watch'
import type { Performance } from './standing'
import type { Sums } from './traded'

interface OpenPosition {
  readonly provider: string
  readonly symbol: string
  quantity: Decimal
  unrealized: Decimal
}

class CurrencySums {
  readonly instances = new Set<string>()
  equity = ZERO
  unseen = ZERO
  realized = ZERO
  unrealized = ZERO
  fees = ZERO
  turnover = ZERO
  /** By provider and symbol. */
  readonly positions = new Map<string, OpenPosition>()
}

export class PortfolioSums {
  private readonly sums = new Map<string, CurrencySums>()

  addAccount(instance: string, currency: string, { equity, unseen }: Valued): void {
    const sums = this.of(currency)
    sums.instances.add(instance)
    sums.equity = sums.equity.plus(equity)
    sums.unseen = sums.unseen.plus(unseen)
  }

  /** @param currency in which it is settled. */
  addPosition(provider: string, currency: string, position: PositionView, traded: Sums): void {
    const { symbol } = position
    const sums = this.of(currency)
    const [quantity, unrealized] = [Decimal.parse(position.quantity), Decimal.parse(position.unrealizedPnl)]
    sums.realized = sums.realized.plus(Decimal.parse(position.realizedPnl))
    sums.unrealized = sums.unrealized.plus(unrealized)
    sums.turnover = sums.turnover.plus(traded.turnover)
    for (const [of, fee] of traded.fees) this.of(of).fees = this.of(of).fees.plus(fee)
    const key = `${provider} ${symbol}`
    const open = sums.positions.get(key) ?? { provider, symbol, quantity: ZERO, unrealized: ZERO }
    open.quantity = open.quantity.plus(quantity)
    open.unrealized = open.unrealized.plus(unrealized)
    sums.positions.set(key, open)
  }

  /** @param performance of all of it in a currency. */
  byCurrency(performance: (currency: string, unseen: Decimal) => Performance) {
    return [...this.sums].map(([currency, sums]) => ({
      currency,
      instances: sums.instances.size,
      equity: sums.equity.toString(),
      realizedPnl: sums.realized.toString(),
      unrealizedPnl: sums.unrealized.toString(),
      fees: sums.fees.toString(),
      turnover: sums.turnover.toString(),
      ...performance(currency, sums.unseen),
      positions: [...sums.positions.values()]
        .filter(({ quantity }) => quantity.sign !== 0)
        .map(({ provider, symbol, quantity, unrealized }) => ({
          provider,
          symbol,
          quantity: quantity.toString(),
          unrealizedPnl: unrealized.toString(),
        })),
    }))
  }

  private of(currency: string): CurrencySums {
    const known = this.sums.get(currency)
    if (known) return known
    const sums = new CurrencySums()
    this.sums.set(currency, sums)
    return sums
  }
}
