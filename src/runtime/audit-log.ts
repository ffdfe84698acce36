/** The audit log: whatever changes is recorded here, and published when it is. */
import type { RegistryChange } from '../registry/change'
import type { NewAuditEntry } from '../store/audit'
import type { Store } from '../store/store'
import type { Log } from '../telemetry/log'
import type { ActivityStream } from './activity/activity-stream'

export interface AuditLogDeps {
  readonly store: Store
  readonly activity: ActivityStream
  readonly log: Log
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export class AuditLog {
  private committing = false

  constructor(private readonly deps: AuditLogDeps) {
    const { activity } = deps
    activity.react('tag', ({ change }) => this.recordChange(change))
    activity.react('revision', ({ change }) => this.recordChange(change))
  }

  /** A change made through the runtime. Durable with the next commit. */
  record(entry: Omit<NewAuditEntry, 'timeMs'>): void {
    this.add({ timeMs: this.deps.now(), ...entry })
  }

  /**
   * Changes that are durable together with their entries when it returns, or not at all.
   * @throws Failure when they cannot be written.
   */
  recordWith(entries: readonly Omit<NewAuditEntry, 'timeMs'>[], change: () => void): void {
    const { store, activity, now } = this.deps
    const timeMs = now()
    const dated = entries.map((entry): NewAuditEntry => ({ timeMs, ...entry }))
    store.transaction(() => {
      change()
      for (const entry of dated) store.audit.append(entry)
    })
    for (const entry of dated) activity.publish({ kind: 'audit', entry })
  }

  /** Makes durable what was recorded so far, or says in the log why not: it is kept then, and tried again. */
  commit(): void {
    this.committing = false
    try {
      this.deps.store.commit()
    } catch (error) {
      this.deps.log('error', 'the audit cannot be written', { error })
    }
  }

  /** A change of the registry: durable before whoever asked for it hears of it, unless the disk is full. */
  private recordChange(change: RegistryChange): void {
    const entry = entryOf(change)
    if (!entry) return
    this.add(entry)
    if (this.committing) return
    // An upload tells of several changes in one go: one commit is enough for them.
    this.committing = true
    queueMicrotask(() => this.commit())
  }

  private add(entry: NewAuditEntry): void {
    const { store, activity } = this.deps
    store.audit.append(entry)
    activity.publish({ kind: 'audit', entry })
  }
}

/** A rescan has none of its own: the refresh that asked for it records one, and so does each tag that was found moved. */
function entryOf(change: RegistryChange): NewAuditEntry | undefined {
  const { when: timeMs, actor: who, message } = change
  const common = { timeMs, who, ...(message === undefined ? {} : { message }) }
  switch (change.kind) {
    case 'upload': {
      const { strategy, hash, tag, unchanged } = change
      return { ...common, what: 'upload', subject: `${strategy}@${hash}`, strategy, after: { hash, tag, unchanged } }
    }
    case 'tag-moved': {
      const { strategy, tag, before, after } = change
      const was = before === '' ? {} : { before }
      return { ...common, what: 'tag_moved', subject: `${strategy}:${tag}`, strategy, ...was, after }
    }
    case 'tag-deleted': {
      const { strategy, tag, before } = change
      return { ...common, what: 'tag_deleted', subject: `${strategy}:${tag}`, strategy, before }
    }
    case 'revision-deleted': {
      const { strategy, hash, tags } = change
      return { ...common, what: 'revision_deleted', subject: `${strategy}@${hash}`, strategy, before: { hash, tags } }
    }
    case 'rescanned':
      return undefined
  }
}
