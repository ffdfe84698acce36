/**
 * marketmaking: quotes both sides of the market and earns the spread.
 *
 * It keeps one buy order and one sell order around the fair price (the middle of the
 * best bid and ask, or the last price without them). The quotes lean against the
 * inventory: the longer it is, the lower both are, until it is back to flat. At
 * `maxInventory` it stops quoting the side that would add to it. Quotes are renewed
 * when the fair price has moved by `requote`, or when one of them has filled.
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
    /** By symbol: the fair price that the quotes were made for. */
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
      runtime.cancelAll(evt.symbol)
      quoted[evt.symbol] = fair

      const inventory = runtime.position(evt.symbol).quantity
      const half = (fair * spread) / 20_000
      const lean = (inventory / maxInventory) * half
      if (inventory + quantity <= maxInventory) place(evt, 'buy', fair - half - lean)
      if (inventory - quantity >= -maxInventory) place(evt, 'sell', fair + half - lean)
    }

    function place(evt, side, price) {
      const tick = Number(runtime.instrument(evt.symbol)?.priceIncrement) || 10 ** Math.floor(Math.log10(price) - 5)
      const decimals = Math.max(0, Math.ceil(-Math.log10(tick)))
      // Away from the market: a quote rounded towards it could cross.
      const ticks = side === 'buy' ? Math.floor(price / tick) : Math.ceil(price / tick)
      try {
        runtime.submit({
          provider: evt.provider,
          symbol: evt.symbol,
          side,
          type: 'limit',
          quantity,
          price: (ticks * tick).toFixed(decimals),
        })
      } catch (error) {
        helpers.log('refused:', side, quantity, 'at', ticks * tick, error.message)
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
      onOrderRejected(ctx, evt, payload, reason) {
        helpers.log('rejected:', reason)
      },
    }
  },
}
