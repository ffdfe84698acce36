/**
 * grid: buys low and sells high on a ladder of limit orders.
 *
 * At the first price it puts `levels` buy orders below it and as many sell orders
 * above, `spacing` percent apart. Each order that fills is answered by its opposite,
 * one step back: a filled buy by a sell above it, a filled sell by a buy below it.
 * When the price leaves the ladder, everything is cancelled and a new ladder is put
 * around the new price.
 *
 * Config
 *   levels    orders on each side (default 5)
 *   spacing   distance between orders, in percent (default 0.5)
 *   quantity  size of each order, in the base currency (default 0.01)
 */
module.exports = {
  metadata: {
    name: 'grid',
    tag: 'v1.0.0',
    displayName: 'Grid',
    description: 'Trades a ladder of limit orders around the price.',
    config: [
      { name: 'levels', type: 'int', description: 'Orders on each side', default: 5 },
      { name: 'spacing', type: 'float', description: 'Distance between orders in percent', default: 0.5 },
      { name: 'quantity', type: 'float', description: 'Size of each order in the base currency', default: 0.01 },
    ],
    events: ['Trade', 'KlineSummary', 'ExecReport'],
  },
  create({ config, helpers, runtime }) {
    const { levels, spacing, quantity } = config
    /** By symbol: the price in the middle of the ladder, and the tick that prices are rounded to. */
    const ladders = {}
    let tradesSeen = false

    function onPrice(evt, price) {
      if (!runtime.isTradingActive()) return
      const ladder = ladders[evt.symbol]
      if (ladder && Math.abs(price / ladder.center - 1) * 100 <= spacing * (levels + 1)) return
      if (ladder) runtime.cancelAll(evt.symbol)
      ladders[evt.symbol] = { center: price, tick: tickOf(evt.symbol, price), provider: evt.provider }
      for (let level = 1; level <= levels; level++) {
        place(evt.symbol, 'buy', price * (1 - (spacing * level) / 100))
        place(evt.symbol, 'sell', price * (1 + (spacing * level) / 100))
      }
    }

    /** The instrument's tick size, or a ten-thousandth of the price where there is no rule. */
    function tickOf(symbol, price) {
      const tick = Number(runtime.instrument(symbol)?.priceIncrement)
      return tick > 0 ? tick : 10 ** Math.floor(Math.log10(price) - 4)
    }

    function place(symbol, side, price) {
      const { tick, provider } = ladders[symbol]
      const decimals = Math.max(0, Math.ceil(-Math.log10(tick)))
      const rounded = (Math.round(price / tick) * tick).toFixed(decimals)
      try {
        runtime.submit({ provider, symbol, side, type: 'limit', quantity, price: rounded })
      } catch (error) {
        helpers.log('refused:', side, quantity, 'at', `${rounded}:`, error.message)
      }
    }

    return {
      onTrade(ctx, evt, payload, price) {
        tradesSeen = true
        onPrice(evt, price)
      },
      onKlineSummary(ctx, evt, payload) {
        if (!tradesSeen) onPrice(evt, Number(payload.closePrice))
      },
      onOrderFilled(ctx, evt, payload) {
        if (!ladders[evt.symbol]) return
        const price = Number(payload.price)
        if (payload.side === 'Buy') place(evt.symbol, 'sell', price * (1 + spacing / 100))
        else place(evt.symbol, 'buy', price / (1 + spacing / 100))
      },
      onOrderRejected(ctx, evt, payload, reason) {
        helpers.log('rejected:', reason)
      },
    }
  },
}
