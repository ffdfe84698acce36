/** Writers queue up: one at a time, in the order in which they came. */

export class Writers {
  private last: Promise<unknown> = Promise.resolve()

  run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work, work)
    this.last = turn
    return turn
  }
}
