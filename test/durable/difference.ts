/** The first thing in which two runs differ, in words that say where. */

/** Entries of a list that are shown before the one that differs. */
const BEFORE = 3

/** @returns undefined when they are equal in every field. */
export function differenceOf(expected: unknown, actual: unknown, path = ''): string | undefined {
  if (Object.is(expected, actual)) return undefined
  if (Array.isArray(expected) && Array.isArray(actual)) return differenceOfLists(expected, actual, path)
  if (isRecord(expected) && isRecord(actual)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      const difference = differenceOf(expected[key], actual[key], path === '' ? key : `${path}.${key}`)
      if (difference !== undefined) return difference
    }
    return undefined
  }
  return `${path}: ${JSON.stringify(expected)} expected, and it is ${JSON.stringify(actual)}`
}

function differenceOfLists(expected: readonly unknown[], actual: readonly unknown[], path: string): string | undefined {
  for (let at = 0; at < Math.max(expected.length, actual.length); at++) {
    const difference = differenceOf(expected[at], actual[at], `${path}[${at}]`)
    if (difference === undefined) continue
    const shown = (name: string, list: readonly unknown[]) =>
      list.slice(Math.max(0, at - BEFORE), at + 2).map((one) => `  ${name} ${JSON.stringify(one)}`)
    const lengths = `${path} has ${actual.length} entries, and ${expected.length} are expected`
    return [difference, lengths, ...shown('expected', expected), ...shown('actual  ', actual)].join('\n')
  }
  return undefined
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
