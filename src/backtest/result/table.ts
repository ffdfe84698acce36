/** The result as a table for a terminal: what a trader looks for, in groups, each figure with its formula. */
import Table from 'cli-table3'
import type { Colors } from 'picocolors/types'
import type { DataSource, Gap } from '../../market/files/open'
import type { Ran } from '../run'
import { SIGNED } from '../statistics/directions'
import { FIGURES, type Figure, type FigureName } from '../statistics/figures'
import { figureText, timeText } from './figure-text'
import { grouped } from './grouped'
import type { BacktestResult, WrittenSettings } from './result'

/** What the figures of returns are made of. */
const PERIODS: Record<Ran['period'], string> = {
  day: 'returns of a year, daily: one for each UTC day',
  week: 'returns of a year, weekly: one for each week from Monday on, UTC',
  month: 'returns of a year, monthly: one for each month, UTC',
}
const GROUPS = ['Period', 'Returns', 'Risk', 'Trades', 'Costs'] as const
/** The characters of a table whose columns stand by themselves. */
export const NO_BORDER = Object.fromEntries(
  [
    ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ]
    .flat()
    .map((place) => [place, '']),
)

export function resultTable(
  result: BacktestResult,
  { currency, period }: Pick<Ran, 'currency' | 'period'>,
  colors: Colors,
): string {
  const { strategy, stats } = result
  const heading = [strategy.name, strategy.tag].filter(Boolean).join(':')
  const lines = [`${colors.bold(heading)}  ${colors.dim(strategy.hash)}`]
  for (const { name, tag, hash, orders, errors, stopped } of result.strategies ?? []) {
    const told = `${grouped(orders, 0)} orders, ${errors} errors${stopped === null ? '' : `, stopped: ${stopped}`}`
    lines.push(`${name}  ${colors.dim(`${tag}  ${hash}  ${told}`)}`)
  }
  for (const source of result.data) lines.push(...dataLines(source).map((line) => colors.dim(line)))
  lines.push(...conditionLines(result.settings).map((line) => colors.dim(line)))
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
        tinted(figureText(value, figure.unit, currency), value, name, colors),
        colors.dim(figure.formula ?? ''),
      ])
    }
    if (group === 'Period') table.push(['  Periods', grouped(result.periods, 0), colors.dim(PERIODS[period])])
  }
  const tail = `${grouped(result.orders, 0)} orders, ${grouped(result.logs, 0)} log lines, ${grouped(result.errors, 0)} errors`
  lines.push(table.toString().replace(/[ \t]+$/gm, ''), '', tail)
  if (result.liquidated) lines.push(colors.red(liquidatedLine(result.liquidated)))
  if (result.stopped) lines.push(colors.red(`stopped: ${result.stopped}`))
  return `${lines.join('\n')}\n`
}

/** What the figures are to be read with. */
function conditionLines({ fill, timeframes, filledOn, warmup, rules }: WrittenSettings): string[] {
  const lines: string[] = []
  if (timeframes)
    lines.push(`--timeframe ${timeframes.join(',')}${filledOn === undefined ? '' : `: filled on ${filledOn}`}`)
  if (warmup !== undefined) lines.push(`--warmup ${warmup}: the figures begin with bar ${grouped(warmup + 1, 0)}`)
  if (fill === 'same') lines.push(FILL_SAME)
  if (rules) lines.push(`--rules ${rules.file}`)
  return lines
}

const FILL_SAME = '--fill same: market orders fill at the trade or the close that they were decided on (trade on close)'

const liquidatedLine = (time: string): string =>
  `liquidated at ${timeText(time)}: no equity was left; positions were closed, later orders refused`

function dataLines({ file, format, rows, badRows, gaps, firstGap, longestGap }: DataSource): string[] {
  const bad = badRows === 0 ? '' : `, ${grouped(badRows, 0)} broken ${badRows === 1 ? 'row' : 'rows'} skipped`
  const lines = [`${file}  ${format}, ${grouped(rows, 0)} rows${bad}`]
  if (!firstGap || !longestGap) return lines
  const missing = `  ${grouped(gaps, 0)} ${gaps === 1 ? 'candle' : 'candles'} missing`
  if (firstGap.missing === gaps) lines.push(`${missing} from ${timeText(firstGap.from)}`)
  else lines.push(`${missing}; first: ${gapText(firstGap)}; longest: ${gapText(longestGap)}`)
  return lines
}

function gapText({ from, missing }: Gap): string {
  return `${grouped(missing, 0)} from ${timeText(from)}`
}

function tinted(text: string, value: number | null, name: FigureName, colors: Colors): string {
  if (value === null || value === 0 || !SIGNED.has(name)) return text
  return value > 0 ? colors.green(text) : colors.red(text)
}
