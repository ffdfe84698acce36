/** The instances of a slot, whichever of its hosts they run in: who is there, what they want to hear, and how they end. */
import { onceLaunched } from '../protocol/launch'
import { SubscriptionTable } from '../protocol/subscriptions'
import type { Started } from '../sandbox/sandbox'
import type { MarketEvent } from '../schema/events'
import type { Log } from '../telemetry/log'
import { LeftOutEvents } from './left-out'
import type { Placement } from './placement'

export interface PlacementsDeps {
  readonly log: Log
  /** It runs here no more. */
  readonly over: (placement: Placement) => void
}

export class Placements {
  /** Market data that was left out on its way here. */
  readonly leftOut = new LeftOutEvents()
  private readonly placements = new Map<number, Placement>()
  private subscriptions: SubscriptionTable | undefined

  constructor(private readonly deps: PlacementsDeps) {}

  get size(): number {
    return this.placements.size
  }

  get(number: number): Placement | undefined {
    return this.placements.get(number)
  }

  all(): Iterable<Placement> {
    return this.placements.values()
  }

  add(placement: Placement): void {
    this.subscriptionsChange()
    this.placements.set(placement.number, placement)
  }

  /** It runs, and is known to want what it wants. */
  begin(placement: Placement, started: Started): void {
    this.subscriptionsChange()
    placement.started = started
    placement.spec = onceLaunched(placement.spec)
  }

  remove(placement: Placement): void {
    this.subscriptionsChange()
    placement.current = false
    this.placements.delete(placement.number)
    this.deps.over(placement)
  }

  fail(placement: Placement, reason: string): void {
    this.remove(placement)
    placement.reason = reason
    // whoever is launching it is told by that
    if (placement.started || placement.isAdopted) placement.listener.failed(reason, placement.lastStats)
  }

  /** It would do something else than it did. */
  differ(placement: Placement, how: string): void {
    this.remove(placement)
    placement.reason = how
    this.deps.log('error', 'an instance does something else than it did', { instance: placement.spec.instanceId, how })
    placement.listener.differed(how, placement.lastStats)
  }

  wants(event: MarketEvent): boolean {
    this.subscriptions ??= this.subscribed()
    return this.subscriptions.wants(event)
  }

  /** Tells them of what was left out. */
  tellLeftOut(): void {
    this.leftOut.tell(this.all())
  }

  private subscribed(): SubscriptionTable {
    const table = new SubscriptionTable()
    for (const { subscription } of this.all()) table.add(subscription)
    return table
  }

  /** Before others want something else. */
  private subscriptionsChange(): void {
    this.tellLeftOut()
    this.subscriptions = undefined
  }
}
