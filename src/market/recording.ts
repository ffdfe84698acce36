/** The files of a recording, before and while they are replayed: whether they can be read, and of which symbols they are. */
import { Failure } from '../errors/failure'
import type { DataFeed } from './files/open'

export interface RecordingSettings {
  readonly files: readonly string[]
  /** Read alone; the name of data that has none. '' when not given, as the time zone and the format. */
  readonly symbol: string
  readonly timezone: string
  /** Of the files, in place of a guess. */
  readonly format: string
}

/** Symbols that a refusal names. */
const MOST_LISTED = 20

export class Recording {
  /** @param provider its name in the events. */
  constructor(
    private readonly provider: string,
    private readonly settings: RecordingSettings,
  ) {}

  /** @throws Failure data_unreadable, data_unrecognised, usage for an unknown time zone. */
  async open(): Promise<DataFeed> {
    const { files, symbol, timezone, format } = this.settings
    // the readers of all formats: loaded by a gateway that replays, not by every start
    const { openData } = await import('./files/open')
    return openData(files, {
      provider: this.provider,
      ...(symbol === '' ? {} : { symbol }),
      ...(timezone === '' ? {} : { timezone }),
      ...(format === '' ? {} : { format }),
    })
  }

  /** That all files are there and are market data. @throws Failure invalid_provider. */
  async verify(): Promise<void> {
    await using _ = await this.opened()
  }

  /** That it has these symbols. @throws Failure invalid_provider, symbol_refused with those that it has. */
  async check(symbols: readonly string[]): Promise<void> {
    const known = await this.symbols(symbols)
    if (symbols.some((symbol) => !known.has(symbol))) throw symbolRefusal(symbols, [...known])
  }

  /** Those at the head of the files; where rows name them, all, unless the wanted ones are found before. */
  private async symbols(wanted: readonly string[]): Promise<Set<string>> {
    await using feed = await this.opened()
    const known = new Set(feed.symbols)
    const isMissing = () => wanted.some((symbol) => !known.has(symbol))
    if (feed.symbolsKnown || !isMissing()) return known
    try {
      for await (const batch of feed.batches()) {
        for (const { symbol } of batch) known.add(symbol)
        if (!isMissing()) break
      }
      return known
    } catch (error) {
      throw unreplayable(error)
    }
  }

  private async opened(): Promise<DataFeed> {
    try {
      return await this.open()
    } catch (error) {
      throw unreplayable(error)
    }
  }
}

/** What is wrong with the files is wrong with the settings that name them. */
function unreplayable(error: unknown): unknown {
  if (!(error instanceof Failure)) return error
  const path = error.code === 'usage' ? 'timezone' : 'file'
  const problems = [{ path, message: error.message }]
  const hint = error.code === 'data_unrecognised' ? error.hint : undefined
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
