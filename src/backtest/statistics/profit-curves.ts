/** What each of several strategies has gained since the beginning, over time: its profits and what its positions are worth. */
import { type Decimal, ZERO } from '../../trading/decimal'
import { EquityPoints } from './equity-points'
import type { CurvePoint } from './fine-bars'
import type { Book, Holding } from './valuation'

/** A position with the doubles nearest to its price and its amount. */
interface Priced extends Holding {
  readonly price: number
  readonly quantity: number
}

class ProfitCurve implements Book {
  /** What was gained but for the worth of the positions. */
  cash: Decimal = ZERO
  cashNumber = 0
  held: readonly Priced[] = []
  readonly #points: EquityPoints
  #before = 0
  #hasFilled = false

  constructor(exactly: boolean) {
    this.#points = new EquityPoints(this, exactly)
  }

  /** Before a fill. */
  fill(): void {
    this.#points.fill()
  }

  /** After it. */
  filled(cash: Decimal, held: readonly Priced[]): void {
    this.cash = cash
    this.cashNumber = cash.toNumber()
    this.held = held
    this.#hasFilled = true
  }

  /** Before an event is taken in. */
  reach(timeMs: number): void {
    if (timeMs >= this.#points.turnsMs) this.#points.turn(timeMs)
  }

  /** After an event. */
  event(timeMs: number): void {
    const profit = this.#profit()
    this.#points.event(timeMs, this.#hasFilled || profit !== this.#before, profit)
    this.#taken(profit)
  }

  /** After fills that no event follows. */
  settle(timeMs: number): void {
    const profit = this.#profit()
    if (this.#hasFilled) this.#points.changed(timeMs, profit)
    this.#taken(profit)
  }

  /** Nothing may follow. */
  end(timeMs: number): CurvePoint[] {
    return this.#points.end(timeMs, this.#profit())
  }

  #taken(profit: number): void {
    this.#before = profit
    this.#hasFilled = false
  }

  #profit(): number {
    let profit = this.cashNumber
    for (const { contract, quantity, price } of this.held) profit += contract.worthNumber(quantity, price)
    return profit
  }
}

export class ProfitCurves {
  readonly #curves: ReadonlyMap<string, ProfitCurve>

  /** @param labels of the strategies. @param exactly as of points of the equity. */
  constructor(labels: readonly string[], exactly: boolean) {
    this.#curves = new Map(labels.map((label) => [label, new ProfitCurve(exactly)]))
  }

  /** To be told of its fills, before and after each. */
  of(label: string): ProfitCurve | undefined {
    return this.#curves.get(label)
  }

  /** Before an event is taken in. */
  reach(timeMs: number): void {
    for (const curve of this.#curves.values()) curve.reach(timeMs)
  }

  /** After an event. */
  event(timeMs: number): void {
    for (const curve of this.#curves.values()) curve.event(timeMs)
  }

  /** After fills that no event follows. */
  settle(timeMs: number): void {
    for (const curve of this.#curves.values()) curve.settle(timeMs)
  }

  /** Nothing may follow. */
  end(timeMs: number): Map<string, readonly CurvePoint[]> {
    return new Map([...this.#curves].map(([label, curve]) => [label, curve.end(timeMs)]))
  }
}
