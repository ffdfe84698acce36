/**
 * The market of a backtest: the simulated exchange, brought along the events, whatever many strategies trade at it. It tells each what
 * happens to its own orders.
 */
import type { EventHead, MarketEvent } from '../schema/events'
import type { ExecutionReport } from '../schema/orders'
import { isRetold, type Owned, type SimulatedExchange } from '../trading/exchange/simulated-exchange'
import { onlySymbolOf } from './only-symbol'
import type { Performance } from './statistics/performance'
import type { WarmUp } from './warm-up'

/** Who trades at a market, and as what. */
export interface VenueTerms {
  /** As the strategy calls it. */
  readonly provider: string
  /** The strategy's name. */
  readonly name: string
  /** Whose account it is. */
  readonly owner: string
  /** What its trades are filed under, where several strategies trade. */
  readonly label?: string
  /** Others trade in the same account: what is not its own is none of its business. */
  readonly isShared?: boolean
}

/** A strategy at the exchange. */
export interface Participant {
  /** Whose account it is, at the exchange. */
  readonly owner: string
  /** What its trades are filed under, where there are several. */
  readonly label: string | undefined
  /** It has sent the order. */
  owns(clientOrderId: string): boolean
  /** Something has happened to an order of its own, or to its account. */
  hear(owned: Owned): void
}

export class BacktestMarket {
  /** Time of the last event seen. */
  timeMs = 0
  readonly #participants: Participant[] = []
  #batch: readonly MarketEvent[] = []
  #onlySymbol: string | undefined
  /** So many of the batch were seen. */
  #seen = 0

  constructor(
    readonly exchange: SimulatedExchange,
    private readonly performance: Performance,
    private readonly warmUp: WarmUp,
    private readonly reported?: (report: ExecutionReport, strategy?: string) => void,
  ) {}

  join(participant: Participant): void {
    this.#participants.push(participant)
  }

  /** The next events; all earlier ones were seen. */
  load(events: readonly MarketEvent[]): void {
    if (events === this.#batch) return
    this.#batch = events
    this.#onlySymbol = onlySymbolOf(events)
    this.#seen = 0
  }

  /** The head of what follows the last event that was seen. */
  headOfEnd(provider: string): Omit<EventHead, 'symbol'> {
    const { timeMs } = this
    const sequence = (this.#batch[this.#seen - 1]?.sequence ?? 0) + 1
    return { eventId: `${provider}-${sequence}`, provider, sequence, timeMs }
  }

  /** Sees the events up to `index`. */
  seeThrough(index: number): void {
    if (this.#seen < index && this.#isStill && this.warmUp.isOverFor(this.#onlySymbol!)) this.#pass(index)
    while (this.#seen <= index) {
      const event = this.#batch[this.#seen++]!
      this.#book(this.exchange.observe(event))
      const wasWarm = this.warmUp.isOver
      this.warmUp.see(event)
      // The figures begin with the bar after the warm-up, whatever it is made of.
      if (this.warmUp.isOver && !(wasWarm && isRetold(event))) this.performance.event(event)
      this.timeMs = event.timeMs
    }
  }

  /** As `seeThrough` while nothing is at stake: of all these events the exchange keeps but the last. */
  #pass(index: number): void {
    const last = this.#batch[index]!
    this.exchange.observe(last)
    this.performance.events(this.#batch, this.#seen, index + 1)
    this.timeMs = last.timeMs
    this.#seen = index + 1
  }

  /** No event of the batch causes anything before something is ordered. */
  get #isStill(): boolean {
    return this.#onlySymbol !== undefined && this.exchange.isStill(this.#onlySymbol)
  }

  /** Why nothing may be ordered of a symbol yet. */
  unready(symbol: string): string | undefined {
    return this.warmUp.refusal(symbol)
  }

  /** The first event from `from` on, and before `to`, that is not seen yet and will cause something, or `to`. */
  quietUntil(from: number, to: number): number {
    if (this.#isStill) return to
    let index = Math.max(from, this.#seen)
    while (index < to && !this.exchange.wouldMatch(this.#batch[index]!)) index++
    return Math.min(index, to)
  }

  /** What acts of strategies cause, no event following. */
  bookBetween(owned: readonly Owned[]): void {
    if (this.#book(owned)) this.performance.settle()
  }

  #book(reports: readonly Owned[]): boolean {
    let filled = false
    for (const owned of reports) {
      const concerned = this.#concerned(owned)
      const { fill } = owned.report
      if (fill) {
        if (concerned.length > 1) this.performance.close(fill, owned.amounts)
        else this.performance.fill(fill, owned.amounts, concerned[0]?.label)
        filled = true
      }
      this.reported?.(owned.report, concerned.length === 1 ? concerned[0]!.label : undefined)
      for (const one of concerned) one.hear(owned)
    }
    return filled
  }

  /** Who has sent the order; of one that the exchange has made, all who share the account. */
  #concerned(owned: Owned): readonly Participant[] {
    if (this.#participants.length === 1) return this.#participants
    const sharing = this.#participants.filter(({ owner }) => owner === owned.owner)
    if (sharing.length < 2) return sharing
    const sender = sharing.find((one) => one.owns(owned.report.order.clientOrderId))
    return sender ? [sender] : sharing
  }
}
