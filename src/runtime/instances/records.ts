/** What instances and operators have left behind, read in steps between which trading goes on. It changes nothing. */
import type { ExecutionItem, LogItem, OrderItem } from '../../schema/instance-records'
import type { HistoryRequest, Page } from '../../schema/page'
import type { AuditEntry, AuditFilter } from '../../schema/usage'
import { Readers, type Reading } from '../../store/reading'
import type { Store } from '../../store/store'
import type { InstanceIndex } from './instance-index'

export class Records {
  private readonly readers = new Readers()

  constructor(
    private readonly store: Store,
    private readonly instanceIndex: InstanceIndex,
  ) {}

  /** Takes turns with all others that read. @param signal ends it when nobody waits for it any more. */
  inTurns<T>(reading: Reading<T>, signal?: AbortSignal): Promise<T> {
    return this.readers.read(reading, signal)
  }

  executions(id: string, page: HistoryRequest): Reading<Page<ExecutionItem>> {
    return this.store.lists.executions(this.instanceIndex.record(id).key, page)
  }

  orders(id: string, page: HistoryRequest): Reading<Page<OrderItem>> {
    return this.store.lists.orders(this.instanceIndex.record(id).key, page)
  }

  logs(id: string, page: HistoryRequest): Reading<Page<LogItem>> {
    return this.store.logs.page(this.instanceIndex.record(id).key, page)
  }

  audit(page: HistoryRequest, filter?: AuditFilter): Reading<Page<AuditEntry>> {
    return this.store.audit.page(page, filter)
  }

  /** Moves and deletions of a tag, newest first; also of one that is no longer there. */
  tagHistory(strategy: string, tag: string, page: HistoryRequest): Reading<Page<AuditEntry>> {
    return this.store.audit.tagHistory(strategy, tag, page)
  }
}
