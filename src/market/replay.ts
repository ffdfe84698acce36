/** The adapter `replay`: recorded market data as if it happened now, at its speed or faster. Times are the file's. */
import { FAILURES, Failure } from '../errors/failure'
import { breathe } from '../files/breathe'
import { reasonOf } from '../files/reason'
import type { MarketEvent } from '../schema/events'
import { parseFormat } from './files/formats'
import { instrumentOf } from './files/symbols'
import { type Adapter, isHurried, type Provider, type ProviderContext, type ProviderState } from './provider'
import { Recording, type RecordingSettings, symbolRefusal } from './recording'
import { ReplayFolder } from './replay-folder'
import { readSettings, type Setting } from './settings'

const SETTINGS: readonly Setting[] = [
  {
    name: 'file',
    type: 'string',
    description:
      'a file of market data in the replay directory, by its path from there; several are separated by commas and merged by time',
    required: true,
  },
  {
    name: 'symbol',
    type: 'string',
    description: 'reads this symbol alone; names the data when the file does not',
    default: '',
    required: false,
  },
  {
    name: 'timezone',
    type: 'string',
    description: 'IANA zone of times in the data that name none, as America/New_York',
    default: '',
    required: false,
  },
  {
    name: 'format',
    type: 'string',
    description: 'format of the data, as meltica backtest --format help lists them; recognised when it is not set',
    default: '',
    required: false,
  },
  {
    name: 'speed',
    type: 'float',
    description: 'recorded time against real time: 1 as recorded, 60 a minute per second, 0 as fast as possible',
    default: 1,
    required: false,
    range: [0, 1_000_000],
  },
]
/** Events passed on at once at the pace of the recording; others get their time at least after as many. */
const MOST_AT_ONCE = 1000
/** At the pace of the recording: events that may wait to be handled before it waits, too. */
const MOST_UNHANDLED = 4096
/** So that a stop is seen soon within a pause of the recording. */
const LONGEST_WAIT_MS = 1000
/** Ends the reading of a run that is stopped. */
const STOPPED = new Error('stopped')

/** @param directory of which it opens files, and of no other. */
export const replayOf = (directory: string): Adapter => ({
  identifier: 'replay',
  displayName: 'Replay',
  venue: 'replay',
  description:
    'Recorded market data from files, at the speed of the recording or faster; begins with the first subscription',
  capabilities: ['market-data', 'trading'],
  settings: SETTINGS.map(({ range: _range, ...setting }) => setting),
  recorded: true,
  create(context, config) {
    const settings = readSettings(SETTINGS, config)
    checkFormat(settings.text('format'))
    return new Replay(context, {
      folder: new ReplayFolder(directory),
      files: settings
        .text('file')
        .split(',')
        .map((file) => file.trim()),
      symbol: settings.text('symbol'),
      timezone: settings.text('timezone'),
      format: settings.text('format'),
      speed: settings.number('speed'),
    })
  },
})

/** @throws Failure invalid_provider */
function checkFormat(format: string): void {
  if (format === '') return
  try {
    parseFormat(format)
  } catch (error) {
    const message = reasonOf(error)
    throw new Failure('invalid_provider', `"format": ${message}`, { problems: [{ path: 'format', message }] })
  }
}

interface ReplaySettings extends RecordingSettings {
  readonly speed: number
}

class Replay implements Provider {
  readonly adapter = 'replay'
  readonly name: string
  readonly lossless = true
  readonly inTurn: boolean
  state: ProviderState = 'stopped'
  reason?: string
  readonly #recording: Recording
  readonly #symbols = new Set<string>()
  /** The present run: a stop ends it. */
  #run: { readonly stop: AbortController; readonly done: Promise<void> } | undefined
  /** Called at the first subscription. */
  #subscribed: (() => void) | undefined

  constructor(
    readonly context: ProviderContext,
    readonly settings: ReplaySettings,
  ) {
    this.name = context.name
    this.inTurn = isHurried(settings.speed)
    this.#recording = new Recording(context.name, settings)
  }

