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
  /** What the first opening equity would have come to by buying and holding, at the ends of the periods of each part. */
  readonly held: readonly (readonly [timeMs: number, amount: number])[]
  /** Where a part begins, ms since 1970, but for the first. */
  readonly borders: readonly number[]
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
  const borders = parts.slice(1).map((part) => part.equity[0]![0])
  return { stats, equity, held: heldThrough(parts, Number(opening)), borders, returns, trades }
}

function heldThrough(parts: readonly Part[], opening: number): (readonly [number, number])[] {
  const points: (readonly [number, number])[] = []
  let worth = opening
  for (const { ran, equity } of parts) {
    const [[startMs], [endMs]] = [equity[0]!, equity.at(-1)!]
    const end = worth * (1 + (ran.stats.buyHoldReturnPct ?? 0) / 100)
    points.push([startMs, worth])
    for (const [index, one] of ran.holdReturns.entries()) {
      const timeMs = ran.returnEnds[index]!
      worth *= 1 + (Number.isNaN(one) ? 0 : one)
      if (timeMs > startMs && timeMs < endMs) points.push([timeMs, worth])
    }
    worth = end
    points.push([endMs, worth])
  }
  return points
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
