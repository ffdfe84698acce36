/**
 * What is written into the store, in groups: all that one turn of the event loop writes is one commit at its end, or a little
 * later. It outlives this process then; a loss of power some milliseconds later, or at once where somebody is held
 * up by that, and nobody stands still for the disk. What cannot be written (a full disk) is kept in memory, in order, and tried again, so that the
 * journal has no hole.
 */
import type { SQLQueryBindings, Database as Sqlite } from 'bun:sqlite'
import { Failure } from '../errors/failure'
import { reasonOf } from '../files/reason'
import type { Log } from '../telemetry/log'
import { Due } from './due'
import { Durability } from './durability'
import { HeldWrites } from './held-writes'
import { MIGRATIONS } from './migrations'
import { openSqlite } from './open-sqlite'
import { isDamage, isDiskFault, refusal } from './sqlite-faults'
import { Statement } from './statement'

const RETRY_MS = 1000
const LEISURE_MS = 100
const SOON_MS = 5
/** Writes, and changes nothing. */
const TOUCH = `PRAGMA user_version = ${MIGRATIONS.length}`
/** Some minutes of a busy gateway; then the oldest are given up, and that is logged. */
const MAX_UNWRITTEN = 100_000

export class Database implements Disposable {
  private readonly sqlite: Sqlite
  private readonly durability: Durability
  private readonly beginning
  private readonly committing
  /** The first `done` of them are done in the open transaction; the others wait for their time, or for the disk. */
  private readonly unwritten: (() => void)[] = []
  private done = 0
  private readonly statements = new Set<{ finalize(): void }>()
  private inTransaction = false
  /** The disk has refused to keep what the system had taken: it may have forgotten that, and would not try again. */
  private isForgetful = false
  /** Within `transaction`: what is written there succeeds or fails with the whole. */
  private isAtomic = false
  private readonly commitDue = new Due(() => this.handOver())
  private retry: ReturnType<typeof setTimeout> | undefined
  private fault: Error | undefined
  /** By key: what is done right before the next commit. */
  private readonly latest = new Map<number, () => void>()
  /** A commit is through. */
  onCommit: () => void = () => undefined
  /** What is no part of any commit before the next cut of its recording. */
  readonly held = new HeldWrites()
  /** What a read has met first. */
  damage: Failure | undefined

  /** @throws Failure data_locked, data_unwritable, data_damaged. */
  constructor(
    private readonly path: string,
    private readonly log: Log,
  ) {
    this.sqlite = openSqlite(path, log)
    this.beginning = this.sqlite.query('BEGIN IMMEDIATE')
    this.committing = this.sqlite.query('COMMIT')
    for (const statement of [this.beginning, this.committing]) this.statements.add(statement)
    this.durability = new Durability(path, {
      isFailing: () => this.fault !== undefined,
      failed: (error) => this.forgets(error),
    })
  }

  /** Why writing fails at present. */
  get problem(): string | undefined {
    return this.fault && reasonOf(this.fault)
  }

  /** @throws Failure data_damaged, here or where it is used. */
  prepare<Row, Params extends SQLQueryBindings[]>(sql: string): Statement<Row, Params> {
    const explain = (error: unknown): never => {
      const explained = isDamage(error) ? refusal(this.path, error) : error
      if (explained instanceof Failure) this.damage ??= explained
      throw explained
    }
    try {
      const statement = this.sqlite.query<Row, SQLQueryBindings[]>(sql)
      this.statements.add(statement)
      return new Statement<Row, Params>(statement, explain)
    } catch (error) {
      return explain(error)
    }
  }

  /** Done at once, handed over at the end of this turn of the event loop. `change` may run again after a failed commit. */
  write(change: () => void): void {
    if (this.apply(change)) this.commitDue.within(0)
  }

  /**
   * As `write`, but done and handed over within some milliseconds, or with what is committed before: for what nobody has to
   * wait for. A fill and the order that answers it are one commit.
   */
  writeSoon(change: () => void): void {
    if (this.isAtomic) {
      change()
      return
    }
    if (this.held.keep(change)) return
    this.keep(change)
    if (this.fault === undefined) this.commitDue.within(SOON_MS)
  }

  /** As `write`, but handed over within some 100 ms: for what comes in floods and whose last moments may be lost in a crash. */
  writeLazily(change: () => void): void {
    if (this.apply(change)) this.commitDue.within(LEISURE_MS)
  }

  /**
   * Done right before the next commit, of a key the latest alone: for what says how far the rest has come that is in that
   * commit. Handed over within some 100 ms.
   */
  writeLatest(key: number, change: () => void): void {
    if (this.held.keepLatest(key, change)) return
    this.latest.set(key, change)
    if (this.fault === undefined && !this.isAtomic) this.commitDue.within(LEISURE_MS)
  }

  /** What was to be done for the key is not. */
  dropLatest(key: number): void {
    this.latest.delete(key)
    this.held.dropLatest(key)
  }

  /** False: the disk fails, and it waits in memory. */
  private apply(change: () => void): boolean {
    if (this.isAtomic) {
      change()
      return false
    }
    if (this.held.keep(change)) return false
    this.keep(change)
    if (this.fault === undefined) this.perform()
    return this.fault === undefined
  }

  private keep(change: () => void): void {
    this.unwritten.push(change)
    if (this.unwritten.length > MAX_UNWRITTEN) this.giveUpOldest()
  }

  /** What is not done yet, in the open transaction. */
  private perform(): void {
    try {
      this.begin()
      for (; this.done < this.unwritten.length; this.done++) this.unwritten[this.done]!()
    } catch (error) {
      if (isDiskFault(error)) this.stumble(error)
      else {
        this.unwritten.splice(this.done, 1)
        throw error
      }
    }
  }

