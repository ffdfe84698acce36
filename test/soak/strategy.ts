/** The strategy of the soak: what it has to know after a crash it keeps in `helpers.state`. */

/** Events between two orders of an instance: some 200 of them make an order each second or so together with 50 events/s. */
const ORDER_EVERY = 53

/** @param revision does the same, and is another one. */
export const strategyOf = (revision: number) => `// ${revision}
module.exports = {
  metadata: { name: 'soak', tag: 'v1', displayName: 'Soak', description: '', config: [], events: ['Trade', 'Ticker', 'BookSnapshot', 'ExecReport'] },
  create({ helpers, runtime }) {
    let events = 0
    const seen = () => {
      if (++events % ${ORDER_EVERY} !== 0 || !runtime.isTradingActive()) return
      try {
        runtime.submitMarketOrder('', runtime.position().quantity > 0 ? 'sell' : 'buy', '0.01')
      } catch (error) {
        helpers.log('refused:', error.message)
      }
    }
    const told = () => {
      helpers.state.told = (helpers.state.told ?? 0) + 1
      helpers.log('told', helpers.state.told)
    }
    return {
      onTrade: seen, onTicker: seen, onBookSnapshot: seen, onOrderPartialFill: told, onOrderFilled: told,
    }
  },
}
`
