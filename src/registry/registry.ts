/**
 * The catalogue of strategies over its home on disk: what there is, by which names it is called, and
 * every change of that. Readers see one state whole; writers come one after the other.
 */
import { Failure } from '../errors/failure'
import { breathe } from '../files/breathe'
import { KeyedMutex } from '../flow/keyed-mutex'
import type { Digest } from '../schema/digest'
import type { Compiler, Metadata } from '../schema/metadata'
import type { Log } from '../telemetry/log'
import { BackgroundValidator } from './background-validator'
import { type Catalogue, tagged } from './catalogue'
import type { Problem, RegistryChange, Rescan } from './change'
import { differences, tagChanges } from './differences'
import { asStorageFailure, Disk, type FailPoint } from './disk'
import { exportRegistry, type RegistryFile } from './file'
import { checkHolds } from './holds'
import { HomeLock } from './lock'
import { Programs } from './programs'
import { RegistryEvents } from './registry-events'
import { ALONE, type RegistryKeeper } from './registry-keeper'
import { RegistryScanner } from './registry-scanner'
import { RegistryState } from './registry-state'
import { Removals } from './removals'
import type { Revision } from './revision'
import type { Selector } from './selector'
import { takeOver } from './shipped'
import { Storage } from './storage'
import { TagWrites } from './tag-writes'
import { type Uploaded, Uploads } from './upload'
import type { UploadBody } from './upload-plan'
import { ValidationCache } from './validation-cache'

export interface RegistryOptions {
  /** The strategy home; made when it is not there. */
  readonly directory: string
  /** Another home, of which this one takes over what it lacks. */
  readonly shipped?: string
  readonly compiler: Compiler
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Takes what concerns operators and no caller. */
  readonly log?: Log
  /** Ends the start when it is aborted. */
  readonly stopping?: AbortSignal
  /** Called before each step of a write; tests end the process there. */
  readonly failPoint?: FailPoint
}

/** Whoever changed the registry file by hand. */
const FILE_ACTOR = 'registry.json'
/** Registers files that lie in the home and that no entry knows. */
const START_ACTOR = 'gateway'

export class Registry implements AsyncDisposable {
  private keeper: RegistryKeeper = ALONE

  private readonly state = new RegistryState()
  private readonly mutex = new KeyedMutex()
  private isClosed = false
  private readonly events: RegistryEvents
  private readonly storage: Storage
  private readonly programs: Programs
  private readonly validator: BackgroundValidator
  private readonly scanner: RegistryScanner
  private readonly uploads: Uploads
  private readonly tagWrites: TagWrites
  private readonly removals: Removals

  private constructor(
    options: RegistryOptions,
    private readonly lock: HomeLock,
  ) {
    const log = options.log ?? (() => undefined)
    this.storage = new Storage(lock.paths, new Disk(options.failPoint))
    const validations = new ValidationCache(lock.paths.validations, options.compiler, log)
    this.programs = new Programs(this.storage, options.compiler, validations, this.state, log)
    this.validator = new BackgroundValidator(lock.paths, validations, this.state)
    this.events = new RegistryEvents(options.now)
    const check = (next: Catalogue) => checkHolds(this.keeper.holds(), this.state.catalogue, next)
    const writing = { state: this.state, storage: this.storage, events: this.events, check }
    this.uploads = new Uploads(writing, options.compiler, validations, this.programs)
    this.tagWrites = new TagWrites(writing)
    this.removals = new Removals(writing)
    this.scanner = new RegistryScanner(this.storage, validations, this.state, this.validator, options.now, log)
  }

  /** Takes the home for this process. @throws Failure home_locked, home_unwritable, invalid_settings; what `stopping` was aborted for. */
  static async open(options: RegistryOptions): Promise<Registry> {
    const lock = HomeLock.take(options.directory, options.now())
    try {
      if (options.shipped !== undefined) await takeOver(lock.paths, options.shipped, new Disk(options.failPoint))
      const registry = new Registry(options, lock)
      await registry.start(options.stopping)
      return registry
    } catch (error) {
      lock[Symbol.dispose]()
      throw asStorageFailure(error)
    }
  }

