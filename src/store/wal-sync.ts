/**
 * Takes to the disk what SQLite has committed to its log, by descriptors of its own: who writes need not stand still
 * meanwhile. The log is one file for as long as the database is open. The system tells once of each descriptor what it could
 * not keep: a sync at once beside another has its own, or it would hear of nothing.
 */
import { closeSync, fdatasync, fdatasyncSync, openSync, realpathSync } from 'node:fs'

export class WalSync implements Disposable {
  private readonly fd: number
  private readonly besideFd: number
  private isAtWork = false
  private isClosed = false

  /** @param path of the database, which is open. @throws Error of the disk. */
  constructor(path: string) {
    const wal = `${realpathSync(path)}-wal`
    this.fd = openSync(wal, 'r')
    this.besideFd = openSync(wal, 'r')
  }

  /** Done when it returns. @throws Error of the disk. */
  now(): void {
    fdatasyncSync(this.fd)
  }

  /** @param done is called with what went wrong; not when it was closed meanwhile. One at a time. */
  soon(done: (error: Error | null) => void): void {
    this.isAtWork = true
    fdatasync(this.besideFd, (error) => {
      this.isAtWork = false
      if (this.isClosed) closeSync(this.besideFd)
      else done(error)
    })
  }

  [Symbol.dispose](): void {
    this.isClosed = true
    closeSync(this.fd)
    if (!this.isAtWork) closeSync(this.besideFd)
  }
}
