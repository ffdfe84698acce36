/**
 * Selectors: the three ways to name a revision.
 * `name` (its latest), `name:tag`, `name@sha256:<hex>`; a digest may be shortened to 12 hex digits or more.
 * Names and tags are not held to the grammar of new ones here: a registry may hold others.
 */
import { Failure } from '../errors/failure'
import { type Digest, parseDigestPrefix } from '../schema/digest'

export const LATEST = 'latest'

export type Selector =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'tag'; readonly name: string; readonly tag: string }
  | { readonly kind: 'hash'; readonly name: string; readonly prefix: Digest }

/** The longest name and tag of the grammar, and some room. */
const MAX_LENGTH = 512
/** The longest text that is looked up: older registries hold names and tags of any length. */
const MAX_KNOWN_LENGTH = 1024
const UNPRINTABLE = /\p{Cc}/u

/** @throws Failure invalid_selector. */
export function parseSelector(text: string): Selector {
  if (text.length > MAX_LENGTH || UNPRINTABLE.test(text)) throw invalid(text)
  const at = text.indexOf('@')
  const end = at < 0 ? text.indexOf(':') : at
  const name = end < 0 ? text : text.slice(0, end)
  const rest = end < 0 ? undefined : text.slice(end + 1)
  if (name === '' || rest === '') throw invalid(text)
  if (rest === undefined) return { kind: 'name', name }
  if (at < 0) return { kind: 'tag', name, tag: rest }
  const prefix = parseDigestPrefix(rest)
  if (!prefix) throw invalid(text)
  return { kind: 'hash', name, prefix }
}

/**
 * As `parseSelector`, and names and tags that an older registry holds are read as they stand, whatever separators or
 * other characters are in them. Where a text can be read in two ways, the shortest name that is there wins.
 * @param knows whether there is a strategy of this name and, where one is given, of this tag.
 * @throws Failure invalid_selector.
 */
export function readSelector(text: string, knows: (name: string, tag?: string) => boolean): Selector {
  if (text.length > MAX_KNOWN_LENGTH) throw invalid(text)
  let named: Selector | undefined
  for (let end = 1; end <= text.length; end++) {
    if (end < text.length && !SEPARATORS.includes(text.charAt(end))) continue
    const name = text.slice(0, end)
    const selector = knows(name) ? restOf(text, name) : undefined
    if (selector && (selector.kind !== 'tag' || knows(name, selector.tag))) return selector
    named ??= selector
  }
  return named ?? parseSelector(text)
}

const SEPARATORS = ':@'

/** What a text that begins with the name selects of it; undefined where it goes on otherwise. */
function restOf(text: string, name: string): Selector | undefined {
  const rest = text.slice(name.length + 1)
  switch (text.charAt(name.length)) {
    case '':
      return { kind: 'name', name }
    case ':':
      return rest === '' ? undefined : { kind: 'tag', name, tag: rest }
    default: {
      const prefix = parseDigestPrefix(rest)
      return prefix && { kind: 'hash', name, prefix }
    }
  }
}

function invalid(text: string): Failure {
  return new Failure('invalid_selector', `${JSON.stringify(text.slice(0, 100))} is not a selector`)
}
