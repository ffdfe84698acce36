/** The process that runs the backtests of tests: one for each process of tests, started when the first of them asks. */
import { tellLine } from '../files/tell-line'
import { linesOf } from './lines'
import type { Answers, Question, Refusal } from './messages'
import { written } from './unwritable'

/** Characters of its last complaint that are kept. */
const COMPLAINT_CHARACTERS = 4000

/** As commands refuse things; `code` and `hint` are those of the command. */
export class Refused extends Error {
  declare readonly code: string
  declare readonly hint: string

  constructor({ refused: { code, message, hint } }: Refusal) {
    super(`${message}\nhint: ${hint}`)
    // the runner would print what is enumerable once more
    Object.defineProperties(this, { name: { value: 'Refused' }, code: { value: code }, hint: { value: hint } })
  }
}

interface Running {
  readonly child: Bun.Subprocess<'pipe', 'pipe', 'pipe'>
  readonly answers: AsyncGenerator<string>
  complaint: string
}

export class BacktestProcess {
  #running: Running | undefined
  /** One question at a time. */
  #before: Promise<unknown> = Promise.resolve()

  /** @param command what starts it. */
  constructor(
    private readonly command: readonly string[],
    private readonly env: Readonly<Record<string, string | undefined>>,
  ) {}

  /** @throws Refused; Error when the process ends before it has answered. */
  ask<K extends keyof Answers>(kind: K, question: Question): Promise<Answers[K]> {
    const asked = this.#before.then(() => this.#ask(kind, question))
    this.#before = asked.catch(() => undefined)
    return asked
  }

  /** With the process of tests. */
  end(): void {
    this.#running?.child.kill('SIGKILL')
  }

  async #ask<K extends keyof Answers>(kind: K, question: Question): Promise<Answers[K]> {
    this.#running ??= this.#start()
    const running = this.#running
    const { child, answers } = running
    // while it answers, the tests wait for it
    child.ref()
    try {
      await tellLine(child.stdin, written(question))
      const { value } = await answers.next()
      if (value === undefined) throw await this.#lost(kind, running)
      const answer = JSON.parse(value) as Answers[K] | Refusal
      if ('refused' in answer) throw new Refused(answer)
      return answer
    } finally {
      child.unref()
    }
  }

  #start(): Running {
    const child = Bun.spawn([...this.command], { env: this.env, stdin: 'pipe', stdout: 'pipe', stderr: 'pipe' })
    const running = { child, answers: linesOf(child.stdout), complaint: '' }
    void this.#listen(running)
    return running
  }

  async #listen(running: Running): Promise<void> {
    const decoder = new TextDecoder()
    for await (const chunk of running.child.stderr)
      running.complaint = (running.complaint + decoder.decode(chunk, { stream: true })).slice(-COMPLAINT_CHARACTERS)
  }

  /** The next question starts another one. */
  async #lost(kind: string, { child, ...running }: Running): Promise<Error> {
    this.#running = undefined
    const status = await child.exited
    const how = child.signalCode === null ? `with status ${status}` : `by ${child.signalCode}`
    const words = running.complaint.trim()
    return new Error(`the process that ran this ${kind} ended ${how}${words === '' ? '' : `: ${words}`}`)
  }
}
