/** An instance as the gateway keeps it: enough to start it again when its host dies. */
import type { Started } from '../sandbox/sandbox'
import type { StrategyEvent } from '../schema/events'
import type { Interest } from './interest'
import type { InstanceListener, InstanceStats, LaunchSpec } from './launch'
import type { Counts, OwnRecord } from './protocol'

/** Something for one instance alone, until it is handled. */
export interface OwnItem {
  readonly placement: Placement
  readonly content: { readonly event: StrategyEvent } | { readonly tradingActive: boolean }
  effect?: OwnRecord['effect']
  /** Of a report in the journal. */
  readonly seq?: number
}

const DEATHS_WITHIN_MS = 60_000
const MAX_DEATHS = 3

export class Placement {
  /** Whether it takes part: false when it was stopped or has failed. */
  current = true
  started: Started | undefined
  tradingActive = true
  /** Of the last death of its host, or of its own end. */
  reason = ''
  /** Market events that were left out before they came to its host. */
  left = 0
  /** Sent or about to be, and not handled yet; oldest first. */
  readonly unhandled: OwnItem[] = []
  private counts: InstanceStats = {
    events: 0,
    dropped: 0,
    errors: 0,
    orders: 0,
    skippedOrders: 0,
    logs: 0,
    droppedLogs: 0,
  }
  /** When hosts died while it was running, ms. */
  private readonly deaths: number[] = []

  constructor(
    readonly number: number,
    public spec: LaunchSpec,
    readonly listener: InstanceListener,
    /** JSON of `helpers.state`, as saved last. */
    public state = spec.state,
  ) {}

  get interest(): Interest {
    const { started, spec } = this
    if (!started) return { scope: spec.scope, crossProvider: false }
    return { scope: spec.scope, handlers: started.handlers, crossProvider: started.crossProvider }
  }

  get stats(): InstanceStats {
    return { ...this.counts, dropped: this.counts.dropped + this.left }
  }

  count({ number: _, ...counts }: Counts): void {
    this.counts = counts
  }

  /** @param state JSON of `helpers.state` when that has changed with it: it is saved with what was told. */
  handled(count: number, state?: string): void {
    const told = this.unhandled.splice(0, count).findLast(({ seq }) => seq !== undefined)
    if (told?.seq !== undefined) this.listener.told(told.seq)
    if (state !== undefined) this.save(state)
  }

  save(state: string): void {
    this.state = state
    this.listener.saved(state)
  }

  /** Of recent times. */
  killed(nowMs: number): number {
    this.deaths.push(nowMs)
    while (this.deaths[0]! < nowMs - DEATHS_WITHIN_MS) this.deaths.shift()
    return this.deaths.length
  }

  get suspect(): boolean {
    return this.deaths.length > 0
  }

  get deadly(): boolean {
    return this.deaths.length >= MAX_DEATHS
  }
}
