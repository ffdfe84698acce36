/**
 * Every path of a strategy home is built here and nowhere else.
 *
 *   <home>/
 *     registry.json                        what the catalogue holds
 *     registry.json.broken-<time>          a registry that could not be read, kept aside
 *     <name>/<64 hex digits>/<name>.js     a revision; older registries have other paths, which are served as they stand
 *     <name>/<64 hex digits>/<name>.wasm   its program component, made again whenever it is missing
 *     <file>.js.meltica-pending            beside a revision that is being added or deleted
 *     *.meltica-tmp                        files being written
 *     .meltica/lock                        held by the gateway that uses the home
 *     .meltica/holder                      who that is
 *     .meltica/verdicts.jsonl              what the compiler said of each source
 *     .meltica/shipped.json                the registry.json of the home that was taken over last
 */
import { realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, sep } from 'node:path'
import { Failure } from '../errors/failure'
import { reasonOf } from '../files/reason'
import { readRegularWithin } from '../files/regular'
import { type Digest, hexOf } from '../schema/digest'

export const REGISTRY_FILE = 'registry.json'
const OWN_FOLDER = '.meltica'
const TEMPORARY = '.meltica-tmp'
const PENDING = '.meltica-pending'

export class HomePaths {
  /** @param home an absolute path without symbolic links. */
  constructor(readonly home: string) {}

  /** @throws Failure home_unwritable when there is no such folder. */
  static of(directory: string): HomePaths {
    try {
      const home = realpathSync.native(directory)
      if (!statSync(home).isDirectory()) throw new Error('it is not a folder')
      return new HomePaths(home)
    } catch (error) {
      throw unusableHome(directory, error)
    }
  }

  get registry(): string {
    return join(this.home, REGISTRY_FILE)
  }

  /** @param timeMs milliseconds since 1970. */
  brokenRegistry(timeMs: number): string {
    return `${this.registry}.broken-${new Date(timeMs).toISOString().replaceAll(':', '-')}`
  }

  get ownFolder(): string {
    return join(this.home, OWN_FOLDER)
  }

  get lock(): string {
    return join(this.ownFolder, 'lock')
  }

  get holder(): string {
    return join(this.ownFolder, 'holder')
  }

  get validations(): string {
    return join(this.ownFolder, 'verdicts.jsonl')
  }

  get shipped(): string {
    return join(this.ownFolder, 'shipped.json')
  }

  absolute(relative: string): string {
    return join(this.home, relative)
  }

  /**
   * Where a revision's file really lies.
   * @returns undefined when the path leaves the home, by `..`, by being absolute, or over a symbolic link.
   * @throws what `realpath` throws, as ENOENT.
   */
  inside(relative: string): string | undefined {
    if (!isWithin(relative)) return undefined
    const real = realpathSync.native(join(this.home, relative))
    return real.startsWith(this.home + sep) ? real : undefined
  }

  /**
   * The bytes of a file, which is what `inside` says at the moment it is read.
   * @returns undefined when the path leaves the home.
   * @throws what opening throws, as ENOENT; UnfitFile for what is no regular file or has more bytes.
   */
  read(relative: string, maxBytes: number): Buffer | undefined {
    return isWithin(relative) ? readRegularWithin(this.home, relative, maxBytes) : undefined
  }
}

/** Says nothing of symbolic links. */
export function isWithin(relative: string): boolean {
  return relative !== '' && !relative.includes('\0') && !isAbsolute(relative) && !relative.split(/[/\\]/).includes('..')
}

/** Relative to the home: where a new revision goes. */
export function sourcePath(name: string, hash: Digest): string {
  return `${name}/${hexOf(hash)}/${name}.js`
}

/** Where the program of a source lies. */
export function programPath(source: string): string {
  return `${source.replace(/\.js$/i, '')}.wasm`
}

export function pendingPath(source: string): string {
  return source + PENDING
}

export function temporaryPath(path: string): string {
  return path + TEMPORARY
}

/** The folders of a relative path, innermost first, the home excluded. */
export function foldersOf(relative: string): string[] {
  const folders: string[] = []
  for (let folder = dirname(relative); folder !== '.' && folder !== sep; folder = dirname(folder)) folders.push(folder)
  return folders
}

export type FileKind = 'source' | 'pending' | 'temporary'

/** What a file in the home is to us, by its name. */
export function kindOf(fileName: string): FileKind | undefined {
  if (fileName.endsWith(TEMPORARY)) return 'temporary'
  if (fileName.endsWith(PENDING)) return 'pending'
  return /\.js$/i.test(fileName) ? 'source' : undefined
}

export function withoutPending(path: string): string {
  return path.slice(0, -PENDING.length)
}

/** Folders that hold no strategies. */
export function isHidden(folderName: string): boolean {
  return folderName.startsWith('.') || folderName === 'node_modules'
}

export function unusableHome(directory: string, error: unknown): Failure {
  const reason = reasonOf(error)
  return new Failure('home_unwritable', `the strategy home ${directory} cannot be used: ${reason}`)
}
