/**
 * The catalogue of strategies over its home on disk: what there is, by which names it is called, and
 * every change of that. Readers see one state whole; writers come one after the other.
 */
import { normalize } from 'node:path'
import { MAX_SOURCE_BYTES } from '../compiler/source'
import { Failure } from '../errors/failure'
import { type Digest, digestOf, parseDigestPrefix } from '../schema/digest'
import type { Compilation, Compiler, Diagnostic, Metadata } from '../schema/metadata'
import type { Catalogue } from './catalogue'
import type { Problem, RegistryChange, Rescan } from './change'
import { differences, tagChanges } from './differences'
import { asStorageFailure, Disk, type FailPoint } from './disk'
import { exportRegistry, type RegistryFile } from './file'
import { Holdings, pathsOf } from './holdings'
import { factsOf, readRevision } from './inspection'
import { Intake } from './intake'
import { Judge } from './judge'
import { HomeLock } from './lock'
import { sourcePath } from './paths'
import { Programs } from './programs'
import type { Facts, Revision } from './revision'
import { parseSelector } from './selector'
import { Storage } from './storage'
import { Strategy } from './strategy'
import { checkDeletable, checkMovable, checkRemovable, tagsOfSelector } from './tags'
import { checkBody, planUpload, type Takeover, type UploadBody } from './upload'
import { type Log, Verdicts } from './verdicts'
import { Writers } from './writers'

export interface RegistryOptions {
  /** The strategy home; made when it is not there. */
  readonly directory: string
  readonly compiler: Compiler
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly log?: Log
  /** Called before each step of a write; tests end the process there. */
  readonly failPoint?: FailPoint
}

export interface Uploaded {
  readonly revision: Revision
  /** These bytes under this tag were there already: nothing was written. */
  readonly unchanged: boolean
  /** The tag to call it by. */
  readonly alias?: string
}

/** Whoever changed the registry file by hand. */
const FILE_ACTOR = 'registry.json'
/** Registers files that lie in the home and that no entry knows. */
const START_ACTOR = 'gateway'

export class Registry implements AsyncDisposable {
  /** Which instances reference a revision, by id: it can't be deleted while there are any. */
  guard: (name: string, hash: Digest) => readonly string[] = () => []

  private readonly holdings = new Holdings()
  private readonly writers = new Writers()
  private readonly listeners: ((change: RegistryChange) => void)[] = []
  /** What the start changed, until somebody listens. */
  private readonly untold: RegistryChange[] = []
  private readonly storage: Storage
  private readonly verdicts: Verdicts
  private readonly programs: Programs
  private readonly judge: Judge
  private readonly intake: Intake
  private readonly log: Log

  private constructor(
    private readonly options: RegistryOptions,
    private readonly lock: HomeLock,
  ) {
    this.log = options.log ?? (() => undefined)
    this.storage = new Storage(lock.paths, new Disk(options.failPoint))
    this.verdicts = new Verdicts(lock.paths.verdicts, options.compiler, this.log)
    this.programs = new Programs(this.storage, options.compiler, this.verdicts)
    this.judge = new Judge(lock.paths, this.verdicts, this.holdings)
    this.intake = new Intake(this.storage, this.verdicts, this.holdings, this.judge, options.now, this.log)
  }

  /** Takes the home for this process. @throws Failure home_locked, home_unwritable. */
  static async open(options: RegistryOptions): Promise<Registry> {
    const lock = HomeLock.take(options.directory, options.now())
    try {
      const registry = new Registry(options, lock)
      await registry.start()
      return registry
    } catch (error) {
      lock[Symbol.dispose]()
      throw asStorageFailure(error)
    }
  }

  /** Waits for the writes at hand, then gives the home back. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.writers.run(async () => {
      await this.judge[Symbol.asyncDispose]()
      this.lock[Symbol.dispose]()
    })
  }

  /** Absolute, without symbolic links. */
  get directory(): string {
    return this.lock.paths.home
  }

  /** Grows with every visible change. */
  get version(): number {
    return this.holdings.version
  }

