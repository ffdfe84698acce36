/** A histogram of how long calls took that costs a call no more than a look into a map: it is made when it is read. */
import { Histogram, type Registry } from 'prom-client'

const LABELS = ['method', 'route', 'status'] as const
type Label = (typeof LABELS)[number]

interface Series {
  readonly labels: Readonly<Record<Label, string>>
  /** By bucket, the last one for whatever took longer. */
  readonly counts: number[]
  /** Seconds. */
  sum: number
}

export interface DurationsSettings {
  readonly name: string
  readonly help: string
  /** Upper bounds in seconds, in order. */
  readonly buckets: readonly number[]
  readonly registers: Registry[]
}

export class Durations extends Histogram<Label> {
  private readonly series = new Map<string, Series>()

  constructor(private readonly settings: DurationsSettings) {
    super({ ...settings, buckets: [...settings.buckets], labelNames: LABELS })
  }

  count(method: string, route: string, status: number, seconds: number): void {
    const key = `${method} ${status} ${route}`
    let series = this.series.get(key)
    if (series === undefined) {
      const labels = { method, route, status: String(status) }
      series = { labels, counts: Array.from({ length: this.settings.buckets.length + 1 }, () => 0), sum: 0 }
      this.series.set(key, series)
    }
    const { buckets } = this.settings
    let bucket = 0
    while (bucket < buckets.length && seconds > buckets[bucket]!) bucket++
    series.counts[bucket]!++
    series.sum += seconds
  }

  /** What prom-client makes the text and `get` of. */
  async getForPromString() {
    const { name, help } = this.settings
    const values = [...this.series.values()].flatMap((series) => this.valuesOf(series))
    return { name, help, type: 'histogram', aggregator: 'sum', values }
  }

  private valuesOf({ labels, counts, sum }: Series) {
    const { name, buckets } = this.settings
    let count = 0
    const upTo = [...buckets, '+Inf'].map((le, bucket) => {
      count += counts[bucket]!
      return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count }
    })
    return [
      ...upTo,
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: count },
    ]
  }
}
