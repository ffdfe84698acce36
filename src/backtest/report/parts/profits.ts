/** What each of several strategies has gained over time, beside all of them together. */
import { figureText } from '../../result/figure-text'
import type { ExactPoint } from '../../statistics/fine-bars'
import { type ColumnWriter, Decimals } from '../columns'
import type { ReportInput } from '../input'
import type { Curve, Section, Tone } from '../sections'

/** Those of the strategies, in their order; then again from the first on. */
const TONES: readonly Tone[] = ['accent', 'warn', 'gain', 'loss', 'faint']
/** Decimals of money in a picture. */
const DIGITS = 2

export function profitsSection({ recorder, result, ran }: ReportInput, columns: ColumnWriter): Section | undefined {
  const { equity, profits } = recorder
  const { startEquity } = result.stats
  const [first, last] = [equity[0], equity.at(-1)]
  if (profits.size === 0 || startEquity === null || !first || !last || last.timeMs <= first.timeMs) return undefined
  const all = columns.numbers(
    equity.map((point) => point.equity.toNumber() - startEquity),
    DIGITS,
  )
  const together: Curve = {
    label: 'all strategies',
    tone: 'plain',
    times: columns.wholes(equity.map(({ timeMs }) => timeMs)),
    values: all,
  }
  const each = [...profits].map(([label, points], index) =>
    curveOf(label, TONES[index % TONES.length]!, points, columns),
  )
  const told = [...profits].map(([label, points]) => {
    return `${label} ${figureText(points.at(-1)?.equity.toNumber() ?? 0, 'money', ran.currency)}`
  })
  const summary = `Profit of each strategy since the beginning. At the end: ${told.join(', ')}.`
  const data = { curves: [together, ...each], unit: ran.currency, digits: DIGITS, summary }
  return { kind: 'curves', id: 'profits', title: 'Profit by strategy', data }
}

function curveOf(label: string, tone: Tone, points: readonly ExactPoint[], columns: ColumnWriter): Curve {
  const values = new Decimals()
  for (const { equity } of points) values.addExact(equity)
  return {
    label,
    tone,
    times: columns.wholes(points.map(({ timeMs }) => timeMs)),
    values: columns.decimals(values),
  }
}
