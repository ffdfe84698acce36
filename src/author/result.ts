/** A backtest as a test looks at it. */
import type { BacktestResult } from '../../sandbox/testing'
import { atCaller } from './at-caller'
import type { RanBacktest } from './messages'
import { Positions } from './position'

const made = new WeakSet<object>()

/** @returns what was written, with `fills`, `logs`, `faults`, `warnings` and, not enumerable, `position`. */
export function backtestResult({ result, fills, logs, faults, warnings, symbols }: RanBacktest): BacktestResult {
  let positions: Positions | undefined
  const position = atCaller<Parameters<BacktestResult['position']>, string>((at, symbol) => {
    positions ??= new Positions(fills, symbols)
    return positions.at(at, symbol)
  })
  const whole = { ...result, fills, logs, faults, warnings, position }
  Object.defineProperty(whole, 'position', { enumerable: false })
  made.add(whole)
  return whole
}

export const isBacktestResult = (value: unknown): value is BacktestResult =>
  typeof value === 'object' && value !== null && made.has(value)
