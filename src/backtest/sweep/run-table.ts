/** Runs of a sweep as a table for a terminal, and as CSV. */
import Table from 'cli-table3'
import { csvCell } from '../../files/csv'
import { figureText } from '../result/figure-text'
import { FIGURES, type FigureName } from '../statistics/figures'
import type { HonestyLine } from '../validation/honesty'
import type { RunLine } from './run-line'

const ALWAYS: readonly FigureName[] = ['returnPct', 'sharpe', 'maxDrawdownPct', 'trades', 'winRatePct', 'profitFactor']
const NAMES = Object.keys(FIGURES) as FigureName[]

export interface RunTableTerms {
  /** Parameters with more than one value. */
  readonly swept: readonly string[]
  readonly objective: FigureName
  readonly currency: string
}

/** What is shown of a run. */
export const figuresBeside = (objective: FigureName): FigureName[] => [
  objective,
  ...ALWAYS.filter((name) => name !== objective),
]

/** @param lines the best first. */
export function runTable(lines: readonly RunLine[], { swept, objective, currency }: RunTableTerms): string {
  const figures = figuresBeside(objective)
  const hasStopped = lines.some(({ stopped }) => stopped !== null)
  const head = ['', ...swept, ...figures.map((name) => FIGURES[name].label), ...(hasStopped ? ['Stopped'] : [])]
  const table = new Table({
    head,
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, column) => (column <= swept.length + figures.length ? 'right' : 'left')),
  })
  for (const [index, { config, stats, stopped }] of lines.entries()) {
    table.push([
      String(index + 1),
      ...swept.map((name) => valueText(config[name])),
      ...figures.map((name) => figureText(stats[name], FIGURES[name].unit, currency)),
      ...(hasStopped ? [stopped ?? ''] : []),
    ])
  }
  return `${table.toString()}\n`
}

/** What stands beside the best run: a title, and a line for each figure. */
export function besideTable(title: string, lines: readonly HonestyLine[]): string {
  const width = Math.max(...lines.map(([term]) => term.length))
  return `${[title, ...lines.map(([term, text]) => `  ${term.padEnd(width)}  ${text}`)].join('\n')}\n`
}

/** @param parameters all that were set. @yields lines without their ends, the names of the columns first. */
export function* csvLines(lines: Iterable<string>, parameters: readonly string[]): Generator<string> {
  yield ['run', ...parameters.map((name) => `config.${name}`), ...NAMES, 'orders', 'stopped'].map(csvCell).join()
  let run = 0
  for (const line of lines) {
    const { config, stats, orders, stopped } = JSON.parse(line) as RunLine
    const values = [
      ++run,
      ...parameters.map((name) => config[name]),
      ...NAMES.map((name) => stats[name]),
      orders,
      stopped,
    ]
    yield values.map(csvCell).join()
  }
}

/** A value of the config as it is shown. */
export const valueText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