  /** Told after each change, in order, the first of them also what the start changed; must not throw. */
  onChange(listener: (change: RegistryChange) => void): void {
    this.listeners.push(listener)
    for (const change of this.untold.splice(0)) listener(change)
  }

  /** What is not sound, and why. */
  problems(): Problem[] {
    return this.holdings.problems()
  }

  names(): string[] {
    return [...this.holdings.catalogue.strategies.keys()]
  }

  /** @throws Failure strategy_not_found. */
  revisions(text: string): Revision[] {
    const { name, strategy } = this.holdings.catalogue.strategy(text)
    return [...strategy.entries.keys()].map((hash) => this.holdings.revision(name, strategy, hash))
  }

  /** @throws Failure strategy_not_found. */
  tags(name: string): Record<string, Digest> {
    return Object.fromEntries(this.holdings.catalogue.strategy(name).strategy.tags)
  }

  /** @throws Failure invalid_selector, strategy_not_found, tag_not_found, hash_not_found, hash_ambiguous. */
  resolve(selector: string): Revision {
    const { name, strategy, hash } = this.holdings.catalogue.resolve(selector)
    return this.holdings.revision(name, strategy, hash)
  }

  find(name: string, hash: Digest): Revision | undefined {
    const strategy = this.holdings.catalogue.strategies.get(name)
    return strategy?.entries.has(hash) ? this.holdings.revision(name, strategy, hash) : undefined
  }

  /** What `registry.json` holds. */
  exported(): RegistryFile {
    return exportRegistry(this.holdings.catalogue)
  }

  /** The stored bytes. @throws Failure revision_drifted, revision_missing, revision_invalid (its path leaves the home). */
  async source({ name, hash, path }: Revision): Promise<Uint8Array> {
    const read = readRevision(this.lock.paths, path, hash)
    if ('unsound' in read) {
      this.note(name, hash, read.unsound)
      throw new Failure(`revision_${read.unsound.state}`, read.unsound.problem)
    }
    if (this.holdings.findings.get(name, hash)?.state !== 'sound') {
      this.note(name, hash, factsOf(await this.verdicts.of(hash, read.bytes), read.bytes.length))
    }
    return read.bytes
  }

  /** @throws Failure revision_drifted, revision_missing, revision_invalid. */
  async launchable(revision: Revision): Promise<{ program: Uint8Array; metadata: Metadata }> {
    const { name, hash, path, tag } = revision
    const source = await this.source(revision)
    const program = await this.programs.of(hash, path, source)
    const facts = factsOf(await this.verdicts.of(hash, source), source.length)
    this.note(name, hash, facts)
    if (!facts.metadata) throw new Failure('revision_invalid', facts.problem ?? 'it does not compile')
    return { program, metadata: { ...facts.metadata, tag } }
  }

  /** @throws Failure of the body, of the tags, strategy_validation_failed, storage_full, storage_unavailable. */
  upload(body: UploadBody, actor: string): Promise<Uploaded> {
    return this.store(body, actor)
  }

  /** As `upload`, and the new revision takes over the tags that the selector names. */
  replace(selector: string, body: UploadBody, actor: string): Promise<Uploaded> {
    return this.store(body, actor, selector)
  }

  /**
   * @param hash may be shortened.
   * @throws Failure strategy_not_found, hash_not_found, hash_ambiguous, invalid_tag, storage_full, storage_unavailable.
   */
  moveTag(strategyName: string, tag: string, hash: string, actor: string, message?: string) {
    return this.write(async () => {
      const { catalogue } = this.holdings
      const { name, strategy } = catalogue.strategy(strategyName)
      const prefix = parseDigestPrefix(hash)
      if (!prefix) throw new Failure('invalid_request', `"hash" ${JSON.stringify(hash.slice(0, 100))} is not a hash`)
      const after = catalogue.byPrefix(name, strategy, prefix)
      checkMovable(strategy, tag)
      const before = strategy.tags.get(tag) ?? ''
      if (before !== after) {
        const next = catalogue.with(name, strategy.withTags([tag], after))
        await this.storage.replace(next)
        this.holdings.become(next)
        this.tell({ kind: 'tag-moved', strategy: name, tag, before, after, ...this.told(actor, message) })
      }
      return { strategy: name, tag, hash: after, previousHash: before }
    })
  }