  get symbols(): readonly string[] {
    return [...this.#symbols]
  }

  instrument(symbol: string) {
    return instrumentOf(symbol, this.name)
  }

  subscribe(symbols: readonly string[]): void {
    for (const symbol of symbols) this.#symbols.add(symbol)
    if (this.#symbols.size > 0) this.#subscribed?.()
  }

  verify(): Promise<void> {
    return this.#recording.verify()
  }

  serves(symbols: readonly string[]): Promise<void> {
    return this.#recording.check(symbols)
  }

  /** From the first event on, also after it has finished or failed. */
  async start(): Promise<void> {
    if (this.state === 'running') return
    delete this.reason
    try {
      await this.verify()
    } catch (error) {
      this.#enter('failed', failureText(error))
      return
    }
    const stop = new AbortController()
    this.#enter('running')
    this.#run = { stop, done: this.#play(stop.signal) }
  }

  async stop(): Promise<void> {
    const run = this.#run
    if (!run) return
    run.stop.abort()
    await run.done
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  #enter(state: ProviderState, reason?: string): void {
    this.state = state
    if (reason !== undefined) this.reason = reason
    this.context.changed()
  }

  async #play(stopped: AbortSignal): Promise<void> {
    try {
      await this.#firstSubscription(stopped)
      if (!stopped.aborted) await this.#emitAll(stopped)
      this.#enter(stopped.aborted ? 'stopped' : 'finished')
    } catch (error) {
      if (error === STOPPED) this.#enter('stopped')
      else this.#enter('failed', failureText(error))
    }
  }

  #firstSubscription(stopped: AbortSignal): Promise<void> {
    if (this.#symbols.size > 0) return Promise.resolve()
    return new Promise((resume) => {
      this.#subscribed = resume
      stopped.addEventListener('abort', () => resume(), { once: true })
    })
  }

  async #emitAll(stopped: AbortSignal): Promise<void> {
    // what has no event for long is ended as well
    const afterPiece = () => (stopped.aborted ? Promise.reject(STOPPED) : breathe())
    await using feed = await this.#recording.open({ afterPiece })
    const refuseUnserved = () => {
      if (!feed.symbols.some((known) => this.#symbols.has(known))) throw symbolRefusal(this.symbols, feed.symbols)
    }
    if (feed.symbolsKnown) refuseUnserved()
    const pace = this.#pace()
    const drained = this.#backlog(stopped)
    let sincePause = 0
    for await (const batch of feed.batches()) {
      for (let at = 0; at < batch.length && !stopped.aborted; ) {
        const waitMs = pace.until(batch[at]!.timeMs)
        if (waitMs > 0 || sincePause >= MOST_AT_ONCE) {
          await pause(Math.min(waitMs, LONGEST_WAIT_MS), stopped)
          sincePause = 0
          if (waitMs > LONGEST_WAIT_MS || stopped.aborted) continue
        }
        const to = await this.#emitDue(batch, at, pace.reached(), drained)
        sincePause += to - at
        at = to
      }
      if (stopped.aborted) return
    }
    refuseUnserved()
  }

  /**
   * Passes on what the recording's clock has reached; faster than recorded, one event only and until it is handled: an
   * order is there before the event that fills it. As recorded, it waits when too much is not handled. @returns where the
   * rest begins.
   */
  async #emitDue(
    batch: readonly MarketEvent[],
    from: number,
    reachedMs: number,
    drained: (emitted: number, most: number) => Promise<void> | undefined,
  ): Promise<number> {
    const most = this.inTurn ? 1 : MOST_AT_ONCE
    let to = from + 1
    while (to < batch.length && to - from < most && batch[to]!.timeMs <= reachedMs) to++
    const due = batch.slice(from, to).filter((event) => this.#symbols.has(event.symbol))
    if (due.length === 0) return to
    this.context.emit(due)
    await drained(due.length, this.inTurn ? 0 : MOST_UNHANDLED)
    return to
  }

  /** Counts what was emitted and is not known to be handled, and waits for that when it is more than `most`. */
  #backlog(stopped: AbortSignal) {
    let unhandled = 0
    let handling: Promise<void> | undefined
    return (emitted: number, most: number): Promise<void> | undefined => {
      unhandled += emitted
      const before = unhandled
      handling ??= unlessStopped(this.context.drained(), stopped).then(() => {
        unhandled -= before
        handling = undefined
      })
      return unhandled > most ? handling : undefined
    }
  }

  /** The recording's clock, which begins with the first event. */
  #pace() {
    const { speed } = this.settings
    const { elapsed } = this.context
    const beganMs = elapsed()
    let firstMs: number | undefined
    const reached = () => (speed === 0 ? Number.POSITIVE_INFINITY : (firstMs ?? 0) + (elapsed() - beganMs) * speed)
    return {
      reached,
      until(timeMs: number): number {
        firstMs ??= timeMs
        return speed === 0 ? 0 : Math.max(0, (timeMs - reached()) / speed)
      },
    }
  }
}

/** The reason of a failure, with what is known of how to help it. */
function failureText(error: unknown): string {
  if (error instanceof Failure && error.hint !== FAILURES[error.code].hint) return `${error.message}; ${error.hint}`
  return reasonOf(error)
}

function unlessStopped(work: Promise<void>, stopped: AbortSignal): Promise<void> {
  return new Promise((resume, refuse) => {
    const done = () => {
      stopped.removeEventListener('abort', done)
      resume()
    }
    stopped.addEventListener('abort', done, { once: true })
    if (stopped.aborted) done()
    work.then(done, refuse)
  })
}

/** At least one turn of the event loop. */
function pause(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resume) => {
    const done = () => {
      clearTimeout(timer)
      stopped.removeEventListener('abort', done)
      resume()
    }
    const timer = setTimeout(done, ms)
    stopped.addEventListener('abort', done, { once: true })
  })
}
