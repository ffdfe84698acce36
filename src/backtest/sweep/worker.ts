/** A worker as the sweep sees it: a process that makes one run at a time. */
import { Failure } from '../../errors/failure'
import { tellLine } from '../../files/tell-line'
import { linesOf } from './lines'
import type { FromWorker, Opened, RunReturns, Task, ToWorker } from './messages'
import type { RunLine } from './run-line'

export interface Finished extends Partial<RunReturns> {
  readonly run: number
  readonly line: RunLine
  /** Its worker's process has ended, which is no doing of the strategy alone. */
  readonly hasDied?: true
}

/** The process has ended before it answered. */
export class WorkerDied extends Error {}

/** Each sandbox is a memory of its own: JavaScriptCore collects what is left of earlier ones when it has too many. */
const ENVIRONMENT = { BUN_JSC_maxNumWasmFastMemories: '2000' }

export class Worker<R> {
  /** Rejects with a Failure of what was to be opened, or a WorkerDied. */
  readonly opened: Promise<Opened>
  readonly #child: Bun.Subprocess<'pipe', 'pipe', 'inherit'>
  #asked: PromiseWithResolvers<FromWorker> | undefined
  #death: WorkerDied | undefined

  constructor(command: readonly string[], request: R) {
    this.#child = Bun.spawn([...command], {
      env: { ...process.env, ...ENVIRONMENT },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    void this.#listen()
    this.opened = this.#open(request)
    this.opened.catch(() => undefined)
  }

  async run(task: Task): Promise<Finished> {
    const { run } = task
    const answer = await this.#ask({ kind: 'run', task })
    if (answer.kind !== 'ran') throw new Error(`a worker says "${answer.kind}" of a run`)
    const { line, returns, holdReturns } = answer
    if (returns === undefined || holdReturns === undefined) return { run, line }
    return { run, line, returns: numbers(returns), holdReturns: numbers(holdReturns) }
  }

  /** At once: what it is doing is of no use any more. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }

  get ended(): Promise<unknown> {
    return this.#child.exited
  }

  async #open(request: R): Promise<Opened> {
    const answer = await this.#ask({ kind: 'open', request })
    if (answer.kind !== 'opened') throw new Error(`a worker says "${answer.kind}" when it opens the data`)
    return answer.opened
  }

  async #ask(message: ToWorker<R>): Promise<FromWorker> {
    if (this.#death) throw this.#death
    this.#asked = Promise.withResolvers()
    const { promise } = this.#asked
    await tellLine(this.#child.stdin, JSON.stringify(message))
    const answer = await promise
    if (answer.kind === 'refused') throw new Failure(answer.code, answer.message, {}, answer.hint)
    return answer
  }

  async #listen(): Promise<void> {
    for await (const line of linesOf(this.#child.stdout)) this.#asked?.resolve(JSON.parse(line) as FromWorker)
    await this.#child.exited
    const { signalCode, exitCode } = this.#child
    const memory = signalCode === 'SIGKILL' ? ', as the system does where memory runs out' : ''
    const how = signalCode === null ? `ended with status ${exitCode}` : `was ended by ${signalCode}${memory}`
    this.#death = new WorkerDied(`the process that made this run ${how}`)
    this.#asked?.reject(this.#death)
  }
}

const numbers = (values: readonly (number | null)[]): Float64Array =>
  Float64Array.from(values, (value) => value ?? Number.NaN)
