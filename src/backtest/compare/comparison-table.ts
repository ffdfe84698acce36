/** Two runs side by side, for a terminal. */
import Table from 'cli-table3'
import type { Colors } from 'picocolors/types'
import { plainText } from '../../schema/plain-text'
import { NO_BORDER } from '../result/table'
import type { ComparedRun } from './compared-run'
import { type Comparison, figuresOf, GROUPS, otherwise, sameLine, selectorOf } from './comparison'
import { eventLine } from './difference'

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
    for (const { label, a, b, change } of figuresOf(group, comparison)) table.push([`  ${label}`, a, b, change])
  }
  const lines = [
    `A  ${headingOf(a, colors)}`,
    `B  ${headingOf(b, colors)}`,
    ...otherwise(comparison).map((line) => colors.yellow(line)),
    '',
    table.toString().replace(/[ \t]+$/gm, ''),
    '',
    ...differenceLines(comparison, colors),
  ]
  return `${lines.join('\n')}\n`
}

function headingOf(run: ComparedRun, colors: Colors): string {
  const selector = selectorOf(run)
  const { name, result } = run
  const file = name === selector || name === result.strategy.name ? '' : `${name}  `
  return plainText(`${colors.bold(selector)}  ${file}${colors.dim(result.strategy.hash)}`)
}

function differenceLines(comparison: Comparison, colors: Colors): string[] {
  const { difference, events } = comparison
  if (!difference) return [sameLine(comparison)]
  const { what } = difference
  return [
    colors.bold(`The first ${what} that differs`),
    `  A  ${plainText(difference.a ?? `no ${what} more`)}`,
    `  B  ${plainText(difference.b ?? `no ${what} more`)}`,
    ...(events.length > 0
      ? [colors.bold(events.length === 1 ? 'The event before it' : `The ${events.length} events before it`)]
      : []),
    ...events.map((event) => `  ${plainText(eventLine(event))}`),
  ]
}
