/** What the gateway hands to a sandbox host to run an instance, and what comes back. */
import type { Instrument } from '../schema/events'
import type { InstanceRates } from '../schema/instance-rates'
import type { ExecutionReport, Fill, Order } from '../schema/orders'
import type { AccountSettings, AccountState } from '../schema/paper'
import type { Refusal, RiskTerms } from '../trading/risk/gate'
import type { Line } from '../trading/session/logbook'

export interface ProviderScope {
  readonly provider: string
  readonly symbols: readonly string[]
  readonly instruments: readonly Instrument[]
  readonly account: AccountSettings
  /** What the account is rebuilt from: how it stood once, and what happened since. */
  readonly state?: AccountState
  readonly fills: readonly Fill[]
  readonly openOrders: readonly PlacedOrder[]
}

/** An order that the venue has not ended, and how much of it is filled; a decimal. */
export interface PlacedOrder {
  readonly order: Order
  readonly filledQuantity: string
}

export interface LaunchSpec {
  readonly instanceId: string
  /** The strategy's program component. */
  readonly program: Uint8Array
  /** Every declared field, defaults filled in. */
  readonly config: Readonly<Record<string, unknown>>
  readonly dryRun: boolean
  /** In the order of the instance's providers; the first is the default. */
  readonly scope: readonly ProviderScope[]
  /** JSON of `helpers.state`. */
  readonly state: string
  /** The linear memory of an earlier run of the same program and engine, to go on from. */
  readonly checkpoint?: Uint8Array
  readonly seed: bigint
  /** Its events are of the past: a sleep moves its own clock, and nobody waits. */
  readonly recorded: boolean
  /** A provider of its scope waits for whoever handles its events, this one included: none of them is left out. */
  readonly awaited: boolean
  readonly rates: InstanceRates
  /** The most CPU time that it may use, as a part of one core; absent: its fair share of what there is. */
  readonly cpuBudget?: number
}

/** A report of one of its orders that an instance was not told while it did not run. */
export interface UntoldReport {
  /** Of the journal. */
  readonly seq: number
  readonly provider: string
  readonly report: ExecutionReport
  /** When it is told, ms: not before the last event that the instance has seen. */
  readonly timeMs: number
}

export interface LogLine extends Line {
  /** By the clock of the machine. */
  readonly timeMs: number
}

export interface InstanceStats {
  readonly events: number
  /** Dropped or conflated because the instance could not keep up. */
  readonly dropped: number
  /** Of these, in whose place a newer one of the same kind and symbol has come. */
  readonly conflated: number
  /** How much older the oldest market event that it has not handled is than the newest that is there, ms. */
  readonly lagMs: number
  readonly errors: number
  readonly orders: number
  readonly skippedOrders: number
  readonly logs: number
  /** Of these, lines that were left out because there were too many within a second. */
  readonly droppedLogs: number
  /** CPU time that its code has used, ms. */
  readonly cpuMs: number
}

/** Of an instance that has not begun. */
export const NOTHING_COUNTED: InstanceStats = {
  events: 0,
  dropped: 0,
  conflated: 0,
  lagMs: 0,
  cpuMs: 0,
  errors: 0,
  orders: 0,
  skippedOrders: 0,
  logs: 0,
  droppedLogs: 0,
}

/** An order that a risk limit or a kill switch has refused. */
export interface RefusedOrder {
  readonly provider: string
  readonly symbol: string
  readonly refusal: Refusal
  readonly timeMs: number
  /** It was made on being told of another one: to tell of this as well could go on for ever. */
  readonly untold: boolean
}

/** Called by the pool as things happen; never throws. */
export interface InstanceListener {
  /** Asked for when its host died: the accounts as they stand now, everything reported so far included. */
  accounts(): readonly ProviderScope[]
  /** Asked for at each launch of its program: what binds it at that moment. */
  risk(): RiskTerms
  ordered(order: Order, timeMs: number): void
  cancelled(provider: string, clientOrderId: string, timeMs: number): void
  /** A dry run: the order passed every check and was not sent. */
  skipped(order: Order, timeMs: number): void
  refused(order: RefusedOrder): void
  logged(line: LogLine): void
  /** It has handled the report of this number in the journal, and all before it. */
  told(seq: number): void
  /** `helpers.state` changed; saved with what it ordered and was told, at intervals, and at a stop. */
  saved(state: string): void
  /** The host died and the instance runs again, from its last saved state. */
  restarted(reason: string): void
  /** It runs no more: over a limit, trapped, or it could not be restarted. */
  failed(reason: string, stats: InstanceStats): void
}

export interface Stopped {
  readonly state: string
  /** Absent when the sandbox was asleep or broken. */
  readonly checkpoint?: Uint8Array
}
