/** The equity beside buying and holding, and its drawdown. */
import { figureText, timeText } from '../../result/figure-text'
import type { ColumnWriter } from '../columns'
import type { ReportInput } from '../input'
import type { Curve, Section } from '../sections'
import { curvePoints, MONEY_DIGITS } from './curve-points'

/** Points of the line of buying and holding. */
const POINTS = 3000

export function equitySection(input: ReportInput, columns: ColumnWriter): Section | undefined {
  const { result, ran, recorder } = input
  const { start, end, startEquity } = result.stats
  if (start === null || end === null || end <= start || startEquity === null) return undefined
  const label = recorder.labels.length > 0 ? 'all strategies' : 'strategy'
  const strategy: Curve = { label, tone: 'accent', ...curvePoints(recorder.equity, columns) }
  const curves = [strategy, ...buyAndHold(input, start, end, startEquity, columns)]
  const text = (name: 'returnPct' | 'buyHoldReturnPct' | 'maxDrawdownPct') =>
    figureText(result.stats[name], 'percent', ran.currency)
  const days = [start, end].map((ms) => timeText(new Date(ms).toISOString())).join(' to ')
  const summary =
    `Equity from ${days}: ${figureText(startEquity, 'money', ran.currency)} became ` +
    `${figureText(result.stats.finalEquity, 'money', ran.currency)}, ${text('returnPct')}; buying and holding ` +
    `${text('buyHoldReturnPct')}. The deepest drawdown was ${text('maxDrawdownPct')}.`
  const data = { curves, unit: ran.currency, digits: MONEY_DIGITS, drawdown: true, logarithmic: true, summary }
  return { kind: 'curves', id: 'equity', title: 'Equity', data }
}

/** The opening equity as it would have gone with the price, of several symbols with the mean of them. */
function buyAndHold(
  { ran, recorder }: ReportInput,
  start: number,
  end: number,
  opening: number,
  columns: ColumnWriter,
): Curve[] {
  const holds = [...ran.firstPrices].flatMap(([symbol, first]) => {
    const bars = recorder.markets.get(symbol)?.bars
    return bars ? [{ bars, first, at: 0, growth: 1 }] : []
  })
  if (holds.length === 0) return []
  const times: number[] = []
  const values: number[] = []
  for (let point = 0; point <= POINTS; point++) {
    const timeMs = Math.round(start + ((end - start) * point) / POINTS)
    let growth = 0
    for (const hold of holds) {
      const { times, close, lengthMs } = hold.bars
      // a bar tells its close when it ends; the last one at the end, however much of it there was
      while (hold.at < times.length && (times[hold.at]! + lengthMs <= timeMs || point === POINTS))
        hold.growth = close[hold.at++]! / hold.first
      growth += hold.growth
    }
    times.push(timeMs)
    values.push((opening * growth) / holds.length)
  }
  return [
    { label: 'buy & hold', tone: 'faint', times: columns.wholes(times), values: columns.numbers(values, MONEY_DIGITS) },
  ]
}
