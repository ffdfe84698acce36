// @ts-check
/**
 * delay: answers every trade only after a pause.
 *
 * Shows `helpers.sleep`: the handler waits, its own next events queue up behind it,
 * and no other instance is delayed. In a backtest the sleep moves the instance's own
 * clock, so the log shows the time of the trade and the time after the pause.
 *
 * Config
 *   delay  how long to wait, as "250ms" or "1m30s" (default 250ms)
 */
/** @import { Create, Metadata } from 'meltica' */

/** @satisfies {Metadata} */
const metadata = /** @type {const} */ ({
  name: 'delay',
  tag: 'v1.0.0',
  displayName: 'Delay',
  description: 'Waits before it handles each trade.',
  config: [{ name: 'delay', type: 'duration', description: 'How long to wait', default: '250ms' }],
  events: ['Trade'],
})

/** @type {Create<typeof metadata>} */
function create({ config, helpers }) {
  return {
    onTrade(ctx, evt, payload, price) {
      helpers.sleep(config.delay)
      helpers.log('trade of', evt.emitTs, 'at', price, 'handled at', new Date().toISOString())
    },
  }
}

module.exports = { metadata, create }
