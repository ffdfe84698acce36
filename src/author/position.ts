/** What was held at a time, by the fills of a backtest. */
import type { Fill } from '../../sandbox/testing'
import { writtenTime } from '../schema/written-time'
import { Decimal, ZERO } from '../trading/decimal'

/** Positions of one symbol from each fill on. */
interface History {
  readonly times: number[]
  readonly held: Decimal[]
}

export class Positions {
  readonly #histories = new Map<string, History>()

  /** @param fills in their order. @param symbols all that the data have. */
  constructor(
    fills: readonly Fill[],
    private readonly symbols: readonly string[],
  ) {
    for (const { symbol, side, quantity, time } of fills) {
      const history = this.#histories.get(symbol) ?? { times: [], held: [] }
      this.#histories.set(symbol, history)
      const before = history.held.at(-1) ?? ZERO
      const amount = Decimal.parse(quantity)
      history.held.push(side === 'buy' ? before.plus(amount) : before.minus(amount))
      history.times.push(Date.parse(time))
    }
  }

  /** After all fills up to that time. @throws Error for a time or a symbol that is none, or where there are several. */
  at(when: string | number | Date, symbol?: string): string {
    const timeMs = timeOf(when)
    const { times, held } = this.#histories.get(this.#symbol(symbol)) ?? { times: [], held: [] }
    let first = 0
    for (let end = times.length; first < end; ) {
      const middle = (first + end) >> 1
      if (times[middle]! <= timeMs) first = middle + 1
      else end = middle
    }
    return (held[first - 1] ?? ZERO).toString()
  }

  #symbol(named: string | undefined): string {
    const { symbols } = this
    if (named !== undefined && symbols.includes(named)) return named
    const [only] = symbols
    if (named === undefined && only !== undefined && symbols.length === 1) return only
    const which = named === undefined ? 'name one of several symbols' : `the data have no symbol ${named}`
    throw new Error(`${which}: ${symbols.join(', ')}`)
  }
}

function timeOf(when: string | number | Date): number {
  const ms = typeof when === 'string' ? writtenTime(when) : Number(when)
  if (ms !== undefined && Number.isFinite(ms)) return ms
  throw new Error(`${String(when)} is no time: write 2022-01-31T12:30:00Z, or ms since 1970`)
}
