/** Values that JSON has no words for, on their way to the process that runs backtests: what is said of them is what was written. */

/** No option and no row has such a field. */
const KEY = '(unwritable)'

/** JSON of what a test gives. Numbers that are none, functions and the like become objects that `shown` knows. */
export const written = (question: object): string => JSON.stringify(question, replaced)

/** `undefined` is no value of an object, and a value of a list. */
function replaced(this: unknown, _key: string, value: unknown): unknown {
  const isLost =
    typeof value === 'number'
      ? !Number.isFinite(value)
      : typeof value === 'bigint' ||
        typeof value === 'function' ||
        typeof value === 'symbol' ||
        (value === undefined && Array.isArray(this))
  return isLost ? { [KEY]: nameOf(value) } : value
}

const nameOf = (value: unknown): string =>
  typeof value === 'function' ? 'a function' : typeof value === 'bigint' ? `${value}n` : String(value)

/** Whether it stands for a value that JSON has no words for. */
export const isUnwritable = (value: unknown): value is Readonly<Record<typeof KEY, unknown>> =>
  typeof value === 'object' && value !== null && KEY in value

/** A value as its author wrote it, for messages. */
export function shown(value: unknown): string {
  return isUnwritable(value) ? String(value[KEY]) : (JSON.stringify(value) ?? 'undefined')
}
