/** Strategies that trade and speak in a way that is known beforehand. */

/** Buys once at the first trade, and says so at two levels. */
export const BUYER = `module.exports = {
  metadata: {
    name: 'buyer', tag: 'v1', displayName: 'Buyer', description: 'Buys once', events: ['Trade'],
    config: [
      { name: 'quantity', type: 'float', default: 0.01 },
      { name: 'word', type: 'string', default: 'bought' },
    ],
  },
  create({ runtime, config, helpers }) {
    let done = false
    return {
      onTrade() {
        if (done) return
        done = true
        runtime.submitMarketOrder('', 'buy', config.quantity)
        helpers.log('=' + config.word + ' ' + typeof config.quantity)
      },
      onOrderFilled() {
        throw new Error('nothing more to do')
      },
    }
  },
}`

/** Says the number of each trade that it sees. */
export const COUNTER = `module.exports = {
  metadata: { name: 'counter', tag: 'v1', displayName: 'Counter', description: 'Counts', events: ['Trade'], config: [] },
  create() {
    let count = 0
    return {
      onTrade() {
        console.log('trade ' + ++count)
      },
    }
  },
}`

/** Cannot be created. */
export const STILLBORN = `module.exports = {
  metadata: { name: 'stillborn', tag: 'v1', displayName: 'Stillborn', description: 'Fails', events: ['Trade'], config: [] },
  create() {
    throw new Error('no spread today')
  },
}`
