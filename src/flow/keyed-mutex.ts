/** One after the other: changes of one thing wait for each other, those of different things don't. */

export class KeyedMutex {
  private readonly last = new Map<string, Promise<unknown>>()

  /** Runs `work` when everything taken for `key` before has ended, well or not. */
  async run<T>(key: string, work: () => Promise<T> | T): Promise<T> {
    const before = this.last.get(key)
    const turn = (async () => {
      await before?.catch(() => undefined)
      return await work()
    })()
    this.last.set(key, turn)
    try {
      return await turn
    } finally {
      if (this.last.get(key) === turn) this.last.delete(key)
    }
  }
}
