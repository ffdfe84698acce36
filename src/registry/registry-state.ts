/** What the registry knows at this moment: the catalogue, and what the disk says of its revisions. */
import { normalize } from 'node:path'
import { FAILURES } from '../errors/failure'
import type { Digest } from '../schema/digest'
import { Catalogue } from './catalogue'
import type { Problem } from './change'
import type { Facts, Revision } from './revision'
import type { Strategy } from './strategy'
import { Findings } from './verify'

type Mutable<T> = { -readonly [Field in keyof T]: T[Field] }

const UNSEEN: Facts = { state: 'missing', sizeBytes: 0, problem: 'its file has not been looked at' }

export class RegistryState {
  catalogue = new Catalogue()
  findings = new Findings()
  /** What is wrong with the registry file. */
  fileProblems: readonly Problem[] = []
  /** What is wrong with files that no entry knows. */
  importProblems: readonly Problem[] = []
  /** Grows with every visible change. */
  version = 1

  replace(catalogue: Catalogue): void {
    this.catalogue = catalogue
    this.version++
  }

  /** @returns whether that is news. */
  setFinding(name: string, hash: Digest, facts: Facts): boolean {
    const news = this.findings.set(name, hash, facts)
    if (news) this.version++
    return news
  }

  revision(name: string, strategy: Strategy, hash: Digest): Revision {
    const { tag, path } = strategy.entries.get(hash)!
    const { state, sizeBytes, problem, metadata } = this.findings.get(name, hash) ?? UNSEEN
    const tags = strategy.tagsOf(hash)
    const alias = strategy.aliasOf(hash)
    const file = path.slice(path.lastIndexOf('/') + 1)
    // a list shows thousands: assigned, these take half the time that they take spread
    const revision: Mutable<Revision> = { name, hash, tag, path, file, size: sizeBytes, tags, state }
    if (alias !== undefined) revision.alias = alias
    if (problem !== undefined) revision.problem = problem
    if (metadata) revision.metadata = { ...metadata, tag }
    if (tags.length === 0) revision.retired = true
    return revision
  }

  problems(): Problem[] {
    const problems = [...this.fileProblems, ...this.importProblems]
    for (const [name, strategy] of this.catalogue.strategies) {
      for (const [tag, hash] of strategy.tags) {
        if (strategy.entries.has(hash)) continue
        const problem = `tag ${JSON.stringify(tag)} names ${hash}, which has no entry`
        problems.push({
          strategy: name,
          hash,
          problem,
          hint: 'make the tag name a revision that is there, or delete it',
        })
      }
      for (const [hash, { path }] of strategy.entries) {
        const { problem, state } = this.findings.get(name, hash) ?? UNSEEN
        if (problem === undefined || state === 'sound') continue
        problems.push({ strategy: name, hash, path, problem, hint: FAILURES[`revision_${state}`].hint })
      }
    }
    return problems
  }
}

/** Where the revisions lie, relative to the home. */
export function pathsOf(catalogue: Catalogue): Set<string> {
  const paths = new Set<string>()
  for (const { entries } of catalogue.strategies.values()) {
    for (const { path } of entries.values()) paths.add(normalize(path))
  }
  return paths
}
