/** Options as tests write them, made flags by the command's own options: what the command takes and says, tests do. */
import { Command, CommanderError, type Option } from 'commander'
import type { Asked } from '../../author/messages'
import { shown } from '../../author/unwritable'
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
export function askedRun({ config, ...asked }: Asked, data: readonly string[]): AskedRun {
  const command = runOptions(new Command('backtest'))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
  const { strategy, words } = askedWords(asked, data, command.options)
  return { strategy, flags: parsed(command, [...words, ...configWords(config)]) }
}

/**
 * @param options those of the command that a test may name.
 * @returns the options as they would be typed, but for `--set`. @throws Failure usage.
 */
export function askedWords(
  { strategy, data: _, ...asked }: Asked,
  data: readonly string[],
  options: readonly Option[],
): { readonly strategy: string; readonly words: readonly string[] } {
  if (typeof strategy !== 'string' || strategy === '')
    throw refused(`strategy names a file or a selector, as './strategy.ts', not ${shown(strategy)}`)
  if ([strategy, ...data].includes(STANDARD)) throw refused('a test has no standard input: name a file instead of -')
  if (asked.format === 'help') throw refused('format names a format: meltica backtest --format help lists them')
  const named = options.filter((option) => !HAS_OWN_KEY.includes(option.attributeName()))
  const words = Object.entries(asked).flatMap(([key, value]) => wordsOf(named, key, value))
  return { strategy, words: [...data.map((path) => `--data=${path}`), ...words] }
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
  return fieldsOf('config', config, '{ fast: 5 }').map(
    ([key, value]) => `--set=${key}=${text(`config.${key}`, value, true)}`,
  )
}

/** The fields of the config that it gives. @param example of what it should be. @throws Failure usage. */
export function fieldsOf(name: string, given: unknown, example: string): readonly (readonly [string, unknown])[] {
  if (given === undefined) return []
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw refused(`${name} is an object, as ${example}, not ${shown(given)}`)
  return Object.entries(given).filter(([, value]) => value !== undefined)
}

/** As it would be typed. @throws Failure usage for what is no single value. */
export function text(key: string, value: unknown, mayBeBoolean = false): string {
  if (typeof value === 'string' || typeof value === 'number' || (mayBeBoolean && typeof value === 'boolean'))
    return String(value)
  throw refused(`${key} is a text or a number, not ${shown(value)}`)
}

export const refused = (message: string): Failure => new Failure('usage', message, {}, HINT)
