/** A recording as a provider: what it offers, and from when to when it plays. */
import { FAILURES, Failure } from '../errors/failure'
import { reasonOf } from '../files/reason'
import { instrumentOf } from './files/symbols'
import { Playback, STOPPED } from './playback'
import { isHurried, type Provider, type ProviderContext, type ProviderState } from './provider'
import { Recording, type RecordingSettings } from './recording'

export interface ReplaySettings extends RecordingSettings {
  readonly speed: number
}

export class Replay implements Provider {
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
      if (!stopped.aborted) await this.#playback(stopped).play()
      this.#enter(stopped.aborted ? 'stopped' : 'finished')
    } catch (error) {
      if (error === STOPPED) this.#enter('stopped')
      else this.#enter('failed', failureText(error))
    }
  }

  #playback(stopped: AbortSignal): Playback {
    const { context, settings } = this
    return new Playback({ context, recording: this.#recording, symbols: this.#symbols, speed: settings.speed, stopped })
  }

  #firstSubscription(stopped: AbortSignal): Promise<void> {
    if (this.#symbols.size > 0) return Promise.resolve()
    return new Promise((resume) => {
      this.#subscribed = resume
      stopped.addEventListener('abort', () => resume(), { once: true })
    })
  }
}

/** The reason of a failure, with what is known of how to help it. */
function failureText(error: unknown): string {
  if (error instanceof Failure && error.hint !== FAILURES[error.code].hint) return `${error.message}; ${error.hint}`
  return reasonOf(error)
}
