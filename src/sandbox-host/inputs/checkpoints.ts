/**
 * When which instance is put down as it stands: so that little of the log has to be done again, and so seldom that nobody
 * is held up by it. Who has used most of the host's time since its last checkpoint is next.
 */
import type { Residents } from '../residents'
import type { Snapshot } from '../snapshot'
import { dropLaunch, type Origin, writeCheckpoint, writeLaunch } from './checkpoint-file'
import { type Generation, Generations, type Kept } from './generations'
import type { Past } from './past'
import type { Position, Segments } from './segments'

/** The part of the host's time that goes into checkpoints, at most. */
const MOST_PART = 0.05
/** And of the time in which it has nothing else to do. */
const IDLE_PART = 0.15
/** CPU time: so much goes into them at once, and less than that is not begun with. */
const MOST_HELD_MS = 3
const LEAST_MS = 0.5
/** So many are chosen at one look. */
const MOST_AT_ONCE = 16
/** A checkpoint that is so many segments old is taken anew, if it can be. */
const OLD_SEGMENTS = 4
/** The log has no more segments than that. */
const MOST_KEPT = 32
/** So many segments later the gateway has written down that somebody was stopped, or is gone itself for long. */
const STOPPED_SEGMENTS = 2

/** One that runs no more, and may be asked for by a gateway that does not know that. */
interface Ended {
  readonly generations: Generations
  /** How much was said of instances until its end was. */
  readonly messages: number
  /** Where the log was then. */
  readonly segment: number
}

export interface CheckpointsDeps {
  readonly folder: string
  readonly segments: Segments
  readonly past: Past
  readonly origin: Origin
  readonly residents: Residents
  /** CPU time of all instances together that may have to be spent again, ms. */
  readonly mostRedoMs: number
  /** Counts up evenly, ms. */
  readonly clock: () => number
  /** CPU time of this thread, ms. */
  readonly cpu: () => number
  /** How much was said of instances on this link. */
  readonly said: () => number
  /** Batches so far. */
  readonly batches: () => number
}

export class Checkpoints {
  private readonly covered = new Map<number, Generations>()
  private readonly ended = new Map<number, Ended>()
  private kept: Kept = { messages: 0, batches: 0 }
  /** CPU time that checkpoints may take now, and the time up to which that is reckoned, ms. */
  private allowedMs = 0
  private since: { readonly wallMs: number; readonly cpuMs: number }
  /** Who is to be put down, last first. */
  private next: number[] = []

  constructor(private readonly deps: CheckpointsDeps) {
    this.since = { wallMs: deps.clock(), cpuMs: deps.cpu() }
  }

  /** Where what is known of it begins, oldest first. */
  begins(number: number, ...generations: [Generation, ...Generation[]]): void {
    this.covered.get(number)?.end()
    this.ended.get(number)?.generations.end()
    this.ended.delete(number)
    this.covered.set(number, new Generations(generations, ({ position }) => this.drop(number, position)))
  }

  /** It begins anew: what the log tells of its number before is of another start. */
  launched(number: number, launch: Generation): void {
    this.begins(number, launch)
    writeLaunch(this.deps.folder, number, launch.position)
  }

  /** It runs no more. */
  forget(number: number): void {
    const generations = this.covered.get(number)
    if (!generations) return
    this.covered.delete(number)
    this.ended.set(number, { generations, messages: this.deps.said(), segment: this.deps.segments.position.segment })
  }

  /** See `kept` of the protocol. */
  keeps(kept: Kept): void {
    this.kept = kept
  }

