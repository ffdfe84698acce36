/**
 * How many hosts there are: more when there are more instances than those at work should have, fewer when the last of them
 * has run none for a while. Each keeps its place for as long as it is there, and instances stay where they are.
 */
import type { Log } from '../telemetry/log'
import type { HostSlot } from './host-slot'
import { folderOf } from './input-folders'
import type { Placement } from './placement'

export interface CrewSize {
  /** There are never fewer. */
  readonly least: number
  /** Nor more. */
  readonly most: number
}

export interface CrewDeps {
  readonly make: () => HostSlot
  readonly log: Log
  /** How long the last one has to be without instances before it is let go, ms. */
  readonly idleMs: number
  /** The last one is there no more. */
  readonly gone: () => void
}

/** With more instances than that for each there is to be another one, as long as there may be. */
const INSTANCES_EACH = 4
/** Or when all are so far behind the market, ms. */
const BUSY_MS = 200

export class Crew implements AsyncDisposable {
  readonly slots: HostSlot[]
  /** Settles when all of the first are warm. Rejects with an Error when one does not come up. */
  readonly up: Promise<void>
  private size: CrewSize
  private folder: string | undefined
  /** What each may touch a folder of. */
  private confines: string | undefined
  /** On their way. */
  private readonly coming = new Set<Promise<void>>()
  private idle: Timer | undefined
  private isClosed = false

  constructor(
    first: number,
    private readonly deps: CrewDeps,
  ) {
    this.size = { least: first, most: first }
    this.slots = Array.from({ length: first }, deps.make)
    const opening = this.slots.map((slot) => slot.open())
    this.up = Promise.all(opening).then(() => undefined)
    this.up.catch(ignoreRejection)
    for (const one of opening) void this.expect(one).catch(ignoreRejection)
  }

  /** Each may touch a folder of its own in this one, also those that come later. */
  confineTo(folder: string): void {
    this.confines = folder
    for (const [index, slot] of this.slots.entries()) slot.confineTo(folderOf(folder, index))
  }

  /** Resolves when there are as many as have to be. @throws Error when one does not come up. */
  async resize(size: CrewSize): Promise<void> {
    this.size = size
    await this.atLeast(size.least)
  }

  /** Those that are more than have to be go when they are idle. @throws Error when one does not come up. */
  async atLeast(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count - this.slots.length }, () => this.grow()))
  }

  /** Each keeps what it is told in a folder of its own, also those that come later. */
  async record(folder: string): Promise<void> {
    this.folder = folder
    await Promise.all(this.slots.map((slot, index) => slot.record(folderOf(folder, index))))
  }

  get isRecorded(): boolean {
    return this.folder !== undefined
  }

  /** As `record`, but those that are adopted go on first. @returns for each those that do not, and why. */
  resume(folder: string): Promise<ReadonlyMap<Placement, string>[]> {
    this.folder = folder
    return Promise.all(this.slots.map((slot, index) => slot.resume(folderOf(folder, index))))
  }

  /** The one that runs the fewest; there is another one soon when it runs many. */
  next(): HostSlot {
    const slot = this.slots.reduce((least, one) => (one.placements.size < least.placements.size ? one : least))
    if (this.wantsMore()) {
      void this.grow().catch((error: unknown) =>
        this.deps.log('error', 'another sandbox host did not come up; those that are there go on', { error }),
      )
    }
    return slot
  }

  /** An instance is gone: the last one may be idle by now. */
  left(): void {
    if (this.idle || !this.isIdle()) return
    this.idle = setTimeout(() => {
      this.idle = undefined
      if (this.isIdle()) this.letGo()
      this.left()
    }, this.deps.idleMs)
    this.idle.unref()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true
    clearTimeout(this.idle)
    // those that come up still are ended, too
    await Promise.all(this.slots.map((slot) => slot[Symbol.asyncDispose]()))
    await Promise.allSettled(this.coming)
  }

  private get instances(): number {
    return this.slots.reduce((sum, { placements }) => sum + placements.size, 0)
  }

  private wantsMore(): boolean {
    const count = this.slots.length + this.coming.size
    if (this.isClosed || count >= this.size.most) return false
    const isBusy = this.coming.size === 0 && this.slots.every(({ pendingMs }) => pendingMs > BUSY_MS)
    return isBusy || this.instances >= INSTANCES_EACH * count
  }

  /** It takes part when it has come up. @throws Error when it does not. */
  private async grow(): Promise<void> {
    const slot = this.deps.make()
    try {
      await this.expect(slot.open())
    } catch (error) {
      await slot[Symbol.asyncDispose]()
      throw error
    }
    if (this.isClosed) await slot[Symbol.asyncDispose]()
    else {
      // before anything is asked of it
      if (this.confines !== undefined) slot.confineTo(folderOf(this.confines, this.slots.length))
      const index = this.slots.push(slot) - 1
      // before anything runs there
      if (this.folder !== undefined) await slot.record(folderOf(this.folder, index)).catch(ignoreRejection)
      this.left()
    }
  }

  private expect(opening: Promise<void>): Promise<void> {
    this.coming.add(opening)
    const arrived = () => void this.coming.delete(opening)
    opening.then(arrived, arrived)
    return opening
  }

  private isIdle(): boolean {
    const { slots, size } = this
    const last = slots.at(-1)!
    const isFree = last.placements.size === 0 && last.pending === 0
    return slots.length > size.least && isFree && this.instances < INSTANCES_EACH * (slots.length - 1)
  }

  private letGo(): void {
    const slot = this.slots.pop()!
    // what is counted of all of them never shrinks
    this.slots[0]!.restarts += slot.restarts
    this.deps.gone()
    void slot[Symbol.asyncDispose]()
  }
}

const ignoreRejection = (): void => undefined
