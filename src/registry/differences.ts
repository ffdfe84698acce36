/** What differs between two states of a registry. */
import type { Digest } from '../schema/digest'
import type { Catalogue } from './catalogue'
import type { RevisionRef } from './change'
import type { Happening } from './registry-events'
import type { Strategy } from './strategy'
import type { Findings } from './verify'

interface State {
  readonly catalogue: Catalogue
  readonly findings: Findings
}

/** Revisions that came, went, changed their state or their tags. */
export function differences(before: State, after: State): RevisionRef[] {
  const refs: RevisionRef[] = []
  for (const [name, was, is] of pairs(before.catalogue, after.catalogue)) {
    for (const hash of new Set([...(was?.entries.keys() ?? []), ...(is?.entries.keys() ?? [])])) {
      const same =
        was?.entries.has(hash) === is?.entries.has(hash) &&
        before.findings.get(name, hash)?.state === after.findings.get(name, hash)?.state &&
        equalTags(was, is, hash)
      if (!same) refs.push({ name, hash })
    }
  }
  return refs
}

/** Tags that name another hash than before or are gone. */
export function tagChanges(before: Catalogue, after: Catalogue): Happening[] {
  return [...pairs(before, after)].flatMap(([strategy, was, is]) => {
    const moved = [...(is?.tags ?? [])]
      .filter(([tag, hash]) => was?.tags.get(tag) !== hash)
      .map(([tag, hash]) => ({
        kind: 'tag-moved' as const,
        strategy,
        tag,
        before: was?.tags.get(tag) ?? ('' as const),
        after: hash,
      }))
    const deleted = [...(was?.tags ?? [])]
      .filter(([tag]) => !is?.tags.has(tag))
      .map(([tag, hash]) => ({ kind: 'tag-deleted' as const, strategy, tag, before: hash, allowOrphan: true }))
    return [...moved, ...deleted]
  })
}

function* pairs(before: Catalogue, after: Catalogue): Generator<[string, Strategy | undefined, Strategy | undefined]> {
  for (const name of new Set([...before.strategies.keys(), ...after.strategies.keys()])) {
    yield [name, before.strategies.get(name), after.strategies.get(name)]
  }
}

function equalTags(was: Strategy | undefined, is: Strategy | undefined, hash: Digest): boolean {
  if (was === is) return true
  return (was?.tagsOf(hash).toSorted().join(' ') ?? '') === (is?.tagsOf(hash).toSorted().join(' ') ?? '')
}
