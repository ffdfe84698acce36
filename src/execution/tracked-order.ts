/** An order as far as its venue has told of it, and what a further report is to it. It books nothing itself. */
import type { ExecReportPayload } from '../schema/events'
import type { Order } from '../schema/orders'
import type { OrderEntry } from '../store/journal'
import { Decimal, ZERO } from '../trading/decimal'
import { isOver, JOURNALLED, mayBecome, type OrderState, REPORTED } from './order-state'
import type { VenueReport } from './venue'

/**
 * `take`: it is what comes next. `early`: something before it is missing. `surplus`: an execution after the end.
 * The others are to be ignored.
 */
export type Verdict = 'take' | 'early' | 'surplus' | 'duplicate' | 'late'

export class TrackedOrder {
  state: OrderState
  /** Before it was unknown. */
  private known: OrderState
  private filled = ZERO
  /** Names of the reports that were taken in. */
  private taken: Set<string> | undefined
  /** Reports that came too early. */
  private held: VenueReport[] = []
  /** Settles when the venue has answered that the order has arrived, or that is not to be expected any more. */
  sending: Promise<void> | undefined
  /** It was asked to be cancelled. */
  isUnwanted = false
  /** When it left last, or may have, ms. */
  sentMs = 0

  constructor(
    /** By the name that the venue knows the owner by. */
    readonly owner: string,
    public order: Order,
    state: OrderState = 'sent',
  ) {
    this.state = state
    this.known = state
  }

  /** As the journal knows it. @param executionIds names of the executions that it has. */
  static of(owner: string, entry: OrderEntry, executionIds: readonly string[]): TrackedOrder {
    const { order, progress, state, isHeard } = entry
    const tracked = new TrackedOrder(owner, order, JOURNALLED[state])
    tracked.filled = Decimal.parse(progress.filledQuantity)
    if (executionIds.length > 0) tracked.taken = new Set(executionIds)
    if (tracked.state === 'unknown') {
      const heard = isHeard ? 'acknowledged' : 'sent'
      tracked.known = tracked.filled.sign > 0 ? 'partlyFilled' : heard
    }
    return tracked
  }

  get isOver(): boolean {
    return isOver(this.state)
  }

  /** Nobody knows whether it is at the venue. */
  get isUncertain(): boolean {
    return this.state === 'sent' || this.state === 'unknown'
  }

  /** The venue has said something of it, ever. */
  get isHeard(): boolean {
    return this.known !== 'sent'
  }

  /** Whether there is nothing in it that was not taken in. */
  isAt({ state, filledQuantity }: ExecReportPayload): boolean {
    return this.state === REPORTED[state] && this.filled.compare(Decimal.parse(filledQuantity)) === 0
  }

  /** No report waits for another one. */
  get isComplete(): boolean {
    return this.held.length === 0
  }

  judge({ report: { payload, fill }, executionId }: VenueReport): Verdict {
    if (executionId !== undefined && this.taken?.has(executionId)) return 'duplicate'
    const ahead = this.ahead(payload.filledQuantity, fill?.quantity)
    if (ahead > 0) return 'early'
    if (ahead < 0) return fill ? 'duplicate' : 'late'
    const to = REPORTED[payload.state]
    if (fill && this.isOver) return 'surplus'
    const isRepeated = to === 'acknowledged' && this.state === to && this.order.stopPrice === undefined
    return mayBecome(this.state, to) && !isRepeated ? 'take' : 'late'
  }

  /** @returns false: it says only what was known before it was unknown. */
  take({ report: { order, payload, fill }, executionId }: VenueReport): boolean {
    // the venue settles the size of an order that asks for a share
    if (order) this.order = order
    const to = REPORTED[payload.state]
    const isNews = fill !== undefined || this.state !== 'unknown' || to !== this.known
    if (executionId !== undefined) this.taken = (this.taken ?? new Set()).add(executionId)
    // nobody asks how much of an order is filled once all of it is
    if (fill && to !== 'filled') this.filled = this.filled.plus(Decimal.parse(fill.quantity))
    if (!this.isOver) this.state = to
    this.known = this.state
    return isNews
  }

  /** @returns false: it is no longer possible, or it is unknown already. */
  lose(): boolean {
    if (!mayBecome(this.state, 'unknown')) return false
    this.state = 'unknown'
    return true
  }

  /** Above zero: more was filled than is known with this fill; below: it was known before. */
  private ahead(reported: string, fill: string | undefined): number {
    // most orders are filled at once
    if (this.filled.sign === 0 && reported === (fill ?? '0')) return 0
    const next = fill === undefined ? this.filled : this.filled.plus(Decimal.parse(fill))
    return Decimal.parse(reported).compare(next)
  }

  hold(report: VenueReport): void {
    this.held.push(report)
  }

  /** What was held back and is to be looked at again. */
  release(): readonly VenueReport[] {
    if (this.held.length === 0) return NOTHING
    const { held } = this
    this.held = []
    return held
  }
}

const NOTHING: readonly VenueReport[] = []
