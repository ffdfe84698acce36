/** Series whose labels are what users make up, as names and tags: there are only so many at once, whatever is made in years. */
import type { Counter } from 'prom-client'

/** How many series each metric has at most. */
export const MAX_SERIES = 1000
/** In the place of labels of series that are added up: no name or tag is written so. */
export const OTHERS = '(others)'

type Labels<L extends string> = Readonly<Record<L, string>>

/** The series that was counted longest ago is added to the sum of the others when there are too many. */
export class BoundedCounter<L extends string> {
  private readonly series = new Map<string, { readonly labels: Labels<L>; count: number }>()

  /** @param made labels whose values users make up; the others have few values. */
  constructor(
    private readonly counter: Counter<L>,
    private readonly made: readonly NoInfer<L>[],
  ) {}

  inc(labels: Labels<L>, count = 1): void {
    const key = JSON.stringify(Object.values(labels))
    const one = this.series.get(key) ?? { labels, count: 0 }
    one.count += count
    this.series.delete(key)
    this.series.set(key, one)
    this.counter.inc(labels, count)
    if (this.series.size > MAX_SERIES) this.addUp()
  }

  /** Ends the series that have these labels. */
  end(labels: Partial<Labels<L>>): void {
    for (const [key, one] of this.series) {
      if (Object.entries(labels).every(([name, value]) => one.labels[name as L] === value)) this.remove(key, one.labels)
    }
  }

  private addUp(): void {
    const [key, { labels, count }] = this.series.entries().next().value!
    this.remove(key, labels)
    this.counter.inc({ ...labels, ...Object.fromEntries(this.made.map((name) => [name, OTHERS])) }, count)
  }

  private remove(key: string, labels: Labels<L>): void {
    this.series.delete(key)
    this.counter.remove(labels)
  }
}
