/** Values into bins of a round width, none of them across zero. */
import { grouped } from '../../result/grouped'
import type { Bar, BarsData } from '../sections'

/** About so many. */
const BINS = 31
/** So many of a hundred values on either side stand in the outermost bins, however far away they are. */
const OUTLIERS = 1
const TICKS = 5

export function histogram(values: readonly number[], what: string): BarsData {
  const sorted = Float64Array.from(values).sort()
  const { first, last, width } = binsOf(sorted)
  const counts = Array.from({ length: last - first + 1 }, () => 0)
  for (const value of sorted) counts[Math.min(last, Math.max(first, Math.floor(value / width))) - first]!++
  const digits = Math.max(0, -Math.floor(Math.log10(width) + 1e-9))
  const edge = (bin: number) => grouped(bin * width, digits)
  const bars = counts.map((count, index): Bar => {
    const bin = first + index
    const label =
      index === 0
        ? `below ${edge(bin + 1)} %`
        : bin === last
          ? `from ${edge(bin)} %`
          : `${edge(bin)} to ${edge(bin + 1)} %`
    return { value: count, tone: bin < 0 ? 'loss' : 'gain', label, text: grouped(count, 0) }
  })
  const half = sorted[Math.floor(sorted.length / 2)]!
  return {
    bars,
    ticks: ticksOf(first, last + 1).map((bin) => ({ at: (bin - first) / (last + 1 - first), text: edge(bin) })),
    note: '%',
    summary: `${grouped(sorted.length, 0)} ${what} from ${grouped(sorted[0]!, 2)} % to ${grouped(sorted.at(-1)!, 2)} %, half of them below ${grouped(half, 2)} %.`,
    terms: ['Return', what],
  }
}

/** Numbers of the first and the last bin; bin 0 begins at 0. */
function binsOf(sorted: Float64Array): { first: number; last: number; width: number } {
  const cut = Math.floor((sorted.length * OUTLIERS) / 100)
  const [low = 0, high = 0] = [sorted[cut], sorted[sorted.length - 1 - cut]]
  const width = roundUp(Math.max(high - low, Math.abs(high) * 1e-6, 1e-6) / BINS)
  return { first: Math.floor(low / width) - 1, last: Math.floor(high / width) + 1, width }
}

/** To 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 5, 10].map((times) => times * power).find((width) => width >= value * (1 - 1e-9))!
}

/** Zero, where it is in, and others at a round distance from it. */
function ticksOf(first: number, end: number): number[] {
  const step = Math.max(1, Math.ceil((end - first) / TICKS))
  const start = Math.ceil(first / step) * step
  return Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step)
}
