/**
 * What the gateway and a sandbox host say to each other over their channel. One
 * batch is in flight per host: what gathers until it was worked is the next one. Instances are
 * known by number, a new one for each start, so that what comes late from an earlier start is recognised.
 */
import type { Started } from '../sandbox/sandbox'
import type { Compilation } from '../schema/metadata'
import type { ExecutionReport, Order } from '../schema/orders'
import type { RiskTerms } from '../trading/risk/gate'
import type { InstanceStats, LaunchSpec, LogLine, RefusedOrder, Stopped } from './launch'

export interface HostSettings {
  /** Where host and gateway share who is running. */
  readonly markerPath: string
  /** How often `helpers.state` is looked at and sent when it changed. */
  readonly saveEveryMs: number
  /** Events waiting for one instance, beyond which market data is conflated and dropped. */
  readonly maxWaiting: number
  /** Bytes of them, beyond which it is done as well. */
  readonly maxWaitingBytes: number
}

/** What a report does to the accounts of its owner. */
export interface AccountEffect {
  readonly provider: string
  readonly report: ExecutionReport
  /** The price of the event that caused it, which is told after it. */
  readonly mark?: Mark
  /** At which the venue reckons with an order that it has acknowledged, in the quote currency. */
  readonly valuedAt?: string
}

/** The last price of a symbol at a venue, in the quote currency. */
export interface Mark {
  readonly symbol: string
  readonly price: string
}

/** A record of a batch that is for one instance alone. */
export interface OwnRecord {
  /** Index of the record within the batch. */
  readonly at: number
  readonly number: number
  /** Absent for flags and notices, and for reports that the instance's accounts hold already. */
  readonly effect?: AccountEffect
}

export interface LaunchOrder {
  readonly number: number
  readonly spec: LaunchSpec
  /** Part of client order ids: never the same twice for one instance id. */
  readonly startMs: number
  readonly tradingActive: boolean
  readonly risk: RiskTerms
  /** Market data that has waited for longer is left out but for the newest, ms. */
  readonly maxAgeMs: number
  /** Records of the last trade and ticker of its symbols. */
  readonly market: Uint8Array
}

export type Request =
  | { readonly kind: 'launch'; readonly launch: LaunchOrder }
  /** Puts another program in the place of the one that runs under the same number, and goes on with its events and state. */
  | { readonly kind: 'roll'; readonly launch: LaunchOrder }
  | { readonly kind: 'stop'; readonly number: number }
  | { readonly kind: 'compile'; readonly number: number; readonly source: Uint8Array }

/** By the kind of the request. */
export interface Answers {
  readonly launch: Started
  readonly roll: Started
  readonly stop: Stopped
  readonly compile: Compilation
}

export type ToHost =
  | { readonly kind: 'begin'; readonly settings: HostSettings }
  | { readonly kind: 'request'; readonly id: number; readonly request: Request }
  /** Word records: what the words mean that are named from here on. They follow those of earlier such messages. */
  | { readonly kind: 'words'; readonly records: Uint8Array }
  | {
      readonly kind: 'batch'
      /** When it was sent, ms of the gateway's own clock, which only goes forward. */
      readonly atMs: number
      readonly records: Uint8Array
      readonly own: readonly OwnRecord[]
    }
  /** From now on, whatever waits: a kill does not queue. */
  | { readonly kind: 'risk'; readonly number: number; readonly terms: RiskTerms }
  | { readonly kind: 'ping' }

/** What a strategy did, in its order. */
export type Act =
  | { readonly kind: 'ordered'; readonly order: Order; readonly timeMs: number }
  | { readonly kind: 'skipped'; readonly order: Order; readonly timeMs: number }
  | ({ readonly kind: 'refused' } & RefusedOrder)
  | { readonly kind: 'cancelled'; readonly provider: string; readonly clientOrderId: string; readonly timeMs: number }

export interface Counts extends InstanceStats {
  readonly number: number
  /** CPU time that it has used, ms. */
  readonly cpuMs: number
}

/** What leaves together, so that after a kill of anything none of it is there without the rest. */
export interface Settled {
  /** Own records that were handled since the last time, the one that acts here included. */
  readonly handled: number
  /** JSON of `helpers.state`, when it has changed. */
  readonly state?: string
}

export type FromHost =
  | { readonly kind: 'ready'; readonly engineHash: string }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answers[keyof Answers] }
  /** `refusal`: the strategy's fault. Otherwise ours, with its stack. */
  | { readonly kind: 'failure'; readonly id: number; readonly refusal: boolean; readonly message: string }
  | ({ readonly kind: 'acts'; readonly number: number; readonly acts: readonly Act[] } & Settled)
  | { readonly kind: 'logs'; readonly lines: readonly (LogLine & { readonly number: number })[] }
  | { readonly kind: 'state'; readonly number: number; readonly state: string }
  | { readonly kind: 'failed'; readonly number: number; readonly reason: string }
  | { readonly kind: 'counts'; readonly counts: readonly Counts[] }
  /** How many own records of these instances were handled since the last time, and their states where these have changed. */
  | { readonly kind: 'handled'; readonly own: readonly (readonly [number: number, count: number, state?: string])[] }
  /**
   * The batch was worked, or is left `behind` for instances that cannot keep up: the next one, please. It is those that
   * are `awaited` that count; who sleeps cannot keep up either.
   */
  | { readonly kind: 'worked'; readonly behind: boolean }
  /** What was left behind is worked. */
  | { readonly kind: 'caughtUp' }
  | { readonly kind: 'pong' }
  | { readonly kind: 'broken'; readonly message: string }
