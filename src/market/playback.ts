/**
 * One run of a recording: passes on each event when the recording's clock reaches it, and waits for those who handle them.
 */
import { breathe } from '../files/breathe'
import { pause, unlessStopped } from '../flow/stoppable'
import type { MarketEvent } from '../schema/events'
import { isHurried, type ProviderContext } from './provider'
import { type Recording, symbolRefusal } from './recording'

/** Events passed on at once at the pace of the recording; others get their time at least after as many. */
const MOST_AT_ONCE = 1000
/** At the pace of the recording: events that may wait to be handled before it waits, too. */
const MOST_UNHANDLED = 4096
/** So that a stop is seen soon within a pause of the recording. */
const LONGEST_WAIT_MS = 1000
/** Ends the reading of a run that is stopped. */
export const STOPPED = new Error('stopped')

export interface PlaybackDeps {
  readonly context: Pick<ProviderContext, 'emit' | 'drained' | 'elapsed'>
  readonly recording: Recording
  /** Symbols that are subscribed to; there may come to be more. */
  readonly symbols: ReadonlySet<string>
  /** Recorded time against real time; 0: as fast as possible. */
  readonly speed: number
  readonly stopped: AbortSignal
}

export class Playback {
  /** One event after the other, each when the one before is handled. */
  readonly #inTurn: boolean
  /** When the clock began, by `elapsed`, ms. */
  #beganMs = 0
  /** The time of the first event, with which the recording's clock begins, ms. */
  #firstMs: number | undefined
  /** Events that were emitted and are not known to be handled. */
  #unhandled = 0
  #handling: Promise<void> | undefined

  constructor(private readonly deps: PlaybackDeps) {
    this.#inTurn = isHurried(deps.speed)
  }

  /** Ends with the recording, or soon when it is stopped. @throws STOPPED; Failure of the recording and its symbols. */
  async play(): Promise<void> {
    const { recording, symbols, stopped, context } = this.deps
    // what has no event for long is ended as well
    const afterPiece = () => (stopped.aborted ? Promise.reject(STOPPED) : breathe())
    await using feed = await recording.open({ afterPiece })
    const refuseUnserved = () => {
      if (!feed.symbols.some((known) => symbols.has(known))) throw symbolRefusal([...symbols], feed.symbols)
    }
    if (feed.symbolsKnown) refuseUnserved()
    this.#beganMs = context.elapsed()
    let sincePause = 0
    for await (const batch of feed.batches()) {
      for (let at = 0; at < batch.length && !stopped.aborted; ) {
        const waitMs = this.#msUntil(batch[at]!.timeMs)
        if (waitMs > 0 || sincePause >= MOST_AT_ONCE) {
          await pause(Math.min(waitMs, LONGEST_WAIT_MS), stopped)
          sincePause = 0
          if (waitMs > LONGEST_WAIT_MS || stopped.aborted) continue
        }
        const to = await this.#emitDue(batch, at)
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
  async #emitDue(batch: readonly MarketEvent[], from: number): Promise<number> {
    const { context, symbols } = this.deps
    const reachedMs = this.#reachedMs
    const most = this.#inTurn ? 1 : MOST_AT_ONCE
    let to = from + 1
    while (to < batch.length && to - from < most && batch[to]!.timeMs <= reachedMs) to++
    const due = batch.slice(from, to).filter((event) => symbols.has(event.symbol))
    if (due.length === 0) return to
    context.emit(due)
    await this.#drained(due.length, this.#inTurn ? 0 : MOST_UNHANDLED)
    return to
  }

  /** Counts what was emitted, and waits until it is handled when more than `most` is not. */
  #drained(emitted: number, most: number): Promise<void> | undefined {
    const { context, stopped } = this.deps
    this.#unhandled += emitted
    const before = this.#unhandled
    this.#handling ??= unlessStopped(context.drained(), stopped).then(() => {
      this.#unhandled -= before
      this.#handling = undefined
    })
    return this.#unhandled > most ? this.#handling : undefined
  }

  /** How far the recording's clock is. */
  get #reachedMs(): number {
    const { speed, context } = this.deps
    if (speed === 0) return Number.POSITIVE_INFINITY
    return (this.#firstMs ?? 0) + (context.elapsed() - this.#beganMs) * speed
  }

  /** Real time until the recording's clock reaches a time. */
  #msUntil(timeMs: number): number {
    const { speed } = this.deps
    this.#firstMs ??= timeMs
    return speed === 0 ? 0 : Math.max(0, (timeMs - this.#reachedMs) / speed)
  }
}
