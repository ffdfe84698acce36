// @ts-check
/**
 * grid: buys low and sells high on a ladder of limit orders.
 *
 * At the first price it puts `levels` buy orders below it and as many sell orders
 * above, `spacing` percent apart. Each order that fills is answered by its opposite,
 * one step back: a filled buy by a sell above it, a filled sell by a buy below it.
 * When the price leaves the ladder, everything is cancelled and a new ladder is put
 * around the new price. A ladder that stands already when it starts goes on: a restart
 * adds no orders.
 *
 * Config
 *   levels    orders on each side (default 5)
 *   spacing   distance between orders, in percent (default 0.5)
 *   quantity  size of each order, in the base currency (default 0.01)
 */
/** @import { Create, Metadata } from 'meltica' */

/** @typedef {{ provider: string, symbol: string }} Market */

/** @satisfies {Metadata} */
const metadata = /** @type {const} */ ({
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
})

/** @type {Create<typeof metadata>} */
function create({ config, helpers, runtime }) {
  const { levels, spacing, quantity } = config
  /**
   * By symbol: the price in the middle of the ladder.
   * @type {Record<string, number>}
   */
  const centers = {}
  let tradesSeen = false

  /**
   * @param {Market} market
   * @param {number} price
   */
  function onPrice(market, price) {
    const { symbol } = market
    if (!runtime.isTradingActive()) return
    const center = (centers[symbol] ??= centerOf(symbol))
    if (Math.abs(price / center - 1) * 100 <= spacing * (levels + 1)) return
    runtime.cancelAll(symbol)
    centers[symbol] = price
    for (let level = 1; level <= levels; level++) {
      place(market, 'buy', price * (1 - (spacing * level) / 100))
      place(market, 'sell', price * (1 + (spacing * level) / 100))
    }
  }

  /**
   * The middle of the orders that are open already; 0 when there are none.
   * @param {string} symbol
   */
  function centerOf(symbol) {
    const prices = runtime.openOrders(symbol).map((order) => Number(order.price))
    return prices.length > 0 ? (Math.min(...prices) + Math.max(...prices)) / 2 : 0
  }

  /**
   * Prices are numbers, which are rounded to the tick size, away from the market; eight digits are plenty where there is none.
   * @param {Market} market
   * @param {'buy' | 'sell'} side
   * @param {number} exactPrice
   */
  function place({ provider, symbol }, side, exactPrice) {
    const price = Number(exactPrice.toPrecision(8))
    try {
      runtime.submit({ provider, symbol, side, type: 'limit', quantity, price })
    } catch (error) {
      helpers.log('refused:', side, quantity, 'at', `${price}:`, error instanceof Error ? error.message : error)
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
      // Filled while its ladder was being replaced: the new one has no room for an answer.
      if (runtime.openOrders(evt.symbol).length >= 2 * levels) return
      const price = Number(payload.price)
      if (payload.side === 'Buy') place(evt, 'sell', price * (1 + spacing / 100))
      else place(evt, 'buy', price / (1 + spacing / 100))
    },
    onOrderRejected(ctx, evt, payload, reason) {
      helpers.log('rejected:', reason)
    },
  }
}

module.exports = { metadata, create }
