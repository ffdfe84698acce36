/** The door to market data in files: recognised, put into the order of time, as one feed of events. */
import { Failure } from '../../errors/failure'
import type { Instrument, MarketEvent } from '../../schema/events'
import { serials } from '../serials'
import { type Container, type Entry, openContainer } from './container'
import { gapCounter } from './gaps'
import type { FeedKind, Layout } from './layout'
import { merge, type TimedStream } from './merging'
import { headOf, readEvents } from './reading'
import { HEAD_SIZE, recognise } from './recognise'
import { instrumentOf, platformSymbol, symbolOfName } from './symbols'

export type { FeedKind } from './layout'

export interface DataOptions {
  /** Reads this symbol alone; of files that name none, it is the name. */
  readonly symbol?: string
  /** Events from this time on, ms since 1970; a candle counts by its close. */
  readonly from?: number
  /** Events before this time, ms. */
  readonly to?: number
  /** Counts broken rows instead of refusing the file. */
  readonly skipBadRows?: boolean
  /** The provider's name in the events. */
  readonly provider: string
  /** IANA zone of written times that name none; default UTC, or what the format is known for. */
  readonly timezone?: string
}

/** What was read from a file, as it stands in a backtest's result. */
export interface DataSource {
  /** Base name. */
  readonly file: string
  /** Of the bytes on the disk, hex. */
  readonly sha256: string
  readonly format: string
  /** Rows that were understood, whether or not they lie in the time asked for. */
  readonly rows: number
  /** Candles missing between those that are there. */
  readonly gaps: number
  readonly badRows: number
  /** RFC 3339; when the first event of the file happened, of a candle its opening. Null when there was none. */
  readonly from: string | null
  readonly to: string | null
}

export interface DataFeed extends AsyncDisposable {
  readonly kind: FeedKind
  /** Those seen at the head of the files; more may come up while reading. */
  readonly symbols: readonly string[]
  instrument(symbol: string): Instrument
  /** To be read once. @throws Failure data_broken, data_unreadable while reading. */
  batches(): AsyncIterable<MarketEvent[]>
  /** Of a zip the bytes inside it. */
  readonly progress: { readonly bytesRead: number; readonly bytesTotal: number }
  /** Complete after the end. */
  readonly sources: readonly DataSource[]
  /** What was wrong with the first rows that were skipped. */
  readonly problems: readonly string[]
}

interface Text {
  readonly source: Tally
  readonly entry: Entry
  readonly layout: Layout
  /** Of a text whose rows name none. */
  readonly symbol: string
}

/** A source while it is being counted. */
interface Tally {
  readonly container: Container
  format: string
  sha256: string
  rows: number
  gaps: number
  badRows: number
  first: number
  last: number
}

const RANK: Record<FeedKind, number> = { klines: 0, trades: 1, quotes: 2, books: 3 }
const MOST_PROBLEMS = 10

/**
 * Recognises the files; reads them by `batches()`.
 * @throws Failure data_unreadable, data_unrecognised.
 */
export async function openData(paths: readonly string[], options: DataOptions): Promise<DataFeed> {
  if (paths.length === 0) throw new Failure('data_unreadable', 'no file of market data is named')
  if (options.timezone !== undefined) checkZone(options.timezone)
  const containers: Container[] = []
  try {
    const texts: Text[] = []
    for (const path of paths) {
      const container = await openContainer(path)
      containers.push(container)
      texts.push(...(await recogniseAll(container, options)))
    }
    return feedOf(containers, wantedOf(texts, options.symbol), options)
  } catch (error) {
    for (const container of containers) await container[Symbol.asyncDispose]()
    throw error
  }
}

function checkZone(zone: string): void {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone })
  } catch {
    throw new Failure('usage', `"${zone}" is no time zone; write it as America/New_York`)
  }
}

async function recogniseAll(container: Container, options: DataOptions): Promise<Text[]> {
  const source = { container, format: '', sha256: '', rows: 0, gaps: 0, badRows: 0, first: Infinity, last: -Infinity }
  const texts: Text[] = []
  for (const entry of container.entries) {
    const { file } = container
    const { head, complete } = await headOf(file, entry, HEAD_SIZE)
    const { layout, symbol } = recognise(head, complete, { file, entry: entry.name, timezone: options.timezone })
    source.format ||= layout.format
    const guess = symbol ?? symbolOfName(entry.name) ?? symbolOfName(file)
    texts.push({ source, entry, layout, symbol: guess ?? options.symbol ?? 'SYMBOL' })
  }
  return texts
}

/** The texts that can hold the symbol asked for. A text whose name tells nothing surer than the user is of that symbol. */
function wantedOf(texts: readonly Text[], wanted: string | undefined): readonly Text[] {
  if (wanted === undefined) return texts
  const unnamed = texts.filter((text) => text.layout.symbols.length === 0)
  const guesses = new Set(unnamed.map((text) => text.symbol))
  const several = guesses.size > 1 && guesses.has(platformSymbol(wanted))
  return texts.flatMap((text) => {
    if (text.layout.symbols.length > 0) return [text]
    if (several && text.symbol !== platformSymbol(wanted)) return []
    return [{ ...text, symbol: wanted }]
  })
}

