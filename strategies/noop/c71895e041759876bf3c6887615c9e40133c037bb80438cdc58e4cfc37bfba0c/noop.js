// @ts-check
/**
 * noop: takes every trade and does nothing with it.
 *
 * The smallest strategy there is: a place to start from, and the measure of what
 * the gateway itself costs for an event. It has no config.
 */
/** @import { Create, Metadata } from 'meltica' */

/** @satisfies {Metadata} */
const metadata = /** @type {const} */ ({
  name: 'noop',
  tag: 'v1.0.0',
  displayName: 'No-op',
  description: 'Receives trades and does nothing.',
  config: [],
  events: ['Trade'],
})

/** @type {Create<typeof metadata>} */
function create() {
  return {
    onTrade() {},
  }
}

module.exports = { metadata, create }
