/** The inside of a worker: runs over data that are read once, as far as memory allows, and an engine that stays warm. */
import { Failure } from '../../errors/failure'
import type { DataFeed } from '../../market/files/open'
import { unusedRules } from '../../market/rules/rules'
import { contractsOf } from '../../trading/contract'
import { cachedFeed } from '../cached-feed'
import { Encodings } from '../encodings'
import { finestOf, writtenSettings } from '../result/result'
import { type Backtest, type Ran, runBacktest } from '../run'
import type { CompiledStrategy } from '../strategy'
import type { FromWorker, Opened, Task, Window } from './messages'
import { failedLine, lineOf } from './run-line'

export interface RunnerParts {
  /** All that the runs have in common. */
  readonly run: Omit<Backtest, 'strategy' | 'config' | 'feed'> & { readonly strategy: CompiledStrategy }
  /** @param window undefined for the time that the user asked for. */
  readonly open: (window?: Window) => Promise<DataFeed>
  /** Memory that the data may take, about. */
  readonly mostBytes: number
}

interface Data extends AsyncDisposable {
  readonly feed: DataFeed
  readonly encodings?: Encodings
}

export class Runner implements AsyncDisposable {
  /** The data of the window under way, where they fit into memory. */
  #kept: { readonly window: string; readonly data: Data } | undefined
  /** Windows that are not. */
  readonly #tooLarge = new Set<string>()
  #digests: string | undefined

  constructor(private readonly parts: RunnerParts) {}

  /** Reads all data. @throws Failure of the data. */
  async open(): Promise<Opened> {
    const { strategy, engine, settings, rules } = this.parts.run
    const feed = await this.#keep(undefined)
    const { sources: data, problems } = feed
    const warnings = [...feed.contradictions, ...unusedRules(rules, feed.symbols)]
    this.#digests = digestsOf(feed)
    const contract = contractsOf({ model: settings.account }, (symbol) => feed.instrument(symbol))
    const [symbol = ''] = feed.symbols
    const { settlementCurrency: currency } = contract(symbol)
    const { name, tag, hash } = strategy
    const cached = this.#kept !== undefined
    const ruled = rules && { rules: rules.source.sha256 }
    const { periods: _, ...written } = writtenSettings(settings, 0, { rules, filledOn: finestOf(feed) })
    const known = { strategy: { name, tag, hash }, engine: engine.hash, data, settings: written, ...ruled }
    return { ...known, warnings, problems, currency, cached }
  }

  /** @throws Failure of the data. */
  async run({ config, window, returns: wantsReturns = false }: Task): Promise<FromWorker & { kind: 'ran' }> {
    const ran = await this.#ran(config, window)
    if (typeof ran === 'string') return { kind: 'ran', line: failedLine(config, ran) }
    const line = lineOf(config, ran)
    if (!wantsReturns) return { kind: 'ran', line }
    return { kind: 'ran', line, returns: [...ran.returns], holdReturns: [...ran.holdReturns] }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kept?.data[Symbol.asyncDispose]()
  }

  /** @returns why there was none, for a strategy that cannot be created with this config. */
  async #ran(config: Task['config'], window: Window | undefined): Promise<Ran | string> {
    const kept = await this.#data(window)
    await using fresh = kept === undefined ? await this.#fresh(window) : undefined
    const { feed, encodings } = (kept ?? fresh)!
    try {
      const ran = await runBacktest({ ...this.parts.run, config, feed, ...(encodings && { encodings }) })
      // a run that is stopped early leaves the rest of a file unread, but not its digest
      if (fresh !== undefined) this.#refuseOther(feed)
      return ran
    } catch (error) {
      if (error instanceof Failure && error.code === 'launch_failed') return error.message
      throw error
    }
  }

  async #data(window: Window | undefined): Promise<Data | undefined> {
    const key = keyOf(window)
    if (this.#kept?.window !== key && !this.#tooLarge.has(key)) await this.#keep(window)
    return this.#kept?.window === key ? this.#kept.data : undefined
  }

  async #fresh(window: Window | undefined): Promise<Data> {
    const feed = await this.parts.open(window)
    return { feed, [Symbol.asyncDispose]: () => feed[Symbol.asyncDispose]() }
  }

  /** Reads the data of a window instead of those before. @returns the feed, read to its end. */
  async #keep(window: Window | undefined): Promise<DataFeed> {
    await this.#kept?.data[Symbol.asyncDispose]()
    this.#kept = undefined
    const read = await this.parts.open(window)
    const feed = await cachedFeed(read, this.parts.mostBytes)
    if (feed === undefined) {
      this.#tooLarge.add(keyOf(window))
      await read[Symbol.asyncDispose]()
    } else {
      const data = { feed, encodings: new Encodings(), [Symbol.asyncDispose]: () => feed[Symbol.asyncDispose]() }
      this.#kept = { window: keyOf(window), data }
    }
    this.#refuseOther(read)
    return feed ?? read
  }

  #refuseOther(feed: DataFeed): void {
    if (this.#digests === undefined || digestsOf(feed) === this.#digests) return
    throw new Failure('data_unreadable', 'the files of data have changed while the sweep went on')
  }
}

const keyOf = ({ from, to }: Window = {}): string => `${from ?? ''}-${to ?? ''}`

const digestsOf = ({ sources }: DataFeed): string => sources.map(({ sha256 }) => sha256).join()
