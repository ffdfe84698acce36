/** Turns as whoever does something once more hands them out: one after the other, each until it is over. */
import type { Turns } from './scheduler'

export class OneByOne implements Turns {
  readonly isLong = true
  private over: (() => void) | undefined

  async turnOf(turn: () => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.over = resolve
    if (!turn()) this.end()
    await promise
  }

  add(): void {
    // it has its turn when it is due
  }

  end(): void {
    const { over } = this
    this.over = undefined
    over?.()
  }

  charged<Result>(_: unknown, work: () => Result): Result {
    return work()
  }

  saves(): void {
    // nothing is written
  }
}
