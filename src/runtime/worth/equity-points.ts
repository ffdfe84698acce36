/**
 * An equity curve in few points, the finer the newer: of the last minutes in memory, of what is older in the store. A tier
 * keeps the last value of each of its spans; a span in which nothing has changed has none, and the value before it holds.
 */

/** Time in ms since 1970, equity as a decimal string. */
export type Point = readonly [timeMs: number, equity: string]

export interface Tier {
  readonly everyMs: number
  /** Spans. */
  readonly kept: number
}

const MINUTE_MS = 60_000

/** In memory alone: ten minutes. */
export const RECENT: Tier = { everyMs: 5000, kept: 120 }
/** In the store: two days, a month, ten years. Their places are numbers in the store. */
export const TIERS: readonly Tier[] = [
  { everyMs: MINUTE_MS, kept: 2880 },
  { everyMs: 15 * MINUTE_MS, kept: 2976 },
  { everyMs: 1440 * MINUTE_MS, kept: 3660 },
]

/** What is to be kept of a span: of one that has ended, or so far. */
export interface Kept {
  /** The place of the tier. */
  readonly tier: number
  readonly span: number
  readonly point: Point
}

const spanOf = (timeMs: number, { everyMs }: Tier) => Math.floor(timeMs / everyMs)

const keptOf = (tier: number, point: Point): Kept => ({ tier, span: spanOf(point[0], TIERS[tier]!), point })

export class EquityPoints {
  private recent: Point[] = []
  /** By tier: the newest point, of a span that has not ended. */
  private readonly open: (Point | undefined)[] = TIERS.map(() => undefined)

  /** @param last of an earlier process. */
  constructor(private last?: Point) {}

  /** The newest; undefined before the first. */
  get newest(): Point | undefined {
    return this.last
  }

  /** @returns what is to be kept of it by now. Times that go back count as the last one. */
  add(timeMs: number, equity: string): Kept[] {
    const atMs = Math.max(timeMs, this.last?.[0] ?? 0)
    const ended = this.endSpans(atMs)
    if (equity === this.last?.[1]) return ended
    const point: Point = [atMs, equity]
    this.last = point
    for (const index of TIERS.keys()) this.open[index] = point
    const newest = this.recent.at(-1)
    if (newest && spanOf(newest[0], RECENT) === spanOf(atMs, RECENT)) this.recent.pop()
    this.recent.push(point)
    if (this.recent.length > 2 * RECENT.kept) this.recent = this.recent.slice(-RECENT.kept)
    return ended
  }

  /** What has not been kept so far, when the process ends. */
  rest(): Kept[] {
    return this.open.flatMap((point, tier) => (point ? [keptOf(tier, point)] : []))
  }

  /** @param stored by tier, each oldest first. @returns all there is, oldest first. */
  merged(stored: readonly (readonly Point[])[]): Point[] {
    const finer = [...stored.map((points, tier) => [...points, ...this.openAt(tier)]), this.recent]
    const merged: Point[] = []
    // coarse to fine: each tier up to where a finer one begins
    for (const [index, points] of [...finer.slice(0, -1).reverse(), this.recent].entries()) {
      const first = points[0]?.[0] ?? Number.POSITIVE_INFINITY
      while (index > 0 && merged.length > 0 && merged.at(-1)![0] >= first) merged.pop()
      const after = merged.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY
      for (const point of points) if (point[0] > after) merged.push(point)
    }
    return merged
  }

  private openAt(tier: number): readonly Point[] {
    const point = this.open[tier]
    return point ? [point] : []
  }

  /** With a span that has ended, what there is of the longer one around it is kept too: a crash costs no more than that. */
  private endSpans(timeMs: number): Kept[] {
    return TIERS.flatMap((tier, index) => {
      const point = this.open[index]
      if (!point || spanOf(point[0], tier) === spanOf(timeMs, tier)) return []
      this.open[index] = undefined
      const around = this.open[index + 1]
      return [keptOf(index, point), ...(around ? [keptOf(index + 1, around)] : [])]
    })
  }
}

/** At most so many of the points: of each part of the time the lowest and the highest. */
export function thinned(points: readonly Point[], most: number): Point[] {
  if (points.length <= most) return [...points]
  const parts = Math.max(1, Math.floor(most / 2))
  const [fromMs, toMs] = [points[0]![0], points.at(-1)![0]]
  const widthMs = (toMs - fromMs) / parts || 1
  const thin: Point[] = []
  for (let from = 0; from < points.length; ) {
    const part = Math.floor((points[from]![0] - fromMs) / widthMs)
    let end = from
    while (end < points.length && (end === from || Math.floor((points[end]![0] - fromMs) / widthMs) === part)) end++
    thin.push(...extremes(points.slice(from, end)))
    from = end
  }
  return thin.slice(-most)
}

/** The lowest and the highest, in their order; one where they are the same. */
function extremes(points: readonly Point[]): Point[] {
  let [low, high] = [points[0]!, points[0]!]
  for (const point of points) {
    if (Number(point[1]) < Number(low[1])) low = point
    if (Number(point[1]) > Number(high[1])) high = point
  }
  if (low === high) return [low]
  return low[0] < high[0] ? [low, high] : [high, low]
}