  /** @throws Failure strategy_not_found, tag_not_found, tag_protected, tag_orphans_revision, storage_full, storage_unavailable. */
  deleteTag(strategyName: string, tag: string, allowOrphan: boolean, actor: string, message?: string) {
    return this.write(async () => {
      const { catalogue } = this.holdings
      const { name, strategy } = catalogue.strategy(strategyName)
      const hash = checkDeletable(name, strategy, tag, allowOrphan)
      const next = catalogue.with(name, strategy.withoutTag(tag))
      await this.storage.replace(next)
      this.holdings.become(next)
      this.tell({ kind: 'tag-deleted', strategy: name, tag, before: hash, allowOrphan, ...this.told(actor, message) })
      return { strategy: name, tag, hash }
    })
  }

  /**
   * `name` removes all its revisions, `name:tag` and `name@hash` one with all its tags.
   * @throws Failure of `resolve`, revision_in_use, revision_is_latest, storage_full, storage_unavailable.
   */
  remove(selector: string, actor: string, message?: string): Promise<void> {
    return this.write(async () => {
      const { name, strategy, hashes } = this.removable(selector)
      const left = hashes.length === strategy.entries.size ? new Strategy() : strategy.without(hashes[0]!)
      const next = this.holdings.catalogue.with(name, left)
      const still = pathsOf(next)
      const paths = new Set(hashes.map((hash) => normalize(strategy.entries.get(hash)!.path)))
      await this.storage.remove(
        [...paths].filter((path) => !still.has(path)),
        next,
      )
      this.holdings.become(next)
      for (const hash of hashes) {
        this.holdings.findings.delete(name, hash)
        const tags = strategy.tagsOf(hash)
        this.tell({ kind: 'revision-deleted', strategy: name, hash, tags, ...this.told(actor, message) })
      }
    })
  }

  /** Reads the registry file and every source anew, and registers files that no entry knows. */
  rescan(actor = 'gateway'): Promise<Rescan> {
    return this.writers.run(async () => {
      const { holdings } = this
      const before = { catalogue: holdings.catalogue, findings: holdings.findings }
      await this.catchUp()
      const known = holdings.catalogue
      const adopted = await this.intake.rescan()
      this.tellTags(known, actor)
      const rescan = { changed: differences(before, holdings), adopted, problems: holdings.problems() }
      if (rescan.changed.length > 0) holdings.version++
      this.tell({ kind: 'rescanned', ...rescan, ...this.told(actor) })
      return rescan
    })
  }

  private async start(): Promise<void> {
    const known = await this.intake.start()
    for (const change of tagChanges(known, this.holdings.catalogue)) {
      this.untold.push({ ...change, ...this.told(START_ACTOR) })
    }
  }

  /** One after the other, and on top of what others wrote into the registry file meanwhile. */
  private write<T>(work: () => Promise<T>): Promise<T> {
    return this.writers.run(async () => {
      await this.catchUp()
      return work()
    })
  }

  private async catchUp(): Promise<void> {
    const before = this.holdings.catalogue
    if (await this.intake.catchUp()) this.tellTags(before, FILE_ACTOR)
  }

  private async store(body: UploadBody, actor: string, selector?: string): Promise<Uploaded> {
    checkBody(body)
    const source = new TextEncoder().encode(body.source)
    if (source.length > MAX_SOURCE_BYTES) throw new Failure('body_too_large', 'the source is larger than 1 MiB')
    if (selector !== undefined) this.resolve(selector)
    const compilation = await this.options.compiler.compile(source)
    if ('diagnostics' in compilation) throw invalid(compilation.diagnostics)
    const { name } = compilation.metadata
    if (body.name !== undefined && body.name.toLowerCase() !== name) throw mismatch(body.name, name)
    return this.write(() => this.storeCompiled(body, source, compilation, actor, selector))
  }

