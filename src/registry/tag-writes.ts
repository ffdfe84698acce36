/** Moves and deletes tags. One writer at a time. */
import { Failure } from '../errors/failure'
import { type Digest, parseDigestPrefix } from '../schema/digest'
import type { RegistryEvents, Teller } from './registry-events'
import type { RegistryState } from './registry-state'
import type { Storage } from './storage'
import { checkDeletable, checkMovable, checkUnmoved } from './tags'

export class TagWrites {
  constructor(
    private readonly state: RegistryState,
    private readonly storage: Storage,
    private readonly events: RegistryEvents,
  ) {}

  /** See `Registry.moveTag`. */
  async move(strategyName: string, tag: string, hash: string, teller: Teller, expected?: Digest) {
    const { catalogue } = this.state
    const { name, strategy } = catalogue.strategy(strategyName)
    const prefix = parseDigestPrefix(hash)
    if (!prefix) throw new Failure('invalid_request', `"hash" ${JSON.stringify(hash.slice(0, 100))} is not a hash`)
    const after = catalogue.byPrefix(name, strategy, prefix)
    checkMovable(strategy, tag)
    const before = strategy.tags.get(tag) ?? ''
    if (before !== after) {
      if (expected !== undefined) checkUnmoved(name, tag, before, expected)
      const next = catalogue.with(name, strategy.withTags([tag], after))
      await this.storage.replace(next)
      this.state.replace(next)
      this.events.emit({ kind: 'tag-moved', strategy: name, tag, before, after }, teller)
    }
    return { strategy: name, tag, hash: after, previousHash: before }
  }

  /** See `Registry.deleteTag`. */
  async delete(strategyName: string, tag: string, allowOrphan: boolean, teller: Teller) {
    const { catalogue } = this.state
    const { name, strategy } = catalogue.strategy(strategyName)
    const hash = checkDeletable(name, strategy, tag, allowOrphan)
    const next = catalogue.with(name, strategy.withoutTag(tag))
    await this.storage.replace(next)
    this.state.replace(next)
    this.events.emit({ kind: 'tag-deleted', strategy: name, tag, before: hash, allowOrphan }, teller)
    return { strategy: name, tag, hash }
  }
}
