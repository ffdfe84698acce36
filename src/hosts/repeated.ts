/** What a host says again when it goes on for another one, held against the journal: who orders otherwise than before is not who it was. */
import type { Act } from '../protocol/reported'
import { isShare, type Order } from '../schema/orders'

/** An order as the journal has it. */
export interface JournalledOrder {
  readonly order: Order
  /** When it was made, ms. */
  readonly placedMs: number
}

type Journalled = (clientOrderId: string) => JournalledOrder | undefined

/**
 * Orders that the journal does not have are no difference: they may be too old, or were never accepted.
 * @param known what was told before. @param news what was not.
 * @returns both sides, where they differ.
 */
export function differenceOf(known: readonly Act[], news: readonly Act[], journalled: Journalled): string | undefined {
  for (const act of known) {
    if (act.kind !== 'ordered') continue
    const before = journalled(act.order.clientOrderId)
    if (!before) continue
    const [was, is] = [sideOf(before), sideOf({ order: asKept(act.order, before.order), placedMs: act.timeMs })]
    if (was !== is) return `the journal has ${was}, and it would order ${is}`
  }
  for (const act of news) {
    const before = act.kind === 'ordered' ? journalled(act.order.clientOrderId) : undefined
    if (before) return `the journal has ${sideOf(before)} already, which it would order once more`
  }
  return undefined
}

/** What becomes of an order on its way into the journal and there: it may only reduce, and its venue settles a share. */
function asKept(order: Order, { reduceOnly, quantity }: Order): Order {
  return {
    ...order,
    reduceOnly: order.reduceOnly || reduceOnly,
    ...(isShare(order.asked?.quantity) && { quantity }),
  }
}

/** The same text for the same order. */
function sideOf({ order, placedMs }: JournalledOrder): string {
  const { asked = {}, ...terms } = order
  const entries = Object.entries({ ...terms, placedMs, ...prefixed(asked) })
  return JSON.stringify(Object.fromEntries(entries.filter(([, value]) => value !== undefined).sort(byName)))
}

const prefixed = (asked: NonNullable<Order['asked']>) =>
  Object.fromEntries(Object.entries(asked).map(([name, amount]) => [`asked.${name}`, amount]))

const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1)
