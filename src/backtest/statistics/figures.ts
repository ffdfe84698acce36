/**
 * The figures of a backtest: the one list of their names, order, units, formulas and sources, from which the type,
 * the table and the JSON follow. Simple returns, one for each period (UTC day; week or month, where the candles are as
 * long), and a risk-free rate of 0; `periods` is how many of them make a year.
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
  start: { ...period, label: 'Start', unit: 'time', formula: 'first event, of a candle its close' },
  end: { ...period, label: 'End', unit: 'time', formula: 'last event' },
  durationMs: { ...period, label: 'Duration', unit: 'duration', formula: 'end - start' },
  events: { ...period, label: 'Events', unit: 'count', formula: 'market events of all files' },
  exposurePct: {
    ...period,
    label: 'Exposure',
    unit: 'percent',
    formula: 'time with a position, from fill to fill / duration',
  },
  startEquity: { ...returns, label: 'Equity, start', unit: 'money', formula: 'the cash to begin with' },
  finalEquity: { ...returns, label: 'Equity, final', unit: 'money', formula: 'cash + positions at the last prices' },
  peakEquity: { ...returns, label: 'Equity, peak', unit: 'money', formula: 'highest equity, over all events' },
  returnPct: { ...returns, label: 'Return', formula: 'final / start equity - 1' },
  buyHoldReturnPct: { ...returns, label: 'Buy & hold return', formula: 'last / first price - 1; the mean of several' },
  annualReturnPct: {
    ...returns,
    label: 'Annual return',
    formula: '(final / start equity) ^ (periods / number of returns) - 1',
    source: 'empyrical annual_return',
  },
  annualVolatilityPct: {
    ...risk,
    label: 'Annual volatility',
    unit: 'percent',
    formula: 'sample deviation of returns * sqrt(periods)',
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
    formula: 'mean / sample deviation of returns * sqrt(periods)',
    source: 'Sharpe 1994; empyrical sharpe_ratio, quantstats sharpe',
  },
  sortino: {
    ...risk,
    label: 'Sortino',
    unit: 'ratio',
    formula: 'mean / sqrt(mean of min(return, 0)^2) * sqrt(periods)',
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
    formula: 'sum of positive returns / sum of negative returns',
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
    formula: 'mean duration of all drawdowns',
    source: 'backtesting.py Avg. Drawdown Duration',
  },
  trades: { ...trades, label: 'Trades', unit: 'count', formula: 'from flat to flat; one still open counts as closed' },
  longTrades: { ...trades, label: 'Long', unit: 'count', formula: 'trades that a buy began' },
  shortTrades: { ...trades, label: 'Short', unit: 'count', formula: 'trades that a sell began' },
  winRatePct: { ...trades, label: 'Win rate', unit: 'percent', formula: 'trades with a profit after fees / trades' },
  bestTradePct: { ...trades, label: 'Best trade', unit: 'percent', formula: 'profit after fees / what was put in' },
  worstTradePct: { ...trades, label: 'Worst trade', unit: 'percent', formula: 'in the same way' },
  avgTradePct: {
    ...trades,
    label: 'Avg. trade',
    unit: 'percent',
    formula: 'geometric mean of the trades',
    source: 'backtesting.py Avg. Trade',
  },
  medianTradePct: { ...trades, label: 'Median trade', unit: 'percent', formula: 'half of the trades brought more' },
  maxTradeDurationMs: {
    ...trades,
    label: 'Max. trade duration',
    unit: 'duration',
    formula: 'from the first fill to the last',
  },
  avgTradeDurationMs: {
    ...trades,
    label: 'Avg. trade duration',
    unit: 'duration',
    formula: 'arithmetic mean of the trades',
  },
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
  fees: { ...costs, label: 'Fees', formula: 'of all fills' },
  maxConsecutiveWins: {
    ...trades,
    label: 'Wins in a row, max.',
    unit: 'count',
    formula: 'trades with a profit after fees',
  },
  maxConsecutiveLosses: {
    ...trades,
    label: 'Losses in a row, max.',
    unit: 'count',
    formula: 'trades with a loss after fees',
  },
  alphaPct: {
    ...returns,
    label: 'Alpha',
    formula: '(1 + mean return - beta * that of buy & hold) ^ periods - 1',
    source: 'Jensen 1968; empyrical alpha; quantstats greeks without compounding',
  },
  beta: {
    ...risk,
    label: 'Beta',
    unit: 'ratio',
    formula: 'covariance with returns of buy & hold / their variance',
    source: 'Sharpe 1964; empyrical beta, quantstats greeks',
  },
  ulcerIndexPct: {
    ...risk,
    label: 'Ulcer index',
    unit: 'percent',
    formula: 'sqrt(sum of squared drawdowns at period ends / (n - 1))',
    source: 'Martin and McCann 1989; quantstats ulcer_index',
  },
  tailRatio: {
    ...risk,
    label: 'Tail ratio',
    unit: 'ratio',
    formula: '95th / 5th percentile of returns, both without sign',
    source: 'empyrical tail_ratio, quantstats tail_ratio',
  },
  var95Pct: {
    ...risk,
    label: 'Value at risk, 95 %',
    unit: 'percent',
    formula: '5th percentile of returns',
    source: 'Jorion 2006, historical; empyrical value_at_risk',
  },
  cvar95Pct: {
    ...risk,
    label: 'CVaR, 95 %',
    unit: 'percent',
    formula: 'mean of the returns down to the 5th percentile',
    source: 'Rockafellar and Uryasev 2000; empyrical conditional_value_at_risk, quantstats cvar (historical)',
  },
  skew: {
    ...risk,
    label: 'Skew',
    unit: 'ratio',
    formula: 'third moment / deviation^3 of returns, of a sample (G1)',
    source: 'Joanes and Gill 1998; quantstats skew',
  },
  excessKurtosis: {
    ...risk,
    label: 'Excess kurtosis',
    unit: 'ratio',
    formula: 'fourth moment / deviation^4 of returns - 3, of a sample (G2)',
    source: 'Joanes and Gill 1998; quantstats kurtosis',
  },
} as const satisfies Record<string, Figure>

export type FigureName = keyof typeof FIGURES

/** Null where a figure is not defined, as the Sharpe ratio of a single day. */
export type Statistics = { readonly [name in FigureName]: number | null }
