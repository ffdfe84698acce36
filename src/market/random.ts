/** Seeded random numbers: the same seed gives the same numbers on every machine. */

/** Numbers from 0 up to but not including 1. */
export type Random = () => number

/** @param key keeps streams of one seed apart, as by symbol. */
export function random(seed: number, key: string): Random {
  let state = hash(`${seed}/${key}`)
  // Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, whole-number arithmetic alone.
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** FNV-1a, 32 bits. */
export function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}
