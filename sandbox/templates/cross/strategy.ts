/**
 * Follows a trend by two moving averages of closing prices: while the fast one is above the slow one it is long, else
 * flat. It looks at what its account holds, so that a restart neither opens a second position nor forgets one.
 */
import { type Handlers, strategy } from 'meltica'

/** The mean of the last `count` prices. Its sum is carried along, so that a candle costs the same however long it is. */
class MovingAverage {
  private readonly prices: number[] = []
  private next = 0
  private sum = 0

  constructor(private readonly count: number) {}

  add(price: number) {
    this.sum += price - (this.prices[this.next] ?? 0)
    this.prices[this.next] = price
    this.next = (this.next + 1) % this.count
    // summed up anew once a round, so that errors of rounding do not add up
    if (this.next === 0) this.sum = this.prices.reduce((sum, one) => sum + one, 0)
  }

  isFull() {
    return this.prices.length === this.count
  }

  mean() {
    return this.sum / this.prices.length
  }
}

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
    const averages = new Map<string, { fast: MovingAverage; slow: MovingAverage }>()
    /** Symbols of which a purchase was refused: it is tried again when the trend has turned, not at each candle. */
    const refused = new Set<string>()

    function averagesOf(symbol: string) {
      const known = averages.get(symbol) ?? { fast: new MovingAverage(fast), slow: new MovingAverage(slow) }
      averages.set(symbol, known)
      return known
    }

    function trade({ provider, symbol }: { provider: string; symbol: string }, side: 'buy' | 'sell', size: number) {
      try {
        runtime.submit({ provider, symbol, side, type: 'market', quantity: size })
      } catch (error) {
        refused.add(symbol)
        helpers.log('refused:', side, size, error instanceof Error ? error.message : error)
      }
    }

    return {
      onKlineSummary(ctx, evt, candle) {
        const price = Number(candle.closePrice)
        const known = averagesOf(evt.symbol)
        known.fast.add(price)
        known.slow.add(price)
        if (!known.slow.isFull() || !runtime.isTradingActive()) return
        // an order is on its way: what is held after it is not known yet
        if (runtime.openOrders(evt.symbol).length > 0) return
        const rises = known.fast.mean() > known.slow.mean()
        const held = runtime.position(evt.symbol).quantity
        if (!rises) refused.delete(evt.symbol)
        if (rises && held <= 0 && !refused.has(evt.symbol)) trade(evt, 'buy', quantity)
        if (!rises && held > 0) trade(evt, 'sell', held)
      },
      onOrderFilled(ctx, evt, report) {
        helpers.log(report.side, report.filledQuantity, evt.symbol, 'at', report.avgFillPrice)
      },
      onOrderRejected(ctx, evt, report, reason) {
        refused.add(evt.symbol)
        helpers.log('rejected:', reason)
      },
    }
  },
})
