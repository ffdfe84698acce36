/**
 * Takes over into a strategy home what another home has and this one lacks, as the strategies that ship with the
 * product: its revisions, and its tags as far as nobody has moved them here. What was taken over last is remembered, so
 * that what was deleted here stays deleted, and what was moved here stays where it is.
 */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../errors/failure'
import type { Digest } from '../schema/digest'
import { isStrategyName } from '../schema/names'
import { Catalogue } from './catalogue'
import { asStorageFailure, type Disk } from './disk'
import { formatRegistry, parseRegistry, readRegistry } from './file'
import { foldersOf, HomePaths, sourcePath } from './paths'
import { LATEST } from './selector'
import { Strategy } from './strategy'
import { readRevision } from './verify'

/** A revision that is to be copied. */
export interface Shipped {
  readonly hash: Digest
  /** Where it goes, relative to the home. */
  readonly path: string
  /** Where it lies. */
  readonly from: { readonly home: HomePaths; readonly path: string }
}

export interface Takeover {
  readonly next: Catalogue
  readonly revisions: readonly Shipped[]
}

/** @throws Failure invalid_settings for a folder that is no strategy home. */
export function shippedHome(directory: string): HomePaths {
  if (existsSync(directory)) {
    const home = HomePaths.of(directory)
    if (existsSync(home.registry)) return home
  }
  throw new Failure('invalid_settings', `strategies.shipped: ${directory} is no strategy home: it has no registry.json`)
}

/** What would be taken over. @param home absent as long as there is none. */
export function planTakeover(ours: Catalogue, home: HomePaths | undefined, shipped: HomePaths): Takeover {
  const revisions: Shipped[] = []
  if (home?.home === shipped.home) return { next: ours, revisions }
  const base = home && existsSync(home.shipped) ? catalogueOf(home.shipped) : new Catalogue()
  let next = ours
  for (const [name, theirs] of catalogueOf(shipped.registry).strategies) {
    if (!isStrategyName(name)) continue
    const before = base.strategies.get(name) ?? new Strategy()
    let strategy = ours.strategies.get(name) ?? new Strategy()
    for (const [hash, { tag, path }] of theirs.entries) {
      if (strategy.entries.has(hash) || before.entries.has(hash)) continue
      const to = sourcePath(name, hash)
      strategy = strategy.withEntry(hash, { tag, path: to })
      revisions.push({ hash, path: to, from: { home: shipped, path } })
    }
    next = next.with(name, withTags(strategy, theirs, before))
  }
  return { next, revisions }
}

/** A tag moves when it stands as it was taken over, or is new; without a latest a strategy has no plain name. */
function withTags(ours: Strategy, theirs: Strategy, before: Strategy): Strategy {
  let strategy = ours
  for (const [tag, hash] of theirs.tags) {
    const isUntouched = ours.tags.get(tag) === before.tags.get(tag)
    const isNeeded = tag === LATEST && !ours.tags.has(tag)
    if ((isUntouched || isNeeded) && ours.entries.has(hash)) strategy = strategy.withTags([tag], hash)
  }
  return strategy
}

/** @throws Failure invalid_settings, storage_full, storage_unavailable. */
export async function takeOver(home: HomePaths, directory: string, disk: Disk): Promise<void> {
  const shipped = shippedHome(directory)
  const offered = readRegistry(shipped.registry)
  if (existsSync(home.shipped) && readRegistry(home.shipped).equals(offered)) return
  const ours = parseRegistry(existsSync(home.registry) ? readRegistry(home.registry).toString() : '{}')
  // a registry that is broken is looked at by its owner first
  if (ours.problems.length > 0) return
  const { next, revisions } = planTakeover(ours.catalogue, home, shipped)
  try {
    for (const { hash, path, from } of revisions) {
      const read = readRevision(from.home, from.path, hash)
      if ('unsound' in read) throw new Failure('invalid_settings', `strategies.shipped: ${read.unsound.problem}`)
      await put(disk, home.absolute(path), read.bytes)
      for (const folder of foldersOf(path)) await disk.syncFolder(home.absolute(folder))
    }
    if (next !== ours.catalogue) await put(disk, home.registry, formatRegistry(next))
    await put(disk, home.shipped, offered)
    await disk.syncFolder(home.home)
  } catch (error) {
    throw asStorageFailure(error)
  }
}

async function put(disk: Disk, path: string, content: Uint8Array): Promise<void> {
  await disk.makeFolder(dirname(path))
  await disk.stage(path, content)
  await disk.publish(path)
}

const catalogueOf = (path: string): Catalogue => parseRegistry(readRegistry(path).toString()).catalogue
