/** A walk-forward test for a terminal: its one curve first, then what was found in each window and what came of it. */
import Table from 'cli-table3'
import { figureText, timeText } from '../result/figure-text'
import { NO_BORDER } from '../result/table'
import { FIGURES, type FigureName } from '../statistics/figures'
import { besideTable } from '../sweep/run-table'
import { type HonestyLine, honestyLines, honestyOf } from './honesty'
import type { WalkForward, WalkForwardStep } from './walk-forward'

export interface WalkForwardTerms {
  readonly objective: FigureName
  readonly currency: string
  /** Parameters with more than one value. */
  readonly swept: readonly string[]
  /** What the shuffling of trades begins with. */
  readonly seed: number
}

/** The figures of the one curve that are shown. */
export const SHOWN: readonly FigureName[] = [
  ...(['start', 'end', 'startEquity', 'finalEquity', 'returnPct', 'buyHoldReturnPct', 'annualReturnPct'] as const),
  ...(['annualVolatilityPct', 'sharpe', 'sortino', 'calmar', 'maxDrawdownPct', 'maxDrawdownDurationMs'] as const),
  ...(['trades', 'winRatePct', 'profitFactor', 'expectancyPct', 'turnover', 'fees'] as const),
]

export function walkForwardTable({ steps, tried, whole }: WalkForward, terms: WalkForwardTerms): string {
  const title = `${steps.length} ${steps.length === 1 ? 'window' : 'windows'}, ${tried} runs: the tests as one curve`
  if (!whole) return `${title}\nno window has a run with the figure ${terms.objective}: nothing was tested\n`
  const figures = new Table({
    chars: NO_BORDER,
    style: { 'padding-left': 2, 'padding-right': 1, head: [], border: [] },
    colAligns: ['left', 'right'],
  })
  for (const name of SHOWN)
    figures.push([FIGURES[name].label, figureText(whole.stats[name], FIGURES[name].unit, terms.currency)])
  const windows = new Table({ head: windowsHead(terms), style: { head: [], border: [], compact: true } })
  for (const step of steps) windows.push(windowRow(step, terms))
  const beside = besideTable('Beside the tests', outOfSample({ steps, tried, whole }, terms.seed))
  return `${title}\n${figures.toString()}\n${beside}${windows.toString()}\n`
}

/** What is known of tests that were not chosen by what they show. */
export function outOfSample({ steps, tried, whole }: WalkForward, seed: number): HonestyLine[] {
  if (!whole) return []
  const pnls = whole.trades.map(({ pnl }) => pnl)
  const best = { returns: whole.returns, pnls, opening: whole.stats.startEquity ?? 0 }
  const period = steps.find(({ part }) => part)?.part?.ran.period ?? 'day'
  const lines = honestyLines(honestyOf({ runs: undefined, sharpes: [], tried, best, seed }), period)
  return lines.filter(([term]) => !OF_A_CHOICE.includes(term))
}

const OF_A_CHOICE: readonly string[] = ['Deflated Sharpe ratio', 'Probability of overfitting']

export const windowsHead = ({ swept, objective }: WalkForwardTerms): string[] => [
  'Training',
  'Test',
  ...swept,
  `${FIGURES[objective].label}, training`,
  `${FIGURES[objective].label}, test`,
  'Return, test',
  'Trades, test',
]

export function windowRow({ train, test, search, part }: WalkForwardStep, terms: WalkForwardTerms): string[] {
  const { objective, currency, swept } = terms
  const text = (name: FigureName, value: number | null) => figureText(value, FIGURES[name].unit, currency)
  const of = (name: FigureName) => text(name, part?.ran.stats[name] ?? null)
  return [
    spanText(train.fromMs, train.toMs),
    spanText(test.fromMs, test.toMs),
    ...swept.map((name) => search.best?.config[name] ?? '-'),
    text(objective, search.best?.objective ?? null),
    of(objective),
    of('returnPct'),
    of('trades'),
  ]
}

/** Days where it is made of whole ones. */
function spanText(...times: readonly number[]): string {
  const texts = times.map((ms) => timeText(new Date(ms).toISOString()))
  return texts.map((text) => text.replace(' 00:00:00Z', '')).join(' to ')
}
