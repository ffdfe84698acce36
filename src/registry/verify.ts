/** Revisions against their files: is it there, are its bytes those of its hash, does it compile. */

import { breathe } from '../files/breathe'
import { reasonOf } from '../files/reason'
import { type Digest, digestOf } from '../schema/digest'
import { MAX_SOURCE_BYTES } from '../schema/source-size'
import type { Catalogue } from './catalogue'
import { isErrno } from './disk'
import type { HomePaths } from './paths'
import type { Facts } from './revision'
import type { Validation, ValidationCache } from './validation-cache'

export interface Unsound extends Facts {
  readonly state: 'drifted' | 'missing'
  readonly problem: string
}

/** The bytes of a revision, or why there are none: never bytes that do not match their hash. */
export function readRevision(
  paths: HomePaths,
  path: string,
  hash: Digest,
): { readonly bytes: Uint8Array } | { readonly unsound: Unsound } {
  const unsound = (state: Unsound['state'], problem: string, sizeBytes = 0) => ({
    unsound: { state, sizeBytes, problem },
  })
  try {
    const bytes = paths.read(path, MAX_SOURCE_BYTES)
    if (bytes === undefined) return unsound('missing', `the path ${path} leaves the strategy home`)
    const actual = digestOf(bytes)
    return actual === hash
      ? { bytes }
      : unsound('drifted', `the file ${path} was changed: its hash is ${actual}`, bytes.length)
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return unsound('missing', `the file ${path} is missing`)
    return unsound('missing', `the file ${path} cannot be read: ${reasonOf(error)}`)
  }
}

export function factsOf(validation: Validation, sizeBytes: number): Facts {
  if ('metadata' in validation) return { state: 'sound', sizeBytes, metadata: validation.metadata }
  const first = validation.diagnostics[0]
  return {
    state: 'invalid',
    sizeBytes,
    problem: first ? `it is not valid: ${first.message}` : 'it does not compile',
  }
}

/** What was once said of the hash stays true, whatever lies in its file now. */
export function unsoundFacts(unsound: Unsound, validation: Validation | undefined): Facts {
  return validation && 'metadata' in validation ? { ...unsound, metadata: validation.metadata } : unsound
}

const FILES_A_TURN = 64

/** What the disk knows of each revision, by name and hash. */
export class Findings {
  private readonly facts = new Map<string, Map<Digest, Facts>>()

  get(name: string, hash: Digest): Facts | undefined {
    return this.facts.get(name)?.get(hash)
  }

  /** @returns whether that is news. */
  set(name: string, hash: Digest, facts: Facts): boolean {
    const before = this.get(name, hash)
    const known = this.facts.get(name) ?? new Map<Digest, Facts>()
    this.facts.set(name, known.set(hash, facts))
    const described = before?.metadata !== undefined
    return (
      before?.state !== facts.state || before.problem !== facts.problem || described !== (facts.metadata !== undefined)
    )
  }

  delete(name: string, hash: Digest): void {
    this.facts.get(name)?.delete(hash)
  }
}

/** A revision with the right bytes, of which the compiler has not said anything yet. */
export interface Unvalidated {
  readonly name: string
  readonly hash: Digest
  readonly path: string
}

/** Reads and hashes every file anew, and forgets revisions that are gone. One bad revision hides and stops no other. */
export async function verifyAll(
  paths: HomePaths,
  catalogue: Catalogue,
  validations: ValidationCache,
): Promise<{ readonly findings: Findings; readonly unvalidated: readonly Unvalidated[] }> {
  const findings = new Findings()
  const unvalidated: Unvalidated[] = []
  let files = 0
  for (const [name, { entries }] of catalogue.strategies) {
    for (const [hash, { path }] of entries) {
      if (++files % FILES_A_TURN === 0) await breathe()
      const read = readRevision(paths, path, hash)
      const validation = validations.get(hash)
      if ('unsound' in read) findings.set(name, hash, unsoundFacts(read.unsound, validation))
      else if (validation) findings.set(name, hash, factsOf(validation, read.bytes.length))
      else {
        findings.set(name, hash, { state: 'sound', sizeBytes: read.bytes.length })
        unvalidated.push({ name, hash, path })
      }
    }
  }
  return { findings, unvalidated }
}
