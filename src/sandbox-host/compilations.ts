/** Sources to compile: each in a turn of its own, for compiling runs them. */
import type { Scheduler, Task } from './scheduler'
import { Share } from './share'

/** Against one instance: whoever uploads waits for it, and many of them together are no flood of the host. */
const WEIGHT = 8

export class Compilations implements Task {
  queued = false
  readonly share = new Share({ weight: WEIGHT })
  private readonly jobs: (() => void)[] = []

  constructor(private readonly scheduler: Scheduler) {}

  push(job: () => void): void {
    this.jobs.push(job)
    this.scheduler.add(this)
  }

  turn(): boolean {
    this.jobs.shift()?.()
    if (this.jobs.length > 0) this.scheduler.add(this)
    return false
  }
}
