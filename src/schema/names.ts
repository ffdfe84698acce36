/** The grammars of names and tags (contract §1). They bind new ones; what a registry already holds is served as it stands. */

export const NAME_PATTERN = '^[a-z0-9][a-z0-9._-]{0,127}$'
/** Docker's. */
export const TAG_PATTERN = '^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$'
/** A plain name, not hidden, without control characters. */
export const FILE_PATTERN = '^[^./\\\\\\u0000-\\u001f\\u007f-\\u009f][^/\\\\\\u0000-\\u001f\\u007f-\\u009f]{0,254}$'

const NAME = new RegExp(NAME_PATTERN)
const TAG = new RegExp(TAG_PATTERN)
const FILE = new RegExp(FILE_PATTERN, 'u')
/** A folder of such a name would be the registry's own file, one that is never looked into, or none at all on Windows. */
const RESERVED = /^(registry\.json.*|node_modules|(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?)$/

/** What `isStrategyName` takes. */
export const STRATEGY_NAME_PATTERN = `^(?!${RESERVED.source.slice(1)})${NAME_PATTERN.slice(1)}`

/** Lowers ASCII letters alone: the Kelvin sign, for one, is not taken for a k. */
export function lowerCaseName(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** @param name already in lower case. */
export function isStrategyName(name: string): boolean {
  return NAME.test(name) && !isReserved(name)
}

/** @param name already in lower case. */
export function isReserved(name: string): boolean {
  return RESERVED.test(name)
}

export function isTag(tag: string): boolean {
  return TAG.test(tag)
}

export function isFileName(name: string): boolean {
  return FILE.test(name) && !isReserved(lowerCaseName(name))
}

/** Ids of instances and names of providers: chosen by users, part of paths, labels and order ids. */
const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

export function isIdentifier(text: string): boolean {
  return IDENTIFIER.test(text)
}
