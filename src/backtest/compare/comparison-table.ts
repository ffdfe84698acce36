/** Two runs side by side, for a terminal: what differs in what was run, every statistic, and where they part. */
import Table from 'cli-table3'
import type { Colors } from 'picocolors/types'
import type { MarketEvent } from '../../schema/events'
import { plainText } from '../../schema/plain-text'
import { figureText } from '../result/figure-text'
import { NO_BORDER } from '../result/table'
import { FIGURES, type Figure, type FigureName } from '../statistics/figures'
import type { ComparedRun } from './compared-run'
import { type Difference, eventLine } from './difference'

const GROUPS = ['Period', 'Returns', 'Risk', 'Trades', 'Costs'] as const

export interface Comparison {
  readonly a: ComparedRun
  readonly b: ComparedRun
  readonly difference: Difference | undefined
  /** Those before the difference; empty where the data are not known. */
  readonly events: readonly MarketEvent[]
}

export function comparisonTable(comparison: Comparison, colors: Colors): string {
  const { a, b } = comparison
  const table = new Table({
    chars: NO_BORDER,
    style: { 'padding-left': 0, 'padding-right': 3, head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'right'],
    head: ['', 'A', 'B', 'B - A'].map((title) => colors.bold(title)),
  })
  for (const group of GROUPS) {
    table.push([{ content: colors.bold(group), colSpan: 4 }])
    for (const [name, figure] of Object.entries(FIGURES) as [FigureName, Figure][]) {
      if (figure.group === group) table.push(row(name, figure, comparison))
    }
  }
  const lines = [
    `A  ${headingOf(a, colors)}`,
    `B  ${headingOf(b, colors)}`,
    ...otherwise(a, b).map((line) => colors.yellow(line)),
    '',
    table.toString().replace(/[ \t]+$/gm, ''),
    '',
    ...differenceLines(comparison, colors),
  ]
  return `${lines.join('\n')}\n`
}

function headingOf({ name, result: { strategy } }: ComparedRun, colors: Colors): string {
  const selector = [strategy.name, strategy.tag].filter(Boolean).join(':')
  return plainText(
    `${colors.bold(selector)}  ${name === selector || name === strategy.name ? '' : `${name}  `}${colors.dim(strategy.hash)}`,
  )
}

function row(name: FigureName, { label, unit }: Figure, { a, b }: Comparison): string[] {
  const [from = null, to = null] = [a.result.stats[name], b.result.stats[name]]
  const currency = a.currency === b.currency ? a.currency : ''
  const change = from === null || to === null || from === to ? '' : changeText(to - from, unit, currency)
  return [
    `  ${label}`,
    figureText(from, unit, a.currency).trimEnd(),
    figureText(to, unit, b.currency).trimEnd(),
    change,
  ]
}

function changeText(change: number, unit: Figure['unit'], currency: string): string {
  const size = figureText(Math.abs(change), unit === 'time' ? 'duration' : unit, currency).trimEnd()
  return `${change < 0 ? '-' : '+'}${size}`
}

/** What was run otherwise than the other, in lines. */
function otherwise({ result: a }: ComparedRun, { result: b }: ComparedRun): string[] {
  const data = [a.data, b.data].map((files) =>
    files.map(({ file, sha256 }) => `${file} ${sha256.slice(0, 12)}`).join(', '),
  )
  return [
    ...unequal('config', a.config, b.config),
    ...unequal('settings', a.settings, b.settings),
    ...unequal('', { data: data[0] }, { data: data[1] }),
  ]
}

type Fields = Readonly<Record<string, unknown>>

function unequal(what: string, a: Fields, b: Fields): string[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  const text = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none'))
  return names
    .filter((name) => JSON.stringify(a[name]) !== JSON.stringify(b[name]))
    .map((name) => plainText(`${what} ${name}: ${text(a[name])} in A, ${text(b[name])} in B`.trimStart()))
}

function differenceLines({ a, b, difference, events }: Comparison, colors: Colors): string[] {
  if (!difference) return [sameLine(a, b)]
  const { what } = difference
  return [
    colors.bold(`The first ${what} that differs`),
    `  A  ${plainText(difference.a ?? `no ${what} more`)}`,
    `  B  ${plainText(difference.b ?? `no ${what} more`)}`,
    ...(events.length > 0 ? [colors.bold(`The ${events.length} events before it`)] : []),
    ...events.map((event) => `  ${plainText(eventLine(event))}`),
  ]
}

function sameLine(a: ComparedRun, b: ComparedRun): string {
  if (a.decisions && b.decisions) return `both give the same ${a.decisions.length} orders and cancels`
  return `both have the same ${a.result.trades.length} trades`
}
