/** What an instance leads to outside its host: whoever launches one listens. None of it crosses the wall. */
import type { ProviderScope } from '../protocol/launch'
import type { InstanceStats, LogLine, RefusedOrder } from '../protocol/reported'
import type { Instrument } from '../schema/events'
import type { InstanceProgress } from '../schema/instance-progress'
import type { ExecutionReport, Order } from '../schema/orders'
import type { BalanceView } from '../trading/accounts/account'
import type { RiskTerms } from '../trading/risk/gate'
import type { JournalledOrder } from './repeated'

/** Called by the pool as things happen; never throws. */
export interface InstanceListener {
  /** Asked for when its host died: the accounts as they stand now, everything reported so far included. */
  accounts(): readonly ProviderScope[]
  /** Asked for at each launch of its program: what binds it at that moment. */
  risk(): RiskTerms
  /** It comes further with what the listener is told next, and is to be asked how far when that is written. */
  progressed(progress: InstanceProgress): void
  ordered(order: Order, timeMs: number): void
  cancelled(provider: string, clientOrderId: string, timeMs: number): void
  /** Asked for when it is done once more what led to an order. */
  journalled(clientOrderId: string): JournalledOrder | undefined
  /** A dry run: the order passed every check and was not sent. */
  skipped(order: Order, timeMs: number): void
  refused(order: RefusedOrder): void
  logged(line: LogLine): void
  /** So many more exceptions have come out of its handlers, and it has gone on. */
  threw(exceptions: number): void
  /** What its host is told is not kept, and why: after a crash it would begin anew. Undefined: it is kept again. */
  kept(problem: string | undefined): void
  /** It has handled the report of this number in the journal, and all before it. */
  told(seq: number): void
  /** `helpers.state` changed; saved with what it ordered and was told, at intervals, and at a stop. */
  saved(state: string): void
  /** The host died and the instance runs again, from its last saved state. */
  restarted(reason: string): void
  /** It runs no more: over a limit, trapped, or it could not be restarted. */
  failed(reason: string, stats: InstanceStats): void
  /** A fault of ours: done once more, it would do something else than it did. It runs no more, and somebody has to look. */
  differed(how: string, stats: InstanceStats): void
}

/** A report of one of its orders that an instance was not told while it did not run. */
export interface UntoldReport {
  /** Its number in the journal. */
  readonly seq: number
  readonly provider: string
  readonly report: ExecutionReport
  /** When it is told, ms: not before the last event that the instance has seen. */
  readonly timeMs: number
  /** What it is told of its money with a fill that it does not know. */
  readonly balances?: { readonly instrument: Instrument; readonly all: readonly BalanceView[] }
}
