/** Runs over windows that follow one another, as one: the statistics of a walk-forward test. */
import type { Ran } from '../run'
import { EquityCurve } from '../statistics/curve'
import type { EquityPoint } from '../statistics/equity-points'
import type { Statistics } from '../statistics/figures'
import { statistics } from '../statistics/statistics'
import { TradeFigures } from '../statistics/trade-figures'
import type { ClosedTrade } from '../statistics/trades'

/** A run over one window, which began with what the one before it had left. */
export interface Part {
  readonly ran: Ran
  readonly equity: readonly EquityPoint[]
  readonly trades: readonly ClosedTrade[]
}

export interface Stitched {
  readonly stats: Statistics
  readonly equity: readonly EquityPoint[]
  /** One for each period, simple. */
  readonly returns: Float64Array
  readonly trades: readonly ClosedTrade[]
}

/** @param parts at least one, in the order of time. */
export function stitched(parts: readonly Part[]): Stitched {
  const equity = parts.flatMap((part) => [...part.equity])
  const [[startMs, opening]] = [equity[0]!]
  const curve = new EquityCurve(Number(opening), startMs)
  for (const [timeMs, value] of equity) curve.at(timeMs, Number(value))
  const trades = parts.flatMap((part) => [...part.trades])
  const figures = new TradeFigures()
  for (const trade of trades) figures.add(trade)
  const returns = joined(parts.map(({ ran }) => ran.returns))
  const sum = (figure: 'events' | 'turnover' | 'fees') =>
    parts.reduce((total, { ran }) => total + (ran.stats[figure] ?? 0), 0)
  const stats = statistics({
    curve,
    returns,
    holdReturns: joined(parts.map(({ ran }) => ran.holdReturns)),
    trades: figures,
    events: sum('events'),
    buyHoldReturn: parts.reduce((worth, { ran }) => worth * (1 + (ran.stats.buyHoldReturnPct ?? 0) / 100), 1) - 1,
    turnover: sum('turnover'),
    fees: sum('fees'),
    perYear: parts[0]!.ran.periods,
  })
  return { stats, equity, returns, trades }
}

function joined(series: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(series.reduce((count, { length }) => count + length, 0))
  let at = 0
  for (const one of series) {
    all.set(one, at)
    at += one.length
  }
  return all
}
