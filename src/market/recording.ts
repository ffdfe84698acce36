/** The files of a recording, before and while they are replayed: whether they can be read, and of which symbols they are. */
import { Failure } from '../errors/failure'
import { breathe } from '../files/breathe'
import type { Timeframe } from './candles/timeframe'
import type { DataFeed } from './files/open'
import type { LiveReading } from './files/reading'
import type { ReplayFolder } from './replay-folder'

export interface RecordingSettings {
  /** What the files lie in. */
  readonly folder: ReplayFolder
  readonly files: readonly string[]
  /** Read alone; the name of data that has none. '' when not given, as the time zone and the format. */
  readonly symbol: string
  readonly timezone: string
  /** The format of the files, in place of a guess. */
  readonly format: string
  /** Lengths of candles that are made of the data; none: those that they have. */
  readonly timeframes: readonly Timeframe[]
}

/** Symbols that a refusal names. */
const MOST_LISTED = 20
/** So much of the unpacked text is searched for symbols before it is replayed, in bytes. */
const MOST_SEARCHED = 64 << 20

/** Ends a search. */
class Searched extends Error {}

export class Recording {
  /** @param provider its name in the events. */
  constructor(
    private readonly provider: string,
    private readonly settings: RecordingSettings,
  ) {}

  /** @throws Failure invalid_provider, data_unreadable, data_unrecognised. */
  async open(live: LiveReading): Promise<DataFeed> {
    const { folder, files, symbol, timezone, format, timeframes } = this.settings
    const paths = files.map((file) => folder.find(file))
    // the readers of all formats: loaded by a gateway that replays, not by every start
    const { openData } = await import('./files/open')
    return openData(paths, {
      provider: this.provider,
      live,
      ...(symbol === '' ? {} : { symbol }),
      ...(timezone === '' ? {} : { timezone }),
      ...(format === '' ? {} : { format }),
      ...(timeframes.length === 0 ? {} : { timeframes }),
    })
  }

  /** That all files are there and are market data. @throws Failure invalid_provider. */
  async verify(): Promise<void> {
    await using _ = await this.opened({ afterPiece: breathe })
  }

  /**
   * That it has these symbols, as far as can be told within bounds: of a longer recording a symbol that is not met is met
   * later or never. @throws Failure invalid_provider, symbol_refused with those that it has.
   */
  async check(symbols: readonly string[]): Promise<void> {
    const { known, all } = await this.symbols(symbols)
    if (all && symbols.some((symbol) => !known.has(symbol))) throw symbolRefusal(symbols, [...known])
  }

  /** Those at the head of the files; where rows name them, `all`, unless the wanted ones are found or enough is read before. */
  private async symbols(wanted: readonly string[]): Promise<{ readonly known: Set<string>; readonly all: boolean }> {
    let searched = 0
    const afterPiece = (bytes: number) => {
      searched += bytes
      return searched > MOST_SEARCHED ? Promise.reject(new Searched()) : breathe()
    }
    await using feed = await this.opened({ afterPiece })
    const known = new Set(feed.symbols)
    const isMissing = () => wanted.some((symbol) => !known.has(symbol))
    if (feed.symbolsKnown || !isMissing()) return { known, all: true }
    try {
      for await (const batch of feed.batches()) {
        for (const { symbol } of batch) known.add(symbol)
        if (!isMissing()) break
      }
      return { known, all: true }
    } catch (error) {
      if (error instanceof Searched) return { known, all: false }
      throw unreplayable(error)
    }
  }

  private async opened(live: LiveReading): Promise<DataFeed> {
    try {
      return await this.open(live)
    } catch (error) {
      throw unreplayable(error)
    }
  }
}

/** What is wrong with the files is wrong with the setting that names them. */
function unreplayable(error: unknown): unknown {
  if (!(error instanceof Failure) || error.code === 'invalid_provider') return error
  // names, zones and formats were checked with the settings: what is left is a length that the candles do not make up
  const path = error.code === 'usage' ? 'klines' : 'file'
  const problems = [{ path, message: error.message }]
  const hint = error.code === 'data_unrecognised' || error.code === 'usage' ? error.hint : undefined
  return new Failure('invalid_provider', `the recording cannot be replayed: ${error.message}`, { problems }, hint)
}

/** @param asked of which at least one is missing. */
export function symbolRefusal(asked: readonly string[], known: readonly string[]): Failure {
  const missing = asked.filter((symbol) => !known.includes(symbol))
  const symbols = known.toSorted()
  const more = symbols.length > MOST_LISTED ? ` and ${symbols.length - MOST_LISTED} more` : ''
  return new Failure(
    'symbol_refused',
    `the data is of ${symbols.slice(0, MOST_LISTED).join(', ') || 'no symbol'}${more}, not of ${missing.join(', ')}`,
    { symbols },
    'use a symbol that it has, or give the provider the setting "symbol" where the data does not name its own',
  )
}
