/**
 * Who runs next: whoever has used the least of this host's time, as in a completely fair scheduler. Turns follow each
 * other one by one; after some milliseconds, and before a turn that is going to take long, the host listens to the
 * gateway, so that no more than one long turn is ever between an event and those who have used little.
 */
import { RunQueue } from './run-queue'
import type { Share } from './share'

export interface Task {
  /** Kept by the scheduler. */
  queued: boolean
  readonly share: Share
  /**
   * Begins its turn.
   * @returns whether it goes on: it is over then with `Scheduler.end`.
   */
  turn(): boolean
}

/** Who hands out turns. */
export interface Turns {
  /** Has a turn when it is due; once, however often it is added before. */
  add(task: Task): void
  /** The turn at hand is over. */
  end(): void
  /** The turn at hand is as long as one is to be. */
  readonly isLong: boolean
  /** Work outside of turns. */
  charged<Result>(share: Share, work: () => Result): Result
  /** What is written of its state, in the turn at hand, is counted for when it has the next one. */
  saves(share: Share, length: number): void
}

/** What the scheduler tells its host. */
export interface Breaks {
  /** Nobody has anything to do. */
  idle(): void
  /**
   * There is more to do, soon.
   * @param restIsLong those who use little are done: what is left is work of others, for longer.
   */
  pause(restIsLong: boolean): void
  /** Resolves when there is room again for what turns make; undefined: there is. */
  choked(): Promise<void> | undefined
}

export interface Clocks {
  /** Counts up evenly, ms. */
  readonly wall: () => number
  /** CPU time of this thread at a time of the other clock, ms. */
  readonly cpu: (wallMs: number) => number
  /** Calls back after some ms. */
  readonly later: (ms: number, act: () => void) => void
}

const SLICE_MS = 10
/** Before a long turn the host listens unless it has within that time: news of that time wait for the turn. */
const FRESH_MS = 1
/** A turn is to end by then where it can. */
export const TURN_MS = 5

export class Scheduler implements Turns {
  private readonly ready = new RunQueue<Task>()
  private current: Task | undefined
  /** The one that has its turn wants another one. */
  private again = false
  private resting = false
  private going = false
  /** Somebody had a turn since the last break. */
  private worked = false
  private wallMs: number
  private cpuMs: number
  private sliceMs = 0

  constructor(
    private readonly breaks: Breaks,
    private readonly clocks: Clocks,
  ) {
    this.wallMs = clocks.wall()
    this.cpuMs = clocks.cpu(this.wallMs)
  }

  add(task: Task): void {
    if (task.queued) return
    if (task === this.current) {
      this.again = true
      return
    }
    task.queued = true
    this.enqueue(task)
    this.start()
  }

  /** Somebody has or will have a turn. */
  get busy(): boolean {
    return this.current !== undefined || this.resting || this.ready.size > 0
  }

  get isLong(): boolean {
    return this.clocks.wall() - this.wallMs > TURN_MS
  }

  end(): void {
    const task = this.current
    if (!task) throw new Error('nobody has a turn')
    this.current = undefined
    this.charge(task.share)
    if (this.again) {
      this.again = false
      task.queued = true
      this.enqueue(task)
    }
    this.go()
  }

  charged<Result>(share: Share, work: () => Result): Result {
    this.mark()
    try {
      return work()
    } finally {
      share.virtualMs = Math.max(share.virtualMs, this.ready.floorMs)
      this.charge(share)
    }
  }

  saves(share: Share, length: number): void {
    share.save(length, this.wallMs)
  }

  private enqueue(task: Task): void {
    // the time of the last turn may be long ago
    const waits = task.share.waitMs(this.wallMs) > 0
    const waitMs = waits ? task.share.waitMs(this.clocks.wall()) : 0
    if (waitMs <= 0) {
      this.ready.push(task)
      return
    }
    this.clocks.later(waitMs, () => {
      this.ready.push(task)
      this.start()
    })
  }

  private start(): void {
    if (this.current || this.resting || this.going) return
    this.resting = true
    queueMicrotask(() => this.slice())
  }

  private slice(): void {
    this.resting = false
    this.mark()
    this.sliceMs = this.wallMs
    this.go()
  }

  /** Turns, until one goes on or the host is to listen. */
  private go(): void {
    if (this.going || this.resting) return
    this.going = true
    while (!this.current && this.next());
    this.going = false
  }

  private next(): boolean {
    const task = this.ready.peek()
    if (!task) {
      this.breaks.idle()
      return false
    }
    const long = task.share.turnMs > TURN_MS
    if (this.wallMs - this.sliceMs > (long ? FRESH_MS : SLICE_MS)) {
      this.rest(long)
      return false
    }
    if (long && this.worked) {
      this.break(true)
      return true
    }
    this.worked = true
    this.ready.pop()
    task.queued = false
    this.current = task
    if (!task.turn()) this.end()
    return true
  }

  private rest(restIsLong: boolean): void {
    this.resting = true
    this.break(restIsLong)
    const choked = this.breaks.choked()
    if (choked) void choked.then(() => this.slice())
    else setImmediate(() => this.slice())
  }

  private break(restIsLong: boolean): void {
    this.worked = false
    this.breaks.pause(restIsLong)
  }

  private mark(): void {
    this.wallMs = this.clocks.wall()
    this.cpuMs = this.clocks.cpu(this.wallMs)
  }

  private charge(share: Share): void {
    const before = this.cpuMs
    this.mark()
    share.spend(this.cpuMs - before, this.wallMs)
  }
}
