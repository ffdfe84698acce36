/** How returns and trades are spread. */
import type { ReportInput } from '../input'
import type { Section } from '../sections'
import { histogram } from './histogram'

const OF_PERIODS = { day: 'daily returns', week: 'weekly returns', month: 'monthly returns' } as const
const ADJECTIVES = { day: 'Daily', week: 'Weekly', month: 'Monthly' } as const
/** Fewer show no distribution. */
const FEWEST = 2

export function returnsSection({ ran }: ReportInput): Section | undefined {
  const returns = Array.from(ran.returns, (value) => 100 * value).filter(Number.isFinite)
  // an account that nothing moved has returns of 0, which are not spread
  if (returns.length < FEWEST || returns.every((value) => value === 0)) return undefined
  const data = histogram(returns, OF_PERIODS[ran.period])
  return { kind: 'bars', id: 'returns', title: `${ADJECTIVES[ran.period]} returns`, half: true, data }
}

export function tradeReturnsSection({ recorder }: ReportInput): Section | undefined {
  const returns = recorder.trades.pnlPct.filter(Number.isFinite)
  if (returns.length < FEWEST) return undefined
  const data = histogram(returns, 'trades')
  return { kind: 'bars', id: 'trade-returns', title: 'Returns of trades', half: true, data }
}
