/** Two runs side by side: what differs in what was run, every statistic, and where they part. */
import type { MarketEvent } from '../../schema/events'
import { plainText } from '../../schema/plain-text'
import { figureText } from '../result/figure-text'
import { FIGURES, type Figure, type FigureName } from '../statistics/figures'
import type { ComparedRun } from './compared-run'
import type { Difference } from './difference'

export interface Comparison {
  readonly a: ComparedRun
  readonly b: ComparedRun
  readonly difference: Difference | undefined
  /** Those before the difference; empty where the data are not known. */
  readonly events: readonly MarketEvent[]
}

export const GROUPS = ['Period', 'Returns', 'Risk', 'Trades', 'Costs'] as const

/** A statistic of both. */
export interface ComparedFigure {
  readonly name: FigureName
  readonly label: string
  readonly a: string
  readonly b: string
  /** By how much B is above A; empty where that means nothing. */
  readonly change: string
  readonly changed: number
}

export function figuresOf(group: Figure['group'], { a, b }: Comparison): ComparedFigure[] {
  const all = Object.entries(FIGURES) as [FigureName, Figure][]
  return all
    .filter(([, figure]) => figure.group === group)
    .map(([name, { label, unit }]) => {
      const [from = null, to = null] = [a.result.stats[name], b.result.stats[name]]
      const currency = a.currency === b.currency ? a.currency : ''
      const changed = from === null || to === null ? 0 : to - from
      return {
        name,
        label,
        a: figureText(from, unit, a.currency).trimEnd(),
        b: figureText(to, unit, b.currency).trimEnd(),
        change: changed === 0 ? '' : changeText(changed, unit, currency),
        changed,
      }
    })
}

function changeText(change: number, unit: Figure['unit'], currency: string): string {
  const size = figureText(Math.abs(change), unit === 'time' ? 'duration' : unit, currency).trimEnd()
  return `${change < 0 ? '-' : '+'}${size}`
}

export const selectorOf = ({ result: { strategy } }: ComparedRun): string =>
  [strategy.name, strategy.tag].filter(Boolean).join(':')

/** What was run otherwise than the other, in lines. */
export function otherwise({ a: { result: a }, b: { result: b } }: Comparison): string[] {
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

/** In a sentence, where they do not part. */
export function sameLine({ a, b }: Comparison): string {
  if (a.decisions && b.decisions) return `both give the same ${a.decisions.length} orders and cancels`
  return `both have the same ${a.result.trades.length} trades`
}
