/**
 * The catalogue of strategies over its home on disk: what there is, by which names it is called, and
 * every change of that. Readers see one state whole; writers come one after the other.
 */
import { normalize } from 'node:path'
import { MAX_SOURCE_BYTES } from '../compiler/source'
import { Failure } from '../errors/failure'
import { type Digest, digestOf, parseDigestPrefix } from '../schema/digest'
import type { Compiler, Diagnostic, Metadata } from '../schema/metadata'
import { adoptFiles } from './adoption'
import { Catalogue } from './catalogue'
import type { Problem, RegistryChange, Rescan } from './change'
import { differences, tagChanges } from './differences'
import { asStorageFailure, Disk, type FailPoint } from './disk'
import { exportRegistry, parseRegistry, type RegistryFile } from './file'
import { Findings, factsOf, inspectAll, readRevision } from './inspection'
import { HomeLock } from './lock'
import { sourcePath } from './paths'
import { Programs } from './programs'
import type { Facts, Revision } from './revision'
import { parseSelector } from './selector'
import { Storage } from './storage'
import { Strategy } from './strategy'
import { surveyHome } from './survey'
import { checkDeletable, checkMovable, checkRemovable, tagsOfSelector } from './tags'
import { checkBody, planUpload, type Takeover, type UploadBody, type UploadPlan } from './upload'
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

/** Whoever changed the registry's file by hand. */
const FILE_ACTOR = 'registry.json'

export class Registry implements AsyncDisposable {
  /** Grows with every visible change. */
  version = 1
  /** Which instances reference a revision, by id: it can't be deleted while there are any. */
  guard: (name: string, hash: Digest) => readonly string[] = () => []

  private catalogue = new Catalogue()
  private findings = new Findings()
  private fileProblems: readonly Problem[] = []
  private adoptionProblems: readonly Problem[] = []
  private readonly writers = new Writers()
  private readonly listeners: ((change: RegistryChange) => void)[] = []
  private readonly storage: Storage
  private readonly verdicts: Verdicts
  private readonly programs: Programs
  private readonly log: Log

