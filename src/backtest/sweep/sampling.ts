/** Which combinations of a space are run, and in which order. */
import { Failure } from '../../errors/failure'
import { random } from '../../market/random'
import { SOBOL_DIMENSIONS, sobol } from './sobol'
import type { Space } from './space'

/** All of them, or so many. The seed is that of the run as well; Sobol's sequence has none. */
export type Sampling =
  | { readonly kind: 'grid' }
  | { readonly kind: 'random'; readonly runs: number; readonly seed: number }
  | { readonly kind: 'sobol'; readonly runs: number }

/** Runs by number, each a combination of its own. */
export interface Chosen {
  readonly count: number
  combination(run: number): number
}

/** Draws of Sobol's sequence for each run that is asked for: coarse parameters meet the same combination often. */
const MOST_DRAWS = 1000

/**
 * A sample is in the order of its draws: what is asked for begins with what a smaller sample would be. As many as there
 * are, or more, is the whole grid.
 * @throws Failure usage for more parameters than Sobol's sequence has dimensions here.
 */
export function choose(space: Space, sampling: Sampling): Chosen {
  if (sampling.kind === 'grid' || sampling.runs >= space.size) return { count: space.size, combination: (run) => run }
  const drawn = sampling.kind === 'random' ? drawRandom(space.size, sampling) : drawSobol(space, sampling.runs)
  return { count: drawn.length, combination: (run) => drawn[run]! }
}

/** The first cards of a shuffled pack (Fisher and Yates), of which only those that were moved are kept in mind. */
function drawRandom(size: number, { runs, seed }: { readonly runs: number; readonly seed: number }): number[] {
  const next = random(seed, 'sweep')
  const moved = new Map<number, number>()
  return Array.from({ length: runs }, (_, run) => {
    // 53 bits: a space may have more combinations than one draw has values
    const fraction = (Math.floor(next() * 2 ** 27) * 2 ** 26 + Math.floor(next() * 2 ** 26)) / 2 ** 53
    const card = run + Math.floor(fraction * (size - run))
    const drawn = moved.get(card) ?? card
    moved.set(card, moved.get(run) ?? run)
    moved.delete(run)
    return drawn
  })
}

function drawSobol(space: Space, runs: number): number[] {
  const { swept, axes } = space
  if (swept.length > SOBOL_DIMENSIONS)
    throw new Failure(
      'usage',
      `--sobol takes at most ${SOBOL_DIMENSIONS} parameters, not ${swept.length}: use --random`,
    )
  const drawn = new Set<number>()
  let draws = 0
  for (const point of sobol(swept.length)) {
    if (drawn.size === runs || draws++ >= MOST_DRAWS * runs) break
    const digits = axes.map((axis) => {
      const dimension = swept.indexOf(axis)
      return dimension < 0 ? 0 : Math.floor(point[dimension]! * axis.count)
    })
    drawn.add(space.combination(digits))
  }
  return [...drawn]
}
