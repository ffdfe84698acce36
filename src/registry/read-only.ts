/** Finds a revision without taking the home, for commands that run beside a gateway. Changes nothing. */
import { resolve } from 'node:path'
import { Failure } from '../errors/failure'
import type { Digest } from '../schema/digest'
import { Catalogue } from './catalogue'
import { isErrno } from './disk'
import { parseRegistry, readRegistry } from './file'
import { HomePaths } from './paths'
import { readRevision } from './verify'

export interface StoredSource {
  readonly name: string
  readonly hash: Digest
  /** The one it was stored under. */
  readonly tag: string
  /** The file, absolute. */
  readonly path: string
  readonly source: Uint8Array
}

/** @throws Failure of a selector that names nothing, home_unwritable, revision_drifted, revision_missing. */
export function readStrategy(directory: string, selector: string): StoredSource {
  const paths = HomePaths.of(directory)
  const { name, strategy, hash } = readCatalogue(paths).resolve(selector)
  const { tag, path } = strategy.entries.get(hash)!
  const read = readRevision(paths, path, hash)
  if ('unsound' in read) throw new Failure(`revision_${read.unsound.state}`, read.unsound.problem)
  return { name, hash, tag, path: resolve(paths.home, path), source: read.bytes }
}

function readCatalogue(paths: HomePaths): Catalogue {
  try {
    return parseRegistry(readRegistry(paths.registry).toString()).catalogue
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return new Catalogue()
    throw error
  }
}