  private constructor(
    private readonly options: RegistryOptions,
    private readonly lock: HomeLock,
  ) {
    this.log = options.log ?? (() => undefined)
    this.storage = new Storage(lock.paths, new Disk(options.failPoint))
    this.verdicts = new Verdicts(lock.paths.verdicts, options.compiler, this.log)
    this.programs = new Programs(this.storage, options.compiler, this.verdicts)
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

  /** Waits for the write at hand, then gives the home back. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.writers.run(async () => this.lock[Symbol.dispose]())
  }

  /** Absolute, without symbolic links. */
  get directory(): string {
    return this.lock.paths.home
  }

  /** Told after each change, in order; must not throw. */
  onChange(listener: (change: RegistryChange) => void): void {
    this.listeners.push(listener)
  }

  /** What is not sound, and why. */
  problems(): Problem[] {
    const problems = [...this.fileProblems, ...this.adoptionProblems]
    for (const [name, strategy] of this.catalogue.strategies) {
      for (const [tag, hash] of strategy.tags) {
        if (strategy.entries.has(hash)) continue
        problems.push({ strategy: name, hash, problem: `tag ${JSON.stringify(tag)} names ${hash}, which has no entry` })
      }
      for (const [hash, { path }] of strategy.entries) {
        const problem = this.findings.get(name, hash)?.problem
        if (problem !== undefined) problems.push({ strategy: name, hash, path, problem })
      }
    }
    return problems
  }

  names(): string[] {
    return [...this.catalogue.strategies.keys()]
  }

  /** @throws Failure strategy_not_found. */
  revisions(name: string): Revision[] {
    const found = this.catalogue.strategy(name)
    return [...found.strategy.entries.keys()].map((hash) => this.revision(found.name, found.strategy, hash))
  }

  /** @throws Failure strategy_not_found. */
  tags(name: string): Record<string, Digest> {
    return Object.fromEntries(this.catalogue.strategy(name).strategy.tags)
  }

  /** @throws Failure invalid_selector, strategy_not_found, tag_not_found, hash_not_found, hash_ambiguous. */
  resolve(selector: string): Revision {
    const { name, hash } = this.catalogue.resolve(selector)
    return this.revision(name, this.catalogue.strategy(name).strategy, hash)
  }

  find(name: string, hash: Digest): Revision | undefined {
    const strategy = this.catalogue.strategies.get(name)
    return strategy?.entries.has(hash) ? this.revision(name, strategy, hash) : undefined
  }

  /** What `registry.json` holds. */
  exported(): RegistryFile {
    return exportRegistry(this.catalogue)
  }

  /** The stored bytes. @throws Failure revision_drifted, revision_missing, revision_invalid (its path leaves the home). */
  async source({ name, hash, path }: Revision): Promise<Uint8Array> {
    const read = readRevision(this.lock.paths, path, hash)
    if ('facts' in read) {
      this.note(name, hash, read.facts)
      throw new Failure(
        `revision_${read.facts.state === 'sound' ? 'missing' : read.facts.state}`,
        read.facts.problem ?? '',
      )
    }
    if (this.findings.get(name, hash)?.state !== 'sound') {
      this.note(name, hash, factsOf(await this.verdicts.of(hash, read.bytes), read.bytes.length))
    }
    return read.bytes
  }

  /** @throws Failure revision_drifted, revision_missing, revision_invalid. */
  async launchable(revision: Revision): Promise<{ program: Uint8Array; metadata: Metadata }> {
    const { name, hash, path, tag } = revision
    const source = await this.source(revision)
    const program = await this.programs.of(hash, path, source)
    const verdict = await this.verdicts.of(hash, source)
    const facts = factsOf(verdict, source.length)
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
  moveTag(name: string, tag: string, hash: string, actor: string, message?: string) {
    return this.write(async () => {
      const found = this.catalogue.strategy(name)
      const prefix = parseDigestPrefix(hash)
      if (!prefix) throw new Failure('invalid_request', `"hash" ${JSON.stringify(hash.slice(0, 100))} is not a hash`)
      const after = this.catalogue.byPrefix(found.name, found.strategy, prefix)
      checkMovable(found.strategy, tag)
      const before = found.strategy.tags.get(tag) ?? ''
      if (before !== after) {
        const next = this.catalogue.with(found.name, found.strategy.withTags([tag], after))
        await this.storage.replace(next)
        this.become(next)
        this.tell({ kind: 'tag-moved', strategy: found.name, tag, before, after, ...this.told(actor, message) })
      }
      return { strategy: found.name, tag, hash: after, previousHash: before }
    })
  }

  /** @throws Failure strategy_not_found, tag_not_found, tag_protected, tag_orphans_revision, storage_full, storage_unavailable. */
  deleteTag(name: string, tag: string, allowOrphan: boolean, actor: string, message?: string) {
    return this.write(async () => {
      const found = this.catalogue.strategy(name)
      const hash = checkDeletable(found.name, found.strategy, tag, allowOrphan)
      const next = this.catalogue.with(found.name, found.strategy.withoutTag(tag))
      await this.storage.replace(next)
      this.become(next)
      this.tell({
        kind: 'tag-deleted',
        strategy: found.name,
        tag,
        before: hash,
        allowOrphan,
        ...this.told(actor, message),
      })
      return { strategy: found.name, tag, hash }
    })
  }

  /**
   * `name` removes all its revisions, `name:tag` and `name@hash` one with all its tags.
   * @throws Failure of `resolve`, revision_in_use, revision_is_latest, storage_full, storage_unavailable.
   */
  remove(selector: string, actor: string, message?: string): Promise<void> {
    return this.write(async () => {
      const { name, strategy, hashes } = this.removable(selector)
      const left = hashes.reduce((rest, hash) => rest.without(hash), strategy)
      const next = this.catalogue.with(name, left.entries.size > 0 ? left : new Strategy())
      const still = this.pathsOf(next)
      const paths = hashes.map((hash) => normalize(strategy.entries.get(hash)!.path))
      const ours = paths.filter((path) => !still.has(path) && this.lies(path))
      await this.storage.remove([...new Set(ours)], next)
      this.become(next)
      for (const hash of hashes) {
        this.findings.delete(name, hash)
        const tags = strategy.tagsOf(hash)
        this.tell({ kind: 'revision-deleted', strategy: name, hash, tags, ...this.told(actor, message) })
      }
    })
  }

  /** Reads the registry file and every source anew, and registers files that no entry knows. */
  rescan(actor = 'gateway'): Promise<Rescan> {
    return this.write(async () => {
      const before = { catalogue: this.catalogue, findings: this.findings }
      const { adopted } = await this.inspect(true)
      const changed = differences(before, { catalogue: this.catalogue, findings: this.findings })
      const rescan: Rescan = { changed, adopted, problems: this.problems() }
      if (changed.length > 0) this.version++
      this.tell({ kind: 'rescanned', ...rescan, ...this.told(actor) })
      return rescan
    })
  }

  private async start(): Promise<void> {
    const text = this.storage.readIfChanged()
    if (text !== undefined) this.take(text)
    const broken = this.fileProblems.length > 0
    const survey = await surveyHome(this.directory)
    const collected = await this.storage.collect(survey, this.pathsOf(this.catalogue))
    if (collected.length > 0) this.log('info', 'collected what an interrupted write left', { paths: collected })
    // Beside a broken registry a file may be anything, even one that was to be deleted: only a refresh adopts it.
    await this.inspect(!broken)
    for (const problem of this.problems()) this.log('warn', problem.problem, { ...problem })
  }

  private async inspect(adopt: boolean): Promise<{ adopted: Rescan['adopted'] }> {
    this.findings = await inspectAll(this.lock.paths, this.catalogue, this.verdicts)
    if (!adopt) return { adopted: [] }
    const known = this.pathsOf(this.catalogue)
    const unknown = (await surveyHome(this.directory)).sources.filter((path) => !known.has(path))
    const adoption = await adoptFiles(this.lock.paths, unknown, this.catalogue, this.verdicts, this.findings)
    this.adoptionProblems = adoption.problems
    if (adoption.adopted.length > 0) {
      await this.storage.replace(adoption.next)
      this.become(adoption.next)
    }
    return { adopted: adoption.adopted }
  }

  /** A change that others made to the registry's file. What of it can't be read is kept aside. */
  private take(text: string): void {
    const { catalogue, problems, damaged } = parseRegistry(text)
    this.fileProblems = problems
    if (damaged) this.storage.keepAside(text, this.options.now())
    this.become(catalogue)
  }

  /** One after the other, and on top of what others wrote into the registry's file meanwhile. */
  private write<T>(work: () => Promise<T>): Promise<T> {
    return this.writers.run(async () => {
      await this.catchUp()
      return work()
    })
  }

  private async catchUp(): Promise<void> {
    const text = this.readFile()
    if (text === undefined) return
    const before = this.catalogue
    this.take(text)
    if (this.fileProblems.length > 0 && this.catalogue.strategies.size === 0) {
      // What we know and have answered for is worth more than a file that says nothing.
      this.become(before)
      await this.storage.replace(before)
      return
    }
    this.findings = await inspectAll(this.lock.paths, this.catalogue, this.verdicts)
    for (const change of tagChanges(before, this.catalogue)) this.tell({ ...change, ...this.told(FILE_ACTOR) })
  }

  private readFile(): string | undefined {
    try {
      return this.storage.readIfChanged()
    } catch (error) {
      throw asStorageFailure(error)
    }
  }

  private async store(body: UploadBody, actor: string, selector?: string): Promise<Uploaded> {
    checkBody(body)
    const source = new TextEncoder().encode(body.source)
    if (source.length > MAX_SOURCE_BYTES)
      throw new Failure('body_too_large', `the source has ${source.length} bytes, more than 1 MiB`)
    if (selector !== undefined) this.resolve(selector)
    const hash = digestOf(source)
    const compilation = await this.options.compiler.compile(source)
    if ('diagnostics' in compilation) throw invalid(compilation.diagnostics)
    const { metadata, program } = compilation
    if (body.name !== undefined && body.name.toLowerCase() !== metadata.name) throw mismatch(body.name, metadata.name)
    return this.write(async () => {
      const name = metadata.name
      const takeover = selector === undefined ? undefined : this.takeover(selector, name)
      const strategy = this.catalogue.strategies.get(name) ?? new Strategy()
      const known = this.findings.get(name, hash)?.state === 'sound' ? strategy.entries.get(hash) : undefined
      const entry = { ...strategy.entries.get(hash), path: known?.path ?? sourcePath(name, hash) }
      const plan = planUpload(strategy, hash, entry, body, metadata.tag, takeover)
      const unchanged = known?.tag === plan.tag && plan.moves.length === 0
      if (!unchanged) {
        const next = this.catalogue.with(name, plan.next)
        if (known) await this.storage.replace(next)
        else await this.storage.add({ path: entry.path, source, program }, next)
        const facts = factsOf(this.verdicts.keep(hash, compilation), source.length)
        this.findings.set(name, hash, facts)
        this.programs.keep(hash, Promise.resolve(program))
        this.become(next)
      }
      this.tellUpload(name, hash, plan, unchanged, actor, body.message)
      const revision = this.revision(name, plan.next, hash)
      return { revision, unchanged, ...(revision.alias === undefined ? {} : { alias: revision.alias }) }
    })
  }

  private takeover(selector: string, name: string): Takeover {
    const resolved = this.catalogue.resolve(selector)
    if (resolved.name !== name) throw mismatch(resolved.name, name)
    const tags = tagsOfSelector(resolved.selector, this.catalogue.strategy(name).strategy, resolved.hash)
    return { tags, ...(resolved.selector.kind === 'tag' ? { fallbackTag: resolved.selector.tag } : {}) }
  }

  private removable(text: string): { name: string; strategy: Strategy; hashes: readonly Digest[] } {
    const { name, strategy, hashes } = this.selected(text)
    const users = hashes.flatMap((hash) => this.guard(name, hash))
    if (users.length > 0) {
      const message = `${text} is referenced by ${users.slice(0, 10).join(', ')}${users.length > 10 ? ', …' : ''}`
      throw new Failure('revision_in_use', message, { instances: users })
    }
    return { name, strategy, hashes }
  }

  private selected(text: string): { name: string; strategy: Strategy; hashes: readonly Digest[] } {
    const selector = parseSelector(text)
    const { name, strategy } = this.catalogue.strategy(selector.name)
    if (selector.kind === 'name') return { name, strategy, hashes: [...strategy.entries.keys()] }
    const { hash } = this.catalogue.resolve(text)
    checkRemovable(name, strategy, hash)
    return { name, strategy, hashes: [hash] }
  }

  private lies(path: string): boolean {
    try {
      return this.lock.paths.inside(path) !== undefined
    } catch {
      return false
    }
  }

  private pathsOf(catalogue: Catalogue): Set<string> {
    const paths = new Set<string>()
    for (const { entries } of catalogue.strategies.values()) {
      for (const { path } of entries.values()) paths.add(normalize(path))
    }
    return paths
  }

  private revision(name: string, strategy: Strategy, hash: Digest): Revision {
    const { tag, path } = strategy.entries.get(hash)!
    const facts: Facts = this.findings.get(name, hash) ?? {
      state: 'missing',
      sizeBytes: 0,
      problem: 'not looked at yet',
    }
    const tags = strategy.tagsOf(hash)
    const alias = strategy.aliasOf(hash)
    return {
      name,
      hash,
      tag,
      ...(alias === undefined ? {} : { alias }),
      path,
      file: path.slice(path.lastIndexOf('/') + 1),
      size: facts.sizeBytes,
      tags,
      state: facts.state,
      ...(facts.problem === undefined ? {} : { problem: facts.problem }),
      ...(facts.metadata ? { metadata: { ...facts.metadata, tag } } : {}),
      ...(tags.length === 0 ? { retired: true as const } : {}),
    }
  }

  private become(catalogue: Catalogue): void {
    this.catalogue = catalogue
    this.version++
  }

  private note(name: string, hash: Digest, facts: Facts): void {
    if (!this.findings.set(name, hash, facts)) return
    this.version++
    if (facts.problem !== undefined) this.log('warn', facts.problem, { strategy: name, hash })
  }

  private tellUpload(
    name: string,
    hash: Digest,
    plan: UploadPlan,
    unchanged: boolean,
    actor: string,
    message?: string,
  ): void {
    const told = this.told(actor, message)
    this.tell({ kind: 'upload', strategy: name, hash, tag: plan.tag, unchanged, ...told })
    for (const { tag, before } of plan.moves)
      this.tell({ kind: 'tag-moved', strategy: name, tag, before, after: hash, ...told })
  }

  private told(actor: string, message?: string) {
    return { when: this.options.now(), actor, ...(message === undefined ? {} : { message }) }
  }

  private tell(change: RegistryChange): void {
    for (const listener of this.listeners) listener(change)
  }
}

function invalid(diagnostics: readonly Diagnostic[]): Failure {
  const first = diagnostics[0]
  const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : ''
  return new Failure('strategy_validation_failed', `${first?.path ?? first?.stage}: ${first?.message}${more}`, {
    diagnostics,
  })
}

function mismatch(asked: string, declared: string): Failure {
  return new Failure(
    'name_mismatch',
    `the name ${JSON.stringify(asked)} is not metadata.name ${JSON.stringify(declared)}`,
  )
}
