/**
 * noop: takes every trade and does nothing with it.
 *
 * The smallest strategy there is: a place to start from, and the measure of what
 * the gateway itself costs for an event. It has no config.
 */
module.exports = {
  metadata: {
    name: 'noop',
    tag: 'v1.0.0',
    displayName: 'No-op',
    description: 'Receives trades and does nothing.',
    config: [],
    events: ['Trade'],
  },
  create() {
    return {
      onTrade() {},
    }
  },
}