  /**
   * Puts some of them down, where that is due.
   * @param prepare writes what is not in the log yet.
   * @throws Error of the disk.
   */
  take(prepare: () => void): void {
    const { clock, cpu, residents } = this.deps
    const nowMs = clock()
    const fromMs = cpu()
    const wallMs = nowMs - this.since.wallMs
    const idleMs = Math.max(0, wallMs - (fromMs - this.since.cpuMs))
    this.since = { wallMs: nowMs, cpuMs: fromMs }
    this.allowedMs = Math.min(MOST_HELD_MS, this.allowedMs + wallMs * MOST_PART + idleMs * IDLE_PART)
    if (this.allowedMs < LEAST_MS) return
    let spentMs = 0
    let isPrepared = false
    while (spentMs < this.allowedMs) {
      const number = this.due()
      const snapshot = number === undefined ? undefined : residents.snapshot(number)
      if (!snapshot) break
      if (!isPrepared) prepare()
      isPrepared = true
      this.write(snapshot)
      spentMs = cpu() - fromMs
    }
    this.allowedMs = isPrepared ? this.allowedMs - spentMs : 0
  }

  /** Puts one down as it stands here. @param isTurn whatever the log tells of it before. @throws Error of the disk. */
  write(snapshot: Snapshot, isTurn = false): void {
    const { folder, segments, origin, residents, said, batches } = this.deps
    const { number, spec } = snapshot.launch
    const { position } = segments
    writeCheckpoint(folder, { ...snapshot, position, batches: batches() }, origin)
    const usedMs = residents.get(number)!.share.usedMs
    const generation = { position, usedMs, messages: said(), batches: spec.recorded ? batches() : 0, isTurn }
    const known = this.covered.get(number)
    if (known) known.add(generation, this.kept)
    else this.begins(number, generation)
  }

  /**
   * Removes what nobody needs of the log. Who sleeps for so long that it would grow without end does not go on where it
   * was when its host dies, but from `helpers.state`.
   */
  trim(): void {
    const { folder, segments, past } = this.deps
    const { segment } = segments.position
    const { kept } = this
    let oldest = segment
    for (const [number, generations] of this.covered) {
      generations.settle(kept)
      if (generations.expire(segment - MOST_KEPT)) oldest = Math.min(oldest, generations.oldest.position.segment)
      else this.covered.delete(number)
    }
    for (const [number, { generations, messages, segment: since }] of this.ended) {
      const isKnown = messages <= kept.messages && since + STOPPED_SEGMENTS <= segment
      if (!isKnown && generations.expire(segment - MOST_KEPT)) {
        oldest = Math.min(oldest, generations.oldest.position.segment)
      } else {
        generations.end()
        dropLaunch(folder, number)
        this.ended.delete(number)
      }
    }
    past.sweep(oldest)
  }

  private drop(number: number, position: Position): void {
    this.deps.past.release(number, position)
  }

  /** Who is next, if anybody is. */
  private due(): number | undefined {
    if (this.next.length === 0) this.next = this.look()
    for (let number = this.next.pop(); number !== undefined; number = this.next.pop())
      if (this.deps.residents.get(number)?.isQuiet) return number
    return undefined
  }

  /** The next ones, last first: to look at all of them takes as long as to put one down. */
  private look(): number[] {
    const { segments, residents, mostRedoMs } = this.deps
    const { segment } = segments.position
    const busy: { readonly number: number; readonly sinceMs: number }[] = []
    let allMs = 0
    for (const [number, { share }] of residents.all()) {
      const covered = this.covered.get(number)?.newest
      if (!covered) continue
      const isOld = segment - covered.position.segment > OLD_SEGMENTS
      const sinceMs = share.usedMs - covered.usedMs
      allMs += sinceMs
      if (sinceMs > 0 || isOld) busy.push({ number, sinceMs: isOld ? Number.POSITIVE_INFINITY : sinceMs })
    }
    busy.sort((a, b) => b.sinceMs - a.sinceMs)
    const next: number[] = []
    for (const { number, sinceMs } of busy) {
      if (next.length === MOST_AT_ONCE || (allMs <= mostRedoMs && sinceMs < Number.POSITIVE_INFINITY)) break
      next.unshift(number)
      if (sinceMs < Number.POSITIVE_INFINITY) allMs -= sinceMs
    }
    return next
  }
}