  private async storeCompiled(
    body: UploadBody,
    source: Uint8Array,
    compilation: Extract<Compilation, { metadata: Metadata }>,
    actor: string,
    selector?: string,
  ): Promise<Uploaded> {
    const { holdings } = this
    const { metadata, program } = compilation
    const { name } = metadata
    const hash = digestOf(source)
    const takeover = selector === undefined ? undefined : this.takeover(selector, name)
    const strategy = holdings.catalogue.strategies.get(name) ?? new Strategy()
    const known = holdings.findings.get(name, hash)?.state === 'sound' ? strategy.entries.get(hash) : undefined
    const path = known?.path ?? sourcePath(name, hash)
    const plan = planUpload(strategy, hash, path, body, metadata.tag, takeover)
    const unchanged = known?.tag === plan.tag && plan.moves.length === 0
    if (!unchanged) {
      const next = holdings.catalogue.with(name, plan.next)
      if (known) await this.storage.replace(next)
      else await this.storage.add({ path, source, program }, next)
      holdings.findings.set(name, hash, factsOf(this.verdicts.keep(hash, compilation), source.length))
      this.programs.keep(hash, Promise.resolve(program))
      holdings.become(next)
    }
    const told = this.told(actor, body.message)
    this.tell({ kind: 'upload', strategy: name, hash, tag: plan.tag, unchanged, ...told })
    for (const { tag, before } of plan.moves) {
      this.tell({ kind: 'tag-moved', strategy: name, tag, before, after: hash, ...told })
    }
    const revision = holdings.revision(name, unchanged ? strategy : plan.next, hash)
    return { revision, unchanged, ...(revision.alias === undefined ? {} : { alias: revision.alias }) }
  }

  private takeover(text: string, name: string): Takeover {
    const { selector, strategy, hash, ...selected } = this.holdings.catalogue.resolve(text)
    if (selected.name !== name) throw mismatch(selected.name, name)
    const tags = tagsOfSelector(selector, strategy, hash)
    return { tags, ...(selector.kind === 'tag' ? { fallbackTag: selector.tag } : {}) }
  }

  /** What a selector names for removal: one revision, or all of a strategy. */
  private removable(text: string): { name: string; strategy: Strategy; hashes: readonly Digest[] } {
    const { catalogue } = this.holdings
    const selector = parseSelector(text)
    const { name, strategy } = catalogue.strategy(selector.name)
    const hashes = selector.kind === 'name' ? [...strategy.entries.keys()] : [catalogue.resolve(text).hash]
    const users = hashes.flatMap((hash) => this.guard(name, hash))
    if (users.length > 0) {
      const message = `${text} is referenced by ${users.slice(0, 10).join(', ')}${users.length > 10 ? ', …' : ''}`
      throw new Failure('revision_in_use', message, { instances: users })
    }
    if (selector.kind !== 'name') checkRemovable(name, strategy, hashes[0]!)
    return { name, strategy, hashes }
  }

  private note(name: string, hash: Digest, facts: Facts): void {
    const news = this.holdings.note(name, hash, facts)
    if (news && facts.problem !== undefined) this.log('warn', facts.problem, { strategy: name, hash })
  }

  private told(actor: string, message?: string) {
    return { when: this.options.now(), actor, ...(message === undefined ? {} : { message }) }
  }

  private tellTags(before: Catalogue, actor: string): void {
    for (const change of tagChanges(before, this.holdings.catalogue)) this.tell({ ...change, ...this.told(actor) })
  }

  private tell(change: RegistryChange): void {
    for (const listener of this.listeners) listener(change)
  }
}

function invalid(diagnostics: readonly Diagnostic[]): Failure {
  const first = diagnostics[0]
  const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : ''
  return new Failure('strategy_validation_failed', `${first?.message}${more}`, {
    diagnostics,
  })
}

function mismatch(asked: string, declared: string): Failure {
  return new Failure(
    'name_mismatch',
    `the name ${JSON.stringify(asked)} is not metadata.name ${JSON.stringify(declared)}`,
  )
}
