/**
 * What an instance has done and noted, until it leaves for the gateway: orders and cancels go together with the state that
 * they were made in and with how many reports were handled by then, so that after a kill of anything none of it is there
 * without the rest.
 */
import type { Act, Settled } from '../protocol/reported'
import type { Fault } from '../sandbox/fault'
import type { ChunkQueue } from './chunk-queue'
import type { Outgoing } from './instance-deps'
import type { KeptState } from './kept-state'
import type { Told } from './told'

/** After so long a sleep its state is read before it sleeps on. */
const MAX_UNREAD_MS = 1000

export interface SettlingDeps {
  readonly number: number
  readonly queue: ChunkQueue
  readonly state: KeptState
  readonly told: Told
  readonly send: Outgoing
  /** Reads the state from the sandbox. @returns what is wrong with it, when that is news. */
  readonly read: () => Fault | undefined
  /** The gateway has so much more of its state to write. */
  readonly saves: (length: number) => void
}

export class Settling {
  private acts: Act[] = []
  /** Acts of what is being delivered have left, before it fell asleep. */
  private acted = false
  /** How long it has slept since its state was read, ms. */
  private unreadMs = 0

  constructor(private readonly deps: SettlingDeps) {}

  add(act: Act): void {
    this.acts.push(act)
  }

  /** @returns what is wrong with the state. */
  look(): Fault | undefined {
    this.unreadMs = 0
    return this.deps.read()
  }

  /**
   * The records before an index of the first chunk are done with; what they have made of the state is saved with that.
   * @param isIntact its state can be read. @returns what is wrong with it.
   */
  settle(upTo: number, isIntact: boolean): Fault | undefined {
    const { number, queue, send } = this.deps
    const { acts, acted } = this
    const handled = queue.passOwn(upTo)
    const hasActed = acted || acts.length > 0
    this.acts = []
    this.acted = false
    const fault = isIntact && (handled > 0 || hasActed) ? this.look() : undefined
    const state = this.untold()
    const settled = { handled: queue.ownHandled, ...(state !== undefined && { state }) }
    if (acts.length > 0) this.sendAll(acts, settled)
    else if (handled > 0) send.handled(number, settled)
    else if (state !== undefined) send.state(number, state)
    return fault
  }

  /**
   * Before it falls asleep: what it has done leaves with the state as it is now, and it is not to do that again.
   * @param upTo as for `settle`, the record that it sleeps in included. @returns what is wrong with its state.
   */
  settleAsleep(ms: number, upTo: number): Fault | undefined {
    this.unreadMs += ms
    if (this.acts.length === 0 && this.unreadMs < MAX_UNREAD_MS) return undefined
    const fault = this.look()
    this.sendActs(upTo)
    return fault
  }

  /** Sends the acts with the state as it was read last. */
  sendActs(upTo: number): void {
    const { queue } = this.deps
    const { acts } = this
    const state = this.untold()
    if (acts.length === 0 && state === undefined) return
    queue.passOwn(upTo)
    this.acts = []
    this.acted = true
    this.sendAll(acts, { handled: queue.ownHandled, ...(state !== undefined && { state }) })
  }

  private sendAll(acts: readonly Act[], settled: Settled): void {
    const { number, send, told } = this.deps
    send.acts(number, told.acts, acts, settled)
    told.acts += acts.length
  }

  /** As it was read last, when the gateway has another one. */
  sendState(): void {
    const state = this.untold()
    if (state !== undefined) this.deps.send.state(this.deps.number, state)
  }

  private untold(): string | undefined {
    const state = this.deps.state.tell()
    if (state !== undefined) this.deps.saves(state.length)
    return state
  }
}
