/**
 * Backtests that were asked of the gateway: each waits for its turn, runs in a process of its own, and what came of it is kept
 * within bounds. Over a restart those that wait still do; one that ran has failed.
 */
import { resolve } from 'node:path'
import { Failure } from '../../errors/failure'
import { replayFiles } from '../../market/replay-files'
import { ReplayFolder } from '../../market/replay-folder'
import type { Hold } from '../../registry/holds'
import type { Backtest, BacktestBody, BacktestState, ReplayFile } from '../../schema/backtests'
import { parseDigest } from '../../schema/digest'
import type { AuditAction } from '../../schema/usage'
import type { BacktestError, StoredBacktest } from '../../store/backtests'
import { checkAsked } from './asked'
import { BacktestBook } from './book'
import { type BacktestFile, BacktestFolder } from './folder'
import { BacktestRunner, type BacktestsDeps } from './runner'
import { viewOf } from './view'

const GATEWAY_STOPPED: BacktestError = {
  code: 'backtest_without_result',
  message: 'the gateway stopped while it ran',
  hint: 'ask for it again',
}

export class Backtests implements AsyncDisposable {
  private readonly book: BacktestBook
  private readonly folder: BacktestFolder
  private readonly runner: BacktestRunner

  constructor(private readonly deps: BacktestsDeps) {
    const { store, now, backtests } = deps
    this.book = new BacktestBook(store.backtests)
    this.folder = new BacktestFolder(resolve(backtests.directory))
    for (const backtest of this.book.inState('running')) {
      this.book.save({ ...backtest, state: 'failed', endedMs: now(), error: GATEWAY_STOPPED })
    }
    this.folder.tidy(new Set(this.book.inState('done').map(({ id }) => id)))
    this.runner = new BacktestRunner({ ...deps, book: this.book, folder: this.folder })
  }

  /** Runs what waits. */
  begin(): void {
    this.runner.begin()
  }

  /** Revisions that are needed still. */
  holdings(): Hold[] {
    return [...this.book.inState('running'), ...this.book.inState('queued')].map(({ id, strategy, hash, state }) => {
      const refusal = () =>
        new Failure(
          'revision_in_use',
          `${strategy}@${hash} is needed by backtest ${id}, which is ${state}`,
          {},
          `wait until it has ended, or POST /backtests/${id}/cancel`,
        )
      return { strategy, tag: undefined, goal: undefined, hashes: [parseDigest(hash)!], refusal }
    })
  }

  /** @throws Failure of the selector and the revision, invalid_config, invalid_backtest, backtests_full; of the store. */
  async ask(body: BacktestBody, who: string): Promise<Backtest> {
    const { registry, store, auditLog, now, backtests } = this.deps
    const asked = await checkAsked(registry, backtests.replayDirectory, body)
    const { strategy, hash, data } = asked
    if (!registry.stays(strategy, parseDigest(hash)!))
      throw new Failure('hash_not_found', `${strategy}@${hash} was deleted meanwhile`)
    const { length } = this.book.inState('queued')
    if (length >= backtests.queue) throw new Failure('backtests_full', `${length} backtests are waiting already`)
    const fresh = { ...asked, state: 'queued', who, createdMs: now(), warnings: [], bytes: 0 } as const
    let added: StoredBacktest | undefined
    const subject = `${strategy}@${hash}`
    auditLog.recordWith([{ who, what: 'backtest_requested', subject, strategy, after: { data } }], () => {
      added = store.backtests.add(fresh)
    })
    this.book.know(added!)
    this.runner.begin()
    return this.get(added!.id)
  }

  /** The newest first. */
  list(filter: { readonly state?: BacktestState; readonly strategy?: string }): Backtest[] {
    return this.book
      .all()
      .filter(({ state }) => filter.state === undefined || state === filter.state)
      .filter(({ strategy }) => filter.strategy === undefined || strategy === filter.strategy)
      .map((one) => this.view(one))
      .reverse()
  }

  /** @throws Failure backtest_not_found. */
  get(id: number): Backtest {
    return this.view(this.book.find(id))
  }

  /** The path of a file of its result. @throws Failure backtest_not_found, backtest_without_result. */
  file(id: number, file: BacktestFile): string {
    const { state, error } = this.book.find(id)
    if (state === 'done') return this.folder.path(id, file)
    const why = error ? `has failed: ${error.message}` : state === 'cancelled' ? 'was cancelled' : `is ${state} still`
    throw new Failure('backtest_without_result', `backtest ${id} ${why}`)
  }

  /** Again, it stays as it is. @throws Failure backtest_not_found, backtest_over; of the store. */
  cancel(id: number, who: string): Backtest {
    const backtest = this.book.find(id)
    const { state } = backtest
    if (state === 'done' || state === 'failed') throw new Failure('backtest_over', `backtest ${id} is ${state}`)
    if (state !== 'cancelled') {
      const cancelled = { ...backtest, state: 'cancelled', endedMs: this.deps.now() } as const
      this.record(backtest, 'backtest_cancelled', who, () => this.deps.store.backtests.save(cancelled))
      this.book.know(cancelled)
      void this.runner.kill(id)
    }
    return this.get(id)
  }

  /** One that runs is killed first. @throws Failure backtest_not_found; of the store. */
  async remove(id: number, who: string): Promise<void> {
    const backtest = this.book.find(id)
    this.record(backtest, 'backtest_removed', who, () => this.deps.store.backtests.remove(id))
    this.book.forget(id)
    await this.runner.kill(id)
    this.folder.remove(id)
  }

  /** What may be named as data. */
  data(): Promise<ReplayFile[]> {
    return replayFiles(new ReplayFolder(this.deps.backtests.replayDirectory))
  }

  get dataDirectory(): string {
    return this.deps.backtests.replayDirectory
  }

  /** What runs ends here, and is told so at the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.runner[Symbol.asyncDispose]()
  }

  private record({ id, strategy, hash }: StoredBacktest, what: AuditAction, who: string, change: () => void): void {
    const before = { backtest: String(id) }
    this.deps.auditLog.recordWith([{ who, what, subject: `${strategy}@${hash}`, strategy, before }], change)
  }

  private view(backtest: StoredBacktest): Backtest {
    return viewOf(backtest, this.runner.progressOf(backtest.id))
  }
}
