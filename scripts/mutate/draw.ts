/** Which changes are made: of every kind as many, drawn at random. */
import { type Random, random } from '../../src/market/random'

/** @returns all of them, in an order that takes a turn of each kind after another. */
export function drawn<T extends { readonly kind: string }>(all: readonly T[], seed: number): T[] {
  const kinds = Map.groupBy(shuffled(all, random(seed, 'changes')), ({ kind }) => kind)
  const piles = [...kinds.values()]
  const turns = Math.max(0, ...piles.map((pile) => pile.length))
  return Array.from({ length: turns }, (_, turn) => piles.flatMap((pile) => pile.slice(turn, turn + 1))).flat()
}

/** Fisher and Yates. */
function shuffled<T>(all: readonly T[], next: Random): T[] {
  const order = [...all]
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(next() * (last + 1))
    const kept = order[last]!
    order[last] = order[other]!
    order[other] = kept
  }
  return order
}
