/**
 * Sobol's sequence, in the order of Antonov and Saleev 1979: points that fill a cube evenly, however many are taken. It
 * begins at the origin and is not scrambled, hence needs no seed.
 */

/**
 * For each dimension after the first: degree and coefficients of its primitive polynomial, and the first direction
 * numbers, as in Joe and Kuo 2008, new-joe-kuo-6.
 */
const DIRECTIONS: readonly (readonly [degree: number, coefficients: number, first: readonly number[]])[] = [
  [1, 0, [1]],
  [2, 1, [1, 3]],
  [3, 1, [1, 3, 1]],
  [3, 2, [1, 1, 1]],
  [4, 1, [1, 1, 3, 3]],
  [4, 4, [1, 3, 5, 13]],
  [5, 2, [1, 1, 5, 5, 17]],
  [5, 4, [1, 1, 5, 5, 5]],
  [5, 7, [1, 1, 7, 11, 19]],
  [5, 11, [1, 1, 5, 1, 1]],
  [5, 13, [1, 1, 1, 3, 11]],
  [5, 14, [1, 3, 5, 5, 31]],
  [6, 1, [1, 3, 3, 9, 7, 49]],
  [6, 13, [1, 1, 1, 15, 21, 21]],
  [6, 16, [1, 3, 1, 13, 27, 49]],
  [6, 19, [1, 1, 1, 15, 7, 5]],
  [6, 22, [1, 3, 1, 15, 13, 25]],
  [6, 25, [1, 1, 5, 5, 19, 61]],
  [7, 1, [1, 3, 7, 11, 23, 15, 103]],
  [7, 4, [1, 3, 7, 13, 13, 15, 69]],
]
export const SOBOL_DIMENSIONS = DIRECTIONS.length + 1
const BITS = 32
/** It repeats itself from here on. */
const MOST_POINTS = 2 ** BITS

/** @param dimensions at most `SOBOL_DIMENSIONS`. @yields points, each coordinate from 0 up to but not including 1. */
export function* sobol(dimensions: number): Generator<readonly number[]> {
  const directions = Array.from({ length: dimensions }, (_, dimension) => directionsOf(dimension))
  const point = new Uint32Array(dimensions)
  for (let index = 0; index < MOST_POINTS; index++) {
    yield Array.from(point, (bits) => bits / MOST_POINTS)
    // the lowest bit of the index that is 0
    const bit = 31 - Math.clz32(~index & (index + 1))
    for (let dimension = 0; dimension < dimensions; dimension++) point[dimension]! ^= directions[dimension]![bit]!
  }
}

function directionsOf(dimension: number): Uint32Array {
  const numbers = new Uint32Array(BITS)
  const [degree, coefficients, first] = DIRECTIONS[dimension - 1] ?? [BITS, 0, Array<number>(BITS).fill(1)]
  for (let bit = 0; bit < BITS; bit++) {
    if (bit < degree) {
      numbers[bit] = first[bit]! << (BITS - 1 - bit)
      continue
    }
    let number = numbers[bit - degree]! ^ (numbers[bit - degree]! >>> degree)
    for (let term = 1; term < degree; term++) {
      if ((coefficients >>> (degree - 1 - term)) & 1) number ^= numbers[bit - term]!
    }
    numbers[bit] = number
  }
  return numbers
}
