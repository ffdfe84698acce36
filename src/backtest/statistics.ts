/** The figures of a backtest from what was measured; figures.ts says what each is. */
import type { EquityCurve } from './curve'
import type { Statistics } from './figures'
import type { TradeFigures } from './trade-figures'

/** Of CAGR: 365 days, as crypto markets trade on all of them. */
const YEAR_MS = 365 * 86_400_000

export interface Measured {
  readonly curve: EquityCurve
  readonly trades: TradeFigures
  readonly events: number
  readonly buyHoldReturn: number | null
  readonly turnover: number
  readonly fees: number
  /** Trading days of a year. */
  readonly periods: number
}

export function statistics({ curve, trades, events, buyHoldReturn, turnover, fees, periods }: Measured): Statistics {
  const line = curve.end()
  const { daily } = curve
  const growth = line.final / line.opening
  const durationMs = line.endMs - line.startMs
  const annualReturnPct = defined(100 * (growth ** (periods / daily.count) - 1))
  const traded = (figure: number) => (trades.count > 0 ? defined(figure) : null)
  return {
    start: line.startMs,
    end: line.endMs,
    durationMs,
    events,
    exposurePct: line.exposurePct,
    startEquity: line.opening,
    finalEquity: line.final,
    peakEquity: line.peak,
    returnPct: 100 * (growth - 1),
    buyHoldReturnPct: buyHoldReturn === null ? null : defined(100 * buyHoldReturn),
    annualReturnPct,
    annualVolatilityPct: scaled(daily.deviation, 100 * Math.sqrt(periods)),
    cagrPct: defined(100 * (growth ** (YEAR_MS / durationMs) - 1)),
    sharpe: scaled(ratio(daily.mean, daily.deviation), Math.sqrt(periods)),
    sortino: scaled(ratio(daily.mean, daily.downside), Math.sqrt(periods)),
    calmar: ratio(annualReturnPct, -line.maxDrawdownPct),
    omega: ratio(daily.gains, -daily.losses),
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
