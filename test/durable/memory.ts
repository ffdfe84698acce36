/** A strategy that would notice a crash: all that it does follows from what it has seen, and it keeps that nowhere but in its variables. */

/** The last line that counts: what follows the last event depends on how a run ends. */
export const END = 'the end'

/**
 * A running hash of all that it sees decides what it orders, cancels, logs, how long it sleeps and when it throws. Numbers
 * of own events are left out, for they are those of a journal; of an order's id its count alone is the same in every run.
 */
export const MEMORY = `module.exports = {
  metadata: {
    name: 'memory', tag: 'v1', displayName: 'Memory', events: ['Trade', 'KlineSummary', 'ExecReport', 'BalanceUpdate'],
    config: [
      { name: 'salt', type: 'string', default: '' },
      { name: 'last', type: 'int', description: 'Events that it will see', default: 0 },
      { name: 'every', type: 'int', description: 'Events from line to line', default: 10 },
      { name: 'sleeps', type: 'bool', default: true },
      { name: 'throws', type: 'bool', default: true },
      { name: 'quantity', type: 'float', default: 0.01 },
    ],
  },
  create({ config, helpers, runtime }) {
    let hash = 7
    let seen = 0
    let told = 0
    const resting = new Map()
    const prices = []
    // a generator stands where it was left
    const sizes = (function* () { for (let n = 1; ; n = (n * 5) % 7) yield n * config.quantity })()
    const numberOf = (id) => id.slice(id.lastIndexOf('-') + 1)
    const note = (...values) => {
      for (const c of values.join()) hash = (Math.imul(hash, 31) + c.charCodeAt(0)) | 0
    }
    const say = (what) => {
      const { quantity } = runtime.position()
      const { total, available } = runtime.balance('USDT')
      helpers.log(what, seen, hash, told, resting.size, prices.length, quantity, total, available, Date.now(), JSON.stringify(helpers.state))
    }
    note(config.salt)
    const order = (side, price) => {
      const quantity = sizes.next().value
      try {
        const id = price === undefined
          ? runtime.submitMarketOrder('', side, quantity)
          : runtime.submitOrder('', side, quantity, price)
        note(numberOf(String(id)))
        return id
      } catch (error) {
        note(error.message)
      }
    }
    const decide = (price) => {
      const turn = Math.abs(hash)
      const side = hash % 2 ? 'buy' : 'sell'
      if (turn % 29 === 0) order(side)
      if (turn % 31 === 0) {
        const id = order(side, side === 'buy' ? price * 0.999 : price * 1.001)
        if (id !== undefined) resting.set(id, seen)
      }
      if (resting.size > 3) {
        const [oldest] = resting.keys()
        resting.delete(oldest)
        note(runtime.cancelOrder(oldest))
      }
      if (turn % 211 === 0) note(runtime.cancelAll(), resting.clear())
      if (turn % 5 === 0) helpers.state.fives = (helpers.state.fives ?? 0) + 1
    }
    const onMarket = (price, evt, amount) => {
      seen++
      note(evt.eventId, evt.symbol, evt.seqProvider, evt.emitTs, price, amount, Math.random(), Date.now())
      prices.push(price)
      if (prices.length > 300) prices.splice(0, 100)
      if (seen === config.last) return say('${END}')
      decide(price)
      if (seen % config.every === 0) say('has seen')
      if (config.sleeps && Math.abs(hash) % 97 === 0) {
        helpers.sleep('90s')
        note(Date.now())
        order('buy')
      }
      if (config.throws && Math.abs(hash) % 101 === 0) throw new Error('it is ' + hash)
    }
    const onReport = (ctx, evt, payload) => {
      const { clientOrderId, state, filledQuantity, avgFillPrice, timestamp } = payload
      told++
      note(numberOf(clientOrderId), state, filledQuantity, avgFillPrice, timestamp, runtime.position().quantity)
      if (state !== 'ACK' && state !== 'PARTIAL') resting.delete(clientOrderId)
      if (seen < config.last && Math.abs(hash) % 17 === 0) say(state)
    }
    return {
      onTrade: (ctx, evt, payload, price) => onMarket(price, evt, payload.quantity),
      onKlineSummary: (ctx, evt, payload) => onMarket(Number(payload.closePrice), evt, payload.volume),
      onOrderAcknowledged: onReport, onOrderPartialFill: onReport, onOrderFilled: onReport,
      onOrderCancelled: onReport, onOrderExpired: onReport, onOrderRejected: onReport,
      onBalanceUpdate: (ctx, evt, { currency, total, available }) => note(currency, total, available),
    }
  },
}
`
