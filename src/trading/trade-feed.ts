/**
 * Fills on trades. Market: all of it at the next trade's price (`fill: same`: at once, at the trade just seen). Stop: all
 * of it at the trade that reaches the stop price. Limit: at its own price, by a trade through it (or at it, if the rules
 * say so), at most the traded quantity, which orders of one side share by price, then by time.
 */
import type { TradePayload } from '../schema/events'
import type { FillRules } from '../schema/paper'
import { type Desk, type Feed, REASONS, TURN, type Turn } from './feed'
import { isPositive } from './marks'
import { Amount } from './money'
import type { WorkingOrder } from './working-order'

export class TradeFeed implements Feed {
  #price: Amount | undefined
  /** What is left of the traded quantity for buyers and for sellers, once somebody asked. */
  #left: { buys: Amount; sells: Amount } | undefined

  constructor(
    readonly trade: TradePayload,
    readonly timeMs: number,
    readonly rules: FillRules,
  ) {}

  get price(): Amount {
    this.#price ??= Amount.parse(this.trade.price)
    return this.#price
  }

  turn(order: WorkingOrder): Turn | undefined {
    if (order.stage === 'market') return TURN.first
    if (order.stage === 'stop') return order.isTriggeredBy(this.price) ? TURN.stops : undefined
    if (order.immediate) return TURN.limits
    return this.#through(order) && isPositive(this.trade.quantity) ? TURN.limits : undefined
  }

  act(order: WorkingOrder, desk: Desk): void {
    if (order.stage === 'limit') this.#fillLimit(order, desk)
    else if (order.stage === 'market') this.#fillAll(order, desk, this.timeMs)
    else {
      desk.trigger(order, this.timeMs)
      if (order.limit === undefined) this.#fillAll(order, desk, this.timeMs)
      else if (order.order.postOnly && this.#through(order)) desk.expire(order, this.timeMs, REASONS.postOnly)
      else order.takes = this.#through(order)
    }
  }

  crosses(order: WorkingOrder): boolean {
    return order.stage === 'limit' && this.#through(order)
  }

  arrive(order: WorkingOrder, desk: Desk, timeMs: number): void {
    if (order.stage === 'market' && this.rules.fill === 'same') this.#fillAll(order, desk, timeMs)
  }

  #fillAll(order: WorkingOrder, desk: Desk, timeMs: number): void {
    desk.fill(order, { quantity: order.remaining, price: this.price, liquidity: 'taker', timeMs })
  }

  #fillLimit(order: WorkingOrder, desk: Desk): void {
    const side = order.buys ? 'buys' : 'sells'
    const whole = Amount.parse(this.trade.quantity)
    this.#left ??= { buys: whole, sells: whole }
    const left = this.#left[side]
    const { remaining } = order
    const fits = remaining.compare(left) <= 0
    if (this.#through(order) && left.sign > 0 && (fits || order.order.timeInForce !== 'FOK')) {
      const liquidity = order.takes || order.immediate ? 'taker' : 'maker'
      const quantity = fits ? remaining : left
      const traded = desk.fill(order, { quantity, price: order.limit!, liquidity, timeMs: this.timeMs })
      this.#left[side] = left.minus(traded)
    }
    if (order.immediate && !order.ended) desk.expire(order, this.timeMs, REASONS.immediate(order))
  }

  #through(order: WorkingOrder): boolean {
    const better = order.better(this.price, order.limit!)
    return better > 0 || (better === 0 && this.rules.limit === 'touch')
  }
}
