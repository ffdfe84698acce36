/**
 * What a start would find in a strategy home, for whoever asks before: its registry, what it takes over, and files that
 * no entry knows. Takes no home, and changes nothing but what is remembered of the compiler's validations.
 */
import { existsSync } from 'node:fs'
import { Failure } from '../errors/failure'
import type { Digest } from '../schema/digest'
import type { Compiler, Metadata } from '../schema/metadata'
import { Catalogue } from './catalogue'
import { parseRegistry, readRegistry } from './file'
import { importFiles } from './import-files'
import { HomePaths } from './paths'
import { unregistered } from './registry-scanner'
import { RegistryState } from './registry-state'
import type { Revision } from './revision'
import { scanHome } from './scan-files'
import { planTakeover, type Shipped, shippedHome } from './shipped'
import { ValidationCache } from './validation-cache'
import { factsOf, readRevision } from './verify'

export interface PreviewOptions {
  /** Need not be there yet. */
  readonly directory: string
  readonly shipped?: string
  readonly compiler: Compiler
  /** Ends it when it is aborted. */
  readonly stopping?: AbortSignal
  /** Not even that is remembered. */
  readonly readOnly?: boolean
}

export class Preview {
  private readonly state = new RegistryState()
  /** Not in the home yet. */
  private readonly shipped = new Map<Digest, Shipped>()

  private constructor(
    private readonly home: HomePaths,
    private readonly validations: ValidationCache,
  ) {}

  /** @param selectors that will be asked for. @throws Failure home_unwritable, invalid_settings; what `stopping` was aborted for. */
  static async of(
    { directory, shipped, compiler, stopping, readOnly = false }: PreviewOptions,
    selectors: readonly string[],
  ): Promise<Preview> {
    const home = existsSync(directory) ? HomePaths.of(directory) : new HomePaths(directory)
    const preview = new Preview(home, new ValidationCache(home.validations, compiler, () => undefined, !readOnly))
    const { state } = preview
    const { catalogue, problems } = existsSync(home.registry)
      ? parseRegistry(readRegistry(home.registry).toString())
      : { catalogue: new Catalogue(), problems: [] }
    state.replace(catalogue)
    if (problems.length > 0) return preview
    if (shipped !== undefined) {
      const { next, revisions } = planTakeover(
        catalogue,
        existsSync(directory) ? home : undefined,
        shippedHome(shipped),
      )
      state.replace(next)
      for (const revision of revisions) preview.shipped.set(revision.hash, revision)
    }
    // a file that lies there moves no tag: what resolves now resolves to the same then
    if (selectors.some((selector) => !preview.has(selector))) await preview.adopt(stopping)
    return preview
  }

  /** @throws Failure as `Registry.resolve`. */
  resolve(selector: string): Revision {
    const { name, strategy, hash } = this.state.catalogue.resolve(selector)
    return this.state.revision(name, strategy, hash)
  }

  /** @throws Failure as `Registry.launchable`. */
  async launchable({ hash, path, tag }: Revision): Promise<{ metadata: Metadata }> {
    const from = this.shipped.get(hash)?.from ?? { home: this.home, path }
    const read = readRevision(from.home, from.path, hash)
    if ('unsound' in read) throw new Failure(`revision_${read.unsound.state}`, read.unsound.problem)
    const { metadata, problem } = factsOf(await this.validations.of(hash, read.bytes), read.bytes.length)
    if (!metadata) throw new Failure('revision_invalid', problem ?? 'it does not compile')
    return { metadata: { ...metadata, tag } }
  }

  private has(selector: string): boolean {
    try {
      this.resolve(selector)
      return true
    } catch (error) {
      if (error instanceof Failure) return false
      throw error
    }
  }

  private async adopt(stopping?: AbortSignal): Promise<void> {
    const { state, home, validations } = this
    const { sources, pending } = await scanHome(home.home)
    const unknown = unregistered(sources, pending, state.catalogue)
    state.replace((await importFiles(home, unknown, state, validations, stopping)).next)
  }
}
