/** When it had a position: of each stretch of the run the share that it was long, and short. */
import { grouped } from '../../result/grouped'
import type { ReportInput } from '../input'
import type { Bar, Section } from '../sections'

const STRETCHES = 96
const TICKS = 4
/** A shorter run is told in hours, not days. */
const SHORT_MS = 2 * 86_400_000

export function exposureSection({ recorder, result }: ReportInput): Section | undefined {
  const { start, end } = result.stats
  const { long, entryTimes, exitTimes } = recorder.trades
  if (start === null || end === null || end <= start || long.length === 0) return undefined
  const widthMs = (end - start) / STRETCHES
  const held = { long: new Float64Array(STRETCHES), short: new Float64Array(STRETCHES) }
  const reached = { long: start, short: start }
  // positions in several symbols count once, by the order of their beginnings
  const order = Array.from(entryTimes.keys()).sort((one, other) => entryTimes[one]! - entryTimes[other]!)
  for (const index of order) {
    const side = long[index] === 1 ? 'long' : 'short'
    spread(
      held[side],
      (Math.max(entryTimes[index]!, reached[side]) - start) / widthMs,
      (exitTimes[index]! - start) / widthMs,
    )
    reached[side] = Math.max(reached[side], exitTimes[index]!)
  }
  const isShort = end - start < SHORT_MS
  const moment = (share: number) => new Date(start + share * (end - start)).toISOString()
  const tick = (share: number) => (isShort ? moment(share).slice(11, 16) : moment(share).slice(2, 10))
  const bars = Array.from(held.long, (share, index): Bar => {
    const text = `long ${percent(share)}, short ${percent(held.short[index]!)}`
    const from = new Date(start + index * widthMs).toISOString().slice(0, 16).replace('T', ' ')
    return { value: share, below: held.short[index]!, tone: 'accent', label: `from ${from}`, text }
  })
  return {
    kind: 'bars',
    id: 'exposure',
    title: 'Exposure',
    half: true,
    data: {
      bars,
      ticks: Array.from({ length: TICKS + 1 }, (_, place) => ({ at: place / TICKS, text: tick(place / TICKS) })),
      note: 'share of the time long ↑ short ↓',
      summary: `Long ${percent(mean(held.long))} of the time, short ${percent(mean(held.short))}.`,
      terms: ['Time', 'Share'],
    },
  }
}

/** Adds what lies between two places to the stretches that it covers. */
function spread(stretches: Float64Array, from: number, to: number): void {
  for (let at = Math.max(0, Math.floor(from)); at < Math.min(stretches.length, to); at++)
    stretches[at]! += Math.max(0, Math.min(at + 1, to) - Math.max(at, from))
}

const percent = (share: number): string => `${grouped(100 * share, 0)} %`

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
