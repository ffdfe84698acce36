/** Files that lie in the home and that no registry entry knows: each is registered by its own metadata. */

import { breathe } from '../files/breathe'
import { reasonOf } from '../files/reason'
import { type Digest, digestOf } from '../schema/digest'
import type { Metadata } from '../schema/metadata'
import { MAX_SOURCE_BYTES } from '../schema/source-size'
import type { Catalogue } from './catalogue'
import type { Problem } from './change'
import type { HomePaths } from './paths'
import type { RegistryState } from './registry-state'
import { LATEST } from './selector'
import { Strategy } from './strategy'
import type { ValidationCache } from './validation-cache'
import { factsOf } from './verify'

/** The tag of a file whose metadata names none. */
const UNTAGGED = '0.0.0'

export interface Imported {
  readonly name: string
  readonly hash: Digest
  readonly tag: string
  readonly path: string
}

interface DropIn extends Imported {
  readonly metadata: Metadata
  readonly sizeBytes: number
}

type NotAdopted = Pick<Problem, 'problem' | 'hint'>

export interface Import {
  readonly next: Catalogue
  readonly adopted: readonly Imported[]
  readonly problems: readonly Problem[]
}

/** @param paths relative to the home. One bad file stops no other. @throws what `stopping` was aborted for; nothing is registered then. */
export async function importFiles(
  home: HomePaths,
  paths: readonly string[],
  { catalogue, findings }: Pick<RegistryState, 'catalogue' | 'findings'>,
  validations: ValidationCache,
  stopping?: AbortSignal,
): Promise<Import> {
  const problems: Problem[] = []
  const adopted: DropIn[] = []
  let next = catalogue
  for (const path of paths) {
    await breathe()
    stopping?.throwIfAborted()
    const read = await readDropIn(home, path, validations)
    if ('problem' in read) problems.push({ path, ...read })
    else {
      const strategy = next.strategies.get(read.name) ?? new Strategy()
      if (findings.get(read.name, read.hash)?.state === 'sound') continue
      next = next.with(read.name, register(strategy, read, problems))
      findings.set(read.name, read.hash, factsOf(read, read.sizeBytes))
      adopted.push(read)
    }
  }
  return {
    next: withLatest(next, adopted),
    adopted: adopted.map(({ name, hash, tag, path }) => ({ name, hash, tag, path })),
    problems,
  }
}

async function readDropIn(home: HomePaths, path: string, validations: ValidationCache): Promise<DropIn | NotAdopted> {
  const source = readWithin(home, path)
  if ('problem' in source) return source
  const hash = digestOf(source)
  const validation = await validations.of(hash, source)
  if ('diagnostics' in validation) {
    return {
      problem: `the file ${path} is not registered: ${factsOf(validation, 0).problem}`,
      hint: 'correct it or take it out of the strategy home, then refresh; meltica check tells all that is wrong with it',
    }
  }
  const { metadata } = validation
  return { name: metadata.name, hash, tag: metadata.tag || UNTAGGED, path, metadata, sizeBytes: source.length }
}

function readWithin(home: HomePaths, path: string): Uint8Array | NotAdopted {
  try {
    const source = home.read(path, MAX_SOURCE_BYTES)
    if (source !== undefined) return source
    return {
      problem: `the file ${path} is not registered: it leads out of the strategy home`,
      hint: 'put the file itself into the strategy home in place of the link, then refresh',
    }
  } catch (error) {
    const reason = reasonOf(error)
    return {
      problem: `the file ${path} is not registered: it cannot be read: ${reason}`,
      hint: 'let the gateway read it or take it out of the strategy home, then refresh',
    }
  }
}

/** A tag that names another revision stays where it is: a file that someone drops in promotes nothing. */
function register(strategy: Strategy, { name, hash, tag, path }: DropIn, problems: Problem[]): Strategy {
  const registered = strategy.withEntry(hash, { tag, path })
  const named = strategy.tags.get(tag)
  if (named === undefined) return registered.withTags([tag], hash)
  if (named !== hash) {
    const problem = `tag ${JSON.stringify(tag)} names ${named} already: the file ${path} can be reached by its hash alone`
    const hint = `PUT /strategies/modules/${name}/tags/{tag} gives it another tag, or moves this one to it`
    problems.push({ strategy: name, hash, path, problem, hint })
  }
  return registered
}

/** A strategy that has no `latest` yet gets the highest version among what came. */
function withLatest(catalogue: Catalogue, adopted: readonly Imported[]): Catalogue {
  let next = catalogue
  const versions = new Intl.Collator('en', { numeric: true })
  for (const { name, hash } of adopted.toSorted((a, b) => versions.compare(b.tag, a.tag))) {
    const strategy = next.strategies.get(name)!
    if (!strategy.tags.has(LATEST)) next = next.with(name, strategy.withTags([LATEST], hash))
  }
  return next
}
