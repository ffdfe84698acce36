/**
 * Reads that may be long, in steps that are short: between two of them the thread is free for orders. However much is asked
 * for, and by however many, nobody waits longer for the thread than one turn takes.
 */

/** Each step takes a fraction of a millisecond. */
export type Reading<T> = Generator<undefined, T, undefined>

/** So long the steps of one turn go on. */
const TURN_MS = 1

/** Reads in one go: for what is short, or has the thread for itself. */
export function finish<T>(reading: Reading<T>): T {
  for (;;) {
    const step = reading.next()
    if (step.done) return step.value
  }
}

interface Job {
  /** Goes on for a turn; true when there is nothing left to do. */
  readonly turn: () => boolean
}

/** All who read take turns. */
export class Readers {
  private readonly jobs: Job[] = []
  private isScheduled = false

  /** @param signal ends it unfinished, when nobody waits for it any more. */
  read<T>(reading: Reading<T>, signal?: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const turn = () => {
        try {
          for (const endMs = performance.now() + TURN_MS; ; ) {
            signal?.throwIfAborted()
            const step = reading.next()
            if (step.done) resolve(step.value)
            if (step.done || performance.now() >= endMs) return step.done === true
          }
        } catch (error) {
          reject(error)
          return true
        }
      }
      this.jobs.push({ turn })
      if (!this.isScheduled) this.turn()
    })
  }

  private turn(): void {
    this.isScheduled = false
    const job = this.jobs.shift()
    if (job === undefined) return
    if (!job.turn()) this.jobs.push(job)
    if (this.jobs.length === 0) return
    this.isScheduled = true
    setImmediate(() => this.turn())
  }
}
