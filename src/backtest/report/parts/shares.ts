/** What the trades of each strategy, and of each symbol, came to: a table of each, where there are several. */
import { figureText } from '../../result/figure-text'
import type { Figure } from '../../statistics/figures'
import type { Share } from '../../statistics/tally'
import type { ReportInput } from '../input'
import type { HeatmapCell, Section } from '../sections'

type Column = readonly [title: string, unit: Figure['unit'], value: (share: Share) => number | null]

const COLUMNS: readonly Column[] = [
  ['P&L', 'money', ({ pnl }) => Number(pnl)],
  ['Trades', 'count', ({ trades }) => trades],
  ['Long', 'count', ({ longTrades }) => longTrades],
  ['Short', 'count', ({ shortTrades }) => shortTrades],
  ['Won', 'percent', ({ winRatePct }) => winRatePct],
  ['Profit factor', 'ratio', ({ profitFactor }) => profitFactor],
  ['Expectancy', 'percent', ({ expectancyPct }) => expectancyPct],
  ['Best', 'percent', ({ bestTradePct }) => bestTradePct],
  ['Worst', 'percent', ({ worstTradePct }) => worstTradePct],
  ['Fees', 'money', ({ fees }) => Number(fees)],
  ['Turnover', 'money', ({ turnover }) => Number(turnover)],
]

/** In the order in which they were named; who never traded stands there as well. */
export function strategySharesSection({ result, ran }: ReportInput): Section | undefined {
  const { strategies, byStrategy = [] } = result
  if (!strategies) return undefined
  const shares = strategies.map(({ name }) => [name, byStrategy.find(({ strategy }) => strategy === name)] as const)
  return sharesSection({ id: 'strategies', title: 'By strategy', corner: 'Strategy' }, shares, ran.currency)
}

export function symbolSharesSection({ result, ran, recorder }: ReportInput): Section | undefined {
  const symbols = new Set([...recorder.markets.keys(), ...result.bySymbol.map(({ symbol }) => symbol)])
  if (symbols.size < 2) return undefined
  const shares = [...symbols]
    .sort()
    .map((name) => [name, result.bySymbol.find(({ symbol }) => symbol === name)] as const)
  return sharesSection({ id: 'symbols', title: 'By symbol', corner: 'Symbol' }, shares, ran.currency)
}

interface Names {
  readonly id: string
  readonly title: string
  readonly corner: string
}

function sharesSection(
  { id, title, corner }: Names,
  shares: readonly (readonly [string, Share | undefined])[],
  currency: string,
): Section {
  const rows = shares.map(([label, share]) => ({
    label,
    cells: COLUMNS.map(([, unit, value], at): HeatmapCell | null => {
      if (!share) return null
      const figure = value(share)
      // the profits alone are coloured: the rest is of other units
      return { value: at === 0 ? (figure ?? 0) : 0, text: figureText(figure, unit, currency).trimEnd() }
    }),
  }))
  const data = { corner, columns: COLUMNS.map(([name]) => name), rows, note: '' }
  return { kind: 'heatmap', id, title, data }
}
