/** What is refused where it is ordered, and what is rejected later. */
import { quotes, trades } from '../recordings'
import type { Situation } from '../situation'

const FEW = trades(100, 101, 99, 102, 98, 101, 100)

export const refusals: Situation[] = [
  {
    name: 'arguments that make no order',
    data: FEW,
    strategy: `return watch({ 1: () => {
      order({ side: 'sideways', type: 'market', quantity: '1' })
      order({ side: 'buy', type: 'iceberg', quantity: '1' })
      order({ side: 'buy', type: 'limit', quantity: '1' })
      order({ side: 'buy', type: 'market', quantity: '1', price: '100' })
      order({ side: 'buy', type: 'stop', quantity: '1' })
      order({ side: 'buy', type: 'market' })
      for (const quantity of ['0', '-1', 'much', NaN, Infinity, 0, -1, '1e3', '', null, '9'.repeat(60)]) market('buy', quantity)
      for (const price of ['0', '-1', 'dear', NaN, '1'.repeat(50)]) limit('buy', '1', price)
      order({ side: 'buy', type: 'limit', quantity: '1', price: '100', timeInForce: 'DAY' })
      order({ side: 'buy', type: 'limit', quantity: '1', price: '100', timeInForce: 'IOC', postOnly: true })
      order({ side: 'buy', type: 'market', quantity: '1', postOnly: true })
      order(undefined)
    } })`,
    sampled: true,
  },
  {
    name: 'symbols that are not there',
    data: FEW,
    strategy: `return watch({ 1: () => {
      market('buy', '1', { symbol: 'ETH-USDT' }); market('buy', '1', { symbol: 'btc-usdt' })
      for (const what of ['position', 'instrument', 'openOrders', 'balance']) ask(what, () => runtime[what]('ETH-USDT'))
    } })`,
  },
  {
    name: 'a provider that is not in scope',
    data: FEW,
    strategy: `return watch({ 1: () => { market('buy', '1', { provider: 'elsewhere' }) } })`,
  },
  {
    name: 'margin',
    data: trades(100, 120, 80, 100),
    paper: { cash: '1000' },
    strategy: `return watch({
      1: () => { market('buy', '10.1'); market('buy', '6'); limit('buy', '5', '90'); limit('buy', '4', '90'); market('sell', '17') },
      2: () => { market('buy', '5'); limit('sell', '12', '130') },
      3: () => { market('sell', '30'); market('buy', '4') },
    })`,
  },
  {
    name: 'margin with leverage',
    data: trades(100, 120, 80, 100),
    paper: { cash: '1000', leverage: '3' },
    strategy: `return watch({ 1: () => { market('buy', '30.1'); market('buy', '20') }, 2: () => market('buy', '10'), 3: () => market('buy', '1') })`,
  },
  {
    name: 'no check of the margin',
    data: trades(100, 99, 101, 100),
    paper: { cash: '1000', checkMargin: false },
    strategy: `return watch({ 1: () => market('buy', '500'), 2: () => market('sell', '900') })`,
  },
  {
    name: 'a market order before the first price of its symbol',
    data: quotes([99, 100], [99, 101]),
    paper: { cash: '150' },
    strategy: `return watch({ 1: () => { market('buy', '1'); market('buy', '1') } })`,
  },
  {
    name: 'orders in create',
    data: FEW,
    strategy: `market('buy', '1'); cancel('x'); cancelAll(); look()
    return watch({ 1: () => market('buy', '1') })`,
  },
  {
    name: 'the same order twice while it fits once',
    data: trades(100, 100, 99, 101),
    paper: { cash: '1000', makerBps: '0', takerBps: '0' },
    strategy: `return watch({ 1: () => { limit('buy', '10', '100'); limit('buy', '10', '100') }, 3: () => limit('sell', '20', '100') })`,
  },
  {
    name: 'an order is rejected when it arrives, since another has taken the money',
    data: trades(100, 100, 99, 101, 100),
    paper: { account: 'spot', cash: '1000', latencyMs: 1500, slippageBps: '50' },
    strategy: `return watch({ 1: () => { market('buy', '9.99'); limit('buy', '1', '0.5') }, 4: () => market('sell', '20') })`,
  },
]
