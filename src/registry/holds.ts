/** What nobody else may change for a while: a tag on its way to another revision, and revisions that something needs. */
import type { Failure } from '../errors/failure'
import type { Digest } from '../schema/digest'
import type { Catalogue } from './catalogue'

export interface Hold {
  readonly strategy: string
  /** Undefined: revisions alone are held. */
  readonly tag: string | undefined
  /** What the tag may come to name all the same. */
  readonly goal: Digest | undefined
  /** They stay. */
  readonly hashes: readonly Digest[]
  readonly refusal: () => Failure
}

/** @throws Failure the refusal of a hold that `next` would break. */
export function checkHolds(holds: Iterable<Hold>, before: Catalogue, next: Catalogue): void {
  for (const { strategy, tag, goal, hashes, refusal } of holds) {
    const was = before.strategies.get(strategy)
    const is = next.strategies.get(strategy)
    if (was === is) continue
    const names = tag === undefined ? undefined : is?.tags.get(tag)
    const named = tag === undefined ? undefined : was?.tags.get(tag)
    if (names !== named && (names === undefined || names !== goal)) throw refusal()
    if (hashes.some((hash) => was?.entries.has(hash) && !is?.entries.has(hash))) throw refusal()
  }
}
