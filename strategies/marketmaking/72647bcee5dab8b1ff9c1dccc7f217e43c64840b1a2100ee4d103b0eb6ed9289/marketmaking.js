/**
 * marketmaking: quotes both sides of the market and earns the spread.
 *
 * It keeps one buy order and one sell order around the fair price (the middle of the
 * best bid and ask, or the last price without them). The quotes lean against the
 * inventory: the longer it is, the lower both are, until it is back to flat. At
 * `maxInventory` it stops quoting the side that would add to it. Quotes are renewed
 * when the fair price has moved by `requote`, or when one of them has filled. New ones
 * are made when the old ones are gone for certain, so that no two can fill: also after
 * a restart, which goes on from the inventory and the quotes of the run before.
 *
 * Config
 *   spread        distance between the two quotes, in hundredths of a percent (default 20)
 *   requote       move of the fair price that renews them, in the same unit (default 5)
 *   quantity      size of each quote, in the base currency (default 0.01)
 *   maxInventory  largest position, long or short, in the base currency (default 0.05)
 */
module.exports = {
  metadata: {
    name: 'marketmaking',
    tag: 'v1.0.0',
    displayName: 'Market making',
    description: 'Quotes both sides around the fair price, leaning against its inventory.',
    config: [
      { name: 'spread', type: 'float', description: 'Distance between the quotes in basis points', default: 20 },
      { name: 'requote', type: 'float', description: 'Move in basis points that renews the quotes', default: 5 },
      { name: 'quantity', type: 'float', description: 'Size of each quote in the base currency', default: 0.01 },
      { name: 'maxInventory', type: 'float', description: 'Largest position in the base currency', default: 0.05 },
    ],
    events: ['Trade', 'Ticker', 'KlineSummary', 'ExecReport'],
  },
  create({ config, helpers, runtime }) {
    const { spread, requote, quantity, maxInventory } = config
    /** By symbol: the fair price that the quotes are made for. */
    const quoted = {}
    let best = 'KlineSummary'

    /** Quotes come from the best source seen so far: tickers, then trades, then candles. */
    function from(source, evt, price) {
      const rank = ['KlineSummary', 'Trade', 'Ticker']
      if (rank.indexOf(source) > rank.indexOf(best)) best = source
      if (source === best && price > 0) onFairPrice(evt, price)
    }

    function onFairPrice(evt, fair) {
      if (!runtime.isTradingActive()) return
      const last = quoted[evt.symbol]
      if (last && Math.abs(fair / last - 1) * 10_000 < requote) return
      quoted[evt.symbol] = fair
      if (runtime.cancelAll(evt.symbol) === 0) quote(evt)
    }

    function quote(evt) {
      const fair = quoted[evt.symbol]
      const inventory = runtime.position(evt.symbol).quantity
      const half = (fair * spread) / 20_000
      const lean = (inventory / maxInventory) * half
      if (inventory + quantity <= maxInventory) place(evt, 'buy', fair - half - lean)
      if (inventory - quantity >= -maxInventory) place(evt, 'sell', fair + half - lean)
    }

    /** Prices are numbers, which are rounded to the tick size, away from the market; eight digits are plenty where there is none. */
    function place(evt, side, exactPrice) {
      const price = Number(exactPrice.toPrecision(8))
      try {
        runtime.submit({ provider: evt.provider, symbol: evt.symbol, side, type: 'limit', quantity, price })
      } catch (error) {
        helpers.log('refused:', side, quantity, 'at', `${price}:`, error.message)
      }
    }

    const renew = (ctx, evt) => {
      delete quoted[evt.symbol]
    }

    return {
      onTicker: (ctx, evt, payload) => from('Ticker', evt, (Number(payload.bidPrice) + Number(payload.askPrice)) / 2),
      onTrade: (ctx, evt, payload, price) => from('Trade', evt, price),
      onKlineSummary: (ctx, evt, payload) => from('KlineSummary', evt, Number(payload.closePrice)),
      onOrderFilled: renew,
      onOrderCancelled(ctx, evt) {
        if (quoted[evt.symbol] && runtime.openOrders(evt.symbol).length === 0) quote(evt)
      },
      onOrderRejected(ctx, evt, payload, reason) {
        helpers.log('rejected:', reason)
      },
    }
  },
}
