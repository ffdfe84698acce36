/**
 * Takes the cuts of one recording: between two of its events, when all that they have led to is done. What is written on
 * behalf of its instances is durable with the next cut, and with that alone, so that after a crash everything goes on
 * from one moment.
 */
import type { PaperVenue } from '../../execution/paper-venue'
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
  /** Those of all recordings. */
  readonly all: () => readonly Cutter[]
  /** It goes back to before this cut no more. */
  readonly taken: () => void
  readonly log: Log
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
}

/** What is written waits for so long, unless somebody asks for it. */
const DUE_MS = 100
/** A recording of which nothing is written gets a cut so often while it plays. */
const IDLE_MS = 1000
/** And so often while it does not: hosts keep what they were told since its last one. */
const AT_REST_MS = 10_000
/** So many times as long as one took there is none. */
const REST = 19
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
  private timer: ReturnType<typeof setTimeout> | undefined
  /** The one that is taken, and the one behind it. */
  private taking: Promise<void> | undefined
  private asked: Promise<void> | undefined
  private quietUntilMs = 0
  private takenMs = 0
  /** The last one. */
  private last: Pick<Cut, 'position' | 'batches'> | undefined
  private isOver = false
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
    return this.gate?.promise
  }

  /** What is to go on has done so: events may come, and cuts. */
  open(): void {
    if (this.isOpen) return
    this.isOpen = true
    this.opened.resolve()
    this.due(this.deps.store.isHolding(this.deps.recording) ? 0 : IDLE_MS)
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

  /** Something is held. */
  began(): void {
    if (this.isOpen) this.due(DUE_MS)
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
    this.isOver = true
    clearTimeout(this.timer)
    this.opened.resolve()
    this.gate?.resolve()
  }

  private closed(): Disposable {
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

  private due(afterMs: number): void {
    const { elapsed, recording, log } = this.deps
    const inMs = Math.max(afterMs, this.quietUntilMs - elapsed())
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      if (!this.isDue) this.due(IDLE_MS)
      else this.cut().catch((error) => log('error', 'a cut of a recording failed', { provider: recording, error }))
    }, inMs)
    this.timer.unref()
  }

  private async inTurn(): Promise<void> {
    // whoever has asked for it hears of what has gone wrong with it
    await this.taking?.catch(() => undefined)
    this.taking = this.asked
    this.asked = undefined
    try {
      await this.take()
    } finally {
      this.taking = undefined
      if (!this.isOver) this.due(IDLE_MS)
    }
  }

  /** With those of all recordings of which something is held: what hosts have told is durable when nothing is. */
  private async take(): Promise<void> {
    const { all, store } = this.deps
    const others = all().filter((one) => one !== this && one.isOpen && store.isHolding(one.deps.recording))
    const taken = [this, ...others]
    using gates = new DisposableStack()
    for (const one of taken) gates.use(one.closed())
    const drained = await Promise.all(taken.map((one) => within(one.deps.venue().drained(), MOST_HANDLED_MS)))
    for (const [index, one] of taken.entries()) if (!one.isOver) one.write(drained[index] === true)
  }

  private write(isDrained: boolean): void {
    const { store, recording, venue, isHeld, batches, elapsed, log } = this.deps
    const beganMs = elapsed()
    const cut = isDrained ? { ...this.progress, venue: venue().kept(isHeld), batches: batches() } : undefined
    if (cut) store.cuts.save(recording, cut)
    else {
      log('warn', 'a recording has no moment to go on from: one of its events is handled for long', { recording })
      store.cuts.drop(recording)
    }
    this.last = cut
    this.takenMs = elapsed()
    this.quietUntilMs = this.takenMs + REST * (this.takenMs - beganMs)
    if (store.problem === undefined) this.deps.taken()
    else void this.untilWritten()
  }

  /** There is something to take. */
  private get isDue(): boolean {
    const { store, recording, elapsed, batches } = this.deps
    if (store.isHolding(recording) || this.progress.position !== (this.last?.position ?? 0)) return true
    if (!this.last || elapsed() < this.takenMs + AT_REST_MS) return false
    const now = batches()
    return now.some((count, slot) => count !== this.last?.batches[slot])
  }

  /** Nothing more is played that could not be kept. */
  private async untilWritten(): Promise<void> {
    using _ = this.closed()
    while (this.deps.store.problem !== undefined && !this.isOver) await this.deps.store.committed()
    if (!this.isOver) this.deps.taken()
  }

  private get progress() {
    const { recorded } = this.deps.provider()
    return recorded?.played ?? NOTHING_PLAYED
  }
}

const NOTHING_PLAYED = { position: 0, symbols: [], isOver: false }

/** Whether the work was done within so many ms. */
async function within(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
    timer.unref()
  })
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
