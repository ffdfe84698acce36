/** A strategy with the revision that is looked at, as the catalogue shows it. */
import { Failure } from '../errors/failure'
import type { Registry } from '../registry/registry'
import type { Revision } from '../registry/revision'
import type { Metadata } from '../schema/metadata'
import type { Module, ModuleRevision, ModuleRunning } from '../schema/modules'
import type { UsageEntry } from '../schema/usage'

/** @param selected the revision whose hash, tag, path and metadata are shown. */
export function moduleView(registry: Registry, usage: readonly UsageEntry[], selected: Revision): Module {
  const { name, file, path, hash, tag, tags, size } = selected
  return {
    name,
    file,
    path,
    hash,
    tag,
    tags: [...tags],
    tagAliases: { ...registry.tags(name) },
    revisions: registry.revisions(name).map(revisionView),
    size,
    metadata: selected.metadata ?? null,
    running: usage.filter((entry) => entry.strategy === name && entry.running).map(runningView),
    ...(selected.problem !== undefined && { problem: selected.problem }),
  }
}

/** @throws Failure revision_drifted, revision_missing or revision_invalid when the revision has no metadata to show. */
export function metadataOf({ name, hash, state, metadata, problem = '' }: Revision): Metadata {
  if (metadata) return metadata
  const code = state === 'drifted' || state === 'missing' ? (`revision_${state}` as const) : 'revision_invalid'
  throw new Failure(code, `${name}@${hash} cannot be read: ${problem}`)
}

function revisionView({ hash, tag, alias, path, size, retired, problem }: Revision): ModuleRevision {
  const view: ModuleRevision = { hash, tag, path, size }
  if (alias !== undefined) view.alias = alias
  if (retired) view.retired = retired
  if (problem !== undefined) view.problem = problem
  return view
}

function runningView({ hash, instances, count, firstSeen, lastSeen }: UsageEntry): ModuleRunning {
  return {
    hash,
    instances,
    count,
    ...(firstSeen !== undefined && { firstSeen }),
    ...(lastSeen !== undefined && { lastSeen }),
  }
}
