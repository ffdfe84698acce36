/** The program components of revisions: from memory, from the file beside the source, or compiled anew. */
import { readFileSync } from 'node:fs'
import { isProgramOf } from '../compiler/compiled'
import { Failure } from '../errors/failure'
import type { Digest } from '../schema/digest'
import type { Compiler } from '../schema/metadata'
import { programPath } from './paths'
import type { Storage } from './storage'
import type { Verdicts } from './verdicts'

const MAX_KEPT = 256

export class Programs {
  /** The one used longest ago comes first. */
  private readonly kept = new Map<Digest, Promise<Uint8Array>>()

  constructor(
    private readonly storage: Storage,
    private readonly compiler: Compiler,
    private readonly verdicts: Verdicts,
  ) {}

  /**
   * @param path of the source, relative to the home.
   * @param source bytes that match the hash.
   * @throws Failure revision_invalid when this engine does not compile it.
   */
  async of(hash: Digest, path: string, source: Uint8Array): Promise<Uint8Array> {
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

  private async find(hash: Digest, path: string, source: Uint8Array): Promise<Uint8Array> {
    const stored = this.stored(path)
    if (stored && isProgramOf(stored, this.compiler.engineHash, hash)) return stored
    const compilation = await this.compiler.compile(source)
    this.verdicts.keep(hash, compilation)
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
      const file = this.storage.paths.inside(programPath(path))
      return file === undefined ? undefined : readFileSync(file)
    } catch {
      return undefined
    }
  }
}
