/** Small strategies for the tests of the runtime. */

const module = (metadata: string, create: string) => `module.exports = {
  metadata: { displayName: 'Test', config: [], events: ['Trade', 'ExecReport', 'BalanceUpdate'], ${metadata} },
  create(env) { const { runtime, helpers, config } = env; ${create} },
}`

/** Buys `quantity` at market on each of its first `times` trades, and prints what it is told. */
export const buyer = module(
  `name: 'buyer', tag: 'v1', config: [
    { name: 'quantity', type: 'string', default: '1' },
    { name: 'times', type: 'int', default: 1 },
  ]`,
  `let left = config.times
  return {
    onTrade(ctx, evt, payload, price) {
      if (left-- > 0) helpers.log('order', runtime.submitMarketOrder('', 'buy', config.quantity))
      helpers.log('trade', payload.price, 'position', runtime.position().quantity, 'active', runtime.isTradingActive())
    },
    onOrderFilled(ctx, evt, payload) { helpers.log('filled', payload.avgFillPrice) },
    onOrderCancelled(ctx, evt, payload) { helpers.log('cancelled', payload.clientOrderId) },
    onBalanceUpdate(ctx, evt, payload) { helpers.log('balance', payload.currency, payload.total) },
  }`,
)

/** Places a resting limit order at its first trade, and prints what is open at later ones. */
export const rester = module(
  `name: 'rester', tag: 'v1', config: [
    { name: 'price', type: 'string', default: '90' },
    { name: 'quantity', type: 'string', default: '1' },
  ]`,
  `let placed = false
  return {
    onTrade() {
      if (!placed) helpers.log('order', runtime.submitOrder('', 'buy', config.quantity, config.price))
      else for (const order of runtime.openOrders()) helpers.log('open', order.filledQuantity, 'of', order.quantity)
      placed = true
    },
    onOrderFilled(ctx, evt, payload) { helpers.log('filled', payload.avgFillPrice) },
  }`,
)

/** Counts trades in its state and in its memory, and prints both. */
export const counter = (tag: string) =>
  module(
    `name: 'counter', tag: '${tag}'`,
    `let memory = 0
    helpers.log('${tag} begins at', helpers.state.count ?? 0)
    return {
      onTrade(ctx, evt, payload) {
        helpers.state.count = (helpers.state.count ?? 0) + 1
        helpers.log('${tag}', payload.price, 'state', helpers.state.count, 'memory', ++memory)
      },
    }`,
  )

/** The same name as `counter`, but its create throws. */
export const brokenCounter = module(`name: 'counter', tag: 'broken'`, `throw new Error('no such luck')`)

/** Loops for ever at its first trade. */
export const looper = module(`name: 'looper', tag: 'v1'`, `return { onTrade() { for (;;); } }`)

/**
 * Buys at each price of its config at its first trade; then prints every report, and at each trade how many fills it was told
 * of, which it counts in its state.
 */
export const teller = (tag: string) =>
  module(
    `name: 'teller', tag: '${tag}', config: [
      { name: 'prices', type: 'string', default: '90' },
      { name: 'quantity', type: 'string', default: '1' },
      { name: 'clock', type: 'bool', default: false },
      { name: 'answer', type: 'bool', default: false },
    ]`,
    `const { state } = helpers
    const report = (ctx, evt, p) => {
      if (p.state !== 'ACK') state.told = (state.told ?? 0) + 1
      if (state.told > 100) return // more lines than a log takes
      const open = runtime.openOrders().length
      helpers.log(p.state, p.price, 'filled', p.filledQuantity, 'position', runtime.position().quantity, 'open', open)
      if (config.clock) helpers.log(JSON.stringify([p.timestamp, evt.emitTs, new Date()]))
      if (config.answer && p.state === 'FILLED') helpers.log('sells', runtime.submitOrder('', 'sell', p.quantity, 120))
    }
    return {
      onTrade(ctx, evt, payload) {
        const { quantity } = runtime.position()
        helpers.log('trade', payload.price, 'told', state.told ?? 0, 'position', quantity, 'open', runtime.openOrders().length)
        if (state.placed) return
        state.placed = true
        for (const price of config.prices.split(' ')) runtime.submitOrder('', 'buy', config.quantity, price)
      },
      onOrderAcknowledged: report, onOrderPartialFill: report, onOrderFilled: report,
      onOrderCancelled: report, onOrderExpired: report, onOrderRejected: report,
    }`,
  )
