/** Uploads: compiled outside the queue of writers, then stored with all their tag moves in one step. */
import { Failure } from '../errors/failure'
import { type Digest, digestOf } from '../schema/digest'
import type { Compiler, Diagnostic, Metadata, Warning } from '../schema/metadata'
import { lowerCaseName } from '../schema/names'
import { sourceTooLarge } from '../schema/source-size'
import { sourcePath } from './paths'
import type { Programs } from './programs'
import type { Revision } from './revision'
import { Strategy } from './strategy'
import { tagsOfSelector } from './tags'
import { checkBody, planUpload, type Takeover, type UploadBody } from './upload-plan'
import type { ValidationCache } from './validation-cache'
import { factsOf, readRevision } from './verify'
import type { Writing } from './writing'

export interface Uploaded {
  readonly revision: Revision
  /** These bytes under this tag were there already: nothing was written. */
  readonly unchanged: boolean
  /** The tag to call it by. */
  readonly alias?: string
  /** What in its source is likely a mistake. */
  readonly warnings: readonly Warning[]
}

/** An upload that compiles, not stored yet. */
export interface CompiledUpload {
  readonly body: UploadBody
  readonly hash: Digest
  readonly source: Uint8Array
  readonly program: Uint8Array
  readonly metadata: Metadata
  readonly warnings: readonly Warning[]
}

export class Uploads {
  constructor(
    private readonly writing: Writing,
    private readonly compiler: Compiler,
    private readonly validations: ValidationCache,
    private readonly programs: Programs,
  ) {}

  /** @throws Failure invalid_request, body_too_large, strategy_validation_failed, name_mismatch. */
  async compile(body: UploadBody): Promise<CompiledUpload> {
    checkBody(body)
    const source = new TextEncoder().encode(body.source)
    const tooLarge = sourceTooLarge(source)
    if (tooLarge) throw new Failure('body_too_large', tooLarge.message, {}, tooLarge.hint)
    const compilation = await this.compiler.compile(source)
    if ('diagnostics' in compilation) throw invalid(compilation.diagnostics)
    const { metadata } = compilation
    if (body.name !== undefined && lowerCaseName(body.name) !== metadata.name) throw mismatch(body.name, metadata.name)
    const { program, warnings, absent } = compilation
    const hash = digestOf(source)
    const isStored = this.writing.state.catalogue.strategies.get(metadata.name)?.entries.has(hash) === true
    if (absent.length > 0 && !isStored) throw invalid(absent)
    return { body, hash, source, program, metadata, warnings: [...warnings, ...absent] }
  }

  /**
   * One writer at a time.
   * @param selector whose tags the revision takes over.
   * @throws Failure of the selector, tag_missing, invalid_tag, tag_conflict, invalid_name, storage_full, storage_unavailable.
   */
  async store(upload: CompiledUpload, actor: string, selector?: string): Promise<Uploaded> {
    const { state, storage, events } = this.writing
    const { body, hash, metadata, warnings } = upload
    const { name } = metadata
    const takeover = selector === undefined ? undefined : this.takeover(selector, name)
    const strategy = state.catalogue.strategies.get(name) ?? new Strategy()
    const entry = strategy.entries.get(hash)
    const known = entry && 'bytes' in readRevision(storage.paths, entry.path, hash) ? entry : undefined
    const path = known?.path ?? sourcePath(name, hash)
    const plan = planUpload(strategy, hash, path, body, metadata.tag, takeover)
    const unchanged = known?.tag === plan.tag && plan.moves.length === 0
    if (!unchanged) await this.write(upload, path, known !== undefined, plan.next)
    const teller = { actor, message: body.message }
    events.emit({ kind: 'upload', strategy: name, hash, tag: plan.tag, unchanged }, teller)
    for (const { tag, before } of plan.moves) {
      events.emit({ kind: 'tag-moved', strategy: name, tag, before, after: hash }, teller)
    }
    const revision = state.revision(name, unchanged ? strategy : plan.next, hash)
    return { revision, unchanged, warnings, ...(revision.alias === undefined ? {} : { alias: revision.alias }) }
  }

  private async write(upload: CompiledUpload, path: string, isThere: boolean, strategy: Strategy): Promise<void> {
    const { state, storage, check } = this.writing
    const { hash, source, program, metadata } = upload
    const next = state.catalogue.with(metadata.name, strategy)
    check(next)
    if (isThere) await storage.replace(next)
    else await storage.addRevision({ path, source, program }, next)
    const validation = this.validations.keep(hash, { metadata })
    state.findings.set(metadata.name, hash, factsOf(validation, source.length))
    this.programs.keep(hash, Promise.resolve(program))
    state.replace(next)
  }

  private takeover(text: string, name: string): Takeover {
    const { selector, strategy, hash, ...selected } = this.writing.state.catalogue.resolve(text)
    if (selected.name !== name) throw mismatch(selected.name, name)
    const tags = tagsOfSelector(selector, strategy, hash)
    return { tags, ...(selector.kind === 'tag' ? { fallbackTag: selector.tag } : {}) }
  }
}

function invalid(diagnostics: readonly Diagnostic[]): Failure {
  const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : ''
  return new Failure('strategy_validation_failed', `${diagnostics[0]?.message}${more}`, { diagnostics })
}

function mismatch(asked: string, declared: string): Failure {
  return new Failure(
    'name_mismatch',
    `the name ${JSON.stringify(asked)} is not metadata.name ${JSON.stringify(declared)}`,
  )
}
