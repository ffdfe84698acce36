/** Sources to compile, one after the other: each step is a turn of its own, for compiling runs them, and takes its time. */
import type { Scheduler, Task } from './scheduler'
import { Share } from './share'

/** Against one instance: whoever uploads waits for it, and many of them together are no flood of the host. */
const WEIGHT = 8

export class Compilations implements Task {
  queued = false
  readonly share = new Share({ weight: WEIGHT })
  private readonly jobs: Iterator<undefined, void>[] = []

  constructor(private readonly scheduler: Scheduler) {}

  /** @param job a step at a time; it does not throw. */
  push(job: Iterator<undefined, void>): void {
    this.jobs.push(job)
    this.scheduler.add(this)
  }

  turn(): boolean {
    if (this.jobs[0]?.next().done) this.jobs.shift()
    if (this.jobs.length > 0) this.scheduler.add(this)
    return false
  }
}
