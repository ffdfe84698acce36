/** All strategies of a registry: finds what a selector names. A value: a change makes a new one. */
import { Failure } from '../errors/failure'
import type { Digest } from '../schema/digest'
import { isStrategyName, lowerCaseName } from '../schema/names'
import { LATEST, readSelector, type Selector } from './selector'
import type { Strategy } from './strategy'

export interface Resolved {
  readonly name: string
  readonly strategy: Strategy
  readonly hash: Digest
  readonly selector: Selector
}

export class Catalogue {
  constructor(readonly strategies: ReadonlyMap<string, Strategy> = new Map()) {}

  /** As the registry writes it: exactly as given where it stands so, else in lower case. */
  nameOf(text: string): string {
    return this.strategies.has(text) ? text : lowerCaseName(text)
  }

  /** @throws Failure invalid_selector for what can be no name, strategy_not_found. */
  strategy(text: string): { name: string; strategy: Strategy } {
    const name = this.nameOf(text)
    const strategy = this.strategies.get(name)
    if (strategy) return { name, strategy }
    if (!isStrategyName(name)) throw new Failure('invalid_selector', `${quoted(text)} is not a strategy name`)
    throw new Failure('strategy_not_found', `strategy ${quoted(name)} not found`)
  }

  /** Whether there is a strategy of this name and, where one is given, of this tag. */
  knows(text: string, tag?: string): boolean {
    const strategy = this.strategies.get(this.nameOf(text))
    return strategy !== undefined && (tag === undefined || strategy.tags.has(tag))
  }

  /** @throws Failure invalid_selector. */
  read(text: string): Selector {
    return readSelector(text, (name, tag) => this.knows(name, tag))
  }

  /** @throws Failure invalid_selector, strategy_not_found, tag_not_found, hash_not_found, hash_ambiguous. */
  resolve(selected: string | Selector): Resolved {
    const selector = typeof selected === 'string' ? this.read(selected) : selected
    const { name, strategy } = this.strategy(selector.name)
    const hash =
      selector.kind === 'hash'
        ? this.byPrefix(name, strategy, selector.prefix)
        : this.byTag(name, strategy, selector.kind === 'tag' ? selector.tag : LATEST)
    return { name, strategy, hash, selector }
  }

  /** @throws Failure hash_not_found, hash_ambiguous. */
  byPrefix(name: string, strategy: Strategy, prefix: Digest): Digest {
    const hashes = strategy.hashesWith(prefix)
    if (hashes.length > 1) {
      throw new Failure('hash_ambiguous', `${prefix} fits ${hashes.length} revisions of strategy ${quoted(name)}`)
    }
    if (hashes[0]) return hashes[0]
    const hint = `GET ${pathOf(name, strategy)} lists its revisions`
    throw new Failure('hash_not_found', `hash ${prefix} not found for strategy ${quoted(name)}`, {}, hint)
  }

  with(name: string, strategy: Strategy): Catalogue {
    const strategies = new Map(this.strategies)
    if (strategy.entries.size === 0 && strategy.tags.size === 0) strategies.delete(name)
    else strategies.set(name, strategy)
    return new Catalogue(strategies)
  }

  private byTag(name: string, strategy: Strategy, tag: string): Digest {
    const hash = tagged(name, strategy, tag)
    if (strategy.entries.has(hash)) return hash
    throw new Failure(
      'hash_not_found',
      `tag ${quoted(tag)} of strategy ${quoted(name)} names ${hash}, which is not there`,
      {},
      `GET ${pathOf(name, strategy)} lists its revisions; PUT the tag with the hash of one`,
    )
  }
}

/** What a tag names, whether or not that is there. @throws Failure tag_not_found. */
export function tagged(name: string, strategy: Strategy, tag: string): Digest {
  const hash = strategy.tags.get(tag)
  if (hash !== undefined) return hash
  const hint = `GET ${pathOf(name, strategy)} lists its tags`
  throw new Failure('tag_not_found', `tag ${quoted(tag)} not found for strategy ${quoted(name)}`, {}, hint)
}

/** Where a strategy can be looked at: a plain name needs a latest. */
function pathOf(name: string, strategy: Strategy): string {
  const latest = strategy.tags.get(LATEST)
  const isThere = latest !== undefined && strategy.entries.has(latest)
  return `/strategies/modules${isThere ? '/' : '?strategy='}${encodeURIComponent(name)}`
}

function quoted(text: string): string {
  return JSON.stringify(text)
}
