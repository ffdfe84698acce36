/** What each of several strategies has gained over time, beside all of them together. */
import { figureText } from '../../result/figure-text'
import type { ColumnWriter } from '../columns'
import type { ReportInput } from '../input'
import type { Curve, Section, Tone } from '../sections'
import { curvePoints, MONEY_DIGITS } from './curve-points'

/** Those of the strategies, in their order; then again from the first on. */
const TONES: readonly Tone[] = ['accent', 'warn', 'gain', 'loss', 'faint']

export function profitsSection({ recorder, result, ran }: ReportInput, columns: ColumnWriter): Section | undefined {
  const { equity, profits } = recorder
  const { startEquity } = result.stats
  const [first, last] = [equity[0], equity.at(-1)]
  if (profits.size === 0 || startEquity === null || !first || !last || last.timeMs <= first.timeMs) return undefined
  const all = columns.numbers(
    equity.map((point) => point.near - startEquity),
    MONEY_DIGITS,
  )
  const together: Curve = {
    label: 'all strategies',
    tone: 'plain',
    times: columns.wholes(equity.map(({ timeMs }) => timeMs)),
    values: all,
  }
  const each = [...profits].map(([label, points], index): Curve => {
    return { label, tone: TONES[index % TONES.length]!, ...curvePoints(points, columns) }
  })
  const told = [...profits].map(([label, points]) => {
    return `${label} ${figureText(points.at(-1)?.near ?? 0, 'money', ran.currency)}`
  })
  const summary = `Profit of each strategy since the beginning. At the end: ${told.join(', ')}.`
  const data = { curves: [together, ...each], unit: ran.currency, digits: MONEY_DIGITS, summary }
  return { kind: 'curves', id: 'profits', title: 'Profit by strategy', data }
}
