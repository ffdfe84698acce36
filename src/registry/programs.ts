/**
 * What a launch needs of a revision: its source, checked against its hash, and its program, from memory,
 * from the file beside the source, or compiled anew.
 */
import { isProgramOf } from '../compiler/compiled'
import { Failure } from '../errors/failure'
import type { Digest } from '../schema/digest'
import type { Compiler, Metadata } from '../schema/metadata'
import type { Log } from '../telemetry/log'
import { KeptSources } from './kept-sources'
import { programPath } from './paths'
import type { RegistryState } from './registry-state'
import type { Facts, Revision } from './revision'
import type { Storage } from './storage'
import type { ValidationCache } from './validation-cache'
import { factsOf, readRevision, unsoundFacts } from './verify'

const MAX_KEPT = 256
/** Many times what the bytecode of 1 MiB of source is. */
const MAX_PROGRAM_BYTES = 16 << 20

export class Programs {
  /** The one used longest ago comes first. */
  private readonly kept = new Map<Digest, Promise<Uint8Array>>()
  private readonly sources: KeptSources

  constructor(
    private readonly storage: Storage,
    private readonly compiler: Compiler,
    private readonly validations: ValidationCache,
    private readonly state: RegistryState,
    private readonly log: Log,
  ) {
    this.sources = new KeptSources(storage.paths)
  }

  /** @throws Failure revision_drifted, revision_missing. */
  async source({ name, hash, path }: Revision): Promise<Uint8Array> {
    const sound = this.state.findings.get(name, hash)?.state === 'sound'
    const kept = sound ? this.sources.find(hash, path) : undefined
    if (kept) return kept
    const stamp = this.sources.stampOf(path)
    const read = readRevision(this.storage.paths, path, hash)
    if ('unsound' in read) {
      this.note(name, hash, unsoundFacts(read.unsound, this.validations.get(hash)))
      throw new Failure(`revision_${read.unsound.state}`, read.unsound.problem)
    }
    this.sources.keep(hash, path, read.bytes, stamp)
    if (!sound) {
      this.note(name, hash, factsOf(await this.validations.of(hash, read.bytes), read.bytes.length))
    }
    return read.bytes
  }

  /** Its file is still the one that `source` read. */
  isAsRead({ hash, path }: Revision): boolean {
    return this.sources.find(hash, path) !== undefined
  }

  /** @throws Failure revision_drifted, revision_missing, revision_invalid. */
  async launchable(revision: Revision): Promise<{ program: Uint8Array; metadata: Metadata }> {
    const { name, hash, path, tag } = revision
    const source = await this.source(revision)
    const program = await this.of(hash, path, source)
    const facts = factsOf(await this.validations.of(hash, source), source.length)
    this.note(name, hash, facts)
    if (!facts.metadata) throw new Failure('revision_invalid', facts.problem ?? 'it does not compile')
    return { program, metadata: { ...facts.metadata, tag } }
  }

  private async of(hash: Digest, path: string, source: Uint8Array): Promise<Uint8Array> {
    const program = this.kept.get(hash) ?? this.find(hash, path, source)
    this.keep(hash, program)
    try {
      return await program
    } catch (error) {
      this.kept.delete(hash)
      throw error
    }
  }

  keep(hash: Digest, program: Promise<Uint8Array>): void {
    this.kept.delete(hash)
    this.kept.set(hash, program)
    const oldest = this.kept.keys().next()
    if (this.kept.size > MAX_KEPT && !oldest.done) this.kept.delete(oldest.value)
  }

  private note(name: string, hash: Digest, facts: Facts): void {
    const news = this.state.setFinding(name, hash, facts)
    if (news && facts.problem !== undefined) this.log('warn', facts.problem, { strategy: name, hash })
  }

  private async find(hash: Digest, path: string, source: Uint8Array): Promise<Uint8Array> {
    const stored = this.stored(path)
    if (stored && isProgramOf(stored, this.compiler.engineHash, hash)) return stored
    const compilation = await this.compiler.compile(source)
    this.validations.keep(hash, compilation)
    if ('diagnostics' in compilation) {
      const { diagnostics } = compilation
      throw new Failure('revision_invalid', `the stored revision ${hash} is not valid: ${diagnostics[0]?.message}`, {
        diagnostics,
      })
    }
    await this.storage.keepProgram(path, compilation.program)
    return compilation.program
  }

  private stored(path: string): Uint8Array | undefined {
    try {
      return this.storage.paths.read(programPath(path), MAX_PROGRAM_BYTES)
    } catch {
      return undefined
    }
  }
}
