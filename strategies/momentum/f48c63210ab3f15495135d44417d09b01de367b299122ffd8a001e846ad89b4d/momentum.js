// @ts-check
/**
 * momentum: trades in the direction in which the price has been moving.
 *
 * It keeps the last `lookback` prices of each symbol. When the newest is more than
 * `threshold` percent above the oldest and above their mean, it goes long; the
 * mirror image goes short (or flat, when `allowShort` is off). It reads trades where
 * there are trades, and the closing prices of candles elsewhere. It goes on from what
 * its account holds: a restart opens no second position.
 *
 * Config
 *   lookback    number of prices to look back over (default 20)
 *   threshold   move in percent that counts as momentum (default 0.5)
 *   quantity    size of a position, in the base currency (default 0.01)
 *   allowShort  go short as well as long (default true)
 */
/** @import { Create, ExecReport, Metadata, StrategyEvent } from 'meltica' */

/**
 * A symbol's last prices, and what is held or ordered; absent before the first signal.
 * @typedef {{ prices: number[], sum: number, held?: number }} Market
 */

/** @satisfies {Metadata} */
const metadata = /** @type {const} */ ({
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
})

/** @type {Create<typeof metadata>} */
function create({ config, helpers, runtime }) {
  const { lookback, threshold, quantity } = config
  const short = config.allowShort ? -1 : 0
  /** @type {Record<string, Market>} */
  const markets = {}
  let tradesSeen = false

  /** @param {string} symbol */
  function marketOf(symbol) {
    return (markets[symbol] ??= { prices: [], sum: 0 })
  }

  /**
   * @param {StrategyEvent<unknown>} evt
   * @param {number} price
   */
  function onPrice(evt, price) {
    const market = marketOf(evt.symbol)
    const { prices } = market
    prices.push(price)
    market.sum += price
    if (prices.length > lookback) market.sum -= /** @type {number} */ (prices.shift())
    if (prices.length < lookback || !runtime.isTradingActive()) return

    const change = (price / prices[0] - 1) * 100
    const mean = market.sum / lookback
    if (change > threshold && price > mean) onSignal(1, market, evt)
    else if (change < -threshold && price < mean) onSignal(short, market, evt)
  }

  /**
   * @param {number} side
   * @param {Market} market
   * @param {StrategyEvent<unknown>} evt
   */
  function onSignal(side, market, evt) {
    market.held ??= holding(evt.symbol)
    if (sideOf(market.held) !== side) moveTo(side, market, evt)
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
