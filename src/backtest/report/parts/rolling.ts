/** The Sharpe ratio of the last returns, as it went. */
import { Moments } from '../../statistics/moments'
import type { ColumnWriter } from '../columns'
import type { ReportInput } from '../input'
import type { Section } from '../sections'

/** Returns of a window, where there are enough of them; of few, a quarter. */
const WINDOWS = { day: 30, week: 26, month: 12 } as const
const FEWEST = 5
const NAMES = { day: 'days', week: 'weeks', month: 'months' } as const
const DIGITS = 2

export function rollingSection({ ran, result }: ReportInput, columns: ColumnWriter): Section | undefined {
  const { returns: values, returnEnds: times } = ran
  const window = Math.max(FEWEST, Math.min(WINDOWS[ran.period], Math.floor(values.length / 4)))
  const at: number[] = []
  const ratios: number[] = []
  for (let end = window; end <= values.length; end++) {
    const sharpe = sharpeOf(values.slice(end - window, end), result.periods)
    if (sharpe === undefined) continue
    at.push(times[end - 1]!)
    ratios.push(sharpe)
  }
  if (at.length < 2) return undefined
  const curve = {
    label: 'Sharpe',
    tone: 'accent',
    times: columns.wholes(at),
    values: columns.numbers(ratios, DIGITS),
  } as const
  const lowest = Math.min(...ratios).toFixed(DIGITS)
  const highest = Math.max(...ratios).toFixed(DIGITS)
  const summary = `The Sharpe ratio of ${window} ${NAMES[ran.period]} each, between ${lowest} and ${highest}.`
  const title = `Rolling Sharpe, ${window} ${NAMES[ran.period]}`
  return {
    kind: 'curves',
    id: 'rolling',
    title,
    data: { curves: [curve], unit: '', digits: DIGITS, joined: true, summary },
  }
}

function sharpeOf(returns: Float64Array, perYear: number): number | undefined {
  const moments = new Moments()
  for (const value of returns) moments.add(value)
  const { mean, deviation } = moments
  return deviation ? (mean / deviation) * Math.sqrt(perYear) : undefined
}
