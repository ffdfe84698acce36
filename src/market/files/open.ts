/** The door to market data in files: recognised, put into the order of time, as one feed of events. */
import { Failure } from '../../errors/failure'
import type { Instrument, MarketEvent, UncutTrade } from '../../schema/events'
import { withCandles } from '../candles/candled'
import { checkMultiples, type Timeframe } from '../candles/timeframe'
import { serials } from '../serials'
import { openContainer } from './container'
import type { Container } from './entry'
import type { FeedKind } from './formats'
import type { Layout } from './layout'
import { merge, type TimedStream } from './merging'
import { withoutOverlaps } from './overlaps'
import { cutTo, inRange, isInRange, type Range } from './range'
import { type LiveReading, readEvents } from './reading'
import { RowProblem } from './row'
import { instrumentOf, platformSymbol, symbolOfName } from './symbols'
import { type DataSource, type Tally, withGaps } from './tally'
import { type Text, textsOf, wantedOf } from './texts'
import { zoneProblem } from './zones'

export type { FeedKind } from './formats'
export type { Gap } from './gaps'
export type { DataSource } from './tally'

export interface DataOptions extends Range {
  /** Reads this symbol alone; of files that name none, it is the name. */
  readonly symbol?: string
  /** Counts broken rows instead of refusing the file. */
  readonly skipBadRows?: boolean
  /** The provider's name in the events. */
  readonly provider: string
  /** IANA zone of written times that name none; default UTC, or what the format is known for. */
  readonly timezone?: string
  /** What the files are, as a format's name, of candles perhaps with their length: `ohlcv:1m`. Nothing is guessed then. */
  readonly format?: string
  /** Then refusals quote names of columns and nothing of the rows, and no digest is taken. */
  readonly live?: LiveReading
  /** Candles of these lengths are made, and of candles in the data only those of these lengths are for strategies. */
  readonly timeframes?: readonly Timeframe[]
}

export interface DataFeed extends AsyncDisposable {
  readonly kind: FeedKind
  /** Length of the shortest candles, ms; 0 where there are none, or it is not known. */
  readonly intervalMs: number
  /** Those seen at the head of the files; more may come up while reading. */
  readonly symbols: readonly string[]
  /** No row names a symbol: there will be no others. */
  readonly symbolsKnown: boolean
  instrument(symbol: string): Instrument
  /** To be read once. @throws Failure data_broken, data_unreadable while reading. */
  batches(): AsyncIterable<MarketEvent[]>
  /** Bytes on the disk; for a zip, the bytes inside it. */
  readonly progress: { readonly bytesRead: number; readonly bytesTotal: number }
  /** Complete after the end. */
  readonly sources: readonly DataSource[]
  /** What was wrong with the first rows that were skipped, and what of zips is no market data. */
  readonly problems: readonly string[]
  /** What contradicts how the files are read, in sentences. */
  readonly contradictions: readonly string[]
}

/** Files that are named when none has what was asked for. */
const MOST_NAMED = 5
/** More than any venue has; something is kept in mind for each of them. */
const MOST_SYMBOLS = 100_000
const RANK: Record<FeedKind, number> = { klines: 0, trades: 1, quotes: 2, books: 3 }

/**
 * Recognises the files; reads them by `batches()`.
 * @throws Failure data_unreadable, data_unrecognised.
 */
export async function openData(paths: readonly string[], options: DataOptions): Promise<DataFeed> {
  if (paths.length === 0) throw new Failure('data_unreadable', 'no file of market data is named')
  const problem = options.timezone === undefined ? undefined : zoneProblem(options.timezone)
  if (problem !== undefined) throw new Failure('usage', problem)
  const containers: Container[] = []
  try {
    const texts: Text[] = []
    for (const path of paths) {
      const container = await openContainer(path)
      containers.push(container)
      texts.push(...(await textsOf(container, options)))
    }
    return feedOf(containers, wantedOf(texts, options.symbol), options)
  } catch (error) {
    for (const container of containers) await container[Symbol.asyncDispose]()
    throw error
  }
}

