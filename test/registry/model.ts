/** What a registry ought to do, as simply as it can be said: two maps for each strategy, and the rules of the contract. */
import type { FailureCode } from '../../src/errors/failure'
import type { UploadBody } from '../../src/registry/upload-plan'

interface Modelled {
  readonly tags: Map<string, string>
  /** Stored tag by hash. */
  readonly revisions: Map<string, string>
}

/** How an operation is refused; undefined when it is done. */
export type Refusal = FailureCode | undefined

export class RegistryModel {
  readonly strategies = new Map<string, Modelled>()

  upload(name: string, hash: string, body: Omit<UploadBody, 'source'> & { readonly tag: string }): Refusal {
    const { tag, aliases = [], reassignTags = [], promoteLatest = true } = body
    if (!promoteLatest && [tag, ...aliases, ...reassignTags].includes('latest')) return 'invalid_request'
    const strategy = this.strategies.get(name) ?? { tags: new Map(), revisions: new Map() }
    const allowed = new Set([...reassignTags, ...(promoteLatest ? ['latest'] : [])])
    for (const one of [tag, ...aliases]) {
      const named = strategy.tags.get(one)
      if (named !== undefined && named !== hash && !allowed.has(one)) return 'tag_conflict'
    }
    const latest = promoteLatest || !strategy.tags.has('latest') ? ['latest'] : []
    for (const one of [tag, ...aliases, ...reassignTags, ...latest]) strategy.tags.set(one, hash)
    strategy.revisions.set(hash, tag)
    this.strategies.set(name, strategy)
    return undefined
  }

  moveTag(name: string, tag: string, hash: string): Refusal {
    const strategy = this.strategies.get(name)
    if (!strategy) return 'strategy_not_found'
    if (!strategy.revisions.has(hash)) return 'hash_not_found'
    strategy.tags.set(tag, hash)
    return undefined
  }

  deleteTag(name: string, tag: string, allowOrphan: boolean): Refusal {
    const strategy = this.strategies.get(name)
    if (!strategy) return 'strategy_not_found'
    const hash = strategy.tags.get(tag)
    if (hash === undefined) return 'tag_not_found'
    if (tag === 'latest') return 'tag_protected'
    const others = [...strategy.tags].filter(([one, named]) => named === hash && one !== tag)
    if (!allowOrphan && others.length === 0) return 'tag_orphans_revision'
    strategy.tags.delete(tag)
    return undefined
  }

  removeRevision(name: string, hash: string): Refusal {
    const strategy = this.strategies.get(name)
    if (!strategy) return 'strategy_not_found'
    if (!strategy.revisions.has(hash)) return 'hash_not_found'
    if (strategy.tags.get('latest') === hash && strategy.revisions.size > 1) return 'revision_is_latest'
    strategy.revisions.delete(hash)
    for (const [tag, named] of strategy.tags) if (named === hash) strategy.tags.delete(tag)
    if (strategy.revisions.size === 0) this.strategies.delete(name)
    return undefined
  }

  removeStrategy(name: string): Refusal {
    return this.strategies.delete(name) ? undefined : 'strategy_not_found'
  }

  /** Comparable, whatever the order in which it came about. */
  state(): unknown {
    const sorted = (map: Map<string, unknown>) => Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)))
    return sorted(
      new Map(
        [...this.strategies].map(([name, { tags, revisions }]) => [
          name,
          { tags: sorted(tags), revisions: sorted(revisions) },
        ]),
      ),
    )
  }
}
