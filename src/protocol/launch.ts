/** What the gateway hands to a sandbox host to run an instance, and what comes back. */
import type { Instrument } from '../schema/events'
import type { InstanceRates } from '../schema/instance-rates'
import type { Fill, Order } from '../schema/orders'
import type { AccountSettings, AccountState } from '../schema/paper'
import type { Refusal } from '../trading/risk/gate'
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

export interface Stopped {
  readonly state: string
  /** Absent when the sandbox was asleep or broken. */
  readonly checkpoint?: Uint8Array
}
