/** One strategy's part of the registry: its tags and revisions. A value: a change makes a new one. */
import type { Digest } from '../schema/digest'
import { LATEST } from './selector'

/** As `registry.json` holds it; fields of others are kept. */
export interface Entry {
  readonly tag: string
  /** Relative to the strategy home. */
  readonly path: string
}

export class Strategy {
  private byHash: Map<Digest, string[]> | undefined

  constructor(
    readonly tags: ReadonlyMap<string, Digest> = new Map(),
    readonly entries: ReadonlyMap<Digest, Entry> = new Map(),
  ) {}

  /** All tags that name the hash, in the file's order. */
  tagsOf(hash: Digest): readonly string[] {
    if (!this.byHash) {
      this.byHash = new Map()
      for (const [tag, named] of this.tags) {
        const tags = this.byHash.get(named)
        if (tags) tags.push(tag)
        else this.byHash.set(named, [tag])
      }
    }
    return this.byHash.get(hash) ?? []
  }

  /** The tag to call a revision by. */
  aliasOf(hash: Digest): string | undefined {
    const tags = this.tagsOf(hash)
    const stored = this.entries.get(hash)?.tag
    if (stored !== undefined && tags.includes(stored)) return stored
    return tags.find((tag) => tag !== LATEST) ?? tags[0]
  }

  /** All that begin with the digits of a shortened digest. */
  hashesWith(prefix: Digest): Digest[] {
    if (this.entries.has(prefix)) return [prefix]
    return [...this.entries.keys()].filter((hash) => hash.startsWith(prefix))
  }

  withEntry(hash: Digest, entry: Entry): Strategy {
    return new Strategy(this.tags, new Map(this.entries).set(hash, entry))
  }

  withTags(tags: Iterable<string>, hash: Digest): Strategy {
    const moved = new Map(this.tags)
    for (const tag of tags) moved.set(tag, hash)
    return new Strategy(moved, this.entries)
  }

  withoutTag(tag: string): Strategy {
    const tags = new Map(this.tags)
    tags.delete(tag)
    return new Strategy(tags, this.entries)
  }

  /** The revision and all tags that name it are gone. */
  without(hash: Digest): Strategy {
    const entries = new Map(this.entries)
    entries.delete(hash)
    return new Strategy(new Map([...this.tags].filter(([, named]) => named !== hash)), entries)
  }
}
