/**
 * How events go to a host: one batch at a time, the next one being what gathered meanwhile. So batches grow with the load
 * by themselves, and an event that comes alone waits for nobody.
 */
import { ProtocolError } from '../protocol/check'
import type { LeftOut } from '../protocol/conflation'
import type { Recovered } from '../protocol/reported'
import type { Host } from './host'
import { type Item, isMarket, isOwn, mustArrive, NEVER_OLD, Outbox } from './outbox'
import type { OwnItem } from './placement'

export interface BatchesDeps {
  readonly maxAgeMs: () => number
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
  readonly left: (left: LeftOut) => void
  /** The one at work; undefined while the next one comes up. */
  readonly host: () => Host | undefined
  /** Makes durable what is in the journal: before a host is told of a report. */
  readonly commit: () => unknown
}

/** Its report is to be found by a gateway that is started after this one has died. */
const isOfJournal = (item: Item): boolean => isOwn(item) && item.seq !== undefined && !item.placement.spec.recorded

export class Batches {
  private readonly outbox: Outbox
  /** When the oldest market event of the batch that is worked was published; NEVER_OLD for one without. */
  private inFlight: number | undefined
  /** What is in it. */
  private items: readonly Item[] = []
  /** How many were sent to the host at work, and to those that it goes on for. */
  sent = 0
  /** Something of that batch is waited for. */
  private arriving = false
  /** Instances that are waited for have something waiting of batches that were worked. */
  private behind = false
  private draining: (() => void)[] = []
  private flushing = false

  constructor(private readonly deps: BatchesDeps) {
    this.outbox = new Outbox(deps)
  }

  push(item: Item): void {
    this.outbox.push(item)
    this.flushSoon()
  }

  /** Before all that waits. */
  unshift(items: readonly OwnItem[]): void {
    this.outbox.unshift(items)
    this.flushSoon()
  }

  /** How old the oldest market event is that the host was not sent, or has not worked, ms. */
  get pendingMs(): number {
    const oldestMs = Math.min(this.inFlight ?? NEVER_OLD, this.outbox.oldestMs ?? NEVER_OLD)
    return Math.max(0, this.deps.elapsed() - oldestMs)
  }

  /** See `HostSlot.drained`. */
  drained(): Promise<void> {
    if (this.isDrained) return Promise.resolve()
    return new Promise((resolve) => this.draining.push(resolve))
  }

  /** The batch in flight is worked, or its rest left behind: the next one may go. @throws ProtocolError without one. */
  worked(behind: boolean): void {
    if (this.inFlight === undefined) throw new ProtocolError('it has worked a batch that it was not sent')
    this.land(behind)
    this.flush()
    this.tellDrained()
  }

  /** What was left behind is worked. */
  caughtUp(): void {
    this.behind = false
    this.tellDrained()
  }

  /**
   * Another host goes on for the one that was sent the batch in flight.
   * @param had how many batches that one had.
   * @param missing what instances that go on were sent, and it does not know.
   * @param isGoingOn whether it has an instance; what was for another one comes to that by itself.
   */
  goOn(
    host: Host,
    { batches: had, behind }: Pick<Recovered, 'batches' | 'behind'>,
    missing: readonly OwnItem[],
    isGoingOn: (of: OwnItem) => boolean,
  ): void {
    const isNext = this.inFlight !== undefined && had === this.sent - 1
    if (isNext) {
      this.behind = behind
      host.sendBatch(
        this.items.filter((item) => isMarket(item) || isGoingOn(item)),
        this.deps.elapsed(),
      )
    } else {
      // a damaged log has no end: the market events of that are gone
      this.resume({ batches: had, behind })
      this.outbox.unshift(missing)
    }
    this.tellDrained()
  }

  /** A host goes on for one that was told by another gateway. @param had how many batches that one had. */
  resume({ batches: had, behind }: Pick<Recovered, 'batches' | 'behind'>): void {
    this.sent = had
    this.land(behind)
  }

  /** The batch in flight is gone with its host, and with all that this one was told. */
  lost(): void {
    this.sent = 0
    this.land(false)
    this.tellDrained()
  }

  /** What is pushed in one go goes in one batch. */
  flushSoon(): void {
    if (this.flushing || this.inFlight !== undefined) return
    this.flushing = true
    queueMicrotask(() => {
      this.flushing = false
      this.flush()
    })
  }

  private land(behind: boolean): void {
    this.inFlight = undefined
    this.items = []
    this.arriving = false
    this.behind = behind
  }

  private flush(): void {
    const host = this.deps.host()
    if (this.inFlight !== undefined || this.outbox.empty || !host) return
    const items = this.outbox.take()
    if (items.some(isOfJournal)) this.deps.commit()
    this.items = items
    this.sent++
    this.inFlight = items.find(isMarket)?.atMs ?? NEVER_OLD
    this.arriving = items.some(mustArrive)
    host.sendBatch(items, this.deps.elapsed())
  }

  private get isDrained(): boolean {
    return this.outbox.hasArrived && !this.arriving && !this.behind
  }

  private tellDrained(): void {
    if (!this.isDrained) return
    for (const resolve of this.draining.splice(0)) resolve()
  }
}
