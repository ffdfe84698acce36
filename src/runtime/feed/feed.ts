/**
 * Everything that happens, in one order, for whoever follows it: kept in the store, so that a follower goes on where it
 * stopped, and told when it is durable. Followers read at their own pace; none costs another one anything.
 */
import type { Store } from '../../store/store'
import type { ActivityKind } from '../activity/activity'
import type { ActivityStream } from '../activity/activity-stream'
import type { FeedFilter } from './feed-filter'
import { itemOf, type Told } from './feed-items'
import { FeedReader, type ToldEntry } from './feed-reader'

export interface FeedDeps {
  readonly activity: ActivityStream
  readonly store: Pick<Store, 'feed' | 'holder'>
  /** The name of the strategy of an instance. */
  readonly strategyOf: (instance: string) => string
  /** Milliseconds since 1970. */
  readonly now: () => number
}

interface Waiting {
  readonly activity: Told
  readonly strategy: string
}

const KINDS = [
  'order',
  'fill',
  'log',
  'state',
  'tag',
  'audit',
  'provider',
  'rollout',
  'risk',
] as const satisfies ActivityKind[]
/** Entries in memory, at least: what a follower that keeps up is told of. */
const REMEMBERED = 2000
/** Lines of logs are gathered for so long. */
const GATHERED_MS = 40

export class Feed implements Disposable {
  /** The newest entries, oldest first. */
  private recent: ToldEntry[] = []
  /** What waits for the next commit, of recordings for their next cut. */
  private readonly waiting = new Map<string, Waiting[]>()
  private lines: Waiting[] = []
  private gathering: ReturnType<typeof setTimeout> | undefined
  private news = Promise.withResolvers<void>()
  /** The number of the newest entry that was told. */
  newest: number
  /** Event streams that are open. */
  streams = 0
  /** How often a follower was told that something is no longer kept. */
  missed = 0
  /** Nothing more will be told. */
  isOver = false

  constructor(private readonly deps: FeedDeps) {
    this.newest = deps.store.feed.last
    for (const kind of KINDS) deps.activity.observe(kind, (activity) => this.add(activity))
  }

  /** A follower, from behind the entry of a number on. */
  reader(filter: FeedFilter, after: number): FeedReader {
    const { store, now } = this.deps
    return new FeedReader({ feed: this, store, filter, now }, after)
  }

  /** Entries above a number that are in memory; undefined: there were some that no longer are. */
  since(seq: number): readonly ToldEntry[] | undefined {
    if (seq >= this.newest) return []
    const first = this.recent[0]
    if (first === undefined || seq + 1 < first.seq) return undefined
    return this.recent.slice(this.recent.findLastIndex((entry) => entry.seq <= seq) + 1)
  }

  /** Resolves when something is told, or nothing more will be. */
  async told(): Promise<void> {
    if (!this.isOver) await this.news.promise
  }

  /** Whoever follows is told no more, and can go. */
  end(): void {
    this.isOver = true
    this.news.resolve()
  }

  [Symbol.dispose](): void {
    this.gather()
    this.end()
  }

  private add(activity: Told): void {
    if (activity.kind === 'state' && !activity.isNews) return
    const strategy = strategyNamed(activity) ?? this.strategyIn(activity)
    const { holder } = this.deps.store
    const isLog = activity.kind === 'log'
    if (isLog && holder === undefined) {
      this.lines.push({ activity, strategy })
      this.gathering ??= setTimeout(() => this.gather(), GATHERED_MS)
      return
    }
    const key = `${isLog} ${holder ?? ''}`
    const waiting = this.waiting.get(key)
    if (waiting) {
      waiting.push({ activity, strategy })
      return
    }
    const taken = [{ activity, strategy }]
    this.waiting.set(key, taken)
    this.write(isLog, () => {
      this.waiting.delete(key)
      return taken
    })
  }

  private strategyIn(activity: Told): string {
    return 'instance' in activity && activity.instance !== undefined ? this.deps.strategyOf(activity.instance) : ''
  }

  private gather(): void {
    clearTimeout(this.gathering)
    this.gathering = undefined
    const lines = this.lines.splice(0)
    if (lines.length > 0) this.write(true, () => lines)
  }

  /** @param taken what is to be told, asked for when it is written. */
  private write(isLog: boolean, taken: () => readonly Waiting[]): void {
    const { feed } = this.deps.store
    let entries: ToldEntry[] | undefined
    const numbered = () => {
      entries ??= taken().map(({ activity, strategy }) => {
        const item = itemOf(activity, strategy)
        return { seq: ++feed.last, text: JSON.stringify(item), item, isDurable: true }
      })
      return entries
    }
    feed.append(isLog, numbered)
    void feed.committed().then((isDurable) => this.tell(numbered(), isDurable))
  }

  private tell(entries: readonly ToldEntry[], isDurable: boolean): void {
    for (const entry of entries) this.recent.push(isDurable ? entry : { ...entry, isDurable })
    if (this.recent.length > 2 * REMEMBERED) this.recent = this.recent.slice(-REMEMBERED)
    this.newest = this.recent.at(-1)?.seq ?? this.newest
    const { resolve } = this.news
    this.news = Promise.withResolvers()
    resolve()
  }
}

const strategyNamed = (activity: Told): string | undefined => ('strategy' in activity ? activity.strategy : undefined)
