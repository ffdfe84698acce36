/** The settings of a provider against its adapter's table: all problems at once. */
import { Failure } from '../errors/failure'
import type { AdapterSetting } from './provider'

export interface Setting extends AdapterSetting {
  /** Least and greatest number. */
  readonly range?: readonly [least: number, most: number]
  /** What is wrong with a text, or with a list as one text with commas; undefined of a sound one. Not asked of one that is empty. */
  readonly problem?: (text: string) => string | undefined
}

/** As the API shows them: without what only the check of them needs. */
export const declared = (table: readonly Setting[]): AdapterSetting[] =>
  table.map(({ range: _range, problem: _problem, ...setting }) => setting)

export interface Settings {
  number(name: string): number
  text(name: string): string
  list(name: string): readonly string[]
}

/** Fills the defaults in. Any provider has `paper` besides, for its paper exchange. @throws Failure invalid_provider naming every unknown, missing or wrong setting. */
export function readSettings(table: readonly Setting[], config: Readonly<Record<string, unknown>>): Settings {
  const problems = Object.keys(config)
    .filter((name) => !table.some((setting) => setting.name === name))
    .map((name) => ({
      path: name,
      message: `is no setting; there are ${[...table.map((setting) => setting.name), 'paper'].join(', ')}`,
    }))
  const values: Record<string, unknown> = {}
  for (const setting of table) {
    const value = config[setting.name] ?? setting.default
    const message = problemOf(setting, value)
    if (message) problems.push({ path: setting.name, message })
    values[setting.name] = value
  }
  if (problems.length > 0) {
    const told = (message: string) => (message.startsWith('"') ? `: ${message}` : ` ${message}`)
    const text = problems.map(({ path, message }) => `"${path}"${told(message)}`).join('; ')
    throw new Failure('invalid_provider', text, { problems })
  }
  return {
    number: (name) => Number(values[name] ?? 0),
    text: (name) => (typeof values[name] === 'string' ? values[name] : ''),
    list: (name) => (isList(values[name]) ? values[name] : []),
  }
}

function problemOf({ type, required, range, problem }: Setting, value: unknown): string | undefined {
  if (value === undefined) return required ? 'is missing' : undefined
  switch (type) {
    case 'string':
      if (typeof value !== 'string' || (value === '' && required)) return 'must be a text'
      return value === '' ? undefined : problem?.(value)
    case 'list':
      if (!isList(value)) return 'must be a list of texts'
      return value.length === 0 ? undefined : problem?.(value.join(','))
    case 'bool':
      return typeof value === 'boolean' ? undefined : 'must be true or false'
    default: {
      if (typeof value !== 'number' || !Number.isFinite(value)) return 'must be a number'
      if (type === 'int' && !Number.isInteger(value)) return 'must be a whole number'
      const [least, most] = range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
      return value < least || value > most ? `must be from ${least} to ${most}` : undefined
    }
  }
}

const isList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')
