/** A recording as a provider: what it offers, and from when to when it plays. */
import { FAILURES, Failure } from '../errors/failure'
import { reasonOf } from '../files/reason'
import { unlessStopped } from '../flow/stoppable'
import type { Instrument } from '../schema/events'
import { instrumentOf } from './files/symbols'
import { Playback, STOPPED } from './playback'
import { Progress } from './progress'
import { isHurried, type Provider, type ProviderContext, type ProviderState, type Recorded } from './provider'
import { Recording, type RecordingSettings } from './recording'
import { type MarketRules, readRules } from './rules/rules'

interface Run {
  readonly stop: AbortController
  /** When it runs or has failed. */
  readonly begun: Promise<unknown>
  readonly done: Promise<void>
}

export interface ReplaySettings extends RecordingSettings {
  readonly speed: number
  /** A file of the rules of its markets; '' for none. */
  readonly rules: string
}

export class Replay implements Provider {
  readonly adapter = 'replay'
  readonly name: string
  readonly lossless = true
  readonly inTurn: boolean
  state: ProviderState = 'stopped'
  reason?: string
  readonly #recording: Recording
  /** Once they have been read. */
  #rules: MarketRules | undefined
  readonly #progress = new Progress()
  /** The next start goes on where it was. */
  #goesOn = false
  /** What is starting or running: a stop ends it. */
  #run: Run | undefined
  /** Whether the last call was a start; of one that has been disposed of never again. */
  #wanted = false
  #disposed = false
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
    return [...this.#progress.symbols.keys()]
  }

  get recorded(): Recorded {
    return {
      played: this.#progress.played,
      goOnFrom: (played) => {
        this.#progress.goOnFrom(played)
        this.#goesOn = true
      },
    }
  }

  instrument(symbol: string): Instrument {
    const instrument = instrumentOf(symbol, this.name)
    return this.#rules?.find(symbol) ? this.#rules.apply(instrument) : instrument
  }

  subscribe(symbols: readonly string[]): void {
    this.#progress.subscribe(symbols)
    if (this.#progress.symbols.size > 0) this.#subscribed?.()
  }

  async verify(): Promise<void> {
    this.#checkRules([])
    await this.#recording.verify()
  }

  async serves(symbols: readonly string[]): Promise<void> {
    this.#checkRules(symbols)
    await this.#recording.check(symbols)
  }

  /** From the first event on, also after it has finished or failed; where it is to go on, from there. */
  async start(): Promise<void> {
    if (this.#disposed) return
    this.#wanted = true
    while (this.#run?.stop.signal.aborted) await this.#run.done
    if (!this.#wanted) return
    this.#run ??= this.#begin()
    await this.#run.begun
  }

  async stop(): Promise<void> {
    this.#wanted = false
    this.#run?.stop.abort()
    await this.#run?.done
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true
    await this.stop()
  }

  /** That the file of rules can be used, and has these symbols. @throws Failure invalid_provider. */
  #checkRules(symbols: readonly string[]): void {
    try {
      const rules = this.#rules ?? this.#readRules()
      for (const symbol of symbols) rules?.apply(this.instrument(symbol))
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      const problems = [{ path: 'rules', message: error.message }]
      throw new Failure('invalid_provider', `the rules cannot be used: ${error.message}`, { problems }, error.hint)
    }
  }

  #readRules(): MarketRules | undefined {
    const { rules, folder } = this.settings
    if (rules !== '') this.#rules = readRules(rules, (file) => folder.find(file))
    return this.#rules
  }

  #enter(state: ProviderState, reason?: string): void {
    this.state = state
    if (state !== 'running') this.#run = undefined
    if (reason === undefined) delete this.reason
    else this.reason = reason
    this.context.changed()
  }

  #begin(): Run {
    const stop = new AbortController()
    const goesOn = this.#goesOn
    this.#goesOn = false
    if (!goesOn) this.#progress.rewind()
    const begun = this.#looksSound(stop.signal)
    const done = begun.then(async (sound) => {
      if (sound) await this.#play(stop.signal, goesOn)
      if (this.#run === run) this.#run = undefined
    })
    const run: Run = { stop, begun, done }
    return run
  }

  /** Enters the state that follows, unless it is stopped meanwhile. */
  async #looksSound(stopped: AbortSignal): Promise<boolean> {
    // nobody needs the files of one that is over
    if (this.#progress.isOver) {
      this.#enter('finished')
      return false
    }
    try {
      await this.verify()
    } catch (error) {
      if (!stopped.aborted) this.#enter('failed', failureText(error))
      return false
    }
    if (stopped.aborted) return false
    this.#enter('running')
    return true
  }

  async #play(stopped: AbortSignal, goesOn: boolean): Promise<void> {
    try {
      await this.#firstSubscription(stopped)
      if (!stopped.aborted) await this.#playback(stopped, goesOn).play()
      if (!stopped.aborted) {
        this.#progress.isOver = true
        if (this.context.cuts) await unlessStopped(this.context.cuts.ended(), stopped)
      }
      this.#enter(stopped.aborted ? 'stopped' : 'finished')
    } catch (error) {
      if (error === STOPPED) this.#enter('stopped')
      else this.#enter('failed', failureText(error))
    }
  }

  #firstSubscription(stopped: AbortSignal): Promise<void> {
    if (this.#progress.symbols.size > 0 || stopped.aborted) return Promise.resolve()
    return new Promise((resume) => {
      this.#subscribed = resume
      stopped.addEventListener('abort', () => resume(), { once: true })
    })
  }

  #playback(stopped: AbortSignal, goesOn: boolean): Playback {
    const { context, settings } = this
    const { speed } = settings
    return new Playback({ context, recording: this.#recording, progress: this.#progress, goesOn, speed, stopped })
  }
}

/** The reason of a failure, with what is known of how to help it. */
function failureText(error: unknown): string {
  if (error instanceof Failure && error.hint !== FAILURES[error.code].hint) return `${error.message}; ${error.hint}`
  return reasonOf(error)
}
