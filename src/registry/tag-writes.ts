/** Moves and deletes tags. One writer at a time. */
import { Failure } from '../errors/failure'
import { type Digest, parseDigestPrefix } from '../schema/digest'
import type { Teller } from './registry-events'
import { checkDeletable, checkMovable, checkUnmoved } from './tags'
import type { Writing } from './writing'

export class TagWrites {
  constructor(private readonly writing: Writing) {}

  /** See `Registry.moveTag`. */
  async move(strategyName: string, tag: string, hash: string, teller: Teller, expected?: Digest) {
    const { state, storage, events, check } = this.writing
    const { catalogue } = state
    const { name, strategy } = catalogue.strategy(strategyName)
    const prefix = parseDigestPrefix(hash)
    if (!prefix) throw new Failure('invalid_request', `"hash" ${JSON.stringify(hash.slice(0, 100))} is not a hash`)
    const after = catalogue.byPrefix(name, strategy, prefix)
    checkMovable(strategy, tag)
    const before = strategy.tags.get(tag) ?? ''
    if (before !== after) {
      if (expected !== undefined) checkUnmoved(name, tag, before, expected)
      const next = catalogue.with(name, strategy.withTags([tag], after))
      check(next)
      await storage.replace(next)
      state.replace(next)
      events.emit({ kind: 'tag-moved', strategy: name, tag, before, after }, teller)
    }
    return { strategy: name, tag, hash: after, previousHash: before }
  }

  /** See `Registry.deleteTag`. */
  async delete(strategyName: string, tag: string, allowOrphan: boolean, teller: Teller, expected?: Digest) {
    const { state, storage, events, check } = this.writing
    const { catalogue } = state
    const { name, strategy } = catalogue.strategy(strategyName)
    const hash = checkDeletable(name, strategy, tag, allowOrphan)
    if (expected !== undefined) checkUnmoved(name, tag, hash, expected)
    const next = catalogue.with(name, strategy.withoutTag(tag))
    check(next)
    await storage.replace(next)
    state.replace(next)
    events.emit({ kind: 'tag-deleted', strategy: name, tag, before: hash, allowOrphan }, teller)
    return { strategy: name, tag, hash }
  }
}