function feedOf(containers: readonly Container[], texts: readonly Text[], options: DataOptions): DataFeed {
  const kind = kindOf(texts)
  const wanted = options.symbol === undefined ? undefined : platformSymbol(options.symbol)
  const resolve = (written: string) => {
    const symbol = platformSymbol(written)
    if (wanted === undefined) return symbol
    return symbol === wanted ? options.symbol : undefined
  }
  const symbols = new Set(texts.flatMap(({ layout, symbol }) => symbolsOf(layout, symbol, resolve)))
  const progress = { bytesRead: 0, bytesTotal: containers.reduce((sum, container) => sum + container.size, 0) }
  const problems: string[] = []
  const tallies = [...new Set(texts.map((text) => text.source))]

  async function* counted(text: Text, ordinal: number): AsyncGenerator<MarketEvent[]> {
    const { source, layout, entry, symbol } = text
    const events = readEvents({
      file: source.container.file,
      entry,
      layout,
      context: { provider: options.provider, symbol, resolve, ordinal },
      skipBadRows: options.skipBadRows ?? false,
      onBytes: (count) => {
        progress.bytesRead += count
      },
      onRow: () => {
        source.rows++
      },
      onBadRow: (problem) => {
        source.badRows++
        if (problems.length < MOST_PROBLEMS) problems.push(problem)
      },
    })
    for await (const batch of events) {
      const within = inRange(batch, options)
      const [first] = within
      if (first === undefined) continue
      source.first = Math.min(source.first, first.type === 'KlineSummary' ? first.payload.openTime : first.timeMs)
      source.last = Math.max(source.last, within[within.length - 1]!.timeMs)
      yield within
    }
  }
  const streams = texts.map(
    (text, i): TimedStream => ({ startsAt: text.layout.startsAt, open: () => counted(text, i) }),
  )

  return {
    kind,
    get symbols() {
      return [...symbols]
    },
    instrument: (symbol) => instrumentOf(symbol, options.provider),
    async *batches() {
      const merged = merge(streams)
      yield* numbered(kind === 'klines' ? withGaps(merged, texts) : merged, options.provider, symbols)
      for (const tally of tallies) tally.sha256 = await tally.container.digest()
      refuseNothing(tallies, problems)
    },
    progress,
    get sources() {
      return tallies.map(sourceOf)
    },
    problems,
    async [Symbol.asyncDispose]() {
      for (const container of containers) await container[Symbol.asyncDispose]()
    },
  }
}

function kindOf(texts: readonly Text[]): FeedKind {
  const kinds = texts.map((text) => text.layout.kind)
  const bars = texts.find((text) => text.layout.kind === 'klines')
  const other = texts.find((text) => text.layout.kind !== 'klines')
  if (bars && other) {
    const [a, b] = [bars.source.container.file, other.source.container.file]
    throw new Failure(
      'data_unrecognised',
      `${a} has candles and ${b} has ${other.layout.kind}; read one kind at a time`,
    )
  }
  return kinds.reduce((richest, kind) => (RANK[kind] > RANK[richest] ? kind : richest))
}

function symbolsOf(layout: Layout, symbol: string, resolve: (written: string) => string | undefined): string[] {
  if (layout.symbols.length === 0) return [symbol]
  return layout.symbols.map(resolve).filter((resolved) => resolved !== undefined)
}

function inRange(batch: MarketEvent[], { from, to }: DataOptions): MarketEvent[] {
  if (from === undefined && to === undefined) return batch
  return batch.filter(({ timeMs }) => (from === undefined || timeMs >= from) && (to === undefined || timeMs < to))
}

/** Counts the gaps in the order of the feed, so that a gap between two files counts too: in the later one. */
async function* withGaps(batches: AsyncIterable<MarketEvent[]>, texts: readonly Text[]): AsyncGenerator<MarketEvent[]> {
  const gapsBefore = gapCounter()
  for await (const batch of batches) {
    for (const event of batch) {
      const { source, layout } = texts[event.sequence]!
      source.gaps += gapsBefore(event, layout.intervalMs, source.container.file)
    }
    yield batch
  }
}

/** Gives the events their sequence and id, now that their order is settled. */
async function* numbered(
  batches: AsyncIterable<MarketEvent[]>,
  provider: string,
  symbols: Set<string>,
): AsyncGenerator<MarketEvent[]> {
  const idOf = serials(`${provider}-`)
  let sequence = 0
  let symbol = ''
  for await (const batch of batches) {
    for (const event of batch as { sequence: number; eventId: string; symbol: string }[]) {
      event.sequence = ++sequence
      event.eventId = idOf(sequence)
      if (event.symbol !== symbol) {
        symbol = event.symbol
        symbols.add(symbol)
      }
    }
    yield batch
  }
}

/** Skipping every row is no way to read a file. */
function refuseNothing(tallies: readonly Tally[], problems: readonly string[]): void {
  const hopeless = tallies.find((tally) => tally.rows === 0 && tally.badRows > 0)
  if (!hopeless) return
  const { file } = hopeless.container
  throw new Failure('data_broken', `${file} has not one row that can be read; the first problem: ${problems[0]}`)
}

function sourceOf({ container, format, sha256, rows, gaps, badRows, first, last }: Tally): DataSource {
  const time = (ms: number) => (Number.isFinite(ms) ? new Date(ms).toISOString() : null)
  return { file: container.file, sha256, format, rows, gaps, badRows, from: time(first), to: time(last) }
}
