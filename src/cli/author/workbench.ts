/** What runs share that follow each other in one process: data that were read are kept, as far as they fit. */
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { cachedFeed } from '../../backtest/cached-feed'
import { Encodings } from '../../backtest/encodings'
import type { DataFeed } from '../../market/files/open'
import { FEED_FLAGS, type FeedFlags, type FeedOpener, openFeed } from '../run/opening'

/** More is read anew for each run: it would not fit. */
const MOST_FILE_BYTES = 48 << 20
/** Memory of one feed, about. */
const MOST_BYTES = 256 << 20
const MOST_FEEDS = 4

export class Workbench implements AsyncDisposable {
  /** The last one used stands last. */
  readonly #feeds = new Map<string, DataFeed>()
  readonly #tooLarge = new Set<string>()
  /** Records of feeds that are kept. */
  readonly #encodings = new WeakMap<DataFeed, Encodings>()

  /** Reads files again when they have changed. */
  readonly open: FeedOpener = async (files, flags, stack) => {
    const key = await keyOf(files, flags)
    const kept = key === undefined ? undefined : await this.#kept(key, files, flags)
    return kept ?? stack.use(await openFeed(files, flags))
  }

  /** @returns undefined for a feed that is not kept. */
  encodings(feed: DataFeed): Encodings | undefined {
    return this.#encodings.get(feed)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const feed of this.#feeds.values()) await feed[Symbol.asyncDispose]()
    this.#feeds.clear()
  }

  async #kept(key: string, files: readonly string[], flags: FeedFlags): Promise<DataFeed | undefined> {
    if (this.#tooLarge.has(key)) return undefined
    const feed = this.#feeds.get(key) ?? (await this.#read(key, files, flags))
    if (feed === undefined) return undefined
    this.#feeds.delete(key)
    this.#feeds.set(key, feed)
    for (const [oldest, one] of this.#feeds) {
      if (this.#feeds.size <= MOST_FEEDS) break
      this.#feeds.delete(oldest)
      await one[Symbol.asyncDispose]()
    }
    return feed
  }

  async #read(key: string, files: readonly string[], flags: FeedFlags): Promise<DataFeed | undefined> {
    await using stack = new AsyncDisposableStack()
    const feed = stack.use(await openFeed(files, flags))
    const cached = await cachedFeed(feed, MOST_BYTES)
    if (cached) {
      stack.move()
      this.#encodings.set(cached, new Encodings())
    } else this.#tooLarge.add(key)
    return cached
  }
}

/** @returns what tells data from others; undefined for what is too large or cannot be read. */
async function keyOf(files: readonly string[], flags: FeedFlags): Promise<string | undefined> {
  const stamps: string[] = []
  let bytes = 0
  for (const file of files) {
    const info = await stat(file, { bigint: true }).catch(() => undefined)
    if (!info?.isFile()) return undefined
    bytes += Number(info.size)
    stamps.push(resolve(file), String(info.ino), String(info.size), String(info.mtimeNs))
  }
  if (bytes > MOST_FILE_BYTES) return undefined
  return JSON.stringify([stamps, FEED_FLAGS.map((flag) => flags[flag] ?? null)])
}
