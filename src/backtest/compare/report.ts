/** The report of a comparison: both curves, every statistic side by side, and where the runs part. */
import { isDeepStrictEqual } from 'node:util'
import { Value } from '@sinclair/typebox/value'
import { type ColumnWriter, Decimals } from '../report/columns'
import { engineRow, settingsRows } from '../report/parts/card'
import type { CardRow, Curve, CurvesData, HeatmapCell, ReportDocument, Section, Tone } from '../report/sections'
import { figureText, timeText } from '../result/figure-text'
import { DIRECTIONS } from '../statistics/directions'
import { FIGURES } from '../statistics/figures'
import { type ComparedRun, ShownSettings } from './compared-run'
import { type ComparedFigure, type Comparison, figuresOf, GROUPS, otherwise, sameLine, selectorOf } from './comparison'
import { eventLine } from './difference'

const TONES = { a: 'accent', b: 'warn' } as const satisfies Record<string, Tone>
/** Decimals of money and of percents in a picture. */
const DIGITS = 2

/** @param command to be typed to get the same once more. */
export function comparisonReport(comparison: Comparison, command: string, columns: ColumnWriter): ReportDocument {
  const { a, b } = comparison
  const names = [selectorOf(a), selectorOf(b)]
  return {
    title: `${names.join(' and ')} · Meltica`,
    heading: { name: names.join(' and '), about: `A is ${a.name}, B is ${b.name}` },
    sections: [
      runsSection(comparison, command),
      ...curveSections(comparison, columns),
      differenceSection(comparison),
      ...statisticsSections(comparison),
    ],
  }
}

function runsSection(comparison: Comparison, command: string): Section {
  const { a, b } = comparison
  const differs = otherwise(comparison)
  const rows: CardRow[] = [
    { term: 'A', lines: [`${selectorOf(a)}@${a.result.strategy.hash}`], mono: true, copies: 'strategy' },
    { term: 'B', lines: [`${selectorOf(b)}@${b.result.strategy.hash}`], mono: true, copies: 'strategy' },
    ...termRows(comparison),
    { term: 'Otherwise', lines: differs.length > 0 ? differs : ['config, settings and data are the same'] },
    { term: 'Again', lines: [command], mono: true, copies: 'command' },
  ]
  return { kind: 'card', id: 'runs', title: 'Runs', data: { rows } }
}

/** Data and rules of both; of one alone where they differ. Files of earlier releases may lack some. */
function termRows({ a, b }: Comparison): CardRow[] {
  const rowsOf = ({ result, currency }: ComparedRun): CardRow[] => {
    const { settings, data, engine = '' } = result
    const isWritten = Value.Check(ShownSettings, settings)
    return [
      { term: 'Data', lines: data.flatMap(({ file, sha256 }) => [file, `sha256:${sha256}`]), mono: true },
      ...(isWritten ? settingsRows(settings, currency) : []),
      ...(isWritten && engine ? [engineRow(engine, settings)] : []),
    ]
  }
  const [ofA, ofB] = [rowsOf(a), rowsOf(b)]
  return ofA.flatMap((row) => {
    const other = ofB.find(({ term }) => term === row.term)
    if (isDeepStrictEqual(row, other)) return [row]
    return [{ ...row, term: `${row.term}, A` }, ...(other ? [{ ...other, term: `${row.term}, B` }] : [])]
  })
}

function curveSections({ a, b }: Comparison, columns: ColumnWriter): Section[] {
  const drawn = (
    [
      ['A', TONES.a, a],
      ['B', TONES.b, b],
    ] as const
  ).filter(([, , { equity }]) => spans(equity))
  if (drawn.length === 0) return []
  const times = drawn.map(([, , { equity }]) => columns.wholes(equity.map(([timeMs]) => timeMs)))
  const curves = drawn.map(([label, tone, { equity }], index): Curve => {
    const values = new Decimals()
    for (const [, amount] of equity) values.add(amount)
    return { label, tone, times: times[index]!, values: columns.decimals(values) }
  })
  const falls = drawn.map(([label, tone, { equity }], index): Curve => {
    return { label, tone, times: times[index]!, values: columns.numbers(drawdownsOf(equity), DIGITS) }
  })
  const unit = a.currency === b.currency ? a.currency : ''
  const equity: CurvesData = { curves, unit, digits: DIGITS, summary: told([a, b], 'returnPct', 'Equity') }
  const drawdown: CurvesData = {
    curves: falls,
    unit: '%',
    digits: DIGITS,
    summary: told([a, b], 'maxDrawdownPct', 'Drawdown'),
  }
  return [
    { kind: 'curves', id: 'equity', title: 'Equity', data: equity },
    { kind: 'curves', id: 'drawdown', title: 'Drawdown', data: drawdown },
  ]
}

/** A curve of one moment cannot be drawn. */
const spans = (equity: ComparedRun['equity']): boolean => equity.length > 1 && equity.at(-1)![0] > equity[0]![0]

/** Below the highest equity so far, in percent. */
function drawdownsOf(equity: ComparedRun['equity']): number[] {
  let peak = Number.NEGATIVE_INFINITY
  return equity.map(([, amount]) => {
    const value = Number(amount)
    peak = Math.max(peak, value)
    return peak > 0 ? 100 * (value / peak - 1) : 0
  })
}

function told(runs: readonly ComparedRun[], name: 'returnPct' | 'maxDrawdownPct', what: string): string {
  const { label, unit } = FIGURES[name]
  const texts = runs.map(({ result, currency }, at) => {
    return `${at === 0 ? 'A' : 'B'} ${figureText(result.stats[name] ?? null, unit, currency)}`
  })
  return `${what} of both. ${label}: ${texts.join(', ')}.`
}

function differenceSection(comparison: Comparison): Section {
  const { difference, events } = comparison
  if (!difference) {
    const notices = [{ tone: 'plain' as const, text: `${sameLine(comparison)}.`.replace(/^b/, 'B') }]
    return { kind: 'notices', id: 'difference', title: 'Difference', data: { notices } }
  }
  const { what, a, b, timeMs } = difference
  const none = `no ${what} more`
  const rows: CardRow[] = [
    { term: 'Time', lines: [timeText(new Date(timeMs).toISOString())], mono: true },
    { term: 'A', lines: [a ?? none], mono: true },
    { term: 'B', lines: [b ?? none], mono: true },
  ]
  if (events.length > 0) rows.push({ term: 'Events before', lines: events.map(eventLine), mono: true })
  return { kind: 'card', id: 'difference', title: `The first ${what} that differs`, data: { rows } }
}

function statisticsSections(comparison: Comparison): Section[] {
  return GROUPS.map((group): Section => {
    const rows = figuresOf(group, comparison).map((figure) => ({
      label: figure.label,
      cells: [
        plain(figure.a),
        plain(figure.b),
        figure.change === '' ? null : { value: betterBy(figure), text: figure.change },
      ],
    }))
    const data = { corner: group, columns: ['A', 'B', 'B − A'], rows, note: '' }
    return { kind: 'heatmap', id: group.toLowerCase(), title: group, half: true, data }
  })
}

/** Without a size it has no colour. */
const plain = (text: string): HeatmapCell => ({ value: 0, text })

/** 1 where B is better, -1 where it is worse, 0 where that is no question. */
function betterBy({ name, changed }: ComparedFigure): number {
  const { group, unit } = FIGURES[name]
  if (group === 'Period' || unit === 'count') return 0
  return Math.sign(changed) * (DIRECTIONS[name] === 'higher' ? 1 : -1)
}
