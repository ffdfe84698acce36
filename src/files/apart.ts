/** The files of one command: none is written that is read, and none is written twice. */
import { realpathSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { Failure } from '../errors/failure'
import { STANDARD } from './input'

export interface ReadFile {
  /** What it is to the command: `the data`. */
  readonly is: string
  readonly path: string
}

export interface WrittenFile {
  /** The flag that names it. */
  readonly by: string
  readonly path: string
}

/** @throws Failure usage. */
export function refuseOverlap(read: readonly ReadFile[], written: readonly WrittenFile[]): void {
  const sources = new Map<string, ReadFile>()
  for (const file of read) {
    if (file.path !== STANDARD && statOf(file.path)?.isFile()) sources.set(placeOf(file.path), file)
  }
  const targets = new Map<string, WrittenFile>()
  for (const file of written) {
    const { by, path } = file
    const place = placeOf(path)
    const source = sources.get(place)
    if (source) {
      const which = source.path === path ? source.is : `${source.is} ${source.path}`
      throw new Failure('usage', `${by} would write over ${path}, which is ${which}`, {}, 'name another file')
    }
    const before = targets.get(place)
    if (before) throw new Failure('usage', `${before.by} and ${by} both name ${path}: write them to two files`)
    targets.set(place, file)
  }
}

/** The same for all names of a file. */
function placeOf(path: string): string {
  if (path === STANDARD) return path
  const stat = statOf(path)
  if (stat?.isFile()) return `${stat.dev}:${stat.ino}`
  const folder = dirname(resolve(path))
  return statOf(folder) ? join(realpathSync(folder), basename(path)) : resolve(path)
}

/** Undefined also of what may not be looked at: whoever opens it says why. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
