/** How often something has happened in the last while, by rule and subject; no more is kept of it than has to be known. */

/** Subjects that are counted at once. */
const MOST = 10_000

interface Counted {
  /** Milliseconds since 1970, oldest first. */
  readonly times: number[]
  /** What was said of the last one. */
  readonly last: string
}

export class Counts {
  private readonly counted: Map<string, Counted>

  /** @param stored as `text` gave it. */
  constructor(stored: string) {
    this.counted = new Map(JSON.parse(stored))
  }

  get text(): string {
    return JSON.stringify([...this.counted])
  }

  /** @param limit more than so many need not be told apart. */
  add(key: string, nowMs: number, limit: number, last: string): void {
    const times = this.counted.get(key)?.times ?? []
    times.push(nowMs)
    if (times.length > limit + 1) times.shift()
    this.counted.delete(key)
    this.counted.set(key, { times, last })
    if (this.counted.size > MOST) this.counted.delete(this.counted.keys().next().value!)
  }

  /** Within the last while; times are up to one more than the limit. */
  within(key: string, nowMs: number, withinMs: number): { readonly times: number; readonly last: string } {
    const counted = this.counted.get(key)
    if (counted === undefined) return { times: 0, last: '' }
    const { times, last } = counted
    while (times.length > 0 && times[0]! <= nowMs - withinMs) times.shift()
    if (times.length === 0) this.counted.delete(key)
    return { times: times.length, last }
  }

  keys(): string[] {
    return [...this.counted.keys()]
  }
}
