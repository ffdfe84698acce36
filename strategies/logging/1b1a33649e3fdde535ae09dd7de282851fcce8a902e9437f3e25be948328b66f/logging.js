// @ts-check
/**
 * logging: writes what it sees into the log of its instance.
 *
 * Good for a first look at a provider: which events come, how often, with which
 * payload. Nothing is ever ordered.
 *
 * Config
 *   every    log one of so many events of each type (default 1: all)
 *   payload  log the whole payload, not only the type and the symbol (default false)
 */
/** @import { Create, Metadata, StrategyEvent } from 'meltica' */

/** @satisfies {Metadata} */
const metadata = /** @type {const} */ ({
  name: 'logging',
  tag: 'v1.0.0',
  displayName: 'Logging',
  description: 'Logs the events it receives.',
  config: [
    { name: 'every', type: 'int', description: 'Log one of so many events of each type', default: 1 },
    { name: 'payload', type: 'bool', description: 'Log the whole payload', default: false },
  ],
  events: [
    'Trade',
    'Ticker',
    'BookSnapshot',
    'KlineSummary',
    'ExecReport',
    'BalanceUpdate',
    'InstrumentUpdate',
    'RiskControl',
    'Extension',
  ],
})

/** @type {Create<typeof metadata>} */
function create({ config, helpers }) {
  const every = Math.max(1, config.every)
  /** @type {Record<string, number>} */
  const seen = {}

  /**
   * @param {unknown} ctx
   * @param {StrategyEvent<unknown>} evt
   * @param {unknown} payload
   */
  function write(ctx, evt, payload) {
    const count = (seen[evt.type] ?? 0) + 1
    seen[evt.type] = count
    if (count % every !== 0) return
    if (config.payload) helpers.log(evt.type, evt.symbol, payload)
    else helpers.log(evt.type, evt.symbol, '#' + count)
  }

  return {
    onTrade: (ctx, evt, payload, price) => write(ctx, evt, config.payload ? payload : price),
    onTicker: write,
    onBookSnapshot: write,
    onKlineSummary: write,
    onInstrumentUpdate: write,
    onBalanceUpdate: write,
    onRiskControl: write,
    onExtensionEvent: write,
    onOrderAcknowledged: write,
    onOrderPartialFill: write,
    onOrderFilled: write,
    onOrderCancelled: write,
    onOrderExpired: write,
    onOrderRejected: write,
  }
}

module.exports = { metadata, create }
