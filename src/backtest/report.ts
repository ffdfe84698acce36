/** The result as a table for a terminal: what a trader looks for, in groups, each figure with its formula. */
import Table from 'cli-table3'
import type { Colors } from 'picocolors/types'
import { FIGURES, type Figure, type FigureName, type Unit } from './figures'
import type { BacktestResult } from './result'

const GROUPS = ['Period', 'Returns', 'Risk', 'Trades', 'Costs'] as const
const NO_BORDER = Object.fromEntries(
  [
    ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ]
    .flat()
    .map((place) => [place, '']),
)

/** @param currency of the money, as `USDT`. */
export function report(result: BacktestResult, currency: string, colors: Colors): string {
  const { strategy, stats } = result
  const heading = [strategy.name, strategy.tag].filter(Boolean).join(':')
  const lines = [`${colors.bold(heading)}  ${colors.dim(strategy.hash)}`]
  for (const { file, format, rows, badRows } of result.data) {
    const bad = badRows === 0 ? '' : `, ${grouped(badRows, 0)} broken ${badRows === 1 ? 'row' : 'rows'} skipped`
    lines.push(colors.dim(`${file}  ${format}, ${grouped(rows, 0)} rows${bad}`))
  }
  const table = new Table({
    chars: NO_BORDER,
    style: { 'padding-left': 0, 'padding-right': 2, head: [], border: [] },
    colAligns: ['left', 'right', 'left'],
  })
  for (const group of GROUPS) {
    table.push([{ content: `\n${colors.bold(group)}`, colSpan: 3 }])
    for (const [name, figure] of Object.entries(FIGURES) as [FigureName, Figure][]) {
      if (figure.group !== group) continue
      const value = stats[name]
      table.push([
        `  ${figure.label}`,
        tinted(written(value, figure.unit, currency), value, name, colors),
        colors.dim(figure.formula ?? ''),
      ])
    }
  }
  const tail = `${grouped(result.orders, 0)} orders, ${grouped(result.logs, 0)} log lines, ${grouped(result.errors, 0)} errors`
  lines.push(table.toString().replace(/[ \t]+$/gm, ''), '', tail)
  if (result.stopped) lines.push(colors.red(`stopped: ${result.stopped}`))
  return `${lines.join('\n')}\n`
}

function written(value: number | null, unit: Unit, currency: string): string {
  if (value === null) return '-'
  switch (unit) {
    case 'percent':
      return `${rounded(value, 2)} %`
    case 'ratio':
      return rounded(value, 2)
    case 'money':
      return `${rounded(value, 2)} ${currency}`
    case 'count':
      return grouped(value, 0)
    case 'time':
      return new Date(value).toISOString().replace('T', ' ').replace('.000Z', 'Z')
    case 'duration':
      return duration(value)
  }
}

/** Large annualised figures of short files say little: they are cut to a power of ten. */
function rounded(value: number, digits: number): string {
  return Math.abs(value) < 1e9 ? grouped(value, digits) : value.toExponential(2)
}

function grouped(value: number, digits: number): string {
  const text = value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return /^-[0.]+$/.test(text) ? text.slice(1) : text
}

/** As `31d 00h 30m`, with the three largest units that it has. */
function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = Math.floor(ms / 1000)
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const
  const first = parts.findIndex(([amount]) => amount > 0)
  return parts
    .slice(first, first + 3)
    .map(([amount, unit], i) => `${i === 0 ? amount : String(amount).padStart(2, '0')}${unit}`)
    .join(' ')
}

const SIGNED: readonly FigureName[] = ['returnPct', 'annualReturnPct', 'cagrPct', 'sharpe', 'sortino', 'expectancyPct']

function tinted(text: string, value: number | null, name: FigureName, colors: Colors): string {
  if (value === null || value === 0 || !SIGNED.includes(name)) return text
  return value > 0 ? colors.green(text) : colors.red(text)
}
