/** One symbol at the paper exchange: its open orders and what the market showed last. */
import type { KeptQuotes } from '../../schema/cuts'
import type { MarketEvent } from '../../schema/events'
import type { FillRules } from '../../schema/paper'
import { isPositive, type Mark } from '../accounts/marks'
import type { AveragePrice } from './average-price'
import { Bounds } from './bounds'
import { DangerZone } from './danger-zone'
import { type FillModel, PHASE, type Phase } from './fill-model'
import { KlineFills } from './kline-fills'
import { type PricePath, pathOfBar, pathTo } from './price-path'
import { QuoteFills } from './quote-fills'
import { TradeFills } from './trade-fills'
import type { WorkingOrder } from './working-order'

const isRestless = ({ stage, immediate }: WorkingOrder): boolean =>
  stage === 'market' || (stage === 'limit' && immediate)

/**
 * The finer the data, the closer to a real fill. When a symbol has several kinds, the finest kind seen decides alone;
 * between tickers and books, the newest.
 */
const RANK = { KlineSummary: 1, Trade: 2, Ticker: 3, BookSnapshot: 3, InstrumentUpdate: 0, Extension: 0 } as const

/** An order that an event does something to, and when. */
export interface OrderPhase {
  readonly order: WorkingOrder
  readonly phase: Phase
}

export class SymbolMatcher {
  /** Orders that wait for whatever comes next. */
  readonly #restless = new Set<WorkingOrder>()
  /** Orders that wait for a price. */
  readonly #resting = new Set<WorkingOrder>()
  /** Prices that keep the resting orders still. */
  #bounds: Bounds | undefined
  /** Those of its orders that may only reduce a position. */
  readonly reducing = new Set<WorkingOrder>()
  /** Positions in it that a price could leave without equity. */
  readonly danger: DangerZone
  #rank = 1
  #newest: MarketEvent | undefined
  /** What the newest event means, once somebody asked. */
  #standing: FillModel | undefined
  #readEvent: MarketEvent | undefined
  #readModel: FillModel | undefined

  constructor(
    readonly symbol: string,
    readonly mark: Mark,
    readonly rules: FillRules,
    /** Kept where filters of its market measure by it. */
    public average?: AveragePrice,
  ) {
    this.danger = new DangerZone(symbol)
  }

  add(order: WorkingOrder): void {
    if (order.order.reduceOnly) this.reducing.add(order)
    if (isRestless(order)) this.#restless.add(order)
    else {
      this.#resting.add(order)
      this.#bounds?.include(order)
    }
  }

