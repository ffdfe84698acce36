/**
 * Fills on candles. Only a bar that opens when the order is at the venue, or later, counts.
 * Market: at the open. Limit: at the open when that is beyond the price, else at the price when the bar trades through it
 * (or touches it, if the rules say so). Stop: at the open when that is beyond the stop price, else at the stop price.
 * A stop-limit order that the market has left behind rests from then on: set off by the open, the whole bar can fill it;
 * set off later, of what followed only the close is known.
 * A candle's volume bounds nothing: many sources leave it out.
 */
import type { KlinePayload } from '../../schema/events'
import type { FillRules } from '../../schema/paper'
import { Decimal } from '../decimal'
import { type FillModel, type FillSink, PHASE, type Phase, REASONS } from './fill-model'
import type { WorkingOrder } from './working-order'

export class KlineFills implements FillModel {
  readonly #open: Decimal
  readonly #high: Decimal
  readonly #low: Decimal
  /** Stop-limit orders that became limit orders within the bar, with the price that tells whether it filled them. */
  #setOffHere: Map<WorkingOrder, Decimal> | undefined

  /** @param timeMs when the bar was complete: the time of what happened within it. */
  constructor(
    readonly bar: KlinePayload,
    readonly timeMs: number,
    readonly rules: FillRules,
  ) {
    this.#open = Decimal.parse(bar.openPrice)
    this.#high = Decimal.parse(bar.highPrice)
    this.#low = Decimal.parse(bar.lowPrice)
  }

  phase(order: WorkingOrder): Phase | undefined {
    if (this.bar.openTime < order.dueMs) return undefined
    if (order.stage === 'market') return PHASE.first
    if (order.stage === 'stop') {
      if (order.isTriggeredBy(this.#open)) return PHASE.first
      return order.isTriggeredBy(order.buys ? this.#high : this.#low) ? PHASE.stops : undefined
    }
    if (order.immediate || this.#through(order, this.#open)) return PHASE.first
    return this.#through(order, this.#best(order)) ? PHASE.limits : undefined
  }

  phaseOnceTriggered(order: WorkingOrder): Phase | undefined {
    return order.limit && !order.immediate ? PHASE.limits : undefined
  }

  /** The price has come from the open. */
  nearer(one: WorkingOrder, other: WorkingOrder): number {
    const distance = ({ stop }: WorkingOrder) => stop!.minus(this.#open).absolute()
    return distance(one).compare(distance(other))
  }

  act(order: WorkingOrder, sink: FillSink): void {
    const reached = this.#setOffHere?.get(order)
    if (order.stage === 'stop') this.#setOff(order, sink)
    else if (reached) {
      if (this.#through(order, reached)) this.#fill(order, sink, order.limit!, false)
    } else if (order.stage === 'market') this.#fill(order, sink, this.#open, true)
    else if (this.#through(order, this.#open)) this.#fill(order, sink, this.#open, order.takes || order.immediate)
    else if (order.immediate) sink.expire(order, this.bar.openTime, REASONS.immediate(order))
    else this.#fill(order, sink, order.limit!, order.takes)
  }

  crosses(order: WorkingOrder, timeMs: number): boolean {
    return order.stage === 'limit' && this.#through(order, this.#known(timeMs))
  }

  arrive(order: WorkingOrder, sink: FillSink, timeMs: number): void {
    if (order.stage !== 'market' || this.rules.fill !== 'same') return
    sink.fill(order, { quantity: order.remaining, price: this.#known(timeMs), liquidity: 'taker', timeMs })
  }

  /** The newest price that is known at a time when the bar has opened: its close only once it is over. */
  #known(timeMs: number): Decimal {
    return timeMs < this.timeMs ? this.#open : Decimal.parse(this.bar.closePrice)
  }

  #best(order: WorkingOrder): Decimal {
    return order.buys ? this.#low : this.#high
  }

  #setOff(order: WorkingOrder, sink: FillSink): void {
    const atOpen = order.isTriggeredBy(this.#open)
    const price = atOpen ? this.#open : order.stop!
    const timeMs = atOpen ? this.bar.openTime : this.timeMs
    sink.trigger(order, timeMs)
    if (!order.accepts(price)) {
      if (order.immediate) sink.expire(order, timeMs, REASONS.immediate(order))
      else {
        this.#setOffHere ??= new Map()
        this.#setOffHere.set(order, atOpen ? this.#best(order) : Decimal.parse(this.bar.closePrice))
      }
    } else if (order.order.postOnly) sink.expire(order, timeMs, REASONS.postOnly)
    else this.#fill(order, sink, price, true)
  }

  #fill(order: WorkingOrder, sink: FillSink, price: Decimal, takes: boolean): void {
    const timeMs = price === this.#open ? this.bar.openTime : this.timeMs
    sink.fill(order, { quantity: order.remaining, price, liquidity: takes ? 'taker' : 'maker', timeMs })
  }

  #through(order: WorkingOrder, price: Decimal): boolean {
    const better = order.better(price, order.limit!)
    return better > 0 || (better === 0 && this.rules.limit === 'touch')
  }
}
