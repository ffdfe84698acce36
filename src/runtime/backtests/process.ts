/**
 * A backtest in a process of its own, which yields to everything else on the machine, is the first to go where memory runs
 * out, and ends with the gateway. It is the command itself: what it writes is what a shell gets.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import type { Failure } from '../../errors/failure'
import type { BacktestSummary } from '../../schema/backtests'
import type { BacktestError } from '../../store/backtests'

/** What the process tells, a line each. */
export type BacktestNews =
  /** The part of the data that was read, 0 to 1. */
  { readonly progress: number } | { readonly done: BacktestSummary } | { readonly refused: BacktestError }

export type BacktestOutcome = (
  | { readonly done: BacktestSummary }
  | { readonly failed: BacktestError }
  /** By `kill`. */
  | { readonly killed: true }
) & { readonly warnings: readonly string[] }

export interface BacktestCommand {
  /** What starts it, and its words. */
  readonly words: readonly string[]
  /** Where the names of files begin. */
  readonly directory: string
  /** The strategy home. */
  readonly home: string
}

export interface BacktestBounds {
  /** Resident, in bytes. */
  readonly memoryBytes: number
  /** ms; 0: as long as it takes. */
  readonly timeoutMs: number
}

/** The lowest priority there is. */
const LAST = 19
const OOM_FIRST = '1000'
const LOOK_MS = 250
/** What a timer can wait for. */
const LONGEST_MS = 2 ** 31 - 1
/** So much is kept that it says on standard error. */
const MOST_LINES = 50
const MOST_CHARACTERS = 400
const MOST_TEXT = 64 << 10

type Child = Bun.Subprocess<'ignore', 'pipe', 'pipe'>

export class BacktestProcess {
  /** Resolves when the process has ended, whichever way. */
  readonly ended: Promise<BacktestOutcome>
  private readonly child: Child
  private last: BacktestNews | undefined
  /** Why it is being killed; undefined unless it is. */
  private killed: BacktestError | 'asked' | undefined

  /** @param progressed told the part of the data that was read. @throws what starting a process throws. */
  constructor(
    { words, directory, home }: BacktestCommand,
    private readonly bounds: BacktestBounds,
    private readonly progressed: (part: number) => void,
  ) {
    this.child = Bun.spawn([...words], {
      cwd: directory,
      env: { MELTICA_STRATEGIES: home, BUN_JSC_maxNumWasmFastMemories: '2000' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    humble(this.child.pid)
    this.ended = this.follow()
  }

  kill(): void {
    this.end('asked')
  }

  private end(why: BacktestError | 'asked'): void {
    this.killed ??= why
    this.child.kill('SIGKILL')
  }

  private async follow(): Promise<BacktestOutcome> {
    const { memoryBytes, timeoutMs } = this.bounds
    const late = timeoutMs > 0 && setTimeout(() => this.end(tooLong(timeoutMs)), Math.min(timeoutMs, LONGEST_MS))
    const watch = setInterval(() => {
      if (residentBytes(this.child.pid) > memoryBytes) this.end(tooLarge(memoryBytes))
    }, LOOK_MS)
    try {
      const [said] = await Promise.all([textOf(this.child.stderr), this.hear(), this.child.exited])
      const warnings = linesOf(said)
      return { ...this.outcome(warnings.at(-1)), warnings }
    } catch (error) {
      // what it says cannot be understood: it is not to run on unheard
      this.child.kill('SIGKILL')
      throw error
    } finally {
      if (late) clearTimeout(late)
      clearInterval(watch)
    }
  }

  private async hear(): Promise<void> {
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of this.child.stdout) {
      const lines = (text + decoder.decode(chunk, { stream: true })).split('\n')
      text = lines.pop() ?? ''
      for (const line of lines) this.take(JSON.parse(line) as BacktestNews)
    }
  }

  private take(news: BacktestNews): void {
    this.last = news
    if ('progress' in news) this.progressed(news.progress)
  }

  /** @param word the last it said of itself. */
  private outcome(word: string | undefined) {
    const { last, killed, child } = this
    if (killed === 'asked') return { killed: true } as const
    if (killed) return { failed: killed }
    if (last && 'done' in last) return last
    if (last && 'refused' in last) return { failed: last.refused }
    return { failed: died(child, word) }
  }
}

/** What the machine does not let us do is no reason not to run. */
function humble(pid: number): void {
  tryTo(() => setPriority(pid, LAST))
  tryTo(() => process.platform === 'linux' && writeFileSync(`/proc/${pid}/oom_score_adj`, OOM_FIRST))
}

function tryTo(work: () => unknown): void {
  try {
    work()
  } catch {
    // it has ended already, or the machine does not permit it
  }
}

/** 0 where the system does not tell. */
function residentBytes(pid: number): number {
  try {
    const [, kibibytes = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kibibytes) * 1024
  } catch {
    return 0
  }
}

/** The beginning of it; the rest is read and dropped, so that whoever writes it goes on. */
async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of stream) if (text.length < MOST_TEXT) text += decoder.decode(chunk, { stream: true })
  return text
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, MOST_LINES)
    .map((line) => line.slice(0, MOST_CHARACTERS))

const failed = (message: string, hint: string): BacktestError => ({
  code: 'backtest_without_result' satisfies Failure['code'],
  message,
  hint,
})

const tooLong = (ms: number): BacktestError =>
  failed(
    `it took longer than ${ms / 60_000} minutes`,
    'choose less data with from and to, or raise backtests.timeout in the configuration',
  )

const tooLarge = (bytes: number): BacktestError =>
  failed(
    `it needed more than ${bytes / (1 << 20)} MiB of memory`,
    'choose less data with from and to, or raise backtests.memoryMiB in the configuration',
  )

function died({ signalCode, exitCode }: Child, word: string | undefined): BacktestError {
  const how = signalCode === null ? `ended with status ${exitCode}` : `was ended by ${signalCode}`
  const hint =
    signalCode === 'SIGKILL'
      ? 'the machine may have run out of memory: choose less data, or ask for it again'
      : 'ask for it again; if it fails again, report it with the log'
  return failed(`the process of the backtest ${how}${word === undefined ? '' : `: ${word}`}`, hint)
}
