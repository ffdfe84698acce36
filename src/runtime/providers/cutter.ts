/**
 * Takes the cuts of one recording: between two of its events, when all that they have led to is done. What is written on
 * behalf of its instances is durable with the next cut, and with that alone, so that after a crash everything goes on
 * from one moment.
 */
import type { PaperVenue } from '../../execution/paper-venue'
import { within } from '../../flow/within'
import type { Cuts, Provider } from '../../market/provider'
import type { Cut } from '../../schema/cuts'
import type { MarketEvent } from '../../schema/events'
import type { Store } from '../../store/store'
import type { Log } from '../../telemetry/log'

export interface CutterDeps {
  readonly recording: string
  readonly provider: () => Provider
  readonly venue: () => PaperVenue
  /** Whether what is written of an owner waits for cuts. @param name by which the venue knows it. */
  readonly isHeld: (name: string) => boolean
  readonly store: Store
  /** How many batches each sandbox host was sent. */
  readonly batches: () => readonly number[]
  /** No recording goes back to before its last cut any more. */
  readonly taken: () => void
  readonly log: Log
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
}

/** A recording that does not play gets a cut so often: hosts keep what they were told since its last one. */
const AT_REST_MS = 10_000
/** Who handles an event for longer is not waited for: what is written is committed, and there is no cut to go on from. */
const MOST_HANDLED_MS = 30_000
/** Who waits for a cut that does not come goes on. */
const PATIENCE_MS = 5000
/** What has no cut by then goes on from the one before at the next start. */
const LAST_PATIENCE_MS = 1500

export class Cutter implements Cuts, Disposable {
  private gate: PromiseWithResolvers<void> | undefined
  /** How many have closed it. */
  private closings = 0
  /** The one that is taken, and the one behind it. */
  private taking: Promise<void> | undefined
  private asked: Promise<void> | undefined
  private takenMs = 0
  /** The last one. */
  private last: Pick<Cut, 'position' | 'batches'> | undefined
  private readonly over = new AbortController()
  /** For the disk. */
  private isWaiting = false
  private readonly opened = Promise.withResolvers<void>()
  private isOpen = false

  constructor(private readonly deps: CutterDeps) {}

  /** How many batches each sandbox host was sent at the last cut; undefined: there is none to go back to. */
  get batches(): readonly number[] | undefined {
    return this.last?.batches
  }

  /** It goes on from a cut of an earlier gateway. */
  goOnFrom(cut: Cut): void {
    this.last = cut
  }

  get pending(): Promise<void> | undefined {
    if (!this.isOpen) return this.opened.promise
    if (this.deps.store.problem !== undefined) void this.untilWritten()
    return this.gate?.promise
  }

  /** What is to go on has done so: events may come, and cuts. */
  open(): void {
    if (this.isOpen) return
    this.isOpen = true
    this.opened.resolve()
  }

  seen(events: readonly MarketEvent[]): void {
    this.deps.venue().seen(events)
  }

  async arrived(): Promise<void> {
    await this.opened.promise
    this.deps.venue().arrived()
    await this.cut()
  }

  async ended(): Promise<void> {
    await this.opened.promise
    await this.cut()
  }

  /** Resolves with a cut that begins from now on; while the disk fails, when it is known to do so. */
  cut(): Promise<void> {
    if (!this.isOpen || this.isOver) return Promise.resolve()
    this.asked ??= this.inTurn()
    return this.asked
  }

  /** Resolves when all that was written so far is durable, or will be when the disk takes it. */
  async settled(patienceMs = PATIENCE_MS): Promise<void> {
    const { store, recording, log } = this.deps
    if (!store.isHolding(recording) || (await within(this.cut(), patienceMs))) return
    log('warn', 'a cut of a recording takes long', { recording })
  }

  /** Does something while no event comes, and the journal has all that there is. */
  async atRest<T>(work: () => T | Promise<T>): Promise<T> {
    using _ = this.closed()
    await this.settled()
    return await work()
  }

  /** No more events: it ends. */
  async rest(): Promise<void> {
    this.closed()
    await this.settled(LAST_PATIENCE_MS)
  }

  [Symbol.dispose](): void {
    this.over.abort()
    this.opened.resolve()
    this.gate?.resolve()
  }

  /** No event comes until it is disposed of. */
  closed(): Disposable {
    this.closings++
    this.gate ??= Promise.withResolvers()
    return {
      [Symbol.dispose]: () => {
        if (--this.closings > 0) return
        this.gate?.resolve()
        this.gate = undefined
      },
    }
  }

  private async inTurn(): Promise<void> {
    // whoever has asked for it hears of what has gone wrong with it
    await this.taking?.catch(() => undefined)
    this.taking = this.asked
    this.asked = undefined
    try {
      await cutTogether([this])
    } finally {
      this.taking = undefined
    }
  }

  /** Whether all that came of its events comes to be done within a while. */
  isDrained(): Promise<boolean> {
    return within(this.deps.venue().drained(), MOST_HANDLED_MS, this.over.signal)
  }

  /** @param isDrained all that came of its events so far is done. */
  write(isDrained: boolean): void {
    const { store, recording, venue, isHeld, batches, elapsed, log } = this.deps
    if (this.isOver) return
    const cut = isDrained ? { ...this.progress, venue: venue().kept(isHeld), batches: batches() } : undefined
    if (cut) store.cuts.save(recording, cut)
    else {
      log('warn', 'a recording has no moment to go on from: one of its events is handled for long', { recording })
      store.cuts.drop(recording)
    }
    this.last = cut
    this.takenMs = elapsed()
    if (store.problem !== undefined) void this.untilWritten()
  }

  /** What was written of all recordings is known to have been, once the disk has it. */
  written(): void {
    if (this.deps.store.problem === undefined) this.deps.taken()
  }

  /** Something waits for its next cut. */
  get isHolding(): boolean {
    return this.isOpen && !this.isOver && this.deps.store.isHolding(this.deps.recording)
  }

  private get isOver(): boolean {
    return this.over.signal.aborted
  }

  /** There is something to take. */
  get isDue(): boolean {
    const { elapsed, batches } = this.deps
    if (!this.isOpen || this.isOver) return false
    if (this.isHolding || this.progress.position !== (this.last?.position ?? 0)) return true
    if (!this.last || elapsed() < this.takenMs + AT_REST_MS) return false
    const now = batches()
    return now.some((count, slot) => count !== this.last?.batches[slot])
  }

  /** Nothing more is played that could not be kept. */
  private async untilWritten(): Promise<void> {
    if (this.isWaiting) return
    this.isWaiting = true
    using _ = this.closed()
    while (this.deps.store.problem !== undefined && !this.isOver) await this.deps.store.committed()
    this.isWaiting = false
    if (!this.isOver) this.deps.taken()
  }

  private get progress() {
    const { recorded } = this.deps.provider()
    return recorded?.played ?? NOTHING_PLAYED
  }
}

/** At one moment at which all that came of the events of all of them is done; `write` is called then. */
export async function cutTogether(
  cutters: readonly Cutter[],
  write: (cut: () => void) => void = (cut) => cut(),
): Promise<void> {
  using gates = new DisposableStack()
  for (const one of cutters) gates.use(one.closed())
  const areDrained = await Promise.all(cutters.map((one) => one.isDrained()))
  write(() => {
    for (const [index, one] of cutters.entries()) one.write(areDrained[index] === true)
    // whoever is told looks at all recordings
    cutters[0]?.written()
  })
}

const NOTHING_PLAYED = { position: 0, symbols: [], isOver: false }
