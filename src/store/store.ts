/**
 * What outlasts the process, in one SQLite file of the data folder:
 *
 *   <data>/meltica.db      readable by its owner alone: it holds the secrets of providers
 *   <data>/meltica.db-wal  what was committed since SQLite last tidied up
 *
 * Reads show only what is durable.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../errors/failure'
import { reasonOf } from '../files/reason'
import type { Log } from '../telemetry/log'
import { AlertTable } from './alerts'
import { AuditTable } from './audit'
import { AuditedTags } from './audited-tags'
import { BacktestTable } from './backtests'
import { CutTable } from './cuts'
import { Database } from './database'
import { FeedTable } from './feed'
import { InstanceTable } from './instances'
import { Journal } from './journal'
import { InstanceLists } from './lists'
import { LogTable } from './logs'
import { ProgressTable } from './progress'
import { ProviderTable } from './providers'
import { Pruning } from './pruning'
import { RiskTable } from './risk'
import { RolloutTable } from './rollouts'
import { StartTable } from './starts'
import { UsageTable } from './usage'
import { WorthTable } from './worth'

export interface StoreSettings {
  /** The data folder; made when absent. */
  readonly directory: string
  readonly log: Log
}

export const databasePath = (directory: string): string => join(directory, 'meltica.db')

export class Store implements Disposable {
  readonly instances: InstanceTable
  readonly providers: ProviderTable
  readonly journal: Journal
  readonly lists: InstanceLists
  readonly logs: LogTable
  readonly feed: FeedTable
  readonly alerts: AlertTable
  readonly backtests: BacktestTable
  readonly usage: UsageTable
  readonly pruning: Pruning
  readonly risk: RiskTable
  readonly rollouts: RolloutTable
  readonly worth: WorthTable
  readonly starts: StartTable
  readonly progress: ProgressTable
  readonly audit: AuditTable
  readonly auditedTags: AuditedTags
  readonly cuts: CutTable

  private constructor(private readonly database: Database) {
    this.instances = new InstanceTable(database)
    this.providers = new ProviderTable(database)
    this.journal = new Journal(database)
    this.lists = new InstanceLists(database)
    this.logs = new LogTable(database)
    this.feed = new FeedTable(database)
    this.alerts = new AlertTable(database)
    this.backtests = new BacktestTable(database)
    this.usage = new UsageTable(database)
    this.pruning = new Pruning(database)
    this.risk = new RiskTable(database)
    this.rollouts = new RolloutTable(database)
    this.worth = new WorthTable(database)
    this.starts = new StartTable(database)
    this.progress = new ProgressTable(database)
    this.audit = new AuditTable(database)
    this.auditedTags = new AuditedTags(database)
    this.cuts = new CutTable(database)
  }

  /** @throws Failure data_locked, data_unwritable, storage_full. */
  static open({ directory, log }: StoreSettings): Store {
    const path = databasePath(directory)
    try {
      mkdirSync(directory, { recursive: true })
    } catch (error) {
      throw new Failure('data_unwritable', `${directory}: ${reasonOf(error)}`)
    }
    return new Store(new Database(path, log))
  }

  /** Why writing fails at present. */
  get problem(): string | undefined {
    return this.database.problem
  }

  /** A damaged page that was met since the start: what does not need it goes on. */
  get damage(): Failure | undefined {
    return this.database.damage
  }

  /** Makes durable what was written so far; before anything of it is acknowledged. @throws Failure when it cannot. */
  commit(): void {
    this.database.transaction(() => undefined)
  }

  /** As `commit`, where nothing is refused for it: false when the disk fails, and it waits in memory. */
  flush(): boolean {
    this.database.flush()
    return this.problem === undefined
  }

  /** @param committed called whenever a commit is through: all that was written before is durable. */
  whenCommitted(committed: () => void): void {
    this.database.onCommit = committed
  }

  /** All that `change` writes, or nothing; durable when it returns. @throws Failure when it cannot be written. */
  transaction<T>(change: () => T): T {
    return this.database.transaction(change)
  }

  /**
   * What `work` writes before it returns is part of no commit before the next cut of the recording, which writes all of it.
   * Reads do not show it until then. @param recording undefined: nothing is held.
   */
  held<T>(recording: string | undefined, work: () => T): T {
    return this.database.held.within(recording, work)
  }

  /** The recording on whose behalf something is written at this moment. */
  get holder(): string | undefined {
    return this.database.held.current
  }

  /** Something is held, of one recording or of any. */
  isHolding(recording?: string): boolean {
    const { held } = this.database
    return recording === undefined ? held.isHolding : held.has(recording)
  }

  /** Calls at the first write that is held of a recording after each of its cuts. */
  whenHeld(began: (recording: string) => void): void {
    this.database.held.began = began
  }

  /** Resolves with the next commit, and asks for none. */
  committed(): Promise<boolean> {
    return this.database.committed()
  }

  /** Asked before what cannot be undone. @throws Failure when nothing can be written at present. */
  check(): void {
    this.database.check()
  }

  [Symbol.dispose](): void {
    this.database[Symbol.dispose]()
  }
}
