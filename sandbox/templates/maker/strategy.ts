/**
 * Quotes both sides around the last price and earns the spread. The quotes lean against what it holds: the longer it is,
 * the lower both are. At `maxInventory` it stops quoting the side that would add to it. Each candle renews the quotes, but
 * only when the venue has said that the old ones are gone, for an order that is being cancelled may still fill. It can earn
 * only where makers pay next to nothing: run it with `--maker-bps 0`.
 */
import { type Handlers, strategy } from 'meltica'

interface State {
  /** Symbols of the quotes that may still fill, by client order id. */
  working: Record<string, string>
}

interface Market {
  provider: string
  symbol: string
}

export default strategy({
  metadata: {
    name: 'my-strategy',
    tag: 'v0.1.0',
    displayName: 'My strategy',
    description: 'Quotes both sides around the last price, leaning against its inventory.',
    config: [
      { name: 'spread', type: 'float', description: 'Distance between the quotes in basis points', default: 40 },
      { name: 'quantity', type: 'float', description: 'Size of each quote in the base currency', default: 0.01 },
      { name: 'maxInventory', type: 'float', description: 'Largest position in the base currency', default: 0.05 },
    ],
    events: ['KlineSummary', 'ExecReport'],
  },
  types: {} as { state: State },
  create({ config, helpers, runtime }): Handlers {
    const { spread, quantity, maxInventory } = config
    const fairPrices = new Map<string, number>()
    const working = helpers.state.working ?? {}
    helpers.state.working = working
    for (const { clientOrderId, symbol } of runtime.openOrders()) working[clientOrderId] = symbol

    function renew(market: Market) {
      if (!Object.values(working).includes(market.symbol)) quote(market)
      else runtime.cancelAll(market.symbol)
    }

    function quote(market: Market) {
      const fair = fairPrices.get(market.symbol)
      if (fair === undefined || !runtime.isTradingActive()) return
      const inventory = runtime.position(market.symbol).quantity
      const half = (fair * spread) / 20_000
      const lean = (inventory / maxInventory) * half
      if (inventory + quantity <= maxInventory) place(market, 'buy', fair - half - lean)
      if (inventory - quantity >= -maxInventory) place(market, 'sell', fair + half - lean)
    }

    /** Numbers are rounded to the tick size; where there is none, eight digits are plenty. */
    function place({ provider, symbol }: Market, side: 'buy' | 'sell', exactPrice: number) {
      const price = Number(exactPrice.toPrecision(8))
      try {
        const id = runtime.submit({ provider, symbol, side, type: 'limit', quantity, price })
        // in a dry run nothing is sent, and nobody tells of its end
        if (!runtime.isDryRun()) working[id] = symbol
      } catch (error) {
        helpers.log('refused:', side, 'at', price, error instanceof Error ? error.message : error)
      }
    }

    return {
      onKlineSummary(ctx, evt, candle) {
        fairPrices.set(evt.symbol, Number(candle.closePrice))
        renew(evt)
      },
      onOrderFilled(ctx, evt, report) {
        delete working[report.clientOrderId]
      },
      onOrderCancelled(ctx, evt, report) {
        delete working[report.clientOrderId]
        if (!Object.values(working).includes(evt.symbol)) quote(evt)
      },
      onOrderRejected(ctx, evt, report, reason) {
        delete working[report.clientOrderId]
        helpers.log('rejected:', reason)
      },
    }
  },
})
