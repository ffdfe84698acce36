/** A figure of the result, with its text and what it means. */
import { figureText } from '../../result/figure-text'
import { SIGNED } from '../../statistics/directions'
import { FIGURES, type Figure, type FigureName } from '../../statistics/figures'
import type { ReportInput } from '../input'
import type { FigureText, Tone } from '../sections'

export function figure({ result, ran }: ReportInput, name: FigureName): FigureText {
  const { label, unit, formula, source }: Figure = FIGURES[name]
  const value = result.stats[name]
  const tone = toneOf(name, value)
  return {
    label,
    text: figureText(value, unit, ran.currency),
    ...(tone && { tone }),
    ...(formula !== undefined && { formula }),
    ...(source !== undefined && { source }),
  }
}

function toneOf(name: FigureName, value: number | null): Tone | undefined {
  if (value === null || value === 0 || !SIGNED.has(name)) return undefined
  return value > 0 ? 'gain' : 'loss'
}
