/** An instance between two events, as it goes on in another host: what it is launched with, and what it had come to. */
import type { LaunchOrder } from '../protocol/launch'
import type { GateState } from '../trading/risk/gate'
import type { SessionState } from '../trading/session/session'
import type { AccountViewsState } from './account-views'
import type { TallyState } from './tally'

export interface Snapshot {
  /** With its memory, its accounts and the market as they stand. */
  readonly launch: LaunchOrder
  readonly state: InstanceState
}

/** What there was to tell of an instance since its launch: what it did, lines of its log, own records that it has handled. */
export interface Progress {
  readonly acts: number
  readonly lines: number
  readonly handled: number
}

/** Plain data. */
export interface InstanceState extends Progress {
  /** The number in the journal of the last report that it was given; 0 for none. */
  readonly reported: number
  readonly session: SessionState
  readonly gate: GateState
  readonly accounts: Omit<AccountViewsState, 'scope'>
  readonly tally: TallyState
  /** The JSON of `helpers.state` that the gateway has. */
  readonly toldState: string
  /** Something was done since its state was looked at. */
  readonly touched: boolean
  /** The time of the last event that it was called for, ms. */
  readonly marketMs: number
  /** How often another program has taken its place. */
  readonly rolls: number
}
