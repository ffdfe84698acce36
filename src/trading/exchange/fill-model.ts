/** What the fill rules of the three kinds of market data have in common. */
import type { KeptQuotes } from '../../schema/cuts'
import type { Offer } from '../accounts/sizing'
import type { Decimal } from '../decimal'
import type { WorkingOrder } from './working-order'

/**
 * The phases in which one event works on orders, in this order. Within a candle nobody knows which price came first:
 * stops before limits is the cautious guess.
 */
export const PHASE = { first: 0, stops: 1, limits: 2 } as const
export type Phase = (typeof PHASE)[keyof typeof PHASE]

export interface Execution {
  readonly quantity: Decimal
  /** Before slippage. */
  readonly price: Decimal
  readonly liquidity: 'maker' | 'taker'
  readonly timeMs: number
}

/** Where a fill model has its decisions carried out. */
export interface FillSink {
  /** @returns what was traded: less than asked for when the order may only reduce, nothing when it was refused. */
  fill(order: WorkingOrder, execution: Execution): Decimal
  /**
   * Gives an order that asks for a share its size, before anything of it is filled.
   * @param offers what it would take, the best first.
   * @returns false: there is none, and the order has ended.
   */
  settle(order: WorkingOrder, offers: readonly Offer[], timeMs: number): boolean
  /** The venue ends what is left of the order. */
  expire(order: WorkingOrder, timeMs: number, reason: string): void
  /** The stop is reached; acknowledged again when the order goes on as a limit order. */
  trigger(order: WorkingOrder, timeMs: number): void
}

/** What one market event means to orders. */
export interface FillModel {
  /** When something happens to the order; undefined when nothing does. Changes nothing. */
  phase(order: WorkingOrder): Phase | undefined
  /** When a stop order that the event sets off is looked at again, as what it is then; never, unless the model says so. */
  phaseOnceTriggered?(order: WorkingOrder): Phase | undefined
  /** Negative when the price of the first stop was reached before the other's, as far as the data can tell. */
  nearer?(one: WorkingOrder, other: WorkingOrder): number
  act(order: WorkingOrder, sink: FillSink): void
  /** The price that so much would be traded up or down to at once, where that is known. Changes nothing. */
  reach?(buys: boolean, quantity: Decimal): Decimal | undefined
  /** Whether an order that arrives at that time, when this event is the newest that began, could trade at once as a taker. */
  crosses(order: WorkingOrder, timeMs: number): boolean
  /** What is left of what it has shown, where something of that was taken. */
  left?(): Pick<KeptQuotes, 'bids' | 'asks'> | undefined
  /** Takes what was taken of the same event before. */
  takeAgain?(left: Pick<KeptQuotes, 'bids' | 'asks'>): void
  /** The order arrives while this event is the newest that the market has shown, or has begun to show. */
  arrive(order: WorkingOrder, sink: FillSink, timeMs: number): void
}

export const REASONS = {
  immediate: (order: WorkingOrder): string => `${order.order.timeInForce}: it could not be filled at once`,
  exhausted: 'the book holds no more',
  postOnly: 'post-only: it would have taken liquidity',
  over: 'the data have ended',
}
