/**
 * Takes to the disk what SQLite has committed to its log, by a descriptor of its own: who writes need not stand still
 * meanwhile. The log is one file for as long as the database is open.
 */
import { closeSync, fdatasync, fdatasyncSync, openSync, realpathSync } from 'node:fs'

export class WalSync implements Disposable {
  private readonly fd: number
  private isAtWork = false
  private isClosed = false

  /** @param path of the database, which is open. @throws Error of the disk. */
  constructor(path: string) {
    this.fd = openSync(`${realpathSync(path)}-wal`, 'r')
  }

  /** Done when it returns. @throws Error of the disk. */
  now(): void {
    fdatasyncSync(this.fd)
  }

  /** @param done is called with what went wrong; not when it was closed meanwhile. One at a time. */
  soon(done: (error: Error | null) => void): void {
    this.isAtWork = true
    fdatasync(this.fd, (error) => {
      this.isAtWork = false
      if (this.isClosed) closeSync(this.fd)
      else done(error)
    })
  }

  [Symbol.dispose](): void {
    this.isClosed = true
    if (!this.isAtWork) closeSync(this.fd)
  }
}
