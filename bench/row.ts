/** A line of the benchmark's table: a figure, its baseline in the same run, and the goal. */

export interface Row {
  readonly what: string
  /** As it is printed, with its unit. */
  readonly figure: string
  /** What it is compared with, and that figure. */
  readonly baseline: string
  /** The figure over its baseline, or the other way round where more is better: the cost, as a ratio. */
  readonly ratio: number
  /** The figure of the first-light release in the same run. */
  readonly firstLight?: string
  readonly goal: string
  readonly reached: boolean
}

/** The best time of some rounds, in µs for each of the `count` things that `work` does. */
export function bestUs(count: number, work: () => void, rounds = 12): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const start = Bun.nanoseconds()
    work()
    best = Math.min(best, Bun.nanoseconds() - start)
  }
  return best / count / 1000
}

type Work = (round: number) => Promise<unknown>

/** Times of `count` runs of `work` one after the other, in ms, sorted. */
export async function timesMs(count: number, work: Work): Promise<number[]> {
  const [times = []] = await timesInTurnsMs(count, [work])
  return times
}

/** As `timesMs` of several works that take turns, so that the noise of the machine falls on all of them. */
export async function timesInTurnsMs(count: number, works: readonly Work[]): Promise<number[][]> {
  const times = works.map((): number[] => [])
  for (let round = 0; round < count; round++) {
    for (const [index, work] of works.entries()) {
      const start = performance.now()
      await work(round)
      times[index]!.push(performance.now() - start)
    }
  }
  return times.map((some) => some.sort((a, b) => a - b))
}

/** A percentile of sorted values. */
export const percentile = (sorted: readonly number[], percent: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN

export const count = (value: number): string => Math.round(value).toLocaleString('en')

/** The number at the beginning of a figure as it is printed. */
export const numberOf = (figure: string): number => Number(/^[\d,.]+/.exec(figure)?.[0].replaceAll(',', ''))
