/** Two revisions over the same inputs, for a terminal. */
import type { Colors } from 'picocolors/types'
import { columns } from '../output'
import type { Sum, Totals } from './decided'

/** A side at the first difference. */
interface Side {
  /** What it orders there; null: nothing more. */
  readonly decision: string | null
  /** Its last events and decisions before that. */
  readonly before: readonly string[]
}

export interface Against {
  readonly instance: string
  readonly against: string
  readonly same: boolean
  /** The recorded one began with variables that it had before; the other one has `helpers.state` alone. */
  readonly freshVariables: boolean
  readonly events: number
  readonly handlers: { readonly recorded: number; readonly other: number }
  readonly difference: { readonly at: string; readonly recorded: Side; readonly other: Side } | null
  readonly totals: { readonly recorded: Totals; readonly other: Totals }
}

const FRESH =
  'The recorded one went on with its variables; the other one began with helpers.state and fresh variables, as after a roll.'
const TITLES = ['', 'RECORDED', 'OTHER']

export function againstText(
  colours: Colors,
  { against, difference, totals, events, handlers, freshVariables }: Against,
): string {
  const { recorded, other } = totals
  const keys = new Set([...recorded.sums, ...other.sums].map(keyOf))
  const rows = [
    ['handler calls', String(handlers.recorded), String(handlers.other)],
    ['orders', String(recorded.orders), String(other.orders)],
    ...[...keys].sort().flatMap((key) => sumRows(key, recorded, other)),
    ['cancels', String(recorded.cancels), String(other.cancels)],
  ]
  return [
    `${events.toLocaleString('en-US')} events, recorded against ${against}`,
    ...(freshVariables ? [FRESH] : []),
    ...(difference ? differenceLines(colours, difference) : [colours.green('both order the same')]),
    '',
    columns(colours, TITLES, rows),
  ].join('\n')
}

function differenceLines({ bold }: Colors, { at, recorded, other }: NonNullable<Against['difference']>): string[] {
  return [
    bold(`The first difference, at ${at}`),
    `  recorded  ${recorded.decision ?? 'no order more'}`,
    `  other     ${other.decision ?? 'no order more'}`,
    ...beforeLines(bold('Before it, recorded'), recorded.before),
    ...beforeLines(bold('Before it, other'), other.before),
    'What follows is what the other one would have ordered had nobody filled its own orders.',
  ]
}

const beforeLines = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)]

const keyOf = ({ symbol, side }: Sum) => `${symbol} ${side}`

function sumRows(key: string, recorded: Totals, other: Totals): string[][] {
  const of = ({ sums }: Totals) => sums.find((sum) => keyOf(sum) === key)
  const [a, b] = [of(recorded), of(other)]
  const row = (what: string, value: (sum: Sum) => string) => [
    `  ${key} ${what}`,
    ...[a, b].map((sum) => (sum ? value(sum) : '0')),
  ]
  return [
    row('orders', ({ orders }) => String(orders)),
    row('quantity', ({ quantity }) => quantity),
    row('notional', ({ notional }) => notional),
  ]
}
