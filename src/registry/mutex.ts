/** Writers queue up: one at a time, in the order in which they came. */
import { Failure } from '../errors/failure'

export class Mutex {
  private last: Promise<unknown> = Promise.resolve()
  private closed = false

  /** @throws Failure not_ready after `close`. */
  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.closed) return Promise.reject(new Failure('not_ready', 'the registry is closed'))
    const turn = this.last.then(work, work)
    this.last = turn
    return turn
  }

  /** Those who wait have their turn, and `work` the last one. */
  close(work: () => Promise<void>): Promise<void> {
    const turn = this.run(work)
    this.closed = true
    return turn
  }
}
