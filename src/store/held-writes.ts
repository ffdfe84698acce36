/**
 * Writes on behalf of recordings, each kept in memory in its order until the next cut of its recording: what a crash takes
 * away of a recording is all that came after one moment, and it is done once more from there.
 */
export interface Held {
  readonly changes: readonly (() => void)[]
  /** By key: what is done behind these. */
  readonly latest: ReadonlyMap<number, () => void>
  /** Who waits for them to be committed. */
  readonly awaiting: readonly ((isDurable: boolean) => void)[]
}

const NOTHING: Held = { changes: [], latest: new Map(), awaiting: [] }

interface Holding {
  readonly changes: (() => void)[]
  readonly latest: Map<number, () => void>
  readonly awaiting: ((isDurable: boolean) => void)[]
}

export class HeldWrites {
  private readonly byRecording = new Map<string, Holding>()
  /** The recording on whose behalf something is written at this moment. */
  current: string | undefined
  /** Called at the first write that is held after a cut. */
  began: (recording: string) => void = () => undefined

  /** Something is held. */
  get isHolding(): boolean {
    return this.byRecording.size > 0
  }

  has(recording: string): boolean {
    return this.byRecording.has(recording)
  }

  /** What `work` writes before it returns is held; undefined: it is not, within what is held as well. */
  within<T>(recording: string | undefined, work: () => T): T {
    const before = this.current
    this.current = recording
    try {
      return work()
    } finally {
      this.current = before
    }
  }

  /** @returns false: nothing is held at this moment. */
  keep(change: () => void): boolean {
    if (this.current === undefined) return false
    this.of(this.current).changes.push(change)
    return true
  }

  /** The latest of a key alone. @returns false: nothing is held at this moment. */
  keepLatest(key: number, change: () => void): boolean {
    if (this.current === undefined) return false
    this.of(this.current).latest.set(key, change)
    return true
  }

  /** What was to be done for the key is not. */
  dropLatest(key: number): void {
    for (const { latest } of this.byRecording.values()) latest.delete(key)
  }

  /** @returns false: nothing is held at this moment. */
  await(resolve: (isDurable: boolean) => void): boolean {
    if (this.current === undefined) return false
    this.of(this.current).awaiting.push(resolve)
    return true
  }

  /** What was held so far, which is not any more. */
  take(recording: string): Held {
    const held = this.byRecording.get(recording) ?? NOTHING
    this.byRecording.delete(recording)
    return held
  }

  private of(recording: string): Holding {
    const known = this.byRecording.get(recording)
    if (known) return known
    const held: Holding = { changes: [], latest: new Map(), awaiting: [] }
    this.byRecording.set(recording, held)
    this.began(recording)
    return held
  }
}
