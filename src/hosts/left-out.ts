/** Market events that were left out on their way to a host: kept by symbol until those who wanted them are told how many. */
import type { LeftOut } from '../protocol/conflation'
import { SubscriptionTable } from '../protocol/subscriptions'
import type { Placement } from './placement'

export class LeftOutEvents {
  /** By symbol, and by kind and provider. */
  private readonly bySymbol = new Map<string, Map<string, LeftOut>>()

  add(left: LeftOut): void {
    const { type, provider, symbol } = left.event
    const events = this.bySymbol.get(symbol) ?? new Map<string, LeftOut>()
    this.bySymbol.set(symbol, events)
    const key = `${type}\n${provider}`
    events.set(key, { ...left, count: left.count + (events.get(key)?.count ?? 0) })
  }

  /** Not at each event, but before somebody asks for the counts and before others want the events. */
  tell(placements: Iterable<Placement>): void {
    if (this.bySymbol.size === 0) return
    for (const placement of placements) {
      const { subscription } = placement
      const table = new SubscriptionTable()
      table.add(subscription)
      for (const symbol of new Set(subscription.scope.flatMap(({ symbols }) => symbols))) {
        for (const left of this.bySymbol.get(symbol)?.values() ?? []) {
          if (table.wants(left.event)) placement.leftOut(left)
        }
      }
    }
    this.bySymbol.clear()
  }
}
