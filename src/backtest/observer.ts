/** Who watches a run while it goes on: a run keeps nothing of what it tells. */
import type { PlacedFault } from '../sandbox/fault-message'
import type { MarketEvent } from '../schema/events'
import type { ExecutionReport, Order } from '../schema/orders'
import type { EquityPoint } from './statistics/equity-points'
import type { CurvePoint } from './statistics/fine-bars'
import type { ClosedTrade } from './statistics/trades'

/** What a strategy does. */
export type Decision =
  | { readonly kind: 'submit'; readonly order: Order; readonly timeMs: number }
  | { readonly kind: 'cancel'; readonly clientOrderId: string; readonly timeMs: number }

/** In each call `strategy` is the label of whose doing it is, where several strategies run; else it is absent. */
export interface RunObserver {
  /** A trade is finished, at the end of the data also one that is still open. */
  readonly traded?: (trade: ClosedTrade) => void
  /** The strategy has ordered or cancelled, whether a venue hears of it or, in a dry run, nobody. */
  readonly decided?: (decision: Decision, strategy?: string) => void
  /**
   * What the venue says of an order, with its fill if there is one; told or not, and before the strategy hears of it. What the
   * venue does to an account that several share is of none of them.
   */
  readonly reported?: (report: ExecutionReport, strategy?: string) => void
  /** The strategy has logged a line. @param timeMs of its own clock. */
  readonly logged?: (timeMs: number, message: string) => void
  /** A handler has thrown. */
  readonly faulted?: (fault: PlacedFault, timeMs: number, strategy?: string) => void
  /** The events of a batch of the feed are handled; of the last one those until it was stopped. */
  readonly advanced?: (events: readonly MarketEvent[]) => void
  /**
   * The equity over the whole run, at its end: gathered only where somebody hears of it.
   * @param profits of each of several strategies, what it has gained since the beginning, by their labels.
   */
  readonly valued?: (points: readonly EquityPoint[], profits?: ReadonlyMap<string, readonly EquityPoint[]>) => void
  /** As `valued`, for those to whom doubles are enough: exact ones are reckoned only where `valued` is heard. */
  readonly valuedNearly?: (points: readonly CurvePoint[], profits?: ReadonlyMap<string, readonly CurvePoint[]>) => void
}

/** Several as one; what none of them wants to hear is absent, and costs nothing. */
export function together(observers: readonly RunObserver[]): RunObserver {
  const traded = heard(observers.map((one) => one.traded?.bind(one)))
  const decided = heard(observers.map((one) => one.decided?.bind(one)))
  const reported = heard(observers.map((one) => one.reported?.bind(one)))
  const logged = heard(observers.map((one) => one.logged?.bind(one)))
  const faulted = heard(observers.map((one) => one.faulted?.bind(one)))
  const advanced = heard(observers.map((one) => one.advanced?.bind(one)))
  const valued = heard(observers.map((one) => one.valued?.bind(one)))
  const valuedNearly = heard(observers.map((one) => one.valuedNearly?.bind(one)))
  return {
    ...(traded && { traded }),
    ...(decided && { decided }),
    ...(reported && { reported }),
    ...(logged && { logged }),
    ...(faulted && { faulted }),
    ...(advanced && { advanced }),
    ...(valued && { valued }),
    ...(valuedNearly && { valuedNearly }),
  }
}

/** One function that calls all there are; undefined for none. */
function heard<Arguments extends unknown[]>(
  calls: readonly (((...what: Arguments) => void) | undefined)[],
): ((...what: Arguments) => void) | undefined {
  const wanted = calls.filter((call) => call !== undefined)
  if (wanted.length < 2) return wanted[0]
  return (...what) => {
    for (const call of wanted) call(...what)
  }
}
