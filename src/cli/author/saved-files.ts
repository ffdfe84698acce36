/** Tells when files are saved, in whatever way an editor does that: written over, emptied and written, or renamed over. */
import { type FSWatcher, statSync, watch } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { errnoOf } from '../../files/reason'

/** Nothing has happened to them for so long: the save is over. */
const QUIET_MS = 30
/** What no event tells of, as on network drives, is found by looking. */
const LOOK_MS = 500

export class SavedFiles implements Disposable {
  readonly #stamps = new Map<string, string>()
  readonly #watchers = new Map<string, FSWatcher>()
  readonly #looking: ReturnType<typeof setInterval>
  #quiet: ReturnType<typeof setTimeout> | undefined
  #saved = Promise.withResolvers<void>()

  constructor() {
    this.#looking = setInterval(() => this.#look(), LOOK_MS)
  }

  /** Resolved at the next save after the last `follow`. */
  get saved(): Promise<void> {
    return this.#saved.promise
  }

  /** Follows these files and no others; what they are at this moment is known. */
  follow(paths: readonly string[]): void {
    this.#stamps.clear()
    this.#saved = Promise.withResolvers()
    // a folder that was removed and made again is another one, and its watcher hears nothing
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
    this.also(paths)
  }

  /** Follows these files too. */
  also(paths: readonly string[]): void {
    for (const path of paths.map((one) => resolve(one))) {
      if (!this.#stamps.has(path)) this.#stamps.set(path, stampOf(path))
      this.#watch(dirname(path))
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#looking)
    clearTimeout(this.#quiet)
    for (const watcher of this.#watchers.values()) watcher.close()
  }

  /** The folder: a file that is renamed over is another file. */
  #watch(folder: string): void {
    if (this.#watchers.has(folder)) return
    try {
      const watcher = watch(folder, () => this.#look())
      watcher.on('error', () => this.#watchers.delete(folder))
      this.#watchers.set(folder, watcher)
    } catch (error) {
      // a folder that is not there, or too many that are watched: looking is enough
      if (errnoOf(error) === undefined) throw error
    }
  }

  #look(): void {
    if ([...this.#stamps].every(([path, stamp]) => stampOf(path) === stamp)) return
    const seen = this.#all()
    clearTimeout(this.#quiet)
    this.#quiet = setTimeout(() => (this.#all() === seen ? this.#saved.resolve() : this.#look()), QUIET_MS)
  }

  #all(): string {
    return [...this.#stamps.keys()].map(stampOf).join()
  }
}

function stampOf(path: string): string {
  const info = statSync(path, { bigint: true, throwIfNoEntry: false })
  return info === undefined ? 'absent' : `${info.ino} ${info.size} ${info.mtimeNs}`
}
