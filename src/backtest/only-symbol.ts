/** Batches that hold one kind of event of one symbol, as nearly all do: where nothing is at stake they need no look at each event. */
import type { MarketEvent } from '../schema/events'
import { marks } from '../trading/accounts/marks'
import { isRetold } from '../trading/exchange/simulated-exchange'

/** Batches are kept by sweeps, and looked at once. */
const known = new WeakMap<readonly MarketEvent[], string>()
/** No symbol is empty. */
const SEVERAL = ''

/**
 * The symbol of a batch whose events are all of one type and all tell a price, in the order of their times, so that the
 * last of any of them says all that an exchange without orders keeps. Undefined for other batches.
 * @param events that nobody changes any more.
 */
export function onlySymbolOf(events: readonly MarketEvent[]): string | undefined {
  const symbol = known.get(events) ?? found(events)
  known.set(events, symbol)
  return symbol === SEVERAL ? undefined : symbol
}

function found(events: readonly MarketEvent[]): string {
  const [first] = events
  if (first === undefined) return SEVERAL
  const { symbol, type } = first
  let { timeMs } = first
  for (const event of events) {
    if (event.symbol !== symbol || event.type !== type || event.timeMs < timeMs) return SEVERAL
    if (!marks(event) || isRetold(event)) return SEVERAL
    timeMs = event.timeMs
  }
  return symbol
}
