/** The report of a walk-forward test: the tests as one curve first, then the windows. */
import { type ColumnWriter, Decimals } from '../report/columns'
import { dataRow, engineRow, settingsRows } from '../report/parts/card'
import type { CardRow, ReportDocument, Section } from '../report/sections'
import { figureText } from '../result/figure-text'
import { FIGURES, type Figure, type FigureName } from '../statistics/figures'
import type { Opened } from '../sweep/messages'
import type { Stitched } from './stitched'
import type { WalkForward } from './walk-forward'
import { outOfSample, SHOWN, type WalkForwardTerms, windowRow, windowsHead } from './walk-forward-table'

export interface WalkForwardReportInput {
  readonly result: WalkForward
  readonly terms: WalkForwardTerms
  readonly opened: Opened
  /** As it was told. */
  readonly plan: string
  /** To be typed to get the same once more. */
  readonly command: string
  /** That of this program. */
  readonly version: string
}

/** Decimals of money in a picture. */
const DIGITS = 2

export function walkForwardReport(input: WalkForwardReportInput, columns: ColumnWriter): ReportDocument {
  const { result, opened, plan, terms } = input
  const { name, tag, hash } = opened.strategy
  const { whole } = result
  return {
    title: `${name} · walk-forward · Meltica`,
    heading: { name, chip: tag, hash, about: `walk-forward ${plan}, by ${FIGURES[terms.objective].label}` },
    sections: [
      ...(whole ? curveSections(whole, terms, columns) : [nothingSection(terms)]),
      windowsSection(input),
      ...(whole ? [besideSection(input)] : []),
      cardSection(input),
    ],
  }
}

function curveSections(whole: Stitched, { currency }: WalkForwardTerms, columns: ColumnWriter): Section[] {
  const values = new Decimals()
  for (const [, amount] of whole.equity) values.add(amount)
  const times = columns.wholes(whole.equity.map(([timeMs]) => timeMs))
  const text = (name: FigureName) => figureText(whole.stats[name], FIGURES[name].unit, currency)
  const figures = SHOWN.map((name) => {
    const { label, formula, source }: Figure = FIGURES[name]
    return { label, text: text(name), ...(formula && { formula }), ...(source && { source }) }
  })
  const curve = { label: 'tests', tone: 'accent', times, values: columns.decimals(values) } as const
  const held = {
    label: 'buy & hold',
    tone: 'faint',
    times: columns.wholes(whole.held.map(([timeMs]) => timeMs)),
    values: columns.numbers(
      whole.held.map(([, amount]) => amount),
      DIGITS,
    ),
  } as const
  const borders = { label: 'next window', times: columns.wholes(whole.borders) }
  const summary =
    `Equity of the tests, one after the other: ${text('startEquity')} became ${text('finalEquity')}, ` +
    `${text('returnPct')}; buying and holding ${text('buyHoldReturnPct')}.`
  return [
    {
      kind: 'curves',
      id: 'equity',
      title: 'Equity of the tests',
      data: {
        curves: [curve, held],
        borders,
        unit: currency,
        digits: DIGITS,
        drawdown: true,
        logarithmic: true,
        summary,
      },
    },
    { kind: 'figures', id: 'statistics', title: 'Statistics', data: { groups: [{ title: 'All tests', figures }] } },
  ]
}

const nothingSection = ({ objective }: WalkForwardTerms): Section => ({
  kind: 'notices',
  id: 'notices',
  title: 'Notice',
  data: { notices: [{ tone: 'warn', text: `No window has a run with the figure ${objective}: nothing was tested.` }] },
})

function windowsSection({ result, terms }: WalkForwardReportInput): Section {
  const [, ...head] = windowsHead(terms)
  const rows = result.steps.map((step) => {
    const [training = '', ...cells] = windowRow(step, terms)
    // without a size they stay without colour: they are of different units
    return { label: training, cells: cells.map((text) => ({ value: 0, text })) }
  })
  return {
    kind: 'heatmap',
    id: 'windows',
    title: 'Windows',
    data: { corner: 'Training', columns: head, rows, note: '' },
  }
}

function besideSection({ result, terms }: WalkForwardReportInput): Section {
  const rows = outOfSample(result, terms.seed).map(([term, text]) => ({ term, lines: [text] }))
  return { kind: 'card', id: 'honesty', title: 'Beside the tests', data: { rows } }
}

function cardSection({ opened, plan, result, command, version }: WalkForwardReportInput): Section {
  const { strategy, data, settings, currency, engine } = opened
  const rows: CardRow[] = [
    { term: 'Strategy', lines: [`${strategy.name}:${strategy.tag}`, strategy.hash], mono: true, copies: strategy.hash },
    { term: 'Windows', lines: [plan] },
    { term: 'Runs', lines: [String(result.tried)] },
    dataRow(data),
    ...settingsRows(settings, currency),
    engineRow(engine, settings, version),
    { term: 'Command', lines: [command], mono: true, copies: command },
  ]
  return { kind: 'card', id: 'sweep', title: 'What was run', data: { rows } }
}
