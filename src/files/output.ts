/** Files that a user names, to be written: whole or not at all. `-` is standard output. */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  mkdtempSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../errors/failure'
import { STANDARD } from './input'
import { unwritable } from './unwritable'

const CHUNK_BYTES = 1 << 20

/** How messages call it. */
const outputName = (path: string): string => (path === STANDARD ? 'standard output' : path)

/** @throws Failure file_unwritable. */
export function writeOutput(path: string, content: string | Uint8Array): void {
  using output = new Output(path)
  output.write((staged) => writeFileSync(staged, content))
  output.publish()
}

/** An output on its way: written beside its place, or in a temporary folder where its place is a stream or a device. */
export class Output implements Disposable {
  /** Where to write until `publish`. Others that end in something more may be written beside it. */
  readonly staged: string
  /** A temporary folder of our own, removed when we are disposed of. */
  private readonly folder: string | undefined
  private readonly target: string

  /** Before anything is computed for it: a place that cannot be written is refused now. @throws Failure file_unwritable. */
  constructor(private readonly path: string) {
    const stat = path === STANDARD ? undefined : this.write(() => statSync(path, { throwIfNoEntry: false }))
    if (stat?.isDirectory()) throw new Failure('file_unwritable', `${path} cannot be written: it is a folder`)
    // a rename would put a file in the place of a device, or of a link
    const streams = path === STANDARD || (stat !== undefined && !stat.isFile())
    this.target = stat && !streams ? realpathSync(path) : path
    this.folder = streams ? mkdtempSync(join(tmpdir(), 'meltica-output-')) : undefined
    // two processes with one target do not write to one file, and nothing of the user's is called so
    const name = `${this.target}.${randomBytes(4).toString('hex')}.tmp`
    this.staged = this.folder === undefined ? name : join(this.folder, 'output')
    this.write((staged) => closeSync(openSync(staged, 'wx')))
  }

  /** Does what writes the staged file. @throws Failure file_unwritable. */
  write<T>(work: (staged: string) => T): T {
    try {
      return work(this.staged)
    } catch (error) {
      throw unwritable(outputName(this.path), error)
    }
  }

  /** Puts it in its place. @throws Failure file_unwritable. */
  publish(): void {
    this.write((staged) => {
      if (this.folder === undefined) renameSync(staged, this.target)
      else if (this.path === STANDARD) eachChunk(staged, (chunk) => process.stdout.write(chunk))
      else pour(staged, this.target)
    })
  }

  [Symbol.dispose](): void {
    rmSync(this.folder ?? this.staged, { recursive: true, force: true })
  }
}

/** Into a device or a pipe, whose mode stays what it was. */
function pour(from: string, into: string): void {
  const target = openSync(into, 'w')
  try {
    eachChunk(from, (chunk) => {
      for (let at = 0; at < chunk.length; ) at += writeSync(target, chunk, at)
    })
  } finally {
    closeSync(target)
  }
}

function eachChunk(path: string, take: (chunk: Uint8Array) => void): void {
  const file = openSync(path, 'r')
  try {
    for (;;) {
      const chunk = new Uint8Array(CHUNK_BYTES)
      const size = readSync(file, chunk)
      if (size === 0) return
      take(chunk.subarray(0, size))
    }
  } finally {
    closeSync(file)
  }
}
