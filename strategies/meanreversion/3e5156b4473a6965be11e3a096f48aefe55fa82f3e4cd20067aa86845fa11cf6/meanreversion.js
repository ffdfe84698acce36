/**
 * meanreversion: bets that a price far from its mean comes back to it.
 *
 * It measures how many standard deviations (z) the newest price lies from the mean of
 * the last `lookback` prices. Above `entry` it sells, below -`entry` it buys, and it
 * closes the position when |z| falls under `exit`. It reads trades where there are
 * trades, and the closing prices of candles elsewhere.
 *
 * Config
 *   lookback  number of prices in the mean (default 50)
 *   entry     z at which a position is opened (default 2)
 *   exit      |z| at which it is closed (default 0.5)
 *   quantity  size of a position, in the base currency (default 0.01)
 */
module.exports = {
  metadata: {
    name: 'meanreversion',
    tag: 'v1.0.0',
    displayName: 'Mean reversion',
    description: 'Fades moves away from the rolling mean.',
    config: [
      { name: 'lookback', type: 'int', description: 'Number of prices in the mean', default: 50 },
      {
        name: 'entry',
        type: 'float',
        description: 'Distance in standard deviations that opens a position',
        default: 2,
      },
      { name: 'exit', type: 'float', description: 'Distance in standard deviations that closes it', default: 0.5 },
      { name: 'quantity', type: 'float', description: 'Size of a position in the base currency', default: 0.01 },
    ],
    events: ['Trade', 'KlineSummary', 'ExecReport'],
  },
  create({ config, helpers, runtime }) {
    const { lookback, entry, exit, quantity } = config
    /** By symbol: its last prices, and the side that we want to be on (1 long, 0 flat, -1 short). */
    const markets = {}
    let tradesSeen = false

    function marketOf(symbol) {
      return (markets[symbol] ??= { prices: [], side: 0 })
    }

    /** Standard deviations between the newest price and the mean; 0 while nothing moves. */
    function distance(prices) {
      let sum = 0
      for (const price of prices) sum += price
      const mean = sum / prices.length
      let squares = 0
      for (const price of prices) squares += (price - mean) ** 2
      const deviation = Math.sqrt(squares / prices.length)
      return deviation > 0 ? (prices[prices.length - 1] - mean) / deviation : 0
    }

    function onPrice(evt, price) {
      const market = marketOf(evt.symbol)
      market.prices.push(price)
      if (market.prices.length > lookback) market.prices.shift()
      if (market.prices.length < lookback || !runtime.isTradingActive()) return

      const z = distance(market.prices)
      if (market.side === 0 && z > entry) moveTo(-1, market, evt)
      else if (market.side === 0 && z < -entry) moveTo(1, market, evt)
      else if (market.side !== 0 && Math.abs(z) < exit) moveTo(0, market, evt)
    }

    function moveTo(side, market, evt) {
      runtime.submit({
        provider: evt.provider,
        symbol: evt.symbol,
        side: side > market.side ? 'buy' : 'sell',
        type: 'market',
        quantity: Math.abs(side - market.side) * quantity,
      })
      market.side = side
    }

    return {
      onTrade(ctx, evt, payload, price) {
        tradesSeen = true
        onPrice(evt, price)
      },
      onKlineSummary(ctx, evt, payload) {
        if (!tradesSeen) onPrice(evt, Number(payload.closePrice))
      },
      onOrderRejected(ctx, evt, payload, reason) {
        marketOf(evt.symbol).side = Math.sign(runtime.position(evt.symbol).quantity)
        helpers.log('rejected:', reason)
      },
    }
  },
}
