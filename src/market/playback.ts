/**
 * One run of a recording: passes on each event when the recording's clock reaches it, and waits for those who handle them.
 */
import { breathe } from '../files/breathe'
import { pause, unlessStopped } from '../flow/stoppable'
import type { MarketEvent } from '../schema/events'
import type { Progress } from './progress'
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
  readonly context: Pick<ProviderContext, 'emit' | 'drained' | 'elapsed' | 'cuts'>
  readonly recording: Recording
  /** Where it begins, and of which symbols; there may come to be more. */
  readonly progress: Progress
  /** It goes on for a gateway that has died. */
  readonly goesOn: boolean
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
  /** Events since others had their time. */
  #sincePause = 0

  constructor(private readonly deps: PlaybackDeps) {
    this.#inTurn = isHurried(deps.speed)
  }

  /** Ends with the recording, or soon when it is stopped. @throws STOPPED; Failure of the recording and its symbols. */
  async play(): Promise<void> {
    const { recording, progress, stopped, goesOn } = this.deps
    const { symbols } = progress
    // what has no event for long is ended as well
    const afterPiece = () => (stopped.aborted ? Promise.reject(STOPPED) : breathe())
    await using feed = await recording.open({ afterPiece })
    const refuseUnserved = () => {
      if (!feed.symbols.some((known) => symbols.has(known))) throw symbolRefusal([...symbols.keys()], feed.symbols)
    }
    if (feed.symbolsKnown) refuseUnserved()
    const begin = progress.position
    let read = 0
    if (begin === 0) await this.#begin(goesOn)
    for await (const batch of feed.batches()) {
      const before = Math.min(begin - read, batch.length)
      if (before > 0) this.#seeAgain(batch.slice(0, before), read)
      const arrives = before > 0 && read + before === begin
      read += batch.length
      if (read < begin) continue
      if (arrives) {
        progress.verify(batch[before - 1]!)
        await this.#begin(goesOn)
      }
      await this.#playBatch(batch, Math.max(0, before))
      if (stopped.aborted) return
    }
    if (read < begin) throw progress.tooShort(read)
    refuseUnserved()
  }

  /** What comes next is to be emitted for the first time: the recording's clock begins, or goes on. */
  async #begin(goesOn: boolean): Promise<void> {
    const { context, progress, stopped } = this.deps
    if (goesOn && context.cuts) await unlessStopped(context.cuts.arrived(), stopped)
    this.#beganMs = context.elapsed()
    this.#firstMs = progress.lastMs
  }

  #seeAgain(batch: readonly MarketEvent[], position: number): void {
    const { context, progress } = this.deps
    context.cuts?.seen(progress.asked(batch, position))
  }

  async #playBatch(batch: readonly MarketEvent[], from: number): Promise<void> {
    const { context, stopped } = this.deps
    for (let at = from; at < batch.length && !stopped.aborted; ) {
      const pending = context.cuts?.pending
      if (pending) {
        await unlessStopped(pending, stopped)
        continue
      }
      const waitMs = this.#msUntil(batch[at]!.timeMs)
      if (waitMs > 0 || this.#sincePause >= MOST_AT_ONCE) {
        await pause(Math.min(waitMs, LONGEST_WAIT_MS), stopped)
        this.#sincePause = 0
        if (waitMs > LONGEST_WAIT_MS || stopped.aborted || context.cuts?.pending) continue
      }
      const to = await this.#emitDue(batch, at)
      this.#sincePause += to - at
      at = to
    }
  }

  /**
   * Passes on what the recording's clock has reached; faster than recorded, one event only and until it is handled: an
   * order is there before the event that fills it. As recorded, it waits when too much is not handled. @returns where the
   * rest begins.
   */
  async #emitDue(batch: readonly MarketEvent[], from: number): Promise<number> {
    const { context, progress } = this.deps
    const { symbols } = progress
    const reachedMs = this.#reachedMs
    const most = this.#inTurn ? 1 : MOST_AT_ONCE
    let to = from + 1
    while (to < batch.length && to - from < most && batch[to]!.timeMs <= reachedMs) to++
    progress.advance(to - from, batch[to - 1]!)
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
