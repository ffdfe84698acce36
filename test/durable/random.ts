/** Chance that repeats itself: the same seed, the same numbers. */

/** Numbers from 0 up to 1. */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}

export const choose = <T>(random: () => number, all: readonly T[]): T => all[Math.floor(random() * all.length)]!
