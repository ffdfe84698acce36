/** The figures of a backtest from what was measured; figures.ts says what each is. */
import { regressionOn } from './benchmark'
import type { EquityCurve } from './curve'
import { excessKurtosisOf, skewOf, tailsOf, ulcerIndexOf } from './distribution'
import type { Statistics } from './figures'
import { momentsOf } from './moments'
import type { TradeFigures } from './trade-figures'

/** The year of CAGR: 365 days, as crypto markets trade on all of them. */
const YEAR_MS = 365 * 86_400_000

export interface Measured {
  readonly curve: EquityCurve
  /** One for each period. */
  readonly returns: Float64Array
  /** Those of buying and holding. */
  readonly holdReturns: Float64Array
  readonly trades: TradeFigures
  readonly events: number
  readonly buyHoldReturn: number | null
  readonly turnover: number
  readonly fees: number
  /** Periods of a year. */
  readonly perYear: number
}

export function statistics(measured: Measured): Statistics {
  const { curve, trades, events, buyHoldReturn, turnover, fees, perYear } = measured
  const returns = momentsOf(measured.returns)
  const line = curve.end()
  const growth = line.final / line.opening
  const durationMs = line.endMs - line.startMs
  // A year means nothing to an account that is used up.
  const annual = (figure: number | null) => (line.final > 0 ? figure : null)
  const yearly = (power: number) => annual(Number.isFinite(power) ? defined(100 * (growth ** power - 1)) : null)
  const annualReturnPct = yearly(perYear / returns.count)
  const traded = (figure: number) => (trades.count > 0 ? defined(figure) : null)
  return {
    start: line.startMs,
    end: line.endMs,
    durationMs,
    events,
    exposurePct: durationMs > 0 ? (100 * trades.exposure.totalMs) / durationMs : null,
    startEquity: line.opening,
    finalEquity: line.final,
    peakEquity: line.peak,
    returnPct: 100 * (growth - 1),
    buyHoldReturnPct: buyHoldReturn === null ? null : defined(100 * buyHoldReturn),
    annualReturnPct,
    annualVolatilityPct: annual(scaled(returns.deviation, 100 * Math.sqrt(perYear))),
    cagrPct: yearly(YEAR_MS / durationMs),
    sharpe: annual(scaled(ratio(returns.mean, returns.deviation), Math.sqrt(perYear))),
    sortino: annual(scaled(ratio(returns.mean, returns.downside), Math.sqrt(perYear))),
    calmar: ratio(annualReturnPct, -line.maxDrawdownPct),
    omega: ratio(returns.gains, -returns.losses),
    maxDrawdownPct: line.maxDrawdownPct,
    avgDrawdownPct: line.avgDrawdownPct,
    maxDrawdownDurationMs: line.maxDrawdownMs,
    avgDrawdownDurationMs: line.avgDrawdownMs,
    trades: trades.count,
    longTrades: trades.longs,
    shortTrades: trades.shorts,
    winRatePct: traded((100 * trades.wins) / trades.count),
    bestTradePct: traded(trades.bestPct),
    worstTradePct: traded(trades.worstPct),
    avgTradePct: traded(trades.geometricMeanPct),
    medianTradePct: traded(trades.medianPct),
    maxTradeDurationMs: traded(trades.maxDurationMs),
    avgTradeDurationMs: traded(trades.meanDurationMs),
    profitFactor: ratio(trades.grossProfit, trades.grossLoss),
    expectancyPct: traded(trades.meanPct),
    sqn: scaled(ratio(trades.pnl.mean, trades.pnl.deviation), Math.sqrt(trades.count)),
    kelly: kelly(trades),
    turnover,
    fees,
    maxConsecutiveWins: trades.maxConsecutiveWins,
    maxConsecutiveLosses: trades.maxConsecutiveLosses,
    ...spread(measured, annual),
  }
}

/** How the returns are spread, and what they have in common with those of holding. */
function spread({ returns, holdReturns, perYear }: Measured, annual: (figure: number | null) => number | null) {
  const regression = regressionOn(holdReturns, returns)
  const tails = tailsOf(returns)
  return {
    alphaPct: annual(regression && defined(100 * ((1 + regression.alpha) ** perYear - 1))),
    beta: regression && defined(regression.beta),
    ulcerIndexPct: scaled(ulcerIndexOf(returns), 100),
    tailRatio: tails && defined(tails.ratio),
    var95Pct: tails && 100 * tails.valueAtRisk,
    cvar95Pct: tails && 100 * tails.conditionalValueAtRisk,
    skew: scaled(skewOf(returns), 1),
    excessKurtosis: scaled(excessKurtosisOf(returns), 1),
  }
}

function kelly({ count, wins, losses, grossProfit, grossLoss }: TradeFigures): number | null {
  if (wins === 0 || losses === 0) return null
  const winRate = wins / count
  return defined(winRate - (1 - winRate) / (grossProfit / wins / (grossLoss / losses)))
}

/** Null for a division by nothing. */
function ratio(above: number | null, below: number | null): number | null {
  return above === null || below === null || below === 0 ? null : defined(above / below)
}

function scaled(value: number | null, factor: number): number | null {
  return value === null ? null : defined(value * factor)
}

function defined(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
