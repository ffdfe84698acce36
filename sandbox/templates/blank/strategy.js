// @ts-check
/** @import { Create, Metadata } from 'meltica' */
/** Logs the candles that it sees, and orders nothing yet. */

/** @satisfies {Metadata} */
const metadata = /** @type {const} */ ({
  name: 'my-strategy',
  tag: 'v0.1.0',
  displayName: 'My strategy',
  description: 'Logs the candles that it sees.',
  config: [{ name: 'every', type: 'int', description: 'Log one of so many candles', default: 60 }],
  events: ['KlineSummary'],
})

/** @type {Create<typeof metadata>} */
function create({ config, helpers }) {
  let seen = 0

  return {
    onKlineSummary(ctx, evt, candle) {
      seen++
      if (seen % config.every === 0) helpers.log(evt.symbol, 'closed at', candle.closePrice)
    },
  }
}

module.exports = { metadata, create }
