/** Options as tests write them, made flags by the command's own options: what the command takes and says, tests do. */
import { Command, CommanderError, type Option } from 'commander'
import type { Asked } from '../../author/messages'
import { Failure } from '../../errors/failure'
import { STANDARD } from '../../files/input'
import type { RunFlags } from '../run/flags'
import { runOptions } from '../run/options'

export interface AskedRun {
  readonly strategy: string
  readonly flags: RunFlags
}

const HINT = 'meltica help backtest explains the options; a test writes feeBps for --fee-bps, and config for --set'

/**
 * @param data paths, where the test gives rows instead.
 * @throws Failure usage with the words of the command.
 */
export function askedRun({ strategy, config, data: _, ...options }: Asked, data: readonly string[]): AskedRun {
  if (typeof strategy !== 'string' || strategy === '')
    throw refused(`strategy names a file or a selector, as './strategy.ts', not ${shown(strategy)}`)
  if ([strategy, ...data].includes(STANDARD)) throw refused('a test has no standard input: name a file instead of -')
  const command = runOptions(new Command('backtest'))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
  const named = command.options.filter((option) => !HAS_OWN_KEY.includes(option.attributeName()))
  const words = Object.entries(options).flatMap(([key, value]) => wordsOf(named, key, value))
  const paths = data.map((path) => `--data=${path}`)
  return { strategy, flags: parsed(command, [...paths, ...words, ...configWords(config)]) }
}

/** `data` and, as `config`, `set`. */
const HAS_OWN_KEY = ['data', 'set']

function parsed(command: Command, words: readonly string[]): RunFlags {
  try {
    return command.parse(words, { from: 'user' }).opts<RunFlags>()
  } catch (error) {
    if (error instanceof CommanderError) throw refused(error.message.replace(/^error: /, ''))
    throw error
  }
}

/** An option as it would be typed. */
function wordsOf(options: readonly Option[], key: string, value: unknown): string[] {
  if (value === undefined) return []
  const option = options.find((one) => one.attributeName() === key)
  if (!option)
    throw refused(`there is no option ${key}: they are ${options.map((one) => one.attributeName()).join(', ')}`)
  const flag = option.long ?? key
  if (option.negate || option.isBoolean()) {
    if (typeof value !== 'boolean') throw refused(`${key} is true or false, not ${shown(value)}`)
    return value === option.negate ? [] : [flag]
  }
  if (!Array.isArray(value)) return [`${flag}=${text(key, value)}`]
  const texts = value.map((one) => text(key, one))
  return option.variadic ? texts.map((one) => `${flag}=${one}`) : [`${flag}=${texts.join(',')}`]
}

function configWords(config: unknown): string[] {
  if (config === undefined) return []
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    throw refused(`config is an object, as { fast: 5 }, not ${shown(config)}`)
  return Object.entries(config)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `--set=${key}=${text(`config.${key}`, value, true)}`)
}

function text(key: string, value: unknown, mayBeBoolean = false): string {
  if (typeof value === 'string' || typeof value === 'number' || (mayBeBoolean && typeof value === 'boolean'))
    return String(value)
  throw refused(`${key} is a text or a number, not ${shown(value)}`)
}

const shown = (value: unknown): string => JSON.stringify(value) ?? 'undefined'

const refused = (message: string): Failure => new Failure('usage', message, {}, HINT)
