/** What became of the figures of one run in another: those that changed, as `before → after`. */
import type { Colors } from 'picocolors/types'
import { figureText } from '../../backtest/result/figure-text'
import { grouped } from '../../backtest/result/grouped'
import type { BacktestResult } from '../../backtest/result/result'
import { FIGURES, type Figure, type FigureName } from '../../backtest/statistics/figures'

export interface Measured {
  readonly result: BacktestResult
  readonly currency: string
}

/** @returns lines; one that says so when nothing changed. */
export function changeLines(before: Measured, after: Measured, colors: Colors): string[] {
  const old = rowsOf(before)
  const changed = [...rowsOf(after)].flatMap(([label, text]) => {
    const was = old.get(label) ?? ''
    return was === text ? [] : [[label, was, text] as const]
  })
  if (changed.length === 0) return [colors.dim('  no figure has changed')]
  const [labels, widest] = [0, 1].map((column) => Math.max(...changed.map((row) => row[column]!.length)))
  return changed.map(
    ([label, was, text]) => `  ${label.padEnd(labels!)}  ${colors.dim(was.padStart(widest!))} → ${colors.bold(text)}`,
  )
}

function rowsOf({ result, currency }: Measured): Map<string, string> {
  const figures = (Object.entries(FIGURES) as [FigureName, Figure][]).map(
    ([name, { label, unit }]) => [label, figureText(result.stats[name], unit, currency)] as const,
  )
  const counts = (['orders', 'logs', 'errors'] as const).map(
    (name) => [LABELS[name], grouped(result[name], 0)] as const,
  )
  return new Map([
    ['Data', result.data.map(({ file }) => file).join(', ')],
    ...figures,
    ...counts,
    ['Stopped', result.stopped ?? 'no'],
    ['Liquidated', result.liquidated ?? 'no'],
  ])
}

const LABELS = { orders: 'Orders', logs: 'Log lines', errors: 'Errors' } as const
