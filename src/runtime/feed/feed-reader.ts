/** One follower of the feed: knows where it is, and reads on from there, from memory or from the store. */
import type { FeedItem, FeedType } from '../../schema/feed'
import type { FeedEntry } from '../../store/feed'
import type { Reading } from '../../store/reading'
import type { Store } from '../../store/store'
import { type FeedFilter, fits } from './feed-filter'

/** What is told to a follower. */
export interface Heard {
  /** Where to go on after it; absent where that is not certain. */
  readonly id?: number
  readonly type: FeedType
  readonly item: FeedItem
  /** The same as JSON. */
  readonly text: string
}

/** An entry that was told. */
export interface ToldEntry extends FeedEntry {
  readonly item: FeedItem
  /** False where the disk has failed meanwhile: after a restart it may be there or not. */
  readonly isDurable: boolean
}

/** What is told, as far as it is in memory. */
interface Recent {
  /** The number of the newest entry that was told. */
  readonly newest: number
  /** How often somebody was told of what is gone. */
  missed: number
  /** Entries above a number; undefined: not all of them are in memory. */
  since(seq: number): readonly ToldEntry[] | undefined
}

export interface FeedReaderDeps {
  readonly feed: Recent
  readonly store: Pick<Store, 'feed'>
  readonly filter: FeedFilter
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** Entries of one turn. */
const MOST = 500

export class FeedReader {
  /** Up to where it was told that something is gone. */
  private lostUntil = 0

  /** @param after the number of the last entry that was heard. */
  constructor(
    private readonly deps: FeedReaderDeps,
    private after: number,
  ) {}

  /** The number up to which it has heard everything. */
  get position(): number {
    return this.after
  }

  /** What comes next, some of it if there is much; nothing: there is no more so far. */
  *next(): Reading<readonly Heard[]> {
    const { feed, filter } = this.deps
    const heard = [...this.lost()]
    while (heard.length === 0 && this.after < feed.newest) {
      const recent = feed.since(this.after)
      const entries = recent ?? this.stored()
      for (const { seq, text, item, isDurable } of entries.slice(0, MOST)) {
        this.after = seq
        if (fits(item, filter)) heard.push({ ...(isDurable && { id: seq }), type: item.type, item, text })
      }
      // the rest of what memory no longer has was given up by a failing disk
      if (entries.length === 0) this.after = feed.newest
      yield
    }
    return heard
  }

  /** Says what of it can no longer be told. */
  private *lost(): Generator<Heard> {
    const { feed, store, filter } = this.deps
    const { types } = filter
    if (this.after > feed.newest) {
      yield this.missed(feed.newest, 'the id is of another gateway, or of one that was restored: told from now on')
    }
    if (feed.since(this.after) !== undefined) return
    const wantsLogs = types === undefined || types.has('log')
    const wantsOthers = types === undefined || [...types].some((type) => type !== 'log')
    const gone = Math.max(wantsLogs ? store.feed.gone(true) : 0, wantsOthers ? store.feed.gone(false) : 0)
    if (gone <= Math.max(this.after, this.lostUntil)) return
    this.lostUntil = gone
    yield this.missed(gone, 'older entries are no longer kept')
  }

  private missed(until: number, reason: string): Heard {
    this.deps.feed.missed++
    const at = new Date(this.deps.now()).toISOString()
    const item: FeedItem = { at, type: 'missed', after: this.after, until, reason }
    // entries up to there that are still kept are told
    if (until < this.after) this.after = until
    return { id: this.after, type: 'missed', item, text: JSON.stringify(item) }
  }

  private stored() {
    return this.deps.store.feed.above(this.after).map(({ seq, text }) => {
      const item: FeedItem = JSON.parse(text)
      return { seq, text, item, isDurable: true }
    })
  }
}
