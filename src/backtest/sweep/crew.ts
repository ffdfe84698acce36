/** Worker processes that make runs side by side, all over the same data with the same strategy. */
import { isDeepStrictEqual } from 'node:util'
import { Failure } from '../../errors/failure'
import type { Opened, Task } from './messages'
import { failedLine } from './run-line'
import { type Finished, Worker, WorkerDied } from './worker'

export interface CrewSettings<R> {
  /** The executable of a worker and its arguments. */
  readonly command: readonly string[]
  /** What each of them opens. */
  readonly request: R
  /** How many there are, at least one. */
  readonly jobs: number
  /** Ends them all, whatever they are doing. */
  readonly signal?: AbortSignal
}

export class Crew<R> implements AsyncDisposable {
  readonly #workers: Worker<R>[]
  /** What the first has opened. */
  #first: Opened | undefined
  #isDisposed = false
  readonly #kill = () => {
    for (const worker of this.#workers) worker.kill()
  }

  constructor(private readonly settings: CrewSettings<R>) {
    this.#workers = Array.from({ length: settings.jobs }, () => this.#start())
    settings.signal?.addEventListener('abort', this.#kill)
  }

  /** What they have opened. @throws Failure of the strategy or the data. */
  get opened(): Promise<Opened> {
    return this.#open(this.#workers[0]!)
  }

  /**
   * Makes the runs; the next one is begun whenever a worker is free.
   * @param tasks asked for one by one. @yields what came of them, in the order in which they end; nothing more after the signal.
   * @throws Failure of the data.
   */
  async *search(tasks: Iterable<Task>): AsyncGenerator<Finished> {
    const left = tasks[Symbol.iterator]()
    const finished: Finished[] = []
    const failures: unknown[] = []
    let working = this.#workers.length
    let isOver = false
    let news = Promise.withResolvers<void>()
    const work = async (index: number) => {
      try {
        while (!isOver && !this.#isStopped) {
          const { done, value } = left.next()
          if (done) break
          const one = await this.#run(index, value)
          if (one !== undefined) finished.push(one)
          news.resolve()
        }
      } catch (error) {
        failures.push(error)
        isOver = true
      }
      working--
      news.resolve()
    }
    for (const index of this.#workers.keys()) void work(index)
    try {
      for (;;) {
        yield* finished.splice(0)
        if (finished.length > 0) continue
        if (failures.length > 0) throw failures[0]
        if (working === 0) return
        await news.promise
        news = Promise.withResolvers()
      }
    } finally {
      isOver = true
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true
    this.settings.signal?.removeEventListener('abort', this.#kill)
    this.#kill()
    await Promise.all(this.#workers.map((worker) => worker.ended))
  }

  get #isStopped(): boolean {
    return this.#isDisposed || (this.settings.signal?.aborted ?? false)
  }

  /** @returns undefined for a run that was stopped. A dead worker is replaced, and its run is told as one that came to nothing. */
  async #run(index: number, task: Task): Promise<Finished | undefined> {
    const worker = this.#workers[index]!
    await this.#open(worker)
    try {
      return await worker.run(task)
    } catch (error) {
      if (!(error instanceof WorkerDied)) throw error
      if (this.#isStopped) return undefined
      this.#workers[index] = this.#start()
      return { run: task.run, line: failedLine(task.config, error.message), hasDied: true }
    }
  }

  /** @throws Failure unless it has opened what the others have. */
  async #open(worker: Worker<R>): Promise<Opened> {
    try {
      const opened = await worker.opened
      this.#first ??= opened
      if (isDeepStrictEqual(opened, this.#first)) return opened
    } catch (error) {
      if (error instanceof WorkerDied)
        throw new Failure('launch_failed', `a process of the sweep does not come up: ${error.message}`)
      throw error
    }
    throw new Failure('data_unreadable', 'the strategy or the files of data have changed while the sweep went on')
  }

  #start(): Worker<R> {
    const { command, request } = this.settings
    return new Worker(command, request)
  }
}