  /**
   * Durable when it returns; when it throws, nothing of it is left. Within another transaction it is a part of that one.
   * @throws Failure storage_full, data_unwritable.
   */
  transaction<T>(change: () => T): T {
    if (this.isAtomic) return change()
    this.flush()
    if (this.fault !== undefined) this.rewrite()
    if (this.fault !== undefined) throw refusal(this.path, this.fault)
    this.isAtomic = true
    try {
      // what cannot be synced is not committed
      this.sqlite.exec('PRAGMA synchronous = FULL')
      this.begin()
      const answer = change()
      this.commit()
      this.durability.reached()
      return answer
    } catch (error) {
      this.rollback()
      throw isDiskFault(error) ? refusal(this.path, error) : error
    } finally {
      this.isAtomic = false
      this.sqlite.exec('PRAGMA synchronous = NORMAL')
    }
  }

  /** That writing works at present: it writes. @throws Failure storage_full, data_unwritable. */
  check(): void {
    this.transaction(() => this.sqlite.exec(TOUCH))
  }

  /** Resolves as soon as may be: true when all that was written so far is durable. */
  durable(): Promise<boolean> {
    return new Promise((resolve) => {
      this.durability.wait([resolve], true)
      this.commitDue.within(0)
    })
  }

  /**
   * Resolves with the next commit, of what is held with the next cut, and asks for none: true when all that was written so
   * far is durable.
   */
  committed(): Promise<boolean> {
    return new Promise((resolve) => {
      if (!this.held.await(resolve)) this.durability.wait([resolve])
    })
  }

  /** As `write`, whatever is held at this moment: for what others have a part in as well. */
  writeShared(change: () => void): void {
    this.held.within(undefined, () => this.write(change))
  }

  /** Commits all that is held of a recording and `mark`, as one; while the disk fails, it is kept and tried again as one. */
  cut(recording: string, mark: () => void): void {
    const { changes, latest, awaiting } = this.held.take(recording)
    this.durability.wait(awaiting)
    this.held.within(undefined, () =>
      this.write(() => {
        for (const change of changes) this.attempt(change)
        for (const change of latest.values()) this.attempt(change)
        mark()
      }),
    )
    this.handOver()
  }

  /** One that the database refuses stops none of the others. */
  private attempt(change: () => void): void {
    try {
      change()
    } catch (error) {
      if (isDiskFault(error)) throw error
      this.log('error', 'a change was refused', { database: this.path, error })
    }
  }

  /** Commits what was written so far: it outlives this process when it returns, and a loss of power soon. */
  handOver(): void {
    if (this.isAtomic) return
    this.put()
    this.durability.soon()
  }

  /** Commits what was written so far, durable when it returns: called before anything of it is shown. */
  flush(): void {
    if (this.isAtomic) return
    this.put()
    this.durability.now()
  }

  private put(): void {
    this.commitDue.done()
    if (this.fault === undefined && this.done < this.unwritten.length) this.perform()
    if (this.inTransaction || (this.latest.size > 0 && this.fault === undefined)) this.finish()
  }

  private finish(): void {
    try {
      this.begin()
      this.commit()
      this.unwritten.length = 0
      this.done = 0
    } catch (error) {
      this.stumble(error)
    }
  }

  [Symbol.dispose](): void {
    this.flush()
    if (this.fault !== undefined) this.rewrite()
    clearTimeout(this.retry)
    this.commitDue.cancel()
    if (this.fault === undefined) this.sqlite.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    else this.log('error', 'closed with changes that could not be written', { changes: this.unwritten.length })
    // An unfinished statement would keep the file open, and locked.
    for (const statement of this.statements) statement.finalize()
    this.durability[Symbol.dispose]()
    this.sqlite.close(true)
  }

  private begin(): void {
    if (this.inTransaction) return
    this.beginning.run()
    this.inTransaction = true
  }

  private commit(): void {
    for (const change of this.latest.values()) change()
    this.committing.run()
    this.latest.clear()
    this.inTransaction = false
    this.durability.committed()
    this.onCommit()
  }

  private rollback(): void {
    // SQLite has rolled back by itself after some of its errors.
    if (this.sqlite.inTransaction) this.sqlite.exec('ROLLBACK')
    this.inTransaction = false
    this.done = 0
  }

  private stumble(error: unknown): void {
    this.rollback()
    this.fault = error instanceof Error ? error : new Error(String(error))
    this.log('error', 'cannot write; kept in memory and tried again', { database: this.path, error })
    clearTimeout(this.retry)
    this.retry = setTimeout(() => this.rewrite(), RETRY_MS)
  }

  private forgets(error: unknown): void {
    this.isForgetful = true
    this.stumble(error)
  }

  /** All of the unwritten in one transaction. */
  private rewrite(): void {
    clearTimeout(this.retry)
    this.retry = undefined
    this.fault = undefined
    if (this.isForgetful) this.copyOver()
    this.flush()
    if (this.fault === undefined) this.log('info', 'writing again', { database: this.path })
  }

  /** From its log into the database, which is synced. */
  private copyOver(): void {
    try {
      this.sqlite.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      this.isForgetful = false
      this.durability.reached()
    } catch (error) {
      this.stumble(error)
    }
  }

  private giveUpOldest(): void {
    this.unwritten.splice(0, MAX_UNWRITTEN / 2)
    this.done = Math.max(0, this.done - MAX_UNWRITTEN / 2)
    this.log('error', 'gave up the oldest unwritten changes', { database: this.path, changes: MAX_UNWRITTEN / 2 })
  }
}
