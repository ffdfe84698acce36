/** An order book rebuilt from its changes. */
import type { BookLevel } from '../../schema/events'
import type { BookSides } from './drafts'
import { RowProblem } from './row'

/** Levels that a snapshot shows of each side; books of exchanges have thousands. */
const SHOWN = 50
/** Levels that are kept of a side: more than any exchange's book has. */
const MOST_LEVELS = 100_000

export interface Ladder {
  /** A quantity of zero removes the level. Levels that the new one crosses are taken to be gone. */
  set(side: 'bid' | 'ask', price: string, quantity: string): void
  clear(): void
  /** Undefined while there is no level at all; one side may be empty. */
  top(): BookSides | undefined
}

/** The books of several symbols, each made when it is first asked for. */
export function ladders(): (symbol: string) => Ladder {
  const bySymbol = new Map<string, Ladder>()
  return (symbol) => {
    const known = bySymbol.get(symbol)
    if (known) return known
    const fresh = ladder()
    bySymbol.set(symbol, fresh)
    return fresh
  }
}

function ladder(): Ladder {
  const bids = ladderSide(-1)
  const asks = ladderSide(1)
  return {
    set(side, price, quantity) {
      const value = Number(price)
      const [own, other] = side === 'bid' ? [bids, asks] : [asks, bids]
      own.set(price, value, quantity)
      if (Number(quantity) > 0) other.dropUpTo(value)
    },
    clear() {
      bids.clear()
      asks.clear()
    },
    top: () => (bids.isEmpty() && asks.isEmpty() ? undefined : { bids: bids.best(), asks: asks.best() }),
  }
}

/** One side, the best price first. Levels are never changed, only replaced: snapshots share them. */
function ladderSide(direction: 1 | -1) {
  const values: number[] = []
  const levels: BookLevel[] = []
  /** Where a price stands or would stand. */
  const find = (value: number) => {
    let low = 0
    let high = values.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (direction * values[middle]! < direction * value) low = middle + 1
      else high = middle
    }
    return low
  }
  return {
    set(price: string, value: number, quantity: string): void {
      const at = find(value)
      const present = values[at] === value
      if (Number(quantity) === 0) {
        if (present) {
          values.splice(at, 1)
          levels.splice(at, 1)
        }
      } else if (present) {
        levels[at] = { price, quantity }
      } else {
        if (values.length >= MOST_LEVELS) throw new RowProblem(`its book has more than ${MOST_LEVELS} levels of a side`)
        values.splice(at, 0, value)
        levels.splice(at, 0, { price, quantity })
      }
    },
    /** Removes the levels that are as good as this price of the other side, or better. */
    dropUpTo(value: number): void {
      let count = 0
      while (count < values.length && direction * values[count]! <= direction * value) count++
      if (count > 0) {
        values.splice(0, count)
        levels.splice(0, count)
      }
    },
    clear(): void {
      values.length = 0
      levels.length = 0
    },
    isEmpty: () => values.length === 0,
    best: () => levels.slice(0, SHOWN),
  }
}
