/** The grammars of names and tags (contract §1). They bind new ones; what a registry already holds is served as it stands. */

export const NAME_PATTERN = '^[a-z0-9][a-z0-9._-]{0,127}$'
/** Docker's. */
export const TAG_PATTERN = '^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$'

const NAME = new RegExp(NAME_PATTERN)
const TAG = new RegExp(TAG_PATTERN)
/** A folder of such a name would be the registry's own file, or no file at all on Windows. */
const RESERVED = /^(registry\.json.*|(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?)$/

/** @param name already in lower case. */
export function isStrategyName(name: string): boolean {
  return NAME.test(name) && !RESERVED.test(name)
}

export function isTag(tag: string): boolean {
  return TAG.test(tag)
}

/** Ids of instances and names of providers: chosen by users, part of paths, labels and order ids. */
const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

export function isIdentifier(text: string): boolean {
  return IDENTIFIER.test(text)
}