function feedOf(containers: readonly Container[], texts: readonly Text[], options: DataOptions): DataFeed {
  const kind = kindOf(texts)
  const { skipBadRows = false, timeframes } = options
  const intervalMs = shortestInterval(texts)
  if (timeframes && kind === 'klines') checkMultiples(timeframes, intervalMs)
  const wanted = options.symbol === undefined ? undefined : platformSymbol(options.symbol)
  const met = new Set<string>()
  const resolve = (written: string) => {
    const symbol = platformSymbol(written)
    if (met.size >= MOST_SYMBOLS && !met.has(symbol)) throw new RowProblem(`it is of the ${MOST_SYMBOLS + 1}th symbol`)
    met.add(symbol)
    if (wanted === undefined) return symbol
    return symbol === wanted ? options.symbol : undefined
  }
  const symbols = new Set(texts.flatMap(({ layout, symbol }) => symbolsOf(layout, symbol, resolve)))
  // Rows of what was asked for may come far behind the head; a recording looks for them by itself.
  if (options.symbol !== undefined && options.live === undefined) symbols.add(options.symbol)
  const progress = { bytesRead: 0, bytesTotal: texts.reduce((sum, { entry }) => sum + entry.size, 0) }
  const tallies = [...new Set(texts.map((text) => text.source))]

  async function* counted(text: Text, ordinal: number): AsyncGenerator<MarketEvent[]> {
    const { source, layout, entry, symbol } = text
    const events = readEvents({
      entry,
      layout,
      context: { provider: options.provider, symbol, resolve, ordinal },
      skipBadRows,
      live: options.live,
      onBytes: (count) => {
        progress.bytesRead += count
      },
      tally: source,
    })
    for await (const batch of events) {
      const within = inRange(batch, options)
      source.cover(batch)
      source.span(within)
      // What was before the time asked for is part of candles that end in it.
      const passed = timeframes ? batch : within
      if (passed.length > 0) yield passed
    }
  }
  const streams = texts.map(
    ({ entry, layout }, i): TimedStream => ({
      label: entry.label,
      startsAt: layout.startsAt,
      open: () => counted(texts[i]!, i),
    }),
  )

  return {
    kind,
    intervalMs,
    get symbols() {
      return [...symbols]
    },
    symbolsKnown: texts.every(({ layout }) => layout.symbols.length === 0),
    instrument: (symbol) => instrumentOf(symbol, options.provider),
    async *batches() {
      const merged = merge(streams)
      let any = false
      const gapped =
        kind === 'klines'
          ? withGaps(merged, texts, { skipBadRows, counts: (timeMs) => isInRange(timeMs, options) })
          : texts.length > 1
            ? withoutOverlaps(merged, texts, skipBadRows)
            : merged
      const { provider } = options
      const candled = timeframes ? cutTo(withCandles(gapped, { timeframes, provider, intervalMs }), options) : gapped
      try {
        for await (const batch of numbered(candled, provider, symbols)) {
          any ||= batch.length > 0
          yield batch
        }
      } finally {
        // A reader that stops early is to know as well what it was reading.
        if (options.live === undefined) for (const tally of tallies) await tally.identify()
      }
      for (const tally of tallies) tally.refuseNothing()
      if (any) return
      if (wanted !== undefined && met.size > 0 && !met.has(wanted)) throw noSymbol([...met])
      throw nothingOf(tallies, options.symbol)
    },
    progress,
    get sources() {
      return tallies.map((tally) => tally.result())
    },
    get problems() {
      return tallies.flatMap((tally) => tally.problems)
    },
    contradictions: contradictionsOf(texts, options.symbol),
    async [Symbol.asyncDispose]() {
      for (const container of containers) await container[Symbol.asyncDispose]()
    },
  }
}

/** Files that name another pair than was asked for, and have no rows that could say. */
function contradictionsOf(texts: readonly Text[], symbol: string | undefined): string[] {
  if (symbol === undefined) return []
  const unnamed = texts.filter(({ layout }) => layout.symbols.length === 0)
  const files = new Set(unnamed.map(({ source }) => source.container.file))
  return [...files].flatMap((file) => {
    const named = symbolOfName(file)
    // a single word may be a ticker or any word
    if (!named?.includes('-') || named === platformSymbol(symbol)) return []
    return [
      `--symbol says ${symbol}, the name of ${file} says ${named}: its rows name none, and are taken as ${symbol}`,
    ]
  })
}

/** What is said where no row is of the symbol that was asked for. @param met those that the data have. */
function noSymbol(met: readonly string[]): Failure {
  const named = met.slice(0, MOST_NAMED).join(', ')
  const more = met.length > MOST_NAMED ? ' and more' : ''
  return new Failure(
    'data_unreadable',
    `the data name no symbol that was asked for: they have ${named}${more}`,
    {},
    'choose another symbol with --symbol, or other data',
  )
}

/** What is said where no event is left. */
function nothingOf(tallies: readonly Tally[], symbol: string | undefined): Failure {
  const covered = tallies.slice(0, MOST_NAMED).map((tally) => tally.covers(symbol))
  const more = tallies.length > MOST_NAMED ? [`and ${tallies.length - MOST_NAMED} more files`] : []
  return new Failure(
    'data_unreadable',
    `the data have no row in the time asked for: ${[...covered, ...more].join(', ')}`,
    {},
    'choose another time with --from and --to, or another symbol',
  )
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

function shortestInterval(texts: readonly Text[]): number {
  const known = texts.map((text) => text.layout.intervalMs).filter((intervalMs) => intervalMs > 0)
  return known.length > 0 ? Math.min(...known) : 0
}

function symbolsOf(layout: Layout, symbol: string, resolve: (written: string) => string | undefined): string[] {
  if (layout.symbols.length === 0) return [symbol]
  return layout.symbols.map(resolve).filter((resolved) => resolved !== undefined)
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
    for (const event of batch as { sequence: number; eventId: string; symbol: string; uncut?: UncutTrade }[]) {
      event.sequence = ++sequence
      if (event.uncut === undefined) event.eventId = idOf(sequence)
      if (event.symbol !== symbol) {
        symbol = event.symbol
        symbols.add(symbol)
      }
    }
    yield batch
  }
}
