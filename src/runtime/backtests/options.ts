/** The options of a backtest: what is wrong with them, and the words that `meltica backtest` is called with. */
import { reasonOf } from '../../files/reason'
import { parseTimeframes } from '../../market/candles/timeframe'
import { parseFormat } from '../../market/files/formats'
import { zoneProblem } from '../../market/files/zones'
import type { BacktestOptions } from '../../schema/backtests'
import { writtenTime } from '../../schema/written-time'
import { isDecimal } from '../../trading/decimal'
import { type Rate, rateProblem } from '../../trading/rates'
import { amountProblem, contradictions, TERM_AMOUNTS } from '../../trading/terms'

export interface OptionProblem {
  /** The field. */
  readonly path: string
  readonly message: string
}

type Check = (text: string) => string | undefined

const RATES: readonly Rate[] = ['feeBps', 'makerBps', 'takerBps', 'slippageBps']

const positive: Check = (text) =>
  isDecimal(text) && Number(text) > 0 ? undefined : 'must be a decimal number above zero'
const time: Check = (text) =>
  writtenTime(text) === undefined ? 'must be a time as 2022-01-31 or 2022-01-31T12:30:00Z' : undefined

/** The same checks as those of the command, each in the field's own words. */
const CHECKS: Readonly<Record<string, Check>> = {
  ...Object.fromEntries(RATES.map((rate): [string, Check] => [rate, (text) => rateProblem(rate, text)])),
  ...Object.fromEntries(TERM_AMOUNTS.map((term): [string, Check] => [term, (text) => amountProblem(term, text)])),
  cash: positive,
  leverage: positive,
  from: time,
  to: time,
  timezone: zoneProblem,
  format: (text) => complaintOf(() => parseFormat(text)),
  timeframe: (text) => complaintOf(() => parseTimeframes([text])),
}

/** All that is wrong with them as far as can be told without the data. */
export function optionProblems(options: BacktestOptions): OptionProblem[] {
  const unfit = Object.entries(options).flatMap(([path, value]) => {
    const message = CHECKS[path]?.(String(value))
    return message === undefined ? [] : [{ path, message: `"${path}" ${message}` }]
  })
  const { margin, ...others } = options
  const contradicting = contradictions({ ...others, checkMargin: margin }, (term) =>
    term === 'checkMargin' ? 'margin: false' : term,
  )
  return [...unfit, ...contradicting.map(({ term, message }) => ({ path: term, message: `"${term}": ${message}` }))]
}

function complaintOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    return reasonOf(error)
  }
}

/** As they would be typed: `feeBps: '5'` is `--fee-bps 5`. */
export function optionWords(options: BacktestOptions): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    if (name === 'margin') return value === false ? ['--no-margin'] : []
    if (typeof value === 'boolean') return value ? [flag] : []
    return flagged(flag, String(value))
  })
}

/** A flag with its value; one that begins as a flag does is not to be taken for one. */
export const flagged = (flag: string, value: string): string[] =>
  value.startsWith('-') ? [`${flag}=${value}`] : [flag, value]
