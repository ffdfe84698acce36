/**
 * Takes the cuts of one recording: between two of its events, when all that they have led to is done. What is written on
 * behalf of its instances is durable with the next cut, and with that alone, so that after a crash everything goes on
 * from one moment.
 */
import type { PaperVenue } from '../../execution/paper-venue'
import type { Cuts, Provider } from '../../market/provider'
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
  /** There is another one to go on from. */
  readonly taken: () => void
  readonly log: Log
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
}

/** What is written waits for so long, unless somebody asks for it. */
const DUE_MS = 100
/** A recording of which nothing is written gets a cut so often. */
const IDLE_MS = 1000
/** So many times as long as one took there is none. */
const REST = 19
/** A host that was sent so many batches since is to forget what it keeps of before. */
const MOST_BATCHES = 1000
/** Who handles an event for longer is not waited for: what is written is committed, and there is no cut to go on from. */
const MOST_HANDLED_MS = 30_000
/** Who waits for a cut that does not come goes on. */
const PATIENCE_MS = 5000

export class Cutter implements Cuts, Disposable {
  private gate: PromiseWithResolvers<void> | undefined
  /** How many have closed it. */
  private closings = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  /** The one that is taken, and the one behind it. */
  private taking: Promise<void> | undefined
  private asked: Promise<void> | undefined
  private quietUntilMs = 0
  private position = 0
  /** How many batches each host had been sent at the last one that is durable; undefined: there is none. */
  batches: readonly number[] | undefined
  private isOver = false
  private readonly opened = Promise.withResolvers<void>()
  private isOpen = false

  constructor(private readonly deps: CutterDeps) {
    this.batches = deps.store.cuts.get(deps.recording)?.batches
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
  async settled(): Promise<void> {
    if (this.deps.store.isHolding(this.deps.recording)) await this.patiently(this.cut())
  }

  /** Does something while no event comes, and the journal has all that there is. */
  async atRest<T>(work: () => T | Promise<T>): Promise<T> {
    using _ = this.closed()
    await this.settled()
    return await work()
  }

  /** No more events. */
  close(): void {
    this.closed()
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
      if (this.isUpToDate) this.due(IDLE_MS)
      else this.cut().catch((error) => log('error', 'a cut of a recording failed', { provider: recording, error }))
    }, inMs)
    this.timer.unref()
  }

  private get isUpToDate(): boolean {
    const { store, recording, batches } = this.deps
    if (store.isHolding(recording) || this.progress.position !== this.position) return false
    return batches().every((sent, slot) => sent - (this.batches?.[slot] ?? 0) < MOST_BATCHES)
  }

  private async inTurn(): Promise<void> {
    await this.taking
    this.taking = this.asked
    this.asked = undefined
    try {
      await this.take()
    } finally {
      this.taking = undefined
      if (!this.isOver) this.due(IDLE_MS)
    }
  }

  private async take(): Promise<void> {
    const { store, recording, venue, isHeld, elapsed, log } = this.deps
    using _ = this.closed()
    const isDrained = await within(venue().drained(), MOST_HANDLED_MS)
    if (this.isOver) return
    const beganMs = elapsed()
    this.position = this.progress.position
    const batches = this.deps.batches()
    if (isDrained) store.cuts.save(recording, { ...this.progress, venue: venue().kept(isHeld), batches })
    else {
      log('warn', 'a recording has no moment to go on from: one of its events is handled for long', { recording })
      store.cuts.drop(recording)
    }
    this.quietUntilMs = elapsed() + REST * (elapsed() - beganMs)
    if (store.problem !== undefined) void this.untilWritten()
    else {
      this.batches = isDrained ? batches : undefined
      this.deps.taken()
    }
  }

  /** Nothing more is played that could not be kept. */
  private async untilWritten(): Promise<void> {
    using _ = this.closed()
    while (this.deps.store.problem !== undefined && !this.isOver) await this.deps.store.committed()
  }

  private async patiently(work: Promise<void>): Promise<void> {
    const { log, recording } = this.deps
    if (!(await within(work, PATIENCE_MS))) log('warn', 'a cut of a recording takes long', { recording })
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
