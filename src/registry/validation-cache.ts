/**
 * What the compiler said of each source. The metadata of what compiles is kept in a file, so that a start need
 * not compile what is known; it is keyed by the source's own hash, can be thrown away at any time, and is never
 * wrong about other bytes. What does not compile is asked again at each start and refresh: the next engine may
 * take it, and it may have been a sandbox host that died.
 */
import { closeSync, constants, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { readRegular, UnfitFile } from '../files/regular'
import type { Digest } from '../schema/digest'
import type { Compiler, Diagnostic, Metadata } from '../schema/metadata'
import type { Log } from '../telemetry/log'

export type Validation = { readonly metadata: Metadata } | { readonly diagnostics: readonly Diagnostic[] }

/** To be raised whenever the rules of metadata change: older validations are then made again. */
const RULES = 1
/** Lines that no longer serve before the file is written anew. */
const MAX_WASTE = 1000
/** What the file may have; beyond it is begun anew. */
const MAX_BYTES = 128 << 20

interface Line {
  readonly rules: number
  readonly hash: Digest
  readonly metadata: Metadata
}

export class ValidationCache {
  private readonly known = new Map<Digest, Validation>()

  constructor(
    private readonly path: string,
    private readonly compiler: Compiler,
    private readonly log: Log,
    /** Whether the file is written as well as read. */
    private readonly remembers = true,
  ) {
    const lines = readLines(path, remembers)
    for (const { rules, hash, metadata } of lines) if (rules === RULES) this.known.set(hash, { metadata })
    if (remembers && lines.length > this.known.size + MAX_WASTE) this.rewrite()
  }

  get(hash: Digest): Validation | undefined {
    return this.known.get(hash)
  }

  /** Compiles only what is not known. A fault of the compiler's own concerns this one source, and is not kept. */
  async of(hash: Digest, source: Uint8Array): Promise<Validation> {
    const known = this.known.get(hash)
    if (known) return known
    try {
      return this.keep(hash, await this.compiler.compile(source))
    } catch (error) {
      this.log('error', 'the compiler failed', { hash, error })
      return { diagnostics: [{ stage: 'compile', message: 'the compiler failed: see the log' }] }
    }
  }

  keep(hash: Digest, compilation: Validation): Validation {
    const validation: Validation =
      'diagnostics' in compilation ? { diagnostics: compilation.diagnostics } : { metadata: compilation.metadata }
    this.known.set(hash, validation)
    if (this.remembers) write(() => append(this.path, lineOf(hash, validation)))
    return validation
  }

  forgetRefusals(): void {
    for (const [hash, validation] of this.known) if ('diagnostics' in validation) this.known.delete(hash)
  }

  private rewrite(): void {
    write(() =>
      writeFileSync(this.path, [...this.known].map(([hash, validation]) => lineOf(hash, validation)).join('')),
    )
  }
}

function lineOf(hash: Digest, validation: Validation): string {
  if ('diagnostics' in validation) return ''
  const line: Line = { rules: RULES, hash, metadata: validation.metadata }
  return `${JSON.stringify(line)}\n`
}

/** Writes nothing, rather than wait, where there is no regular file by now. */
function append(path: string, line: string): void {
  const file = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK)
  try {
    writeSync(file, line)
  } finally {
    closeSync(file)
  }
}

/** A crash may leave the last line cut off. */
function readLines(path: string, mayRemove: boolean): Line[] {
  try {
    return readRegular(path, MAX_BYTES).toString().split('\n').flatMap(parseLine)
  } catch (error) {
    // what is appended to a FIFO is waited for until somebody reads it
    if (mayRemove && error instanceof UnfitFile) write(() => rmSync(path, { recursive: true }))
    return []
  }
}

function parseLine(text: string): Line[] {
  try {
    const line = JSON.parse(text) as Partial<Line> | null
    return line?.hash && line.metadata ? [line as Line] : []
  } catch {
    return []
  }
}

/** Without the file nothing is lost but time: a full or broken disk is told by the writes that matter. */
function write(work: () => void): void {
  try {
    work()
  } catch {
    return
  }
}
