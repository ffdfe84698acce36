/**
 * The figures of a backtest: the one list of their names, order, units, formulas and sources, from which the type,
 * the table and the JSON follow. Simple returns, a risk-free rate of 0; "daily" is the equity at the end of each
 * UTC day that has events; `periods` is the number of trading days a year.
 */

/** percent: in percent; time: ms since 1970; duration: ms; money: in the quote currency. */
export type Unit = 'percent' | 'time' | 'duration' | 'money' | 'ratio' | 'count'

export interface Figure {
  readonly group: 'Period' | 'Returns' | 'Risk' | 'Trades' | 'Costs'
  readonly label: string
  readonly unit: Unit
  readonly formula?: string
  /** Who defines it so. */
  readonly source?: string
}

const period = { group: 'Period' } as const
const returns = { group: 'Returns', unit: 'percent' } as const
const risk = { group: 'Risk' } as const
const trades = { group: 'Trades' } as const
const costs = { group: 'Costs', unit: 'money' } as const

export const FIGURES = {
  start: { ...period, label: 'Start', unit: 'time' },
  end: { ...period, label: 'End', unit: 'time' },
  durationMs: { ...period, label: 'Duration', unit: 'duration' },
  events: { ...period, label: 'Events', unit: 'count' },
  exposurePct: { ...period, label: 'Exposure', unit: 'percent', formula: 'time with a position / duration' },
  startEquity: { ...returns, label: 'Equity, start', unit: 'money' },
  finalEquity: { ...returns, label: 'Equity, final', unit: 'money', formula: 'cash + positions at the last prices' },
  peakEquity: { ...returns, label: 'Equity, peak', unit: 'money' },
  returnPct: { ...returns, label: 'Return', formula: 'final / start equity - 1' },
  buyHoldReturnPct: { ...returns, label: 'Buy & hold return', formula: 'last / first price - 1; the mean of several' },
  annualReturnPct: {
    ...returns,
    label: 'Annual return',
    formula: '(final / start equity) ^ (periods / days) - 1',
    source: 'empyrical annual_return',
  },
  annualVolatilityPct: {
    ...risk,
    label: 'Annual volatility',
    unit: 'percent',
    formula: 'sample deviation of daily returns * sqrt(periods)',
    source: 'empyrical annual_volatility',
  },
  cagrPct: {
    ...returns,
    label: 'CAGR',
    formula: '(final / start equity) ^ (365 days / duration) - 1',
    source: 'Wikipedia, Compound annual growth rate',
  },
  sharpe: {
    ...risk,
    label: 'Sharpe',
    unit: 'ratio',
    formula: 'mean / sample deviation of daily returns * sqrt(periods)',
    source: 'Sharpe 1994; empyrical sharpe_ratio, quantstats sharpe',
  },
  sortino: {
    ...risk,
    label: 'Sortino',
    unit: 'ratio',
    formula: 'mean / root mean square of daily losses * sqrt(periods)',
    source: 'Sortino and Price 1994; empyrical sortino_ratio, quantstats sortino',
  },
  calmar: {
    ...risk,
    label: 'Calmar',
    unit: 'ratio',
    formula: 'annual return / max. drawdown',
    source: 'Young 1991; empyrical calmar_ratio',
  },
  omega: {
    ...risk,
    label: 'Omega',
    unit: 'ratio',
    formula: 'sum of daily gains / sum of daily losses',
    source: 'Keating and Shadwick 2002; empyrical omega_ratio',
  },
  maxDrawdownPct: {
    ...risk,
    label: 'Max. drawdown',
    unit: 'percent',
    formula: 'lowest equity / peak before it - 1, over all events',
    source: 'backtesting.py Max. Drawdown',
  },
  avgDrawdownPct: {
    ...risk,
    label: 'Avg. drawdown',
    unit: 'percent',
    formula: 'mean of the lowest points of all drawdowns',
    source: 'backtesting.py Avg. Drawdown',
  },
  maxDrawdownDurationMs: {
    ...risk,
    label: 'Max. drawdown duration',
    unit: 'duration',
    formula: 'from a peak until back at it, or to the end',
    source: 'backtesting.py Max. Drawdown Duration',
  },
  avgDrawdownDurationMs: {
    ...risk,
    label: 'Avg. drawdown duration',
    unit: 'duration',
    source: 'backtesting.py Avg. Drawdown Duration',
  },
  trades: { ...trades, label: 'Trades', unit: 'count', formula: 'from flat to flat; one still open counts as closed' },
  longTrades: { ...trades, label: 'Long', unit: 'count' },
  shortTrades: { ...trades, label: 'Short', unit: 'count' },
  winRatePct: { ...trades, label: 'Win rate', unit: 'percent', formula: 'trades with a profit after fees / trades' },
  bestTradePct: { ...trades, label: 'Best trade', unit: 'percent', formula: 'profit after fees / what was put in' },
  worstTradePct: { ...trades, label: 'Worst trade', unit: 'percent' },
  avgTradePct: {
    ...trades,
    label: 'Avg. trade',
    unit: 'percent',
    formula: 'geometric mean of the trades',
    source: 'backtesting.py Avg. Trade',
  },
  medianTradePct: { ...trades, label: 'Median trade', unit: 'percent' },
  maxTradeDurationMs: { ...trades, label: 'Max. trade duration', unit: 'duration' },
  avgTradeDurationMs: { ...trades, label: 'Avg. trade duration', unit: 'duration' },
  profitFactor: {
    ...trades,
    label: 'Profit factor',
    unit: 'ratio',
    formula: 'sum of profits / sum of losses, in money',
    source: 'Investopedia, Profit factor',
  },
  expectancyPct: {
    ...trades,
    label: 'Expectancy',
    unit: 'percent',
    formula: 'arithmetic mean of the trades',
    source: 'backtesting.py Expectancy',
  },
  sqn: {
    ...trades,
    label: 'SQN',
    unit: 'ratio',
    formula: 'sqrt(trades) * mean / sample deviation of profits',
    source: 'Tharp 2008; backtesting.py SQN',
  },
  kelly: {
    ...trades,
    label: 'Kelly criterion',
    unit: 'ratio',
    formula: 'win rate - (1 - win rate) / (mean profit / mean loss)',
    source: 'Kelly 1956; backtesting.py Kelly Criterion',
  },
  turnover: { ...costs, label: 'Turnover', formula: 'notional of all fills' },
  fees: { ...costs, label: 'Fees' },
  maxConsecutiveWins: { ...trades, label: 'Wins in a row, max.', unit: 'count' },
  maxConsecutiveLosses: { ...trades, label: 'Losses in a row, max.', unit: 'count' },
} as const satisfies Record<string, Figure>

export type FigureName = keyof typeof FIGURES

/** Null where a figure is not defined, as the Sharpe ratio of a single day. */
export type Statistics = { readonly [name in FigureName]: number | null }
