// @ts-check
/**
 * meanreversion: bets that a price far from its mean comes back to it.
 *
 * It measures how many standard deviations (z) the newest price lies from the mean of
 * the last `lookback` prices. Above `entry` it sells, below -`entry` it buys, and it
 * closes the position when |z| falls under `exit`. It reads trades where there are
 * trades, and the closing prices of candles elsewhere. It goes on from what its account
 * holds: a restart opens no second position.
 *
 * Config
 *   lookback  number of prices in the mean (default 50)
 *   entry     z at which a position is opened (default 2)
 *   exit      |z| at which it is closed (default 0.5)
 *   quantity  size of a position, in the base currency (default 0.01)
 */
/** @import { Create, ExecReport, Metadata, StrategyEvent } from 'meltica' */

/**
 * A symbol's last prices, and what is held or ordered; absent before the mean is known.
 * @typedef {{ prices: number[], held?: number }} Market
 */

/** @satisfies {Metadata} */
const metadata = /** @type {const} */ ({
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
})

/** @type {Create<typeof metadata>} */
function create({ config, helpers, runtime }) {
  const { lookback, entry, exit, quantity } = config
  /** @type {Record<string, Market>} */
  const markets = {}
  let tradesSeen = false

  /** @param {string} symbol */
  function marketOf(symbol) {
    return (markets[symbol] ??= { prices: [] })
  }

  /**
   * Standard deviations between the newest price and the mean; 0 while nothing moves.
   * @param {number[]} prices
   */
  function distance(prices) {
    let sum = 0
    for (const price of prices) sum += price
    const mean = sum / prices.length
    let squares = 0
    for (const price of prices) squares += (price - mean) ** 2
    const deviation = Math.sqrt(squares / prices.length)
    return deviation > 0 ? (prices[prices.length - 1] - mean) / deviation : 0
  }

  /**
   * @param {StrategyEvent<unknown>} evt
   * @param {number} price
   */
  function onPrice(evt, price) {
    const market = marketOf(evt.symbol)
    market.prices.push(price)
    if (market.prices.length > lookback) market.prices.shift()
    if (market.prices.length < lookback || !runtime.isTradingActive()) return

    market.held ??= holding(evt.symbol)
    const side = sideOf(market.held)
    const z = distance(market.prices)
    if (side === 0 && z > entry) moveTo(-1, market, evt)
    else if (side === 0 && z < -entry) moveTo(1, market, evt)
    else if (side !== 0 && Math.abs(z) < exit) moveTo(0, market, evt)
  }

  /**
   * What is held, and what open orders will still make of it: also those of an earlier run.
   * @param {string} symbol
   */
  function holding(symbol) {
    let held = runtime.position(symbol).quantity
    for (const order of runtime.openOrders(symbol)) {
      const left = Number(order.quantity) - Number(order.filledQuantity)
      held += order.side === 'buy' ? left : -left
    }
    return held
  }

  /**
   * 1 long, 0 flat, -1 short; less than half of a position is none.
   * @param {number} held
   */
  function sideOf(held) {
    return Math.sign(Math.round(held / quantity))
  }

  /**
   * Orders what is missing to a position on that side.
   * @param {number} side
   * @param {Market} market
   * @param {StrategyEvent<unknown>} evt
   */
  function moveTo(side, market, evt) {
    const { held = 0 } = market
    const missing = side * quantity - held
    runtime.submit({
      provider: evt.provider,
      symbol: evt.symbol,
      side: missing > 0 ? 'buy' : 'sell',
      type: 'market',
      quantity: Math.abs(missing),
    })
    market.held = held + missing
  }

  /**
   * An order has ended without its fill: look at the next signal what is really held.
   * @param {unknown} ctx
   * @param {StrategyEvent<ExecReport>} evt
   * @param {ExecReport} payload
   */
  function lookAgain(ctx, evt, payload, reason = payload.state.toLowerCase()) {
    delete marketOf(evt.symbol).held
    helpers.log('order', payload.clientOrderId, 'was not filled:', reason)
  }

  return {
    onTrade(ctx, evt, payload, price) {
      tradesSeen = true
      onPrice(evt, price)
    },
    onKlineSummary(ctx, evt, payload) {
      if (!tradesSeen) onPrice(evt, Number(payload.closePrice))
    },
    onOrderRejected: lookAgain,
    onOrderCancelled: lookAgain,
    onOrderExpired: lookAgain,
  }
}

module.exports = { metadata, create }