  /** Waits for the writes at hand, then gives the home back. */
  async [Symbol.asyncDispose](): Promise<void> {
    const last = this.inTurn(async () => {
      await this.validator[Symbol.asyncDispose]()
      this.lock[Symbol.dispose]()
    })
    this.isClosed = true
    await last
  }

  /** Absolute, without symbolic links. */
  get directory(): string {
    return this.lock.paths.home
  }

  /** Grows with every visible change. */
  get version(): number {
    return this.state.version
  }

  /** Told after each change, in order, the first of them also what the start changed; must not throw. */
  onChange(listener: (change: RegistryChange) => void): void {
    this.events.onChange(listener)
  }

  /** Hands it over to whoever runs what is in it, and is told what the start changed at once. */
  attach(keeper: RegistryKeeper): void {
    this.keeper = keeper
    this.onChange((change) => keeper.changed(change))
  }

  /** What is not sound, and why. */
  problems(): Problem[] {
    return this.state.problems()
  }

  names(): string[] {
    return [...this.state.catalogue.strategies.keys()]
  }

  /** @throws Failure strategy_not_found. */
  revisions(text: string): Revision[] {
    const { name, strategy } = this.state.catalogue.strategy(text)
    return [...strategy.entries.keys()].map((hash) => this.state.revision(name, strategy, hash))
  }

  /** @throws Failure strategy_not_found. */
  tags(name: string): Record<string, Digest> {
    return Object.fromEntries(this.state.catalogue.strategy(name).strategy.tags)
  }

  /** What a tag names, whether or not that is there. @throws Failure invalid_selector, strategy_not_found, tag_not_found. */
  tagged(text: string, tag: string): Digest {
    const { name, strategy } = this.state.catalogue.strategy(text)
    return tagged(name, strategy, tag)
  }

  /** @throws Failure invalid_selector, strategy_not_found, tag_not_found, hash_not_found, hash_ambiguous. */
  resolve(selector: string | Selector): Revision {
    const { name, strategy, hash } = this.state.catalogue.resolve(selector)
    return this.state.revision(name, strategy, hash)
  }

  find(name: string, hash: Digest): Revision | undefined {
    const strategy = this.state.catalogue.strategies.get(name)
    return strategy?.entries.has(hash) ? this.state.revision(name, strategy, hash) : undefined
  }

  /** It is there, and nobody is about to delete it: whoever refers to it in this turn of the event loop can rely on it. */
  stays(name: string, hash: Digest): boolean {
    return !this.removals.isGoing(name, hash) && this.find(name, hash) !== undefined
  }

  /** Every revision whose hash begins so. */
  withHash(prefix: Digest): Revision[] {
    return [...this.state.catalogue.strategies].flatMap(([name, strategy]) =>
      strategy.hashesWith(prefix).map((hash) => this.state.revision(name, strategy, hash)),
    )
  }

  /** Whether there is a strategy of this name and, where one is given, of this tag. */
  knows(name: string, tag?: string): boolean {
    return this.state.catalogue.knows(name, tag)
  }

  /** A strategy's name as the catalogue writes it, whether or not there is one. */
  nameOf(text: string): string {
    return this.state.catalogue.nameOf(text)
  }

  /** What `registry.json` holds. */
  exported(): RegistryFile {
    return exportRegistry(this.state.catalogue)
  }

  /** The stored bytes. @throws Failure revision_drifted, revision_missing. */
  source(revision: Revision): Promise<Uint8Array> {
    return this.programs.source(revision)
  }

  /** What `source` answered last still holds: the file was not touched since. */
  isAsRead(revision: Revision): boolean {
    return this.programs.isAsRead(revision)
  }

