/** Lines that are written to a file as they come, some at a time; what the disk refuses is told at the end. */
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { Failure } from '../../errors/failure'
import type { Output } from '../../files/output'

/** Lines that are kept until they are written together. */
const PENDING = 1000

export class Rows implements Disposable {
  count = 0
  /** The file's descriptor, for reading as well. */
  readonly file: number
  private pending: string[] = []
  /** Rows come in the middle of a strategy's call, which no failure of a disk may end. */
  private refused: Failure | undefined

  /** @param path that `output` lets write to. @throws Failure file_unwritable. */
  constructor(
    private readonly output: Output,
    path: string,
  ) {
    this.file = output.write(() => openSync(path, 'w+'))
  }

  /** @param text with all that parts it from the one before. */
  add(text: string): void {
    this.count++
    this.pending.push(text)
    if (this.pending.length < PENDING || this.refused) return
    try {
      this.flush()
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      this.refused = error
    }
  }

  /** All of them are in the file. @throws Failure file_unwritable. */
  finish(): void {
    if (this.refused) throw this.refused
    this.flush()
  }

  [Symbol.dispose](): void {
    closeSync(this.file)
  }

  private flush(): void {
    const text = this.pending.join('')
    this.pending = []
    if (text !== '') this.output.write(() => writeFileSync(this.file, text))
  }
}
