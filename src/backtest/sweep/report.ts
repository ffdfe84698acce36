/** The report of a sweep: its best runs, and what pairs of fields come to. */
import { dataRow, engineRow, settingsRows } from '../report/parts/card'
import type { CardRow, HeatmapCell, ReportDocument, Section } from '../report/sections'
import { figureText } from '../result/figure-text'
import { grouped } from '../result/grouped'
import { DIRECTIONS } from '../statistics/directions'
import { FIGURES } from '../statistics/figures'
import type { HonestyLine } from '../validation/honesty'
import type { Axis } from './axis'
import type { Opened } from './messages'
import type { Ranking } from './ranking'
import type { RunLine } from './run-line'
import { figuresBeside, valueText } from './run-table'
import type { Chosen } from './sampling'
import type { Space } from './space'

export interface SweepReportInput {
  readonly opened: Opened
  readonly space: Space
  readonly chosen: Chosen
  readonly ranking: Ranking
  /** The best first. */
  readonly best: readonly RunLine[]
  /** What stands beside the best. */
  readonly beside: readonly HonestyLine[]
  /** To be typed to get the same once more. */
  readonly command: string
  /** That of this program. */
  readonly version: string
}

/** Fields of more values make no table that can be read. */
const MOST_VALUES = 60
const MOST_PAIRS = 15

export function sweepReport(input: SweepReportInput): ReportDocument {
  const { name, tag, hash } = input.opened.strategy
  const runs = `${grouped(input.chosen.count, 0)} runs`
  return {
    title: `${name} · ${runs} · Meltica`,
    heading: { name, chip: tag, hash, about: `${runs}, by ${FIGURES[input.ranking.objective].label}` },
    sections: [cardSection(input), bestSection(input), ...besideSections(input), ...heatmapSections(input)],
  }
}

function cardSection({ opened, space, chosen, command, version }: SweepReportInput): Section {
  const { strategy, data, settings, currency, engine } = opened
  const rows: CardRow[] = [
    { term: 'Strategy', lines: [`${strategy.name}:${strategy.tag}`, strategy.hash], mono: true, copies: strategy.hash },
    { term: 'Fields', lines: space.axes.map(({ name, written }) => `${name} = ${written}`), mono: true },
    { term: 'Runs', lines: [`${grouped(chosen.count, 0)} of ${grouped(space.size, 0)} combinations`] },
    dataRow(data),
    ...settingsRows(settings, currency),
    engineRow(engine, settings, version),
    { term: 'Command', lines: [command], mono: true, copies: command },
  ]
  return { kind: 'card', id: 'sweep', title: 'What was run', data: { rows } }
}

function bestSection({ best, space, ranking, opened }: SweepReportInput): Section {
  const figures = figuresBeside(ranking.objective)
  const rows = best.map(({ config, stats }, index) => ({
    label: `${index + 1}. ${space.swept.map(({ name }) => `${name} ${valueText(config[name])}`).join(', ')}`,
    // without a size they stay without colour: they are of different units
    cells: figures.map((name) => ({ value: 0, text: figureText(stats[name], FIGURES[name].unit, opened.currency) })),
  }))
  const columns = figures.map((name) => FIGURES[name].label)
  return { kind: 'heatmap', id: 'best', title: 'Best runs', data: { corner: 'Run', columns, rows, note: '' } }
}

function besideSections({ beside }: SweepReportInput): Section[] {
  if (beside.length === 0) return []
  const rows = beside.map(([term, text]) => ({ term, lines: [text] }))
  return [{ kind: 'card', id: 'honesty', title: 'Beside the best of them', data: { rows } }]
}

function heatmapSections(input: SweepReportInput): Section[] {
  const axes = input.space.swept.filter(({ count }) => count <= MOST_VALUES)
  const [only] = axes
  if (axes.length === 1 && only) return [heatmap(input, [only, undefined], 0)]
  const pairs = axes.flatMap((first, index) => axes.slice(index + 1).map((second) => [first, second] as const))
  return pairs.slice(0, MOST_PAIRS).map((pair, index) => heatmap(input, pair, index))
}

/** The best that the runs with each pair of values have come to, beside the median of all of these. */
function heatmap(
  { space, chosen, ranking, opened }: SweepReportInput,
  [rowAxis, columnAxis]: readonly [Axis, Axis | undefined],
  index: number,
): Section {
  const { objective } = ranking
  const { label, unit } = FIGURES[objective]
  const sign = DIRECTIONS[objective] === 'higher' ? 1 : -1
  const columns = columnAxis?.count ?? 1
  const [row, column] = [space.axes.indexOf(rowAxis), columnAxis ? space.axes.indexOf(columnAxis) : -1]
  const found = new Map<number, number>()
  for (let run = 0; run < chosen.count; run++) {
    const value = ranking.value(run)
    if (Number.isNaN(value)) continue
    const digits = space.digits(chosen.combination(run))
    const place = digits[row]! * columns + (digits[column] ?? 0)
    const before = found.get(place)
    if (before === undefined || sign * value > sign * before) found.set(place, value)
  }
  const median = [...found.values()].sort((a, b) => a - b)[found.size >> 1] ?? 0
  const cellOf = (place: number): HeatmapCell | null => {
    const value = found.get(place)
    if (value === undefined) return null
    return { value: sign * (value - median), text: figureText(value, unit, opened.currency) }
  }
  const texts = (axis: Axis) => Array.from({ length: axis.count }, (_, at) => valueText(axis.value(at)))
  const data = {
    corner: columnAxis ? `${rowAxis.name} \\ ${columnAxis.name}` : rowAxis.name,
    columns: columnAxis ? texts(columnAxis) : [label],
    rows: texts(rowAxis).map((text, at) => ({
      label: text,
      cells: Array.from({ length: columns }, (_, other) => cellOf(at * columns + other)),
    })),
    note: `${label}: the best of the runs with these values; coloured by how far it is from the median`,
  }
  const title = columnAxis ? `${rowAxis.name} and ${columnAxis.name}` : rowAxis.name
  return { kind: 'heatmap', id: `pair-${letters(index)}`, title, data }
}

/** Ids have no digits. */
const letters = (index: number): string => String.fromCharCode('a'.charCodeAt(0) + index)
