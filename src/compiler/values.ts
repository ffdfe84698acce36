/** Whether a value fits a config field: asked of a default at an upload, and of what a user gives at a launch. */
import type { ConfigField } from '../schema/metadata'
import { isDuration } from './duration'

const MAX_TEXT = 4096

/** @returns what is wrong, as the end of a sentence about the field; undefined when it fits. */
export function misfit(field: Pick<ConfigField, 'type' | 'options'>, value: unknown): string | undefined {
  const expected = (what: string) => `must be ${what}, not ${shown(value)}`
  if (typeof value === 'string' && value.length > MAX_TEXT) return `must have at most ${MAX_TEXT} characters`
  switch (field.type) {
    case 'string':
      return typeof value === 'string' ? undefined : expected('a string')
    case 'int':
      return Number.isSafeInteger(value) ? undefined : expected('a whole number')
    case 'float':
      return Number.isFinite(value) ? undefined : expected('a number')
    case 'bool':
      return typeof value === 'boolean' ? undefined : expected('true or false')
    case 'duration':
      return typeof value === 'string' && isDuration(value) ? undefined : expected('a duration as "250ms" or "1m30s"')
    case 'enum': {
      const options = field.options ?? []
      return options.some((option) => option === value)
        ? undefined
        : expected(`one of ${options.map((option) => JSON.stringify(option)).join(', ')}`)
    }
  }
}

/** Short and safe to print. */
export function shown(value: unknown): string {
  if (value === undefined) return 'absent'
  const text = JSON.stringify(value) ?? typeof value
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`
}
