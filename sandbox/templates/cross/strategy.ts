/**
 * Follows a trend by two moving averages of closing prices: while the fast one is above the slow one it is long, else
 * flat. It looks at what its account holds, so that a restart neither opens a second position nor forgets one.
 */
import { type Handlers, type KlineSummary, type StrategyEvent, strategy } from 'meltica'

export default strategy({
  metadata: {
    name: 'my-strategy',
    tag: 'v0.1.0',
    displayName: 'My strategy',
    description: 'Is long while the fast moving average is above the slow one.',
    config: [
      { name: 'fast', type: 'int', description: 'Candles in the fast average', default: 60 },
      { name: 'slow', type: 'int', description: 'Candles in the slow average', default: 240 },
      { name: 'quantity', type: 'float', description: 'Size of the position in the base currency', default: 0.01 },
    ],
    events: ['KlineSummary', 'ExecReport'],
  },
  create({ config, helpers, runtime }): Handlers {
    const { fast, slow, quantity } = config
    /** The last closing prices of each symbol, the newest at the end. */
    const closes = new Map<string, number[]>()

    function remember({ symbol }: StrategyEvent<KlineSummary>, close: number): number[] {
      const prices = closes.get(symbol) ?? []
      closes.set(symbol, prices)
      prices.push(close)
      if (prices.length > slow) prices.shift()
      return prices
    }

    function mean(prices: number[], count: number): number {
      const last = prices.slice(-count)
      return last.reduce((sum, price) => sum + price, 0) / last.length
    }

    return {
      onKlineSummary(ctx, evt, candle) {
        const prices = remember(evt, Number(candle.closePrice))
        if (prices.length < slow || !runtime.isTradingActive()) return
        // an order is on its way: what is held after it is not known yet
        if (runtime.openOrders(evt.symbol).length > 0) return
        const rises = mean(prices, fast) > mean(prices, slow)
        const held = runtime.position(evt.symbol).quantity
        const { provider, symbol } = evt
        if (rises && held <= 0) runtime.submit({ provider, symbol, side: 'buy', type: 'market', quantity })
        if (!rises && held > 0) runtime.submit({ provider, symbol, side: 'sell', type: 'market', quantity: held })
      },
      onOrderFilled(ctx, evt, report) {
        helpers.log(report.side, report.filledQuantity, evt.symbol, 'at', report.avgFillPrice)
      },
      onOrderRejected(ctx, evt, report, reason) {
        helpers.log('rejected:', reason)
      },
    }
  },
})
