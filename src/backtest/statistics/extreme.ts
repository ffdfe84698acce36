/** The lowest or the highest equity of a bar: told by doubles where these can tell, else exactly if that is asked for. */
import type { Decimal } from '../../trading/decimal'
import { type Book, equityOf, Valuation } from './valuation'

/** What a double of an equity may be wrong by, of all that it was summed up from. */
const PRECISION = 2 ** -50

export class Extreme {
  readonly valuation = new Valuation()
  private equity = 0
  private fills = -1
  private exact: Decimal | undefined
  private isEmpty = true

  /** @param sign 1 for the highest, -1 for the lowest. @param exactly whether doubles that cannot tell are not enough. */
  constructor(
    private readonly sign: 1 | -1,
    private readonly exactly: boolean,
  ) {}

  clear(): void {
    this.isEmpty = true
  }

  /** @param equity a double next to that of the book. @param fills how many there were: between two the book changes by marks alone. */
  see(timeMs: number, moment: number, equity: number, fills: number, book: Book): void {
    if (!this.isEmpty) {
      const ahead = (equity - this.equity) * this.sign
      if (this.exactly ? ahead < 0 && -ahead > this.slack(equity, book) : ahead <= 0) return
      if (ahead === 0 && fills === this.fills) return
      if (this.exactly && ahead <= this.slack(equity, book)) {
        this.exact ??= this.valuation.equity
        if (equityOf(book).compare(this.exact) * this.sign <= 0) return
      }
    }
    this.isEmpty = false
    this.equity = equity
    this.fills = fills
    this.exact = undefined
    this.valuation.take(timeMs, moment, equity, book)
  }

  private slack(equity: number, { cashNumber }: Book): number {
    return PRECISION * (Math.abs(equity) + Math.abs(cashNumber))
  }
}
