/** An instance as the gateway keeps it: enough to start it again when its host dies. */

import { ProtocolError } from '../protocol/check'
import type { LeftOut } from '../protocol/conflation'
import { Fifo } from '../protocol/fifo'
import type { LaunchSpec } from '../protocol/launch'
import type { KeptInstance, OwnRecord } from '../protocol/messages'
import { type Act, type Counts, type InstanceStats, NOTHING_COUNTED } from '../protocol/reported'
import type { Subscription } from '../protocol/subscriptions'
import type { Started } from '../sandbox/sandbox'
import type { StrategyEvent } from '../schema/events'
import { AccountEvents } from '../trading/session/account-events'
import type { InstanceListener } from './instance-listener'
import { Starts } from './starts'

/** Something for one instance alone, until it is handled. */
export interface OwnItem {
  readonly placement: Placement
  readonly content: { readonly event: StrategyEvent } | { readonly tradingActive: boolean }
  effect?: OwnRecord['effect']
  /** The number of a report in the journal. */
  readonly seq?: number
  /** Its place in an outbox, which keeps it. */
  waits?: boolean
}

const NOTHING_TOLD = { acts: 0, lines: 0, handled: 0 }

const DEATHS_WITHIN_MS = 60_000
const MAX_DEATHS = 3

export class Placement {
  /** Whether it takes part: false when it was stopped or has failed. */
  current = true
  started: Started | undefined
  tradingActive = true
  /** Why its host died last, or why it ended itself. */
  reason = ''
  /** What comes while it is launched for the first time. */
  readonly early: OwnItem[] = []
  /** Sent or about to be, and not handled yet; oldest first. */
  readonly unhandled = new Fifo<OwnItem>()
  /** Whose orders are its own. */
  readonly starts = new Starts()
  /** How often another program has taken its place since it was launched. */
  rolls = 0
  /** How much its host has told of it since it was launched: a host that goes on for another one tells some of it again. */
  private told = NOTHING_TOLD
  /** Market events that were left out before they came to its host. */
  private left = 0
  /** How many of these have left their place to a newer one. */
  private leftForNewer = 0
  private counts: InstanceStats = NOTHING_COUNTED
  /** Exceptions that its listener was told of, of the start that has counted last. */
  private thrown = { startMs: 0, exceptions: 0 }
  /** When hosts died of what it did, as far as that is known; on a clock that only goes forward, ms. */
  private readonly deaths: number[] = []
  /** How often it was at work when memory ran out, which may have been of what others hold. */
  private doubts = 0
  /** By provider. */
  private readonly events = new Map<string, AccountEvents>()

  constructor(
    readonly number: number,
    public spec: LaunchSpec,
    readonly listener: InstanceListener,
    /** The last number of its events at any provider. */
    private readonly sequence = 0,
    /** JSON of `helpers.state`, as saved last. */
    public state = spec.state,
  ) {}

  /** What its account at a provider makes it hear. */
  eventsAt(provider: string): AccountEvents {
    const known = this.events.get(provider)
    if (known) return known
    const events = new AccountEvents(provider, this.sequence)
    this.events.set(provider, events)
    return events
  }

  get subscription(): Subscription {
    const { started, spec } = this
    if (!started) return { scope: spec.scope, crossProvider: false }
    return { scope: spec.scope, handlers: started.handlers, crossProvider: started.crossProvider }
  }

  /** What its host has counted, and what was left out on the way there. */
  get stats(): InstanceStats {
    const { counts, left, leftForNewer } = this
    return { ...counts, dropped: counts.dropped + left, conflated: counts.conflated + leftForNewer }
  }

  leftOut({ duty, count }: LeftOut): void {
    this.left += count
    if (duty === 'newest') this.leftForNewer += count
  }

  /** It runs another program: what the former one has done is not counted as the new one's. */
  rolled(spec: LaunchSpec): void {
    this.spec = spec
    this.rolls++
    this.counts = NOTHING_COUNTED
  }

  /** It is about to be launched: whatever it does is its first. */
  begins(): void {
    this.told = NOTHING_TOLD
    this.rolls = 0
  }

  count({ number: _, startMs, exceptions, ...counts }: Counts): void {
    this.counts = counts
    const known = startMs === this.thrown.startMs ? this.thrown.exceptions : 0
    if (exceptions <= known) return
    this.thrown = { startMs, exceptions }
    this.listener.threw(exceptions - known)
  }

  /** What another host has to know to go on where its host was. */
  get known(): KeptInstance {
    const { number, spec, rolls, told } = this
    return { number, instanceId: spec.instanceId, rolls, acts: told.acts, lines: told.lines }
  }

  /** Another host goes on where its host was. @throws Error when that one has told more of it than this one knows. */
  goesOn({ acts, lines, handled }: typeof NOTHING_TOLD): void {
    const { told } = this
    if (acts < told.acts || lines < told.lines || handled < told.handled)
      throw new Error(`less is known of ${this.spec.instanceId} than was told of it`)
  }

  /** How many of its own records it has handled that were not known to be. */
  newlyHandled(handled: number): number {
    return Math.max(0, handled - this.told.handled)
  }

  /** Takes note of what it has done. @param first how much there was before. @returns what is new of it. @throws ProtocolError for a gap. */
  newActs(first: number, acts: readonly Act[]): readonly Act[] {
    const { acts: known } = this.told
    if (first > known)
      throw new ProtocolError(`${this.spec.instanceId} has done ${first} things, of which ${known} were told`)
    this.told = { ...this.told, acts: Math.max(known, first + acts.length) }
    return acts.slice(known - first)
  }

  /** Takes note of a line of its log. @returns whether it is new. */
  isNewLine(place: number): boolean {
    if (place < this.told.lines) return false
    this.told = { ...this.told, lines: place + 1 }
    return true
  }

  /**
   * @param handled since its launch.
   * @param state JSON of `helpers.state` when that has changed with it: it is saved with what was told.
   */
  handled(handled: number, state?: string): void {
    const count = this.newlyHandled(handled)
    this.told = { ...this.told, handled: this.told.handled + count }
    let told: number | undefined
    for (let i = 0; i < count; i++) told = this.unhandled.shift()?.seq ?? told
    if (told !== undefined) this.listener.told(told)
    if (state !== undefined) this.save(state)
  }

  save(state: string): void {
    this.state = state
    this.listener.saved(state)
  }

  /** Its host died of what it did. @param nowMs of a clock that only goes forward. */
  killed(nowMs: number): void {
    this.deaths.push(nowMs)
    while (this.deaths[0]! < nowMs - DEATHS_WITHIN_MS) this.deaths.shift()
  }

  /** It was at work when its host died, and others may have been the reason. */
  doubted(): void {
    this.doubts++
  }

  /** The more of it, the later it is started again. */
  get suspicion(): number {
    return this.deaths.length + this.doubts
  }

  /** Not to be tried any more while it has not run yet. */
  get hopeless(): boolean {
    return this.suspicion >= MAX_DEATHS
  }

  /** Whether it has killed so many hosts that it is to be ended. */
  get deadly(): boolean {
    return this.deaths.length >= MAX_DEATHS
  }
}
