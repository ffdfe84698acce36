/** An instance between two events, as it goes on in another host: what it is launched with, and what it had come to. */
import type { LaunchOrder } from '../protocol/launch'
import type { GateState } from '../trading/risk/gate'
import type { Session, SessionState } from '../trading/session/session'
import type { AccountViewsState } from './account-views'
import type { Belongings } from './belongings'
import type { Delivery } from './delivery'
import type { KeptState } from './kept-state'
import type { Tally, TallyState } from './tally'

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

/** Where all of that is while it runs. */
export interface Stateful {
  readonly belongings: Belongings
  readonly delivery: Delivery
  readonly session: Session
  readonly state: KeptState
  readonly tally: Tally
}

export const progressOf = ({ told, queue }: Belongings): Progress => ({
  acts: told.acts,
  lines: told.lines,
  handled: queue.ownHandled,
})

/** @param launch with its memory and the market as they stand. */
export function snapshotOf({ belongings, delivery, session, state, tally }: Stateful, launch: LaunchOrder): Snapshot {
  const { told, accountViews, gate, queue } = belongings
  const { scope, ...accounts } = accountViews.state
  return {
    launch: { ...launch, spec: { ...launch.spec, scope: [...scope], state: state.json } },
    state: {
      session: session.state,
      gate: gate.state,
      accounts,
      tally: tally.state,
      toldState: state.told,
      touched: state.touched,
      marketMs: delivery.marketMs,
      rolls: told.rolls,
      reported: queue.reported,
      ...progressOf(belongings),
    },
  }
}

/** Brings one that was just launched to where it was. */
export function resume({ belongings, delivery, session, state, tally }: Stateful, as: InstanceState): void {
  const { told, accountViews, gate, queue } = belongings
  session.state = as.session
  gate.state = as.gate
  accountViews.resume(as.accounts)
  tally.state = as.tally
  state.told = as.toldState
  state.touched = as.touched
  delivery.marketMs = as.marketMs
  told.acts = as.acts
  told.lines = as.lines
  told.rolls = as.rolls
  queue.ownHandled = as.handled
  queue.reported = as.reported
}
