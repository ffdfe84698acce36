/** Which market events anybody in a host wants; asked for each event, so it only looks up. */
import { HANDLER_NUMBER, type HandlerName } from '../sandbox/layout'
import type { MarketEvent } from '../schema/events'
import { HANDLER_OF_EVENT } from './conflation'
import type { ProviderScope } from './launch'

export interface Subscription {
  readonly scope: readonly Pick<ProviderScope, 'provider' | 'symbols'>[]
  /** Absent while it is not known yet: all. */
  readonly handlers?: readonly HandlerName[]
  readonly crossProvider: boolean
}

/** Bits by handler number. */
type Mask = number

const ALL: Mask = -1

export class SubscriptionTable {
  private readonly byProvider = new Map<string, Map<string, Mask>>()
  /** What is wanted of a symbol from any provider. */
  private readonly bySymbol = new Map<string, Mask>()

  add({ scope, handlers, crossProvider }: Subscription): void {
    const mask = handlers ? handlers.reduce((bits, name) => bits | (1 << HANDLER_NUMBER[name]), 0) : ALL
    for (const { provider, symbols } of scope) {
      const masks = this.byProvider.get(provider) ?? new Map<string, Mask>()
      this.byProvider.set(provider, masks)
      for (const symbol of symbols) {
        masks.set(symbol, (masks.get(symbol) ?? 0) | mask)
        if (crossProvider) this.bySymbol.set(symbol, (this.bySymbol.get(symbol) ?? 0) | mask)
      }
    }
  }

  /** Trades and tickers are wanted without a handler, too: they set what `getLastPrice` and its like answer. */
  wants({ provider, symbol, type }: MarketEvent): boolean {
    const near = this.byProvider.get(provider)?.get(symbol)
    const far = this.bySymbol.size === 0 ? undefined : this.bySymbol.get(symbol)
    if (near === undefined && far === undefined) return false
    if (type === 'Trade' || type === 'Ticker') return true
    return (((near ?? 0) | (far ?? 0)) & (1 << HANDLER_NUMBER[HANDLER_OF_EVENT[type]])) !== 0
  }
}
