/**
 * The files of a registry. A change is written whole or not at all: revisions first, `registry.json`
 * last, and its rename is the moment of truth. A revision being added or deleted has an empty file
 * beside it; whoever finds one after a crash asks the registry whether the revision is in it.
 */
import { existsSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../errors/failure'
import { readRegular } from '../files/regular'
import type { Catalogue } from './catalogue'
import { CatalogueFile } from './catalogue-file'
import { asStorageFailure, type Disk, isErrno } from './disk'
import { formatRegistry } from './file'
import { foldersOf, type HomePaths, pendingPath, programPath, withoutPending } from './paths'
import type { HomeScan } from './scan-files'

/** Behind the name of a file that an upload of the right bytes replaced. */
const REPLACED = '.replaced'

/** Paths are relative to the home. */
export interface NewRevision {
  readonly path: string
  readonly source: Uint8Array
  readonly program: Uint8Array
}

export class Storage {
  readonly catalogueFile: CatalogueFile

  constructor(
    readonly paths: HomePaths,
    private readonly disk: Disk,
  ) {
    this.catalogueFile = new CatalogueFile(paths, disk)
  }

  /** @throws Failure storage_full, storage_unavailable, with everything as it was. */
  async addRevision(revision: NewRevision, next: Catalogue): Promise<void> {
    const { disk, catalogueFile } = this
    const source = this.paths.absolute(revision.path)
    const program = programPath(source)
    const pending = pendingPath(source)
    const content = formatRegistry(next)
    let ours = false
    try {
      this.checkWayTo(revision.path)
      await disk.makeFolder(dirname(source))
      await disk.mark(pending)
      await all([
        disk.stage(source, revision.source),
        disk.stage(program, revision.program),
        catalogueFile.stage(content),
      ])
      this.setAside(source)
      ours = true
      await disk.publish(source)
      await disk.publish(program)
      await all(foldersOf(revision.path).map((folder) => disk.syncFolder(this.paths.absolute(folder))))
      await catalogueFile.publish(content)
    } catch (error) {
      await attempt(() => catalogueFile.unstage())
      await attempt(() => (ours ? this.discard(revision.path) : this.abandon(source)))
      this.restore(source)
      throw asStorageFailure(error)
    }
    await attempt(() => this.dropReplaced(source, revision.source))
    await attempt(() => disk.remove(pending))
  }

  /** @param paths of the revisions that `next` no longer has. @throws Failure storage_full, storage_unavailable. */
  async remove(paths: readonly string[], next: Catalogue): Promise<void> {
    const { disk } = this
    let there: readonly string[] = []
    try {
      there = paths.filter((path) => this.holds(path))
      for (const path of there) await disk.mark(this.paths.absolute(pendingPath(path)))
      const folders = new Set(there.map((path) => dirname(this.paths.absolute(path))))
      for (const folder of folders) await disk.syncFolder(folder)
      await this.catalogueFile.write(next)
    } catch (error) {
      for (const path of there) await attempt(() => disk.remove(this.paths.absolute(pendingPath(path))))
      throw asStorageFailure(error)
    }
    for (const path of there) await attempt(() => this.discard(path))
  }

  /** Only tags or entries changed. @throws Failure storage_full, storage_unavailable. */
  async replace(next: Catalogue): Promise<void> {
    try {
      await this.catalogueFile.write(next)
    } catch (error) {
      throw asStorageFailure(error)
    }
  }

  /** A program can be made again at any time: it is no failure when it can't be kept. */
  async keepProgram(path: string, program: Uint8Array): Promise<boolean> {
    const target = this.paths.absolute(programPath(path))
    return attempt(async () => {
      await this.disk.stage(target, program)
      await this.disk.publish(target)
    })
  }

  /** What a crash left: neither brings back what was deleted nor takes away what is registered. */
  async collect(scan: HomeScan, known: ReadonlySet<string>): Promise<string[]> {
    const gone: string[] = []
    for (const path of scan.temporary) await attempt(() => this.disk.remove(this.paths.absolute(path)))
    for (const path of scan.pending) {
      const source = withoutPending(path)
      if (known.has(source)) {
        this.restore(this.paths.absolute(source))
        await attempt(() => this.disk.remove(this.paths.absolute(path)))
      } else if (await attempt(() => this.discard(source))) gone.push(source)
    }
    return gone
  }

  private async discard(path: string): Promise<void> {
    const source = this.paths.absolute(path)
    for (const file of [source, programPath(source)]) await this.disk.remove(file)
    await this.abandon(source)
  }

  /** Only what was not given its name yet. The marker goes last: it is what says that the rest is to go. */
  private async abandon(source: string): Promise<void> {
    const { disk } = this
    for (const file of [source, programPath(source)]) await disk.unstage(file)
    await disk.remove(pendingPath(source))
    await disk.removeEmptyFolders(source, this.paths.home)
  }

  /** A file that lies there may be a revision of which we only cannot tell so at present, or someone's edit. */
  private setAside(source: string): void {
    if (statSync(source, { throwIfNoEntry: false })) renameSync(source, source + REPLACED)
  }

  /** Someone's edit is not ours to throw away; the same bytes are. */
  private async dropReplaced(source: string, bytes: Uint8Array): Promise<void> {
    const replaced = source + REPLACED
    if (existsSync(replaced) && holdsBytes(replaced, bytes)) await this.disk.remove(replaced)
  }

  /** Undoes `setAside` where nothing came of it. */
  private restore(source: string): void {
    if (existsSync(source + REPLACED) && !existsSync(source)) renameSync(source + REPLACED, source)
  }

  /** No folder on the way may lead out of the home or be a file. */
  private checkWayTo(path: string): void {
    for (const folder of foldersOf(path).reverse()) {
      const absolute = this.paths.absolute(folder)
      if (!existsSync(absolute)) return
      if (!statSync(absolute).isDirectory()) {
        throw new Failure(
          'invalid_name',
          `a file of the name ${JSON.stringify(folder)} lies in the strategy home already`,
        )
      }
      if (this.paths.inside(folder) === undefined) {
        throw new Failure('storage_unavailable', `the folder ${JSON.stringify(folder)} leads out of the strategy home`)
      }
    }
  }

  /** Whether a file lies there, and within the home. One that can't be looked at may lie there, and come back later. */
  private holds(path: string): boolean {
    try {
      return this.paths.inside(path) !== undefined
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return false
      throw error
    }
  }
}

function holdsBytes(path: string, bytes: Uint8Array): boolean {
  try {
    return readRegular(path, bytes.length).equals(bytes)
  } catch {
    return false
  }
}

/** Side by side, and to their end even when one fails: what is still being written can't be cleared away. */
async function all(works: Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(works)) if (outcome.status === 'rejected') throw outcome.reason
}

/** For what comes after the moment of truth: a failure leaves rubbish, which the next start collects. */
async function attempt(work: () => Promise<void>): Promise<boolean> {
  try {
    await work()
    return true
  } catch {
    return false
  }
}
