/** What an account was worth at one moment, in its parts: quickly taken, and exact when somebody asks for the sum. */
import { type Mark, type Priced, priceOf } from '../../trading/accounts/marks'
import type { Contract } from '../../trading/contract'
import { type Decimal, ZERO } from '../../trading/decimal'

/** A position that is valued at a mark. */
export interface Holding {
  readonly contract: Contract
  readonly mark: Mark
  /** Signed. */
  readonly amount: Decimal
}

export interface Book {
  /** The equity but for the worth of the positions. */
  readonly cash: Decimal
  /** The double nearest to it. */
  readonly cashNumber: number
  readonly held: readonly Holding[]
}

/** In the settlement currency. */
export function equityOf({ cash, held }: Pick<Book, 'cash' | 'held'>): Decimal {
  let equity = cash
  for (const { contract, amount, mark } of held)
    equity = equity.plus(contract.money(contract.points(amount, mark.price!)))
  return equity
}

const worth = (contract: Contract, amount: Decimal, priced: Priced): Decimal =>
  contract.money(contract.points(amount, priceOf(priced)))

/** Taken again and again, over what was taken before. */
export class Valuation {
  timeMs = 0
  /** Which of all moments, in their order: several may be of one time. */
  moment = 0
  /** The double next to the equity. */
  near = 0
  private cash = ZERO
  private readonly contracts: Contract[] = []
  private readonly amounts: Decimal[] = []
  private readonly priced: Priced[] = []

  take(timeMs: number, moment: number, near: number, { cash, held }: Pick<Book, 'cash' | 'held'>): void {
    this.timeMs = timeMs
    this.moment = moment
    this.near = near
    this.cash = cash
    this.contracts.length = held.length
    for (let index = 0; index < held.length; index++) {
      const { contract, amount, mark } = held[index]!
      this.contracts[index] = contract
      this.amounts[index] = amount
      this.priced[index] = mark.newest!
    }
  }

  /** In the settlement currency. */
  get equity(): Decimal {
    let equity = this.cash
    for (const [index, contract] of this.contracts.entries()) {
      equity = equity.plus(worth(contract, this.amounts[index]!, this.priced[index]!))
    }
    return equity
  }
}
