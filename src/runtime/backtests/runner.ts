/** Runs backtests that wait, a few at once, each in a process of its own, and says of each what became of it. */
import { Failure } from '../../errors/failure'
import { reasonOf } from '../../files/reason'
import type { Registry } from '../../registry/registry'
import type { BacktestSummary } from '../../schema/backtests'
import type { BacktestError, StoredBacktest } from '../../store/backtests'
import type { Store } from '../../store/store'
import type { Log } from '../../telemetry/log'
import type { AuditLog } from '../audit-log'
import type { BacktestBook } from './book'
import type { BacktestFolder } from './folder'
import { type BacktestBounds, type BacktestOutcome, BacktestProcess } from './process'

export interface BacktestSettings extends BacktestBounds {
  /** What starts `meltica backtest` for this gateway. */
  readonly command: readonly string[]
  /** Where results are kept; nothing else lies there. */
  readonly directory: string
  /** The folder of what may be read. */
  readonly replayDirectory: string
  /** How many run at once. */
  readonly concurrent: number
  /** How many may wait. */
  readonly queue: number
  /** How many that are over are kept, and how much their files may take together, in bytes. */
  readonly keep: number
  readonly keepBytes: number
}

export interface BacktestsDeps {
  readonly registry: Registry
  readonly store: Store
  readonly auditLog: AuditLog
  readonly log: Log
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly backtests: BacktestSettings
}

interface RunnerDeps extends BacktestsDeps {
  readonly book: BacktestBook
  readonly folder: BacktestFolder
}

type Kept = (Pick<StoredBacktest, 'bytes'> & { readonly summary: BacktestSummary }) | { readonly failed: BacktestError }

interface Running {
  readonly worker: BacktestProcess
  /** 0 to 1. */
  progress: number
  /** Resolves when nothing of it is left to do. */
  readonly finished: Promise<void>
}

export class BacktestRunner implements AsyncDisposable {
  private readonly running = new Map<number, Running>()
  private isStopping = false

  constructor(private readonly deps: RunnerDeps) {}

  /** As many as may run. */
  begin(): void {
    const { book, backtests } = this.deps
    for (const backtest of book.inState('queued')) {
      if (this.isStopping || this.running.size >= backtests.concurrent) return
      this.run(backtest)
    }
  }

  /** How far one is that runs, 0 to 1. */
  progressOf(id: number): number | undefined {
    return this.running.get(id)?.progress
  }

  /** Resolves when nothing of it runs any more. */
  async kill(id: number): Promise<void> {
    const running = this.running.get(id)
    running?.worker.kill()
    await running?.finished
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isStopping = true
    await Promise.all([...this.running.keys()].map((id) => this.kill(id)))
  }

  private run(queued: StoredBacktest): void {
    const { registry, now, backtests } = this.deps
    const { id } = queued
    const started = { ...queued, state: 'running', startedMs: now() } as const
    this.deps.book.save(started)
    try {
      this.deps.folder.make(id)
      const outputs = [
        `--json=${this.deps.folder.path(id, 'result')}`,
        `--report=${this.deps.folder.path(id, 'report')}`,
      ]
      const words = [...backtests.command, ...queued.words, ...outputs]
      const command = { words, directory: backtests.replayDirectory, home: registry.directory }
      const worker = new BacktestProcess(command, backtests, (part) => {
        running.progress = part
      })
      const finished = worker.ended
        .catch((error: unknown) => ({ failed: errorOf(error), warnings: [] }))
        .then((outcome) => this.finish(id, outcome))
      const running: Running = { worker, progress: 0, finished }
      this.running.set(id, running)
    } catch (error) {
      this.fail(started, errorOf(error))
    }
  }

  private async finish(id: number, outcome: BacktestOutcome): Promise<void> {
    try {
      const ended = 'done' in outcome ? await this.kept(id, outcome.done) : outcome
      const backtest = this.deps.book.running(id)
      const { warnings } = outcome
      // cancelled or removed meanwhile, or told of at the next start
      if (!backtest || 'killed' in ended) this.deps.folder.remove(id)
      else if ('failed' in ended) this.fail({ ...backtest, warnings }, ended.failed)
      else this.deps.book.save({ ...backtest, ...ended, warnings, state: 'done', endedMs: this.deps.now() })
      this.prune()
    } catch (error) {
      this.deps.log('error', 'the files of a backtest cannot be removed', { backtest: id, error })
    } finally {
      this.running.delete(id)
      this.begin()
    }
  }

  /** Makes sure that what is done is there to stay. */
  private async kept(id: number, summary: BacktestSummary): Promise<Kept> {
    const { keepBytes } = this.deps.backtests
    try {
      const bytes = await this.deps.folder.keep(id)
      if (bytes <= keepBytes) return { summary, bytes }
      const message = `its result has ${mebibytes(bytes)} MiB, and ${mebibytes(keepBytes)} MiB are kept at most`
      const hint = 'choose less data with from and to, or raise backtests.keepMiB in the configuration'
      return { failed: { code: 'backtest_without_result', message, hint } }
    } catch (error) {
      return { failed: errorOf(error) }
    }
  }

  private fail(backtest: StoredBacktest, error: BacktestError): void {
    const { id, strategy } = backtest
    this.deps.folder.remove(id)
    this.deps.book.save({ ...backtest, state: 'failed', endedMs: this.deps.now(), error })
    this.deps.log('warn', 'a backtest has failed', { backtest: id, strategy, reason: error.message })
  }

  /** What is kept no longer goes. */
  private prune(): void {
    const { keep, keepBytes } = this.deps.backtests
    for (const id of this.deps.book.prune(keep, keepBytes)) {
      // the files of one that is still being killed go with it
      if (!this.running.has(id)) this.deps.folder.remove(id)
    }
  }
}

const mebibytes = (bytes: number): string => (bytes / (1 << 20)).toFixed(1)

function errorOf(error: unknown): BacktestError {
  if (error instanceof Failure) return { code: error.code, message: error.message, hint: error.hint }
  return { code: 'internal', message: `it could not be run: ${reasonOf(error)}` }
}
