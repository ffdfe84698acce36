/** The audit log: whatever changes is recorded here, told in the log, and counted by the tag counters of the metrics. */
import type { RegistryChange } from '../registry/change'
import type { NewAuditEntry } from '../store/audit'
import type { Store } from '../store/store'
import type { Log } from '../telemetry/log'
import type { Metrics } from '../telemetry/metrics'

export class AuditLog {
  private committing = false

  constructor(
    private readonly store: Store,
    private readonly metrics: Metrics,
    private readonly log: Log,
    private readonly now: () => number,
  ) {}

  /** A change made through the runtime. Durable with the next commit. */
  record(entry: Omit<NewAuditEntry, 'timeMs'>): void {
    this.write({ timeMs: this.now(), ...entry })
  }

  /**
   * Changes that are durable together with their entries when it returns, or not at all.
   * @throws Failure when they cannot be written.
   */
  recordWith(entries: readonly Omit<NewAuditEntry, 'timeMs'>[], change: () => void): void {
    const timeMs = this.now()
    this.store.transaction(() => {
      change()
      for (const entry of entries) this.store.audit.add({ timeMs, ...entry })
    })
    for (const entry of entries) this.tell({ timeMs, ...entry })
  }

  /** A change of the registry: durable before whoever asked for it hears of it, unless the disk is full. */
  recordChange(change: RegistryChange): void {
    const entry = entryOf(change)
    if (!entry) return
    this.count(change)
    this.write(entry)
    if (this.committing) return
    // An upload tells several changes in one go: one commit is enough for them.
    this.committing = true
    queueMicrotask(() => this.commit())
  }

  /** Makes durable what was left so far, or says in the log why not: it is kept then, and tried again. */
  commit(): void {
    this.committing = false
    try {
      this.store.commit()
    } catch (error) {
      this.log('error', 'the audit cannot be written', { error })
    }
  }

  private write(entry: NewAuditEntry): void {
    this.tell(entry)
    this.store.audit.add(entry)
  }

  private tell({ timeMs: _, ...fields }: NewAuditEntry): void {
    this.log('info', fields.what.replaceAll('_', ' '), fields)
  }

  private count(change: RegistryChange): void {
    switch (change.kind) {
      case 'tag-moved':
        if (change.before !== '' && change.before !== change.after) {
          this.metrics.tagReassigned(change.strategy, change.tag)
        }
        break
      case 'tag-deleted':
        this.metrics.tagGone(change.strategy, change.tag)
        this.metrics.tagDeleted(change.strategy, change.tag, change.allowOrphan)
        break
      case 'revision-deleted':
        for (const tag of change.tags) this.metrics.tagGone(change.strategy, tag)
        break
    }
  }
}

/** A rescan has none of its own: the refresh that asked for it leaves one, and each tag it found moved. */
function entryOf(change: RegistryChange): NewAuditEntry | undefined {
  const { when: timeMs, actor: who, message } = change
  const said = { timeMs, who, ...(message === undefined ? {} : { message }) }
  switch (change.kind) {
    case 'upload': {
      const { strategy, hash, tag, unchanged } = change
      return { ...said, what: 'upload', subject: `${strategy}@${hash}`, strategy, after: { hash, tag, unchanged } }
    }
    case 'tag-moved': {
      const { strategy, tag, before, after } = change
      const was = before === '' ? {} : { before }
      return { ...said, what: 'tag_moved', subject: `${strategy}:${tag}`, strategy, ...was, after }
    }
    case 'tag-deleted': {
      const { strategy, tag, before } = change
      return { ...said, what: 'tag_deleted', subject: `${strategy}:${tag}`, strategy, before }
    }
    case 'revision-deleted': {
      const { strategy, hash, tags } = change
      return { ...said, what: 'revision_deleted', subject: `${strategy}@${hash}`, strategy, before: { hash, tags } }
    }
    case 'rescanned':
      return undefined
  }
}
