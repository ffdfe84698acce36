/** One parameter of a sweep: the values that `--set key=…` names. */
import { misfit } from '../../compiler/values'
import { writtenValue } from '../../compiler/written-value'
import type { ConfigField } from '../../schema/metadata'
import { stepsOf } from './steps'

export interface Axis {
  readonly name: string
  /** As the user has written them. */
  readonly written: string
  /** At least one. */
  readonly count: number
  /** The value number `index`, as a single run would be given it. */
  text(index: number): string
  value(index: number): unknown
}

/** Each value of a range is looked at up to here; beyond, the ends are. */
const MOST_CHECKED = 10_000

/**
 * @param written a value, values with commas between (one that has a comma stands in double quotes), or, of numbers and
 * durations, `from:to:step`. @returns what is wrong, as a sentence.
 */
export function axisOf(field: ConfigField, written: string): Axis | { readonly problem: string } {
  const { name, type } = field
  const wrong = (problem: string) => ({ problem: `"${name}" ${problem}` })
  const isRange = (type === 'int' || type === 'float' || type === 'duration') && written.includes(':')
  const parts = isRange && !written.includes(',') ? stepsOf(written.split(':'), type) : listOf(written)
  if ('problem' in parts) return wrong(parts.problem)
  const text = (index: number) => parts.at(index)
  const value = (index: number) => writtenValue(type, text(index))
  const { count } = parts
  const seen = new Set<unknown>()
  for (let index = 0; index < count && index < MOST_CHECKED; index++) {
    const problem = misfit(field, value(index))
    if (problem !== undefined) return wrong(problem)
    if (seen.has(value(index))) return wrong(`names ${text(index)} twice`)
    seen.add(value(index))
  }
  const last = misfit(field, value(count - 1))
  return last === undefined ? { name, written, count, text, value } : wrong(last)
}

/** A value in double quotes, or one without a comma. */
const ITEM = /"([^"]*)"(?=,|$)|([^,]*)/y

function listOf(written: string): { readonly count: number; at(index: number): string } | { problem: string } {
  const items: string[] = []
  let hasGap = false
  for (ITEM.lastIndex = 0; ; ITEM.lastIndex++) {
    const at = ITEM.lastIndex
    const [, quoted, plain = ''] = ITEM.exec(written)!
    items.push(quoted ?? plain)
    hasGap ||= quoted === undefined && plain === ''
    ITEM.lastIndex = at + (quoted === undefined ? plain.length : quoted.length + 2)
    if (ITEM.lastIndex >= written.length) break
  }
  if (items.length > 1 && hasGap) return { problem: 'has a comma with no value beside it' }
  return { count: items.length, at: (index) => items[index]! }
}
