/** What came of one run, made comparable: all that the strategy wrote and what it did wrong, and what its venue did. */
import { type ClosedTrade, type Trade, TradeLedger } from '../../src/backtest/statistics/trades'
import type { Fill } from '../../src/schema/orders'
import { amountsOf, Decimal } from '../../src/trading/decimal'
import { contract } from '../trading/venue'
import type { Paper, Situation } from './situation'
import { END, STRATEGY } from './strategy'

export interface Transcript {
  /** All of it, line by line. */
  readonly lines: readonly string[]
}

export interface Run {
  /** Whatever leads the client order ids: the strategy's name, or the instance's id. */
  readonly owner: string
  /** As the strategy calls it. */
  readonly providers: readonly string[]
  /** What the strategy printed or failed with, oldest first. */
  readonly lines: readonly string[]
  readonly trades: readonly Trade[]
  /** Orders that were sent. */
  readonly orders: number
  /** How often the recording is seen. */
  readonly passes: number
}

/** Where and why a handler failed, in the words of no way. */
export const faultLine = (place: string, message: string) => `fault at ${place}: ${message}`

export function transcriptOf(run: Run): Transcript {
  const lines = run.lines.slice(0, endOf(run) + 1)
  if (lines.length <= endOf(run)) lines.push('it did not see the recording to its end')
  const trades = run.trades.map((trade) => `trade ${JSON.stringify(comparable(trade))}`)
  return { lines: [...lines, ...trades, `${run.orders} orders`].map((line) => neutral(line, run)) }
}

/**
 * The line up to which runs are compared. Behind it a backtest cancels what is open, since its data have ended, where a
 * gateway goes on.
 */
function endOf({ lines, passes }: Run): number {
  let left = passes
  const at = lines.findIndex((line) => line === END && --left === 0)
  return at < 0 ? lines.length : at
}

/** One that is still open is valued at the last price by a backtest; on a gateway nobody asks. */
function comparable({ exitTime, exitPrice, pnl, pnlPct, durationMs, mae: _, mfe: __, ...trade }: Trade) {
  return trade.open ? trade : { ...trade, exitTime, exitPrice, pnl, pnlPct, durationMs }
}

/** With the same words for what has to be called differently. */
function neutral(line: string, { owner, providers }: Run): string {
  let text = line
    // the id of an order by which the venue closes a position: made of what tells accounts and venues of a gateway apart
    .replaceAll(/liquidation-[\w-]+-(\d+)(?![\w-])/g, 'liquidation-$1')
    // begins with the owner and tells its starts apart, for it is unique for ever; its last number counts the orders
    .replaceAll(new RegExp(String.raw`\b${owner}(?:-[\w-]*)?-(\d+)(?![\w-])`, 'g'), 'order-$1')
    // a flag, or a setting of the provider
    .replaceAll(/\(the account's cash is set by [^)]*\)/g, '(the account has no more cash)')
    // its number among those that a way runs
    .replaceAll(`instance ${owner} `, 'instance owner ')
    // a breach names the instance where there is one, and the strategy where there is none
    .replaceAll(`"strategyId":"${owner}"`, '"strategyId":"owner"')
  // a gateway has a provider for each recording, a backtest has one of a fixed name
  for (const [i, provider] of providers.entries()) {
    text = text.replaceAll(new RegExp(String.raw`\b${provider}\b`, 'g'), `provider-${i + 1}`)
  }
  return text
}

/** Trades as a backtest reports them, of the executions of an instance, oldest first. */
export function tradesOf(
  fills: readonly Fill[],
  { account: model = 'linear', multiplier }: Paper = {},
  instruments: Situation['instruments'] = {},
): Trade[] {
  const trades: Trade[] = []
  const ledger = new TradeLedger(
    '0',
    (symbol) => contract(symbol, { model, ...(multiplier !== undefined && { multiplier }) }, instruments[symbol]),
    (trade: ClosedTrade) => trades.push(trade.toJSON()),
  )
  for (const fill of fills) ledger.fill(fill, amountsOf(fill))
  ledger.end(0, () => Decimal.parse('1'))
  return trades
}

/** The first line in which they differ. */
export interface Difference {
  readonly line: number
  readonly expected: string
  readonly actual: string
}

export function differenceOf({ lines: expected }: Transcript, { lines: actual }: Transcript): Difference | undefined {
  const length = Math.max(expected.length, actual.length)
  for (let line = 0; line < length; line++) {
    const [one = '<nothing>', other = '<nothing>'] = [expected[line], actual[line]]
    if (one !== other) return { line: line + 1, expected: one, actual: other }
  }
  return undefined
}

/** `parity.js:12:5`, when a place in the strategy is known. */
export const placeOf = (line: number, column: number) => (line > 0 ? `${STRATEGY}.js:${line}:${column}` : 'nowhere')
