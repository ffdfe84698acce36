/**
 * Fills on trades. Market: all of it at the next trade's price (`fill: same`: at once, at the trade just seen). Stop: all
 * of it at the trade that reaches the stop price. Limit: at its own price, by a trade through it (or at it, if the rules
 * say so), at most the traded quantity, which orders of one side share by price, then by time.
 */
import type { TradePayload } from '../../schema/events'
import type { FillRules } from '../../schema/paper'
import { isPositive } from '../accounts/marks'
import { Decimal } from '../decimal'
import { type FillModel, type FillSink, PHASE, type Phase, REASONS } from './fill-model'
import type { WorkingOrder } from './working-order'

export class TradeFills implements FillModel {
  #price: Decimal | undefined
  /** What is left of the traded quantity for buyers and for sellers, once somebody asked. */
  #left: { buys: Decimal; sells: Decimal } | undefined

  constructor(
    readonly trade: TradePayload,
    readonly timeMs: number,
    readonly rules: FillRules,
  ) {}

  get price(): Decimal {
    this.#price ??= Decimal.parse(this.trade.price)
    return this.#price
  }

  phase(order: WorkingOrder): Phase | undefined {
    if (order.stage === 'market') return PHASE.first
    if (order.stage === 'stop') return order.isTriggeredBy(this.price) ? PHASE.stops : undefined
    if (order.immediate) return PHASE.limits
    return this.#through(order) && isPositive(this.trade.quantity) ? PHASE.limits : undefined
  }

  act(order: WorkingOrder, sink: FillSink): void {
    if (order.stage === 'limit') this.#fillLimit(order, sink)
    else if (order.stage === 'market') this.#fillAll(order, sink, this.timeMs)
    else {
      sink.trigger(order, this.timeMs)
      if (order.limit === undefined) this.#fillAll(order, sink, this.timeMs)
      else if (order.order.postOnly && this.#through(order)) sink.expire(order, this.timeMs, REASONS.postOnly)
      else order.takes = this.#through(order)
    }
  }

  crosses(order: WorkingOrder): boolean {
    return order.stage === 'limit' && this.#through(order)
  }

  arrive(order: WorkingOrder, sink: FillSink, timeMs: number): void {
    if (order.stage === 'market' && this.rules.fill === 'same') this.#fillAll(order, sink, timeMs)
  }

  #fillAll(order: WorkingOrder, sink: FillSink, timeMs: number): void {
    sink.fill(order, { quantity: order.remaining, price: this.price, liquidity: 'taker', timeMs })
  }

  #fillLimit(order: WorkingOrder, sink: FillSink): void {
    const side = order.buys ? 'buys' : 'sells'
    const whole = Decimal.parse(this.trade.quantity)
    this.#left ??= { buys: whole, sells: whole }
    const left = this.#left[side]
    const { remaining } = order
    const fits = remaining.compare(left) <= 0
    if (this.#through(order) && left.sign > 0 && (fits || order.order.timeInForce !== 'FOK')) {
      const liquidity = order.takes || order.immediate ? 'taker' : 'maker'
      const quantity = fits ? remaining : left
      const traded = sink.fill(order, { quantity, price: order.limit!, liquidity, timeMs: this.timeMs })
      this.#left[side] = left.minus(traded)
    }
    if (order.immediate && !order.ended) sink.expire(order, this.timeMs, REASONS.immediate(order))
  }

  #through(order: WorkingOrder): boolean {
    const better = order.better(this.price, order.limit!)
    return better > 0 || (better === 0 && this.rules.limit === 'touch')
  }
}
