/**
 * How much of what was committed no loss of power takes away any more, and who waits for that. What is committed is in the
 * hands of the system; it is synced some milliseconds later, or at once where somebody is held up by it.
 */
import { Due } from './due'
import { WalSync } from './wal-sync'

const SOON_MS = 5

/** Called with whether all that was written before is durable. */
export type Waiting = (isDurable: boolean) => void

export interface DurabilityDeps {
  /** Writing fails at present. */
  readonly isFailing: () => boolean
  /** The disk has not kept what the system had taken. */
  readonly failed: (error: unknown) => void
}

export class Durability implements Disposable {
  private readonly wal: WalSync
  private commits = 0
  /** How many of them are durable. */
  private synced = 0
  private isUrgent = false
  /** For what may not be committed yet: a sync that ends or begins before it is says nothing of it. */
  private arriving: Waiting[] = []
  /** For what is committed. */
  private waiting: Waiting[] = []
  /** For what is being synced. */
  private syncing: Waiting[] | undefined
  private readonly due = new Due(() => this.sync())

  /** @param path of the database, which is open. @throws Error of the disk. */
  constructor(
    path: string,
    private readonly deps: DurabilityDeps,
  ) {
    this.wal = new WalSync(path)
  }

  /** A commit is in the hands of the system. */
  committed(): void {
    this.commits++
  }

  /** All of them are durable, by another way than this. */
  reached(): void {
    this.synced = this.commits
  }

  /** For what is in the next commit, or in one before. @param isUrgent it is held up by that. */
  wait(waiting: readonly Waiting[], isUrgent = false): void {
    this.arriving.push(...waiting)
    this.isUrgent ||= isUrgent
  }

  /** To be called behind commits: who waits is told when they are durable, or that the disk fails. */
  soon(): void {
    this.arrive()
    this.goOn()
  }

  /** As `soon`, and it is so when it returns. */
  now(): void {
    this.arrive()
    this.due.done()
    if (!this.deps.isFailing() && this.synced < this.commits) {
      try {
        this.wal.now()
        this.reached()
      } catch (error) {
        this.deps.failed(error)
      }
    }
    this.tell(this.syncing)
    this.tell(this.waiting.splice(0))
  }

  [Symbol.dispose](): void {
    this.due.cancel()
    this.wal[Symbol.dispose]()
  }

  private arrive(): void {
    this.waiting.push(...this.arriving.splice(0))
  }

  private goOn(): void {
    if (this.deps.isFailing() || this.synced === this.commits) this.tell(this.waiting.splice(0))
    else if (this.isUrgent) this.sync()
    else this.due.within(SOON_MS)
  }

  private sync(): void {
    if (this.syncing || this.synced === this.commits) return
    this.due.done()
    const { commits } = this
    this.syncing = this.waiting
    this.waiting = []
    this.isUrgent = this.arriving.length > 0 && this.isUrgent
    this.wal.soon((error) => {
      if (error) this.deps.failed(error)
      else this.synced = Math.max(this.synced, commits)
      this.tell(this.syncing)
      this.syncing = undefined
      this.goOn()
    })
  }

  private tell(waiting: readonly Waiting[] = []): void {
    const isDurable = !this.deps.isFailing()
    for (const resolve of waiting) resolve(isDurable)
  }
}
