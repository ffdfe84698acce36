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

/** The longest name and tag of the grammar, and room for what older registries hold. */
const MAX_LENGTH = 512
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

function invalid(text: string): Failure {
  return new Failure('invalid_selector', `${JSON.stringify(text.slice(0, 100))} is not a selector`)
}
