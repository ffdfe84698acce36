/** Removes revisions that nobody uses, and strategies with them. One writer at a time. */
import { normalize } from 'node:path'
import { Failure } from '../errors/failure'
import type { Digest } from '../schema/digest'
import type { Teller } from './registry-events'
import type { RegistryKeeper } from './registry-keeper'
import { pathsOf } from './registry-state'
import { Strategy } from './strategy'
import { checkRemovable } from './tags'
import type { Writing } from './writing'

type UsersOf = RegistryKeeper['users']

export class Removals {
  /** What has turned out to have no users, while it is deleted. */
  private going: { readonly name: string; readonly hashes: readonly Digest[] } | undefined

  constructor(private readonly writing: Writing) {}

  isGoing(name: string, hash: Digest): boolean {
    return this.going?.name === name && this.going.hashes.includes(hash)
  }

  /** See `Registry.remove`. */
  async remove(selector: string, usersOf: UsersOf, teller: Teller): Promise<void> {
    const { state, storage, events, check } = this.writing
    const { name, strategy, hashes } = this.removable(selector, usersOf)
    const left = hashes.length === strategy.entries.size ? new Strategy() : strategy.without(hashes[0]!)
    const next = state.catalogue.with(name, left)
    check(next)
    const still = pathsOf(next)
    const paths = new Set(hashes.map((hash) => normalize(strategy.entries.get(hash)!.path)))
    this.going = { name, hashes }
    try {
      await storage.remove(
        [...paths].filter((path) => !still.has(path)),
        next,
      )
      state.replace(next)
    } finally {
      this.going = undefined
    }
    for (const hash of hashes) {
      state.findings.delete(name, hash)
      const tags = strategy.tagsOf(hash)
      events.emit({ kind: 'revision-deleted', strategy: name, hash, tags }, teller)
    }
    for (const [tag, before] of strategy.tags) {
      if (strategy.entries.has(before) || left.tags.has(tag)) continue
      events.emit({ kind: 'tag-deleted', strategy: name, tag, before, allowOrphan: true }, teller)
    }
  }

  /** What a selector names for removal: one revision, or all of a strategy. */
  private removable(text: string, usersOf: UsersOf): { name: string; strategy: Strategy; hashes: readonly Digest[] } {
    const { catalogue } = this.writing.state
    const selector = catalogue.read(text)
    const { name, strategy } = catalogue.strategy(selector.name)
    const hashes = selector.kind === 'name' ? [...strategy.entries.keys()] : [catalogue.resolve(selector).hash]
    const users = hashes.flatMap((hash) => usersOf(name, hash))
    if (users.length > 0) {
      const message = `${text} is referenced by ${users.slice(0, 10).join(', ')}${users.length > 10 ? ', …' : ''}`
      throw new Failure('revision_in_use', message, { instances: users })
    }
    if (selector.kind !== 'name') checkRemovable(name, strategy, hashes[0]!)
    return { name, strategy, hashes }
  }
}
