/**
 * momentum: trades in the direction in which the price has been moving.
 *
 * It keeps the last `lookback` prices of each symbol. When the newest is more than
 * `threshold` percent above the oldest and above their mean, it goes long; the
 * mirror image goes short (or flat, when `allowShort` is off). It reads trades where
 * there are trades, and the closing prices of candles elsewhere.
 *
 * Config
 *   lookback    number of prices to look back over (default 20)
 *   threshold   move in percent that counts as momentum (default 0.5)
 *   quantity    size of a position, in the base currency (default 0.01)
 *   allowShort  go short as well as long (default true)
 */
module.exports = {
  metadata: {
    name: 'momentum',
    tag: 'v1.0.0',
    displayName: 'Momentum',
    description: 'Follows recent price momentum with market orders.',
    config: [
      { name: 'lookback', type: 'int', description: 'Number of prices to look back over', default: 20 },
      { name: 'threshold', type: 'float', description: 'Move in percent that counts as momentum', default: 0.5 },
      { name: 'quantity', type: 'float', description: 'Size of a position in the base currency', default: 0.01 },
      { name: 'allowShort', type: 'bool', description: 'Go short as well as long', default: true },
    ],
    events: ['Trade', 'KlineSummary', 'ExecReport'],
  },
  create({ config, helpers, runtime }) {
    const { lookback, threshold, quantity } = config
    const short = config.allowShort ? -1 : 0
    /** By symbol: its last prices, and the side that we want to be on (1 long, 0 flat, -1 short). */
    const markets = {}
    let tradesSeen = false

    function marketOf(symbol) {
      return (markets[symbol] ??= { prices: [], sum: 0, side: 0 })
    }

    function onPrice(evt, price) {
      const market = marketOf(evt.symbol)
      const { prices } = market
      prices.push(price)
      market.sum += price
      if (prices.length > lookback) market.sum -= prices.shift()
      if (prices.length < lookback || !runtime.isTradingActive()) return

      const change = (price / prices[0] - 1) * 100
      const mean = market.sum / lookback
      if (change > threshold && price > mean) moveTo(1, market, evt)
      else if (change < -threshold && price < mean) moveTo(short, market, evt)
    }

    function moveTo(side, market, evt) {
      const steps = side - market.side
      if (steps === 0) return
      runtime.submit({
        provider: evt.provider,
        symbol: evt.symbol,
        side: steps > 0 ? 'buy' : 'sell',
        type: 'market',
        quantity: Math.abs(steps) * quantity,
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
        // Take the position as it really is, and try again at the next signal.
        marketOf(evt.symbol).side = Math.sign(runtime.position(evt.symbol).quantity)
        helpers.log('rejected:', reason)
      },
    }
  },
}
