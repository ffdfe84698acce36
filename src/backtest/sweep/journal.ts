/**
 * The runs of a sweep as they end, in a file beside the one that they are for. A process that is killed loses the runs at
 * hand alone: what stands there is good, but for a last line that was not finished. The file under the final name is
 * written when all runs are there, in their order.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../../errors/failure'
import { STANDARD } from '../../files/input'
import { Output } from '../../files/output'
import { unwritable } from '../../files/unwritable'
import { type Decides, differences, headText, readHead } from './journal-head'
import { journalLine, readLine } from './journal-line'

const CHUNK_BYTES = 1 << 20
const NEWLINE = 10
const decoder = new TextDecoder()

export interface JournalSettings {
  /** Where the lines are to stand in the end; undefined or `-`: nowhere that could be resumed. */
  readonly path: string | undefined
  /** Goes on with what is there. */
  readonly resume: boolean
  /** All that decides what the runs come to. */
  readonly decides: Decides
  /** Runs there are. */
  readonly count: number
}

type Seen = (run: number, text: string, returns: Float64Array | undefined) => void

export class Journal implements Disposable {
  /** Runs that are in it. */
  done = 0
  /** Lines that were there and are not what was written: their runs are made again. */
  broken = 0
  /** The file that `--resume` goes on with; undefined where there is none. */
  readonly partial: string | undefined
  readonly #file: number
  readonly #folder: string | undefined
  readonly #path: string
  /** Where the line of each run begins; 0 for one that is not there. */
  readonly #places: Float64Array
  #end = 0

  /**
   * @param seen told of each line that is there already, with its returns where it has them.
   * @throws Failure file_unwritable, usage for a journal of another sweep or one that nobody said to go on with.
   */
  constructor({ path, resume, decides, count }: JournalSettings, seen: Seen) {
    this.#places = new Float64Array(count)
    const isKept =
      path !== undefined && path !== STANDARD && (statSync(path, { throwIfNoEntry: false })?.isFile() ?? true)
    this.partial = isKept ? `${path}.partial` : undefined
    this.#folder = isKept ? undefined : mkdtempSync(join(tmpdir(), 'meltica-sweep-'))
    this.#path = this.partial ?? join(this.#folder!, 'runs')
    const goesOn = existsSync(this.#path)
    if (goesOn && !resume)
      throw new Failure(
        'usage',
        `${this.#path} has runs of a sweep that was not finished`,
        {},
        'go on with it by --resume, or delete the file',
      )
    this.#file = this.#attempt(() => openSync(this.#path, goesOn ? 'r+' : 'wx+'))
    try {
      if (goesOn) this.#read(decides, seen)
      if (this.#end === 0) this.#append(headText(decides))
    } catch (error) {
      closeSync(this.#file)
      throw error
    }
  }

  has(run: number): boolean {
    return this.#places[run] !== 0
  }

  /** @throws Failure file_unwritable; what stood there before stays good. */
  add(run: number, text: string, returns?: Float64Array): void {
    if (this.has(run)) return
    this.#places[run] = this.#end
    this.#append(`${journalLine({ run, text, returns })}\n`)
    this.done++
  }

  /** The line of a run that is there. */
  read(run: number): string {
    let bytes = new Uint8Array(4096)
    for (;;) {
      const size = readSync(this.#file, bytes, 0, bytes.length, this.#places[run]!)
      const end = bytes.subarray(0, size).indexOf(NEWLINE)
      if (end >= 0) {
        const written = readLine(decoder.decode(bytes.subarray(0, end)))
        if (written?.run === run) return written.text
      }
      if (end >= 0 || size < bytes.length) throw this.#isForeign()
      bytes = new Uint8Array(2 * bytes.length)
    }
  }

  /** The lines of all runs, in their order. */
  *lines(): Generator<string> {
    for (let run = 0; run < this.#places.length; run++) yield this.read(run)
  }

  /** Puts all lines where they belong, and is of no more use. @throws Failure file_unwritable. */
  publish(path: string): void {
    try {
      using output = new Output(path)
      writeLines(output, this.lines())
      output.publish()
    } catch (error) {
      if (this.partial === undefined || !(error instanceof Failure)) throw error
      const hint = `all runs are kept in ${this.partial}: once ${path} can be written, the same command with --resume does it`
      throw new Failure(error.code, error.message, error.details, hint)
    }
    if (this.partial !== undefined) rmSync(this.partial, { force: true })
  }

  [Symbol.dispose](): void {
    closeSync(this.#file)
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true })
  }

  #append(text: string): void {
    const bytes = Buffer.from(text)
    if (fstatSync(this.#file).size !== this.#end) throw this.#isForeign()
    try {
      this.#attempt(() => {
        for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at, bytes.length - at, this.#end + at)
      })
    } catch (error) {
      ftruncateSync(this.#file, this.#end)
      throw error
    }
    this.#end += bytes.length
  }

  #attempt<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      const kept = this.done > 0 && this.partial !== undefined
      const hint = `the ${this.done} runs so far are kept: make room, and go on with --resume`
      throw kept ? unwritable(this.#path, error, hint) : unwritable(this.#path, error)
    }
  }

  #read(decides: Decides, seen: Seen): void {
    const { size } = fstatSync(this.#file)
    let isHead = true
    for (const [at, line] of linesFrom(this.#file, size)) {
      if (isHead) {
        const other = differences(readHead(line, this.#path), decides)
        if (other.length > 0)
          throw new Failure(
            'usage',
            `${this.#path} is of another sweep: ${other.join('; ')}`,
            {},
            'sweep as you did then, or name another file with --runs',
          )
        isHead = false
      } else this.#take(at, line, seen)
      this.#end = at + Buffer.byteLength(line) + 1
    }
    // the end of a line that was not finished
    ftruncateSync(this.#file, this.#end)
  }

  #take(at: number, line: string, seen: Seen): void {
    const written = readLine(line)
    if (written === undefined || written.run >= this.#places.length) {
      this.broken++
      return
    }
    const { run, text, returns } = written
    if (this.has(run)) return
    this.done++
    this.#places[run] = at
    seen(run, text, returns)
  }

  #isForeign(): Failure {
    const hint = 'let that sweep end and go on with --resume, or name another file with --runs'
    return new Failure('file_unwritable', `${this.#path} is being written by another sweep`, {}, hint)
  }
}

/** Writes lines to an output in large pieces. @throws Failure file_unwritable. */
export function writeLines(output: Output, lines: Iterable<string>): void {
  output.write((staged) => {
    const file = openSync(staged, 'w')
    try {
      let pending: string[] = []
      const flush = () => {
        const bytes = Buffer.from(pending.join(''))
        for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
        pending = []
      }
      for (const line of lines) {
        pending.push(`${line}\n`)
        if (pending.length >= 1000) flush()
      }
      flush()
    } finally {
      closeSync(file)
    }
  })
}

/** Whole lines with the places where they begin. */
function* linesFrom(file: number, size: number): Generator<readonly [at: number, line: string]> {
  let rest: Uint8Array = new Uint8Array(0)
  let at = 0
  for (let read = 0; read < size; ) {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    const got = readSync(file, chunk, 0, CHUNK_BYTES, read)
    if (got === 0) return
    read += got
    const bytes = Buffer.concat([rest, chunk.subarray(0, got)])
    let start = 0
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      yield [at, decoder.decode(bytes.subarray(start, end))]
      at += end + 1 - start
      start = end + 1
    }
    rest = bytes.subarray(start)
  }
}
