/** An instance as the gateway keeps it: enough to start it again when its host dies. */

import { ProtocolError } from '../protocol/check'
import type { LeftOut } from '../protocol/conflation'
import { Fifo } from '../protocol/fifo'
import { type LaunchSpec, onceLaunched } from '../protocol/launch'
import type { KeptInstance, OwnRecord } from '../protocol/messages'
import {
  type Act,
  type Counts,
  type InstanceStats,
  NOTHING_COUNTED,
  type RecoveredInstance,
} from '../protocol/reported'
import type { Subscription } from '../protocol/subscriptions'
import type { Started } from '../sandbox/sandbox'
import type { StrategyEvent } from '../schema/events'
import type { InstanceProgress } from '../schema/instance-progress'
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

/** Own records that were handled before a gateway was started are not known one by one. */
const ALL_HANDLED = Number.POSITIVE_INFINITY
/** In place of a host that has kept all that it was told. */
const NOWHERE = -1

const DEATHS_WITHIN_MS = 60_000
const MAX_DEATHS = 3

export class Placement implements InstanceProgress {
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
  /** Which of the hosts it runs in. */
  place = 0
  startMs = 0
  /** What it did, as far as that has led to anything here. */
  acts = 0
  left = 0
  leftForNewer = 0
  /** A host comes to where it was, and says again what it said. */
  isRepeated = false
  /** It runs on under a gateway that has not launched it. */
  isAdopted = false
  /** Why what its host is told is not kept. */
  private unkept: string | undefined
  /** It goes on behind so many batches, see `KeptInstance`. */
  private upTo: number | undefined
  /** How much its host has told of it since it was launched: a host that goes on for another one tells some of it again. */
  private readonly told = { acts: 0, lines: 0, handled: 0 }
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

  /** What is told of it when it runs no more: it is behind nothing then. */
  get lastStats(): InstanceStats {
    return { ...this.stats, lagMs: 0 }
  }

  leftOut({ duty, count }: LeftOut): void {
    this.left += count
    if (duty === 'newest') this.leftForNewer += count
  }

  /** It runs another program: what the former one has done is not counted as the new one's. */
  rolled(spec: LaunchSpec, startMs: number): void {
    this.spec = onceLaunched(spec)
    this.startMs = startMs
    this.rolls++
    this.counts = NOTHING_COUNTED
    this.listener.progressed(this)
  }

  /** It is about to be launched: whatever it does is its first. */
  begins(startMs: number): void {
    this.startMs = startMs
    Object.assign(this.told, { acts: 0, lines: 0, handled: 0 })
    this.acts = 0
    this.rolls = 0
    this.isAdopted = false
    this.starts.begin(this.spec, startMs)
    this.listener.progressed(this)
  }

  /** It runs since before this gateway was started. @param upTo see `KeptInstance`. */
  adopted(progress: InstanceProgress, upTo?: number): void {
    const { slot, startMs, rolls, acts, lines, exceptions, left, leftForNewer } = progress
    Object.assign(this, { place: slot, startMs, rolls, acts, left, leftForNewer, upTo, isAdopted: true })
    Object.assign(this.told, { acts, lines, handled: ALL_HANDLED })
    this.thrown = { startMs, exceptions }
    this.starts.begin(this.spec, startMs)
    this.listener.progressed(this)
  }

  /** It has come to where it was under another gateway. @param waiting what it was given and has not handled. */
  resumed(instance: RecoveredInstance, waiting: readonly OwnItem[]): void {
    this.told.handled = instance.handled
    this.upTo = undefined
    this.unhandled.replace([...waiting])
  }

  /** Whether what its host is told is kept: a problem with it, or none. */
  keeps(problem: string | undefined): void {
    if (problem === this.unkept) return
    this.unkept = problem
    this.listener.progressed(this)
    this.listener.kept(problem)
  }

  get slot(): number {
    return this.unkept === undefined ? this.place : NOWHERE
  }

  get lines(): number {
    return this.told.lines
  }

  get exceptions(): number {
    const { thrown, startMs } = this
    return thrown.startMs === startMs ? thrown.exceptions : 0
  }

  count({ number: _, startMs, exceptions, ...counts }: Counts): void {
    this.counts = counts
    const known = startMs === this.thrown.startMs ? this.thrown.exceptions : 0
    if (exceptions <= known) return
    this.thrown = { startMs, exceptions }
    this.listener.progressed(this)
    this.listener.threw(exceptions - known)
  }

  /** What another host has to know to go on where its host was. */
  get known(): KeptInstance {
    const { number, spec, rolls, told, upTo } = this
    const { acts, lines } = told
    return { number, instanceId: spec.instanceId, rolls, acts, lines, ...(upTo !== undefined && { upTo }) }
  }

  /** Whether a host that is to go on for its host knows of all that this one has told of it. */
  isKnownTo({ acts, lines, handled }: Pick<RecoveredInstance, 'acts' | 'lines' | 'handled'>): boolean {
    const { told } = this
    const knowsHandled = told.handled === ALL_HANDLED || handled >= told.handled
    return acts >= told.acts && lines >= told.lines && knowsHandled
  }

  /** What it was sent and a host does not know that goes on for its host. @param waiting how much it has still to handle there. */
  missing(waiting: number): OwnItem[] {
    return this.unhandled
      .toArray()
      .filter(({ waits }) => !waits)
      .slice(waiting)
  }

  /** How many of its own records it has handled that were not known to be. */
  newlyHandled(handled: number): number {
    return Math.max(0, handled - this.told.handled)
  }

  /**
   * Takes note of what it has done. @param first how much there was before.
   * @returns what is new of it, and what is not. @throws ProtocolError for a gap.
   */
  newActs(first: number, acts: readonly Act[]): { readonly known: readonly Act[]; readonly news: readonly Act[] } {
    const { acts: known } = this.told
    if (first > known)
      throw new ProtocolError(`${this.spec.instanceId} has done ${first} things, of which ${known} were told`)
    this.told.acts = Math.max(known, first + acts.length)
    if (first === known) return { known: [], news: acts }
    return { known: acts.slice(0, known - first), news: acts.slice(known - first) }
  }

  /** Something that it has done is about to be done here: what comes of it is written with that. */
  acting(): void {
    this.acts++
    this.listener.progressed(this)
  }

  /** Takes note of a line of its log. @returns whether it is new. */
  isNewLine(place: number): boolean {
    if (place < this.told.lines) return false
    this.told.lines = place + 1
    this.listener.progressed(this)
    return true
  }

  /**
   * @param handled since its launch.
   * @param state JSON of `helpers.state` when that has changed with it: it is saved with what was told.
   */
  handled(handled: number, state?: string): void {
    const count = this.newlyHandled(handled)
    this.told.handled += count
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
