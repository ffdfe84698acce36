/** The last trade and ticker of every symbol: what a strategy finds when it is created. */

import type { ProviderScope } from '../protocol/launch'
import type { MarketEvent } from '../schema/events'

interface Last {
  trade?: MarketEvent
  ticker?: MarketEvent
}

export class LastPrices {
  private readonly byProvider = new Map<string, Map<string, Last>>()

  see(event: MarketEvent): void {
    const { type, provider, symbol } = event
    if (type !== 'Trade' && type !== 'Ticker') return
    let bySymbol = this.byProvider.get(provider)
    if (!bySymbol) {
      bySymbol = new Map()
      this.byProvider.set(provider, bySymbol)
    }
    let last = bySymbol.get(symbol)
    if (!last) {
      last = {}
      bySymbol.set(symbol, last)
    }
    if (type === 'Trade') last.trade = event
    else last.ticker = event
  }

  /** In the order of their times. */
  of(scope: readonly Pick<ProviderScope, 'provider' | 'symbols'>[]): MarketEvent[] {
    const events = scope.flatMap(({ provider, symbols }) =>
      symbols.flatMap((symbol) => {
        const { trade, ticker } = this.byProvider.get(provider)?.get(symbol) ?? {}
        return [trade, ticker].filter((event) => event !== undefined)
      }),
    )
    return events.sort((a, b) => a.timeMs - b.timeMs)
  }
}
