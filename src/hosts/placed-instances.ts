/** Which instance runs in which slot, and what is for one of them alone; whoever does not run any more hears nothing. */
import type { LaunchSpec } from '../protocol/launch'
import type { AccountEffect } from '../protocol/orders'
import type { BalanceUpdateEvent, Instrument, RiskControlEvent } from '../schema/events'
import type { InstanceProgress } from '../schema/instance-progress'
import type { ExecutionReport, Fill } from '../schema/orders'
import type { BalanceView } from '../trading/accounts/account'
import type { RiskTerms } from '../trading/risk/gate'
import type { HostSlot } from './host-slot'
import type { InstanceListener, UntoldReport } from './instance-listener'
import { Placement } from './placement'
import { itemOf } from './resumption'

/** An instance that is to run. */
export interface Launching {
  readonly spec: LaunchSpec
  readonly listener: InstanceListener
  /** What `isTradingActive()` answers. */
  readonly tradingActive: boolean
  /** Reports that it may not have handled, as the journal has them, oldest first; the accounts hold them already. */
  readonly untold: readonly UntoldReport[]
}

/** An instance that runs since before this gateway was started. */
export interface Adopted extends Launching {
  /** As the journal knows it. */
  readonly progress: InstanceProgress
  /** The number of the last report that the journal knows. */
  readonly newestReport: number
  /** It plays a recording, and goes on behind so many batches of its host. */
  readonly upTo: number | undefined
}

interface Placed {
  readonly slot: HostSlot
  readonly placement: Placement
}

export class PlacedInstances {
  private readonly placed = new Map<string, Placed>()

  constructor(
    private readonly slots: readonly HostSlot[],
    /** Milliseconds since 1970. */
    private readonly now: () => number,
  ) {}

  has(instanceId: string): boolean {
    return this.placed.has(instanceId)
  }

  /** @throws Error when it does not run. */
  get(instanceId: string): Placed {
    const placed = this.placed.get(instanceId)
    if (!placed) throw new Error(`${instanceId} does not run`)
    return placed
  }

  /** Its program has started. */
  runs(instanceId: string): boolean {
    return this.placed.get(instanceId)?.placement.started !== undefined
  }

  /** It is to be launched there. @param number that no other one has. */
  add(slot: HostSlot, number: number, { spec, listener, tradingActive, untold }: Launching): Placement {
    // an account with a history has had events before, and the numbers that these got are less than any time
    const isNew = spec.scope.every(({ state, fills, openOrders }) => !state && fills.length + openOrders.length === 0)
    const placement = new Placement(number, spec, listener, isNew ? 0 : this.now())
    placement.tradingActive = tradingActive
    placement.place = this.slots.indexOf(slot)
    for (const report of untold) placement.unhandled.push(itemOf(placement, report))
    this.placed.set(spec.instanceId, { slot, placement })
    return placement
  }

  /** What comes for it until it goes on waits. @returns why it cannot, if it cannot. */
  adopt({ spec, listener, tradingActive, progress, untold, newestReport, upTo }: Adopted): string | undefined {
    const slot = this.slots[progress.slot]
    if (!slot) return `it ran in sandbox host ${progress.slot}, and there are ${this.slots.length} now`
    const placement = new Placement(progress.number, spec, listener, this.now())
    placement.tradingActive = tradingActive
    placement.adopted(progress, upTo)
    this.placed.set(spec.instanceId, { slot, placement })
    slot.adopt({ placement, untold, newestReport })
    return undefined
  }

  forget(placement: Placement): void {
    const { instanceId } = placement.spec
    if (this.placed.get(instanceId)?.placement === placement) this.placed.delete(instanceId)
  }

  /**
   * @param seq of the report in the journal.
   * @param known what else is known of its account with the report.
   */
  report(
    instanceId: string,
    provider: string,
    report: ExecutionReport,
    seq: number | undefined,
    known: Pick<AccountEffect, 'mark' | 'valuedAt'>,
  ): void {
    const placed = this.placed.get(instanceId)
    if (!placed) return
    const { slot, placement } = placed
    const event = placement.eventsAt(provider).reported(report)
    const effect = { provider, report, ...known }
    slot.deliver({ placement, content: { event }, effect, ...(seq !== undefined && { seq }) })
  }

  /** What a fill has made of its money. */
  balances(
    instanceId: string,
    provider: string,
    fill: Fill,
    instrument: Instrument,
    all: readonly BalanceView[],
  ): void {
    const placed = this.placed.get(instanceId)
    if (!placed) return
    const { slot, placement } = placed
    for (const event of placement.eventsAt(provider).balances(fill, instrument, all))
      slot.deliver({ placement, content: { event } })
  }

  tell(instanceId: string, event: BalanceUpdateEvent | RiskControlEvent): void {
    const placed = this.placed.get(instanceId)
    if (placed) placed.slot.deliver({ placement: placed.placement, content: { event } })
  }

  /** What `isTradingActive()` answers, from the next event on. */
  flags(instanceId: string, { tradingActive }: { readonly tradingActive: boolean }): void {
    const placed = this.placed.get(instanceId)
    if (!placed) return
    const { slot, placement } = placed
    placement.tradingActive = tradingActive
    slot.deliver({ placement, content: { tradingActive } })
  }

  /** Sets what its orders are judged by from now on. */
  limit(instanceId: string, terms: RiskTerms): void {
    const placed = this.placed.get(instanceId)
    if (placed) placed.slot.limit(placed.placement, terms)
  }
}
