/** A feed that is read once and kept in memory, for runs over the same data. */
import type { DataFeed } from '../market/files/open'
import type { MarketEvent } from '../schema/events'

interface Kept {
  readonly events: MarketEvent[]
  /** Symbols that were known when it came. */
  readonly symbols: number
}

/**
 * Reads a feed to its end. What it is told to keep too much of it lets go, and reads on: the feed's sources are complete
 * in any case.
 * @param feed to be closed when the cached one is of no more use. @param mostBytes to keep of memory, about.
 * @returns a feed whose `batches` can be read again and again, with the same events; undefined when they are too many.
 * @throws Failure as the feed does.
 */
export async function cachedFeed(feed: DataFeed, mostBytes: number): Promise<DataFeed | undefined> {
  const first = feed.symbols.length
  const batches: Kept[] = []
  let bytes = 0
  for await (const events of feed.batches()) {
    if (bytes > mostBytes) continue
    for (const event of events) bytes += sizeOf(event)
    batches.push({ events, symbols: feed.symbols.length })
    if (bytes > mostBytes) batches.length = 0
  }
  return bytes > mostBytes ? undefined : new CachedFeed(feed, batches, first)
}

class CachedFeed implements DataFeed {
  readonly kind: DataFeed['kind']
  readonly intervalMs: number
  readonly symbolsKnown: boolean
  readonly sources: DataFeed['sources']
  readonly problems: DataFeed['problems']
  readonly contradictions: DataFeed['contradictions']
  readonly progress: { bytesRead: number; readonly bytesTotal: number }
  symbols: readonly string[]
  readonly #all: readonly string[]

  constructor(
    private readonly feed: DataFeed,
    private readonly kept: readonly Kept[],
    private readonly firstSymbols: number,
  ) {
    const { kind, intervalMs, symbols, symbolsKnown, sources, problems, progress } = feed
    this.kind = kind
    this.intervalMs = intervalMs
    this.symbolsKnown = symbolsKnown
    this.sources = sources
    this.problems = problems
    this.contradictions = feed.contradictions
    this.#all = symbols
    this.symbols = symbols.slice(0, firstSymbols)
    this.progress = { bytesRead: 0, bytesTotal: progress.bytesTotal }
  }

  instrument(symbol: string): ReturnType<DataFeed['instrument']> {
    return this.feed.instrument(symbol)
  }

  /** One reader at a time: what is known of symbols follows it, as in the files. */
  async *batches(): AsyncGenerator<MarketEvent[]> {
    const { progress, kept } = this
    this.symbols = this.#all.slice(0, this.firstSymbols)
    for (const [index, { events, symbols }] of kept.entries()) {
      if (symbols !== this.symbols.length) this.symbols = this.#all.slice(0, symbols)
      progress.bytesRead = Math.round((progress.bytesTotal * (index + 1)) / kept.length)
      yield events
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.feed[Symbol.asyncDispose]()
  }
}

/** Bytes of an object, its texts and its record, as measured. */
const EVENT_BYTES = 400
const TEXT_EVENT_BYTES = 900
const LEVEL_BYTES = 200

function sizeOf(event: MarketEvent): number {
  if (event.type === 'Trade') return event.uncut === undefined ? TEXT_EVENT_BYTES : EVENT_BYTES
  if (event.type !== 'BookSnapshot') return TEXT_EVENT_BYTES
  const { bids, asks } = event.payload
  return TEXT_EVENT_BYTES + LEVEL_BYTES * (bids.length + asks.length)
}