  /** @throws Failure revision_drifted, revision_missing, revision_invalid. */
  launchable(revision: Revision): Promise<{ program: Uint8Array; metadata: Metadata }> {
    return this.programs.launchable(revision)
  }

  /** @throws Failure of the body, of the tags, strategy_validation_failed, storage_full, storage_unavailable. */
  async upload(body: UploadBody, actor: string): Promise<Uploaded> {
    const compiled = await this.uploads.compile(body)
    return this.write(() => this.uploads.store(compiled, actor))
  }

  /** As `upload`, and the new revision takes over the tags that the selector names. */
  async replace(selector: string, body: UploadBody, actor: string): Promise<Uploaded> {
    this.resolve(selector)
    const compiled = await this.uploads.compile(body)
    return this.write(() => this.uploads.store(compiled, actor, selector))
  }

  /**
   * @param hash may be shortened.
   * @param expected what the tag must name until then, unless it names the hash already.
   * @throws Failure strategy_not_found, hash_not_found, hash_ambiguous, invalid_tag, tag_moved_meanwhile, storage_full,
   * storage_unavailable.
   */
  moveTag(strategy: string, tag: string, hash: string, actor: string, message?: string, expected?: Digest) {
    return this.write(() => this.tagWrites.move(strategy, tag, hash, { actor, message }, expected))
  }

  /**
   * @param expected what the tag must name until then.
   * @throws Failure strategy_not_found, tag_not_found, tag_protected, tag_orphans_revision, tag_moved_meanwhile,
   * storage_full, storage_unavailable.
   */
  deleteTag(strategy: string, tag: string, allowOrphan: boolean, actor: string, expected?: Digest) {
    return this.write(() => this.tagWrites.delete(strategy, tag, allowOrphan, { actor }, expected))
  }

  /**
   * `name` removes all its revisions, `name:tag` and `name@hash` one with all its tags.
   * @throws Failure of `resolve`, revision_in_use, revision_is_latest, storage_full, storage_unavailable.
   */
  remove(selector: string, actor: string, message?: string): Promise<void> {
    const usersOf = (name: string, hash: Digest) => this.keeper.users(name, hash)
    return this.write(() => this.removals.remove(selector, usersOf, { actor, message }))
  }

  /** Reads the registry file and every source anew, and registers files that no entry knows. */
  rescan(actor = 'gateway'): Promise<Rescan> {
    return this.inTurn(async () => {
      this.keeper.checkAccountable()
      const { state } = this
      const before = { catalogue: state.catalogue, findings: state.findings }
      await this.catchUp()
      const known = state.catalogue
      const adopted = await this.scanner.rescan()
      this.tellTags(known, actor)
      await breathe()
      const changed = differences(before, state)
      await breathe()
      const rescan = { changed, adopted, problems: state.problems() }
      if (rescan.changed.length > 0) state.version++
      this.events.emit({ kind: 'rescanned', ...rescan }, { actor })
      return rescan
    })
  }

  private async start(stopping?: AbortSignal): Promise<void> {
    const known = await this.scanner.start(stopping)
    this.events.keep(tagChanges(known, this.state.catalogue), START_ACTOR)
  }

  /** One after the other, and on top of what others wrote into the registry file meanwhile. */
  private write<T>(work: () => Promise<T>): Promise<T> {
    return this.inTurn(async () => {
      this.keeper.checkAccountable()
      await this.catchUp()
      return work()
    })
  }

  /** @throws Failure not_ready when it is closed. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.isClosed) return Promise.reject(new Failure('not_ready', 'the registry is closed'))
    return this.mutex.run('write', work)
  }

  private async catchUp(): Promise<void> {
    const before = this.state.catalogue
    await this.scanner.catchUp()
    if (this.state.catalogue !== before) this.tellTags(before, FILE_ACTOR)
  }

  private tellTags(before: Catalogue, actor: string): void {
    for (const change of tagChanges(before, this.state.catalogue)) this.events.emit(change, { actor })
  }
}
