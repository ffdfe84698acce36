/** What a side of a comparison orders and cancels, and what it comes to. */
import { type DecisionLine, DecisionLog } from '../../../backtest/validation/decisions'
import type { Moment } from '../../../inputs/rerun/story'
import type { Act } from '../../../protocol/reported'
import type { SeenEvent } from '../../../sandbox/decoded'
import { Decimal, ZERO } from '../../../trading/decimal'
import { seenLine } from './seen-line'

export interface Decided extends DecisionLine {
  /** Undefined: it is a cancel. */
  readonly clientOrderId: string | undefined
}

/** What one symbol and side come to. */
export interface Sum {
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly orders: number
  readonly quantity: string
  /** At the price of each order, of market orders at the last price before; in the quote currency. */
  readonly notional: string
}

export interface Totals {
  readonly orders: number
  readonly cancels: number
  readonly sums: readonly Sum[]
}

/** Events and decisions before a decision. */
const MOST_BEFORE = 20

export class Decisions {
  readonly all: Decided[] = []
  cancels = 0
  private readonly log = new DecisionLog()
  private readonly sums = new Map<string, { count: number; quantity: Decimal; notional: Decimal }>()

  /** @returns undefined: it was refused, and nothing comes of it. */
  acted(act: Act, moment: Moment): Decided | undefined {
    const { timeMs } = act
    if (act.kind === 'refused') return undefined
    if (act.kind === 'cancelled') {
      this.cancels++
      this.log.decided({ kind: 'cancel', clientOrderId: act.clientOrderId, timeMs })
    } else {
      this.log.decided({ kind: 'submit', order: act.order, timeMs })
      this.add(act, moment)
    }
    this.log.end()
    const clientOrderId = act.kind === 'cancelled' ? undefined : act.order.clientOrderId
    const decided = { ...this.log.lines.at(-1)!, clientOrderId }
    this.all.push(decided)
    return decided
  }

  get totals(): Totals {
    const { cancels } = this
    const sums = [...this.sums].map(([key, { count, quantity, notional }]) => {
      const [symbol = '', side] = key.split('\n')
      return {
        symbol,
        side: side === 'buy' ? ('buy' as const) : ('sell' as const),
        orders: count,
        quantity: quantity.toString(),
        notional: notional.toString(),
      }
    })
    return { orders: this.all.length - cancels, cancels, sums }
  }

  private add({ order }: Extract<Act, { kind: 'ordered' | 'skipped' }>, moment: Moment): void {
    const key = `${order.symbol}\n${order.side}`
    const { count, quantity, notional } = this.sums.get(key) ?? { count: 0, quantity: ZERO, notional: ZERO }
    const own = Decimal.parse(order.quantity)
    const price = order.price ?? order.stopPrice ?? moment.priceOf(order.provider, order.symbol) ?? '0'
    this.sums.set(key, {
      count: count + 1,
      quantity: quantity.plus(own),
      notional: notional.plus(own.times(Decimal.parse(price))),
    })
  }
}

/** What a side was given and did before its decision of this index, oldest first. */
export function before(events: readonly SeenEvent[], decisions: readonly DecisionLine[], index: number): string[] {
  const sinceMs = events[0] ? Date.parse(events[0].emitTs) : 0
  const given = events.map((event) => ({ timeMs: Date.parse(event.emitTs), text: seenLine(event) }))
  const done = decisions
    .slice(0, index)
    .filter(({ timeMs }) => timeMs >= sinceMs)
    .map(({ timeMs, text }) => ({ timeMs, text: `${new Date(timeMs).toISOString()} ${text}` }))
  return [...given, ...done]
    .sort((a, b) => a.timeMs - b.timeMs)
    .slice(-MOST_BEFORE)
    .map(({ text }) => text)
}
