// @ts-check
/**
 * marketmaking: quotes both sides of the market and earns the spread.
 *
 * It keeps one buy order and one sell order around the fair price (the middle of the
 * best bid and ask, or the last price without them). The quotes lean against the
 * inventory: the longer it is, the lower both are, until it is back to flat. At
 * `maxInventory` it stops quoting the side that would add to it. Quotes are renewed
 * when the fair price has moved by `requote`, or when one of them has filled. New ones
 * are made when the venue has said that the old ones are gone: an order that is being
 * cancelled may still fill. So no two can fill on one side, also after a restart, which
 * goes on from the inventory and the quotes of the run before.
 *
 * Config
 *   spread        distance between the two quotes, in hundredths of a percent (default 20)
 *   requote       move of the fair price that renews them, in the same unit (default 5)
 *   quantity      size of each quote, in the base currency (default 0.01)
 *   maxInventory  largest position, long or short, in the base currency (default 0.05)
 */
/** @import { Create, ExecReport, Metadata } from 'meltica' */

/**
 * @typedef {object} State
 * @property {Record<string, string>} working Symbols of the orders that were sent and have not ended, by client order id.
 */

/** @typedef {{ provider: string, symbol: string }} Market */

/** @satisfies {Metadata} */
const metadata = /** @type {const} */ ({
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
})

/** @type {Create<typeof metadata, State>} */
function create({ config, helpers, runtime }) {
  const { spread, requote, quantity, maxInventory } = config
  /**
   * By symbol: the fair price that the quotes are made for.
   * @type {Record<string, number>}
   */
  const quoted = {}
  let best = 'KlineSummary'
  const working = helpers.state.working ?? {}
  helpers.state.working = working
  for (const { clientOrderId, symbol } of runtime.openOrders()) working[clientOrderId] = symbol

  /**
   * Quotes come from the best source seen so far: tickers, then trades, then candles.
   * @param {'Ticker' | 'Trade' | 'KlineSummary'} source
   * @param {Market} market
   * @param {number} price
   */
  function from(source, market, price) {
    const rank = ['KlineSummary', 'Trade', 'Ticker']
    if (rank.indexOf(source) > rank.indexOf(best)) best = source
    if (source === best && price > 0) onFairPrice(market, price)
  }

  /**
   * @param {Market} market
   * @param {number} fair
   */
  function onFairPrice(market, fair) {
    const { symbol } = market
    if (!runtime.isTradingActive()) return
    const last = quoted[symbol]
    if (last && Math.abs(fair / last - 1) * 10_000 < requote) return
    quoted[symbol] = fair
    if (hasNoQuotes(symbol)) quote(market)
    else runtime.cancelAll(symbol)
  }

  /** @param {string} symbol */
  const hasNoQuotes = (symbol) => !Object.values(working).includes(symbol)

  /** @param {Market} market */
  function quote(market) {
    const fair = quoted[market.symbol]
    const inventory = runtime.position(market.symbol).quantity
    const half = (fair * spread) / 20_000
    const lean = (inventory / maxInventory) * half
    if (inventory + quantity <= maxInventory) place(market, 'buy', fair - half - lean)
    if (inventory - quantity >= -maxInventory) place(market, 'sell', fair + half - lean)
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
      const id = runtime.submit({ provider, symbol, side, type: 'limit', quantity, price })
      // in a dry run nothing is sent, and nobody tells of its end
      if (!runtime.isDryRun()) working[id] = symbol
    } catch (error) {
      helpers.log('refused:', side, quantity, 'at', `${price}:`, error instanceof Error ? error.message : error)
    }
  }

  /** @param {ExecReport} report */
  const ended = ({ clientOrderId }) => delete working[clientOrderId]

  return {
    onTicker: (ctx, evt, payload) => from('Ticker', evt, (Number(payload.bidPrice) + Number(payload.askPrice)) / 2),
    onTrade: (ctx, evt, payload, price) => from('Trade', evt, price),
    onKlineSummary: (ctx, evt, payload) => from('KlineSummary', evt, Number(payload.closePrice)),
    onOrderFilled(ctx, evt, payload) {
      ended(payload)
      delete quoted[evt.symbol]
    },
    onOrderCancelled(ctx, evt, payload) {
      ended(payload)
      if (quoted[evt.symbol] && hasNoQuotes(evt.symbol)) quote(evt)
    },
    onOrderRejected(ctx, evt, payload, reason) {
      ended(payload)
      helpers.log('rejected:', reason)
    },
  }
}

module.exports = { metadata, create }
