/**
 * What happens in a gateway, one kind for each thing that somebody may want to follow. Events are made once, where the
 * thing happens and after it has, and are never changed. Times are milliseconds since 1970.
 */
import type { LogLine, RefusedOrder } from '../../protocol/reported'
import type { RegistryChange } from '../../registry/change'
import type { InstanceState } from '../../schema/instances'
import type { ExecutionReport, Fill, Order } from '../../schema/orders'
import type { ProviderView } from '../../schema/providers'
import type { SwitchMode } from '../../schema/risk'
import type { RolloutEvent, RolloutState } from '../../schema/rollouts'
import type { NewAuditEntry } from '../../store/audit'
import type { Liquidation } from '../../trading/exchange/liquidation'
import type { Target } from '../risk/risk-book'

export interface OrderActivity {
  readonly kind: 'order'
  /** Its id. */
  readonly instance: string
  readonly provider: string
  /**
   * `sent`: it is in the journal and on its way to the venue. `skipped`: it passed every check of a dry run and went no
   * further. `reported`: the venue has said what became of it, and the journal knows. `unknown`: an answer of the venue
   * was lost, and it is asked until it says where the order stands.
   */
  readonly what: 'sent' | 'skipped' | 'reported' | 'unknown'
  readonly order: Order
  /** Undefined unless the venue has reported on it. */
  readonly report: ExecutionReport | undefined
  readonly timeMs: number
}

/** Part or all of an order was traded; the report that says so was told before. */
export interface FillActivity {
  readonly kind: 'fill'
  readonly instance: string
  readonly provider: string
  /** Its number in the lists of executions. */
  readonly executionId: string
  readonly clientOrderId: string
  readonly fill: Fill
}

/** An instance has logged a line, or the gateway has for it. */
export interface LogActivity {
  readonly kind: 'log'
  readonly instance: string
  readonly line: LogLine
}

/** Something about an instance that can be seen has changed: its state, or what it runs or is to run. */
export interface StateActivity {
  readonly kind: 'state'
  readonly instance: string
  readonly strategy: string
  readonly hash: string
  readonly state: InstanceState | 'removed'
  /** Why it failed, or why it was restarted. */
  readonly reason: string | undefined
  /** It runs again: its sandbox host died, or it failed and its restart policy has it. */
  readonly isRestarted: boolean
  /** It is another state than was told last, or another revision; else what has changed is told by asking alone. */
  readonly isNews: boolean
  readonly timeMs: number
}

/** Handlers of an instance have thrown: the lines of its log say what, as long as there are not too many of them. */
export interface ExceptionActivity {
  readonly kind: 'exception'
  readonly instance: string
  /** The revision that it runs. */
  readonly hash: string
  /** How many more there are. */
  readonly exceptions: number
}

/** A tag was moved or deleted. */
export interface TagActivity {
  readonly kind: 'tag'
  readonly change: Extract<RegistryChange, { kind: 'tag-moved' | 'tag-deleted' }>
}

/** Revisions came or went. */
export interface RevisionActivity {
  readonly kind: 'revision'
  readonly change: Exclude<RegistryChange, { kind: 'tag-moved' | 'tag-deleted' }>
}

/** An entry was made in the audit. */
export interface AuditActivity {
  readonly kind: 'audit'
  readonly entry: NewAuditEntry
}

/** A provider was started, stopped, replaced or removed, has failed or finished, or its market has gone quiet or come back. */
export interface ProviderActivity {
  readonly kind: 'provider'
  readonly provider: string
  readonly status: ProviderView['status'] | 'removed'
  /** Why it failed. */
  readonly reason: string | undefined
  /** It has given no event for a while: its instances must not trade. */
  readonly isStale: boolean
  readonly timeMs: number
}

/** A tag that moves in steps has come further, or an instance of it has. */
export interface RolloutActivity {
  readonly kind: 'rollout'
  /**
   * `moved`: an instance runs another revision. `failed`: it could not, or has failed with it. `finished`: what was
   * promoted or aborted is done.
   */
  readonly what: RolloutEvent
  readonly strategy: string
  readonly tag: string
  readonly from: string
  readonly to: string
  readonly state: RolloutState
  /** The part of the instances that is to run `to`. */
  readonly share: number
  /** How many instances. */
  readonly moved: number
  readonly waiting: number
  readonly failed: number
  /** Its id, where one has `moved` or `failed`. */
  readonly instance: string | undefined
  readonly reason: string | undefined
  readonly who: string
  readonly timeMs: number
}

/** A limit or a kill switch has refused an order. */
export interface BreachActivity {
  readonly kind: 'risk'
  readonly what: 'breach'
  readonly instance: string
  readonly refused: RefusedOrder
}

/**
 * A kill switch was set, or one that lets only orders pass that reduce a position, or it was released: then breaches of
 * these instances count from nothing again.
 */
export interface SwitchActivity {
  readonly kind: 'risk'
  readonly what: 'killed' | 'reducing' | 'resumed'
  /** What kind of switch was released; undefined: none, only breaches were forgiven. */
  readonly released?: SwitchMode
  readonly target: Target
  /** Ids of those whom it concerns. */
  readonly instances: readonly string[]
  /** As the audit names them. */
  readonly who: string
  readonly reason: string
  readonly timeMs: number
}

/** An instance has fallen too far behind the market to trade, or has caught up. */
export interface LagActivity {
  readonly kind: 'risk'
  readonly what: 'lag'
  readonly instance: string
  /** Undefined when it has caught up. */
  readonly lagMs: number | undefined
  readonly timeMs: number
}

/** An account has lost all equity in a currency. */
export interface LiquidationActivity {
  readonly kind: 'risk'
  readonly what: 'liquidated'
  readonly instance: string
  readonly provider: string
  readonly liquidation: Liquidation
}

export type RiskActivity = BreachActivity | SwitchActivity | LagActivity | LiquidationActivity

export type Activity =
  | OrderActivity
  | FillActivity
  | LogActivity
  | ExceptionActivity
  | StateActivity
  | TagActivity
  | RevisionActivity
  | AuditActivity
  | ProviderActivity
  | RolloutActivity
  | RiskActivity

export type ActivityKind = Activity['kind']
export type ActivityOf<K extends ActivityKind> = Extract<Activity, { kind: K }>
