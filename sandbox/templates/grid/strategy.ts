/**
 * Buys low and sells high on a ladder of limit orders. Around the first price it puts `levels` buys below and as many
 * sells above, `spacing` percent apart. A fill is answered by the opposite order one step back, so that it never holds
 * more than one side of the ladder. A restart goes on with the ladder that stands.
 */
import { type Handlers, strategy } from 'meltica'

interface State {
  /** By symbol: the price in the middle of the ladder. */
  centers: Record<string, number>
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
    description: 'Trades a ladder of limit orders around the price.',
    config: [
      { name: 'levels', type: 'int', description: 'Orders on each side', default: 10 },
      { name: 'spacing', type: 'float', description: 'Distance between orders in percent', default: 1 },
      { name: 'quantity', type: 'float', description: 'Size of each order in the base currency', default: 0.01 },
    ],
    events: ['KlineSummary', 'ExecReport'],
  },
  types: {} as { state: State },
  create({ config, helpers, runtime }): Handlers {
    const { levels, quantity } = config
    const step = config.spacing / 100
    const centers = helpers.state.centers ?? {}
    helpers.state.centers = centers

    function build(market: Market, center: number) {
      centers[market.symbol] = center
      for (let level = 1; level <= levels; level++) {
        place(market, 'buy', center * (1 - step * level))
        place(market, 'sell', center * (1 + step * level))
      }
    }

    /** Numbers are rounded to the tick size; where there is none, eight digits are plenty. */
    function place({ provider, symbol }: Market, side: 'buy' | 'sell', exactPrice: number) {
      const price = Number(exactPrice.toPrecision(8))
      try {
        runtime.submit({ provider, symbol, side, type: 'limit', quantity, price })
      } catch (error) {
        helpers.log('refused:', side, 'at', price, error instanceof Error ? error.message : error)
      }
    }

    return {
      onKlineSummary(ctx, evt, candle) {
        if (runtime.isTradingActive() && centers[evt.symbol] === undefined) build(evt, Number(candle.closePrice))
      },
      onOrderFilled(ctx, evt, report) {
        const price = Number(report.price)
        if (report.side === 'Buy') place(evt, 'sell', price * (1 + step))
        else place(evt, 'buy', price / (1 + step))
      },
      onOrderRejected(ctx, evt, report, reason) {
        helpers.log('rejected:', reason)
      },
    }
  },
})