  remove(order: WorkingOrder): void {
    this.reducing.delete(order)
    this.#restless.delete(order)
    if (this.#resting.delete(order) && this.#bounds?.boundedBy(order)) this.#bounds = undefined
  }

  /** The stop of one of its orders is reached. */
  triggered(order: WorkingOrder): void {
    this.remove(order)
    order.stage = order.limit === undefined ? 'market' : 'limit'
    this.add(order)
  }

  /** Whether the event would do something to an order. Changes nothing. */
  wouldMatch(event: MarketEvent): boolean {
    const reach = this.#reach(event)
    const fillModel = reach && this.#read(event)
    if (!fillModel) return false
    for (const order of reach) if (fillModel.phase(order) !== undefined) return true
    return false
  }

  /** The prices that the event takes the symbol through; undefined when it says nothing of them. */
  pathOf(event: MarketEvent): PricePath | undefined {
    return event.type === 'KlineSummary' && RANK[event.type] >= this.#rank ? pathOfBar(event) : pathTo(event)
  }

  /** The newest event is this one; answers the orders that it does something to, in the order in which it does. */
  match(event: MarketEvent): { readonly fillModel: FillModel; readonly phases: readonly OrderPhase[] } | undefined {
    const reach = this.#reach(event)
    const fillModel = reach && this.#read(event)
    if (!fillModel) return undefined
    this.#advance(event, fillModel)
    return { fillModel, phases: inPhases(reach, fillModel) }
  }

  /** The event is what the market showed last. */
  update(event: MarketEvent): void {
    this.mark.observe(event)
    this.average?.observe(event)
    if (event !== this.#newest && RANK[event.type] >= this.#rank) this.#advance(event, undefined)
  }

  /** What the newest event means to an order that arrives now; undefined before the first. */
  standing(): FillModel | undefined {
    if (this.#standing === undefined && this.#newest !== undefined)
      this.#standing = fillModelOf(this.#newest, this.rules)
    return this.#standing
  }

  /** The market has shown what it has shown the other one, which is not used any more. */
  become(other: SymbolMatcher): void {
    this.mark.become(other.mark)
    this.average = other.average
    this.#newest = other.#newest
    this.#rank = other.#rank
    this.#standing = undefined
  }

  /** What is left of the newest quotes, where something of them was taken. */
  left(): KeptQuotes | undefined {
    const left = this.#standing?.left?.()
    return left && { symbol: this.symbol, ...left }
  }

  /** The newest quotes are those of which something was taken. */
  takeAgain(left: KeptQuotes): void {
    this.standing()?.takeAgain?.(left)
  }

  /** The orders that the event could do something to. */
  #reach(event: MarketEvent): Iterable<WorkingOrder> | undefined {
    if (RANK[event.type] < this.#rank) return undefined
    if (this.#resting.size > 0) {
      this.#bounds ??= new Bounds(this.#resting)
      if (this.#bounds.mayTrigger(event)) return [...this.#restless, ...this.#resting]
    }
    return this.#restless.size > 0 ? this.#restless : undefined
  }

  /** Whoever asks whether an event reacts will most likely show it next. */
  #read(event: MarketEvent): FillModel | undefined {
    if (event !== this.#readEvent) {
      this.#readEvent = event
      this.#readModel = fillModelOf(event, this.rules)
    }
    return this.#readModel
  }

  #advance(event: MarketEvent, fillModel: FillModel | undefined): void {
    this.#newest = event
    this.#standing = fillModel
    this.#rank = RANK[event.type]
  }
}

function inPhases(orders: Iterable<WorkingOrder>, fillModel: FillModel): OrderPhase[] {
  const phases: OrderPhase[] = []
  for (const order of orders) {
    const phase = fillModel.phase(order)
    if (phase === undefined) continue
    phases.push({ order, phase })
    const next = order.stage === 'stop' ? fillModel.phaseOnceTriggered?.(order) : undefined
    if (next !== undefined) phases.push({ order, phase: next })
  }
  if (phases.length > 1) {
    phases.sort((one, other) => one.phase - other.phase || priority(one.order, other.order, one.phase, fillModel))
  }
  return phases
}

/**
 * An order that comes twice is set off by the event and looked at again. Limit orders by price, then time, buyers first:
 * who offers the market most is first. All others by time.
 */
function priority(one: WorkingOrder, other: WorkingOrder, phase: Phase, fillModel: FillModel): number {
  if (phase === PHASE.stops) return (fillModel.nearer?.(one, other) ?? 0) || one.sequence - other.sequence
  if (phase === PHASE.limits && one.buys !== other.buys) return one.buys ? -1 : 1
  const byPrice = phase === PHASE.limits ? one.better(one.limit!, other.limit!) : 0
  return byPrice || one.sequence - other.sequence
}

/** Undefined for an event without a usable price. */
function fillModelOf(event: MarketEvent, rules: FillRules): FillModel | undefined {
  switch (event.type) {
    case 'KlineSummary':
      return isPositive(event.payload.openPrice) ? new KlineFills(event.payload, event.timeMs, rules) : undefined
    case 'Trade':
      return isPositive(event.payload.price) ? new TradeFills(event.payload, event.timeMs, rules) : undefined
    case 'Ticker':
      return QuoteFills.ofTicker(event.payload, event.timeMs)
    case 'BookSnapshot':
      return QuoteFills.ofBook(event.payload, event.timeMs)
    default:
      return undefined
  }
}
