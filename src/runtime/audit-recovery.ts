/**
 * The registry and the audit are two files, and the registry is written first: a gateway that ends between them
 * leaves tags that moved without an entry, and nobody was answered. The next start adds what is missing. So it does
 * for a registry that was changed by hand meanwhile. A home that this data folder sees first is taken as it stands.
 */
import type { Registry } from '../registry/registry'
import type { AuditedTag } from '../store/audited-tags'
import type { Store } from '../store/store'
import type { AuditLog } from './audit-log'

const RECOVERED = { who: 'recovered', message: 'found at the start, changed without an entry' } as const

export function reconcile(registry: Registry, store: Store, auditLog: AuditLog): void {
  const present = tagsOf(registry)
  if (!store.auditedTags.areOf(registry.directory)) {
    store.auditedTags.begin(registry.directory, present)
    return
  }
  const audited = new Map(store.auditedTags.all().map((tag) => [tag.subject, tag]))
  for (const { subject, strategy, hash } of present) {
    const before = audited.get(subject)?.hash
    audited.delete(subject)
    if (before === hash) continue
    const was = before === undefined ? {} : { before }
    auditLog.record({ ...RECOVERED, what: 'tag_moved', subject, strategy, ...was, after: hash })
  }
  for (const { subject, strategy, hash } of audited.values()) {
    auditLog.record({ ...RECOVERED, what: 'tag_deleted', subject, strategy, before: hash })
  }
}

const tagsOf = (registry: Registry): AuditedTag[] =>
  registry
    .names()
    .flatMap((strategy) =>
      Object.entries(registry.tags(strategy)).map(([tag, hash]) => ({ subject: `${strategy}:${tag}`, strategy, hash })),
    )
