/** The flags of a run, as commander hands them over, made settings. */
import { InvalidArgumentError } from 'commander'
import { type BacktestSettings, DEFAULT_SETTINGS } from '../../backtest/settings'
import { checkConfig } from '../../compiler/config'
import { writtenValue } from '../../compiler/written-value'
import { Failure } from '../../errors/failure'
import { parseTimeframes } from '../../market/candles/timeframe'
import { DEFAULT_RATES } from '../../schema/instance-rates'
import type { Metadata } from '../../schema/metadata'
import { writtenTime } from '../../schema/written-time'
import { type Rate, rateProblem } from '../../trading/rates'
import { amountProblem, contradictions, type Term, type TermAmount } from '../../trading/terms'
import { shellWord } from '../shell-word'

/** What `--set` gave, as written. */
export type SetValues = Readonly<Record<string, string>>

export interface RunFlags {
  readonly strategies: string
  readonly data?: string[]
  readonly symbol?: string
  /** IANA name. */
  readonly timezone?: string
  readonly from?: number
  readonly to?: number
  readonly cash: string
  readonly feeBps?: string
  readonly makerBps?: string
  readonly takerBps?: string
  readonly feePerContract?: string
  readonly feeMinimum?: string
  readonly slippageBps: string
  readonly latencyMs: number
  readonly fill: 'next' | 'same'
  readonly limit: 'through' | 'touch'
  readonly account: BacktestSettings['account']
  readonly multiplier?: string
  readonly marginPerContract?: string
  readonly leverage?: string
  /** False after `--no-margin`. */
  readonly margin: boolean
  readonly periods?: number
  readonly seed: number
  readonly ordersPerSecond: number
  readonly logsPerSecond: number
  readonly set?: SetValues
  /** A file of the rules of markets. */
  readonly rules?: string
  readonly skipBadRows?: boolean
  /** What the data are to be read as, see `parseFormat`; `help` lists the formats. */
  readonly format?: string
  /** Lengths of candles that are made, the shortest first. */
  /** Their names, the shortest first. */
  readonly timeframe?: readonly string[]
  readonly warmup?: number
}

/** @throws Failure usage when flags contradict each other. */
export function settingsOf(flags: RunFlags): BacktestSettings {
  const { cash, account, margin, periods, seed, fill, limit, slippageBps, latencyMs } = flags
  const [wrong] = contradictions({ ...flags, checkMargin: margin }, flagOf)
  if (wrong) throw new Failure('usage', `${flagOf(wrong.term)}: ${wrong.message}`)
  const { leverage = DEFAULT_SETTINGS.leverage, multiplier, marginPerContract, feePerContract, feeMinimum } = flags
  const { feeBps = feePerContract === undefined ? DEFAULT_SETTINGS.rules.takerBps : '0' } = flags
  const { makerBps = feeBps, takerBps = feeBps } = flags
  const fees = { ...(feePerContract && { feePerContract }), ...(feeMinimum && { feeMinimum }) }
  const rules = { fill, limit, slippageBps, makerBps, takerBps, latencyMs, ...fees }
  const { ordersPerSecond, logsPerSecond } = flags
  const rates = { ...DEFAULT_RATES, ordersPerSecond, logsPerSecond }
  const told = {
    ...(periods !== undefined && { periods }),
    ...(flags.timeframe && { timeframes: flags.timeframe }),
    ...(flags.warmup && { warmup: flags.warmup }),
    ...(multiplier !== undefined && { multiplier }),
    ...(marginPerContract !== undefined && { marginPerContract }),
  }
  return { cash, account, leverage, margin, rules, ...told, seed: BigInt(seed), rates }
}

/** As it is typed. */
const flagOf = (term: Term): string =>
  term === 'checkMargin' ? '--no-margin' : `--${term.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

/**
 * The config of the strategy: what was set over its defaults. Orders are sent unless `dry_run=true` is set.
 * @param path of the strategy's file.
 * @throws Failure invalid_config with all problems.
 */
export function configOf(metadata: Metadata, set: SetValues, path: string): Record<string, unknown> {
  const typeOf = (name: string) => metadata.config.find((field) => field.name === name)?.type
  const given = Object.entries(set).map(([name, text]) => [name, writtenValue(typeOf(name), text)])
  const checked = checkConfig(metadata, { dry_run: false, ...Object.fromEntries(given) })
  if ('config' in checked) return checked.config
  const { problems } = checked
  const message = problems.map((problem) => problem.message).join('; ')
  throw new Failure('invalid_config', message, { problems }, `meltica check ${shellWord(path)} lists its config fields`)
}

/** Gathers `--set key=value`, given once or several times. */
export function setting(text: string, before: SetValues = {}): SetValues {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('write key=value.')
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
}

/** A decimal number, as text. */
function decimal(text: string): string {
  if (/^\d+(\.\d+)?$/.test(text)) return text
  throw new InvalidArgumentError('write a decimal number that is not negative, as 12.5.')
}

/** A fee or slippage, in basis points. */
export function rate(name: Rate): (text: string) => string {
  return (text) => {
    const problem = rateProblem(name, text)
    if (problem === undefined) return text
    const hint = name === 'feeBps' && text.startsWith('-') ? '; a rebate is --maker-bps' : ''
    throw new InvalidArgumentError(`it ${problem}${hint}.`)
  }
}

/** An amount of a contract or of its fees. */
export function termAmount(term: TermAmount): (text: string) => string {
  return (text) => {
    const problem = amountProblem(term, text)
    if (problem === undefined) return text
    throw new InvalidArgumentError(`it ${problem}.`)
  }
}

export function positiveDecimal(text: string): string {
  if (Number(decimal(text)) > 0) return text
  throw new InvalidArgumentError('write a number above zero.')
}

/** A whole number from `least` on. */
export function whole(least: number): (text: string) => number {
  return (text) => {
    const number = Number(text)
    if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number
    throw new InvalidArgumentError(`write a whole number from ${least} on.`)
  }
}

/** Gathers `--timeframe`, given once or several times, each perhaps with commas. */
export function timeframes(text: string, before: readonly string[] = []): readonly string[] {
  try {
    return parseTimeframes([...before, text]).map(({ name }) => name)
  } catch (error) {
    if (error instanceof Failure) throw new InvalidArgumentError(`${error.message}; ${error.hint}.`)
    throw error
  }
}

/** A date or time, UTC unless it says otherwise; to ms since 1970. */
export function time(text: string): number {
  const ms = writtenTime(text)
  if (ms !== undefined) return ms
  throw new InvalidArgumentError('write a time as 2022-01-31 or 2022-01-31T12:30:00Z.')
}
