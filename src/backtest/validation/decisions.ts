/** What a strategy decides in a run, in the order in which it does: what two runs are compared by. */
import type { MarketEvent } from '../../schema/events'
import type { Order } from '../../schema/orders'
import type { Decision, RunObserver } from '../observer'

export interface DecisionLine {
  /** By the strategy's own clock, ms. */
  readonly timeMs: number
  /** All of it that decides what comes of it, and neither id nor tag. */
  readonly text: string
}

export class DecisionLog implements RunObserver {
  /** Those up to the last batch of the data, without what is ordered once the data have ended. */
  readonly lines: DecisionLine[] = []
  /** Time of the last event of the data, ms. */
  lastEventMs = Number.NEGATIVE_INFINITY
  private pending: DecisionLine[] = []
  private readonly numbers = new Map<string, number>()

  decided(decision: Decision, strategy?: string): void {
    const of = strategy === undefined ? '' : `${strategy}: `
    this.pending.push({ timeMs: decision.timeMs, text: `${of}${this.textOf(decision)}` })
  }

  private textOf(decision: Decision): string {
    if (decision.kind === 'cancel') return `cancel order ${this.numbers.get(decision.clientOrderId)}`
    const { order } = decision
    this.numbers.set(order.clientOrderId, this.numbers.size + 1)
    return `order ${this.numbers.size}: ${termsOf(order)}`
  }

  advanced(events: readonly MarketEvent[]): void {
    this.lines.push(...this.pending)
    this.pending = []
    this.lastEventMs = events.at(-1)?.timeMs ?? this.lastEventMs
  }

  /** Takes in what was ordered after the end of the data. */
  end(): void {
    this.lines.push(...this.pending)
    this.pending = []
  }
}

function termsOf({ side, type, quantity, symbol, price, stopPrice, timeInForce, postOnly, reduceOnly }: Order): string {
  const words = [
    `${side} ${quantity} ${symbol}`,
    type,
    price === undefined ? '' : `at ${price}`,
    stopPrice === undefined ? '' : `stop ${stopPrice}`,
    timeInForce,
    postOnly ? 'post only' : '',
    reduceOnly ? 'reduce only' : '',
  ]
  return words.filter(Boolean).join(' ')
}

/** The first line in which two runs differ; undefined for none. */
export function firstDifference(a: readonly DecisionLine[], b: readonly DecisionLine[]): number | undefined {
  const least = Math.min(a.length, b.length)
  for (let at = 0; at < least; at++) {
    if (a[at]!.timeMs !== b[at]!.timeMs || a[at]!.text !== b[at]!.text) return at
  }
  return a.length === b.length ? undefined : least
}
