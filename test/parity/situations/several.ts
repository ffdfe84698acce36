/** Several symbols, several providers, several revisions. */
import { trades, tradesOf } from '../recordings'
import type { Situation } from '../situation'

const FEW = trades(100, 101, 99, 102, 98, 101, 100)
const TWO = tradesOf(
  ['BTC-USDT', 100],
  ['ETH-USDT', 10],
  ['BTC-USDT', 101],
  ['ETH-USDT', 9],
  ['ETH-USDT', 11],
  ['BTC-USDT', 98],
  ['ETH-USDT', 10],
  ['BTC-USDT', 100],
)

export const several: Situation[] = [
  {
    name: 'orders in two symbols',
    data: TWO,
    strategy: `return watch({
      2: () => { market('buy', '1'); market('buy', '10', { symbol: 'ETH-USDT' }); limit('buy', '5', '9.5', { symbol: 'ETH-USDT' }) },
      4: () => { ask('open', () => runtime.openOrders('ETH-USDT')); ask('position', () => runtime.position('ETH-USDT')); limit('buy', '1', '99') },
      5: () => { cancelAll('BTC-USDT'); cancelAll('ETH-USDT'); market('sell', '15', { symbol: 'ETH-USDT' }) },
    })`,
    sampled: true,
  },
  {
    name: 'an order in a symbol that has no price yet',
    data: TWO,
    paper: { cash: '1000' },
    strategy: `return watch({ 1: () => { market('buy', '5', { symbol: 'ETH-USDT' }); market('buy', '200', { symbol: 'ETH-USDT' }); limit('buy', '95', '10', { symbol: 'ETH-USDT' }); market('buy', '9') } })`,
  },
  {
    name: 'margin that two symbols share',
    data: TWO,
    paper: { cash: '1000' },
    strategy: `return watch({ 2: () => { market('buy', '6'); market('buy', '50', { symbol: 'ETH-USDT' }); market('sell', '30', { symbol: 'ETH-USDT' }) }, 5: () => market('buy', '4') })`,
  },
  {
    name: 'liquidation of two positions',
    data: tradesOf(
      ['BTC-USDT', 100],
      ['ETH-USDT', 10],
      ['BTC-USDT', 100],
      ['ETH-USDT', 10],
      ['BTC-USDT', 90],
      ['ETH-USDT', 7],
      ['BTC-USDT', 85],
      ['ETH-USDT', 8],
    ),
    paper: { cash: '1000', leverage: '5' },
    strategy: `return watch({ 2: () => { market('buy', '20'); market('buy', '200', { symbol: 'ETH-USDT' }); limit('buy', '1', '1') } })`,
  },
  {
    name: 'fills of one symbol while the other sleeps on',
    data: TWO,
    strategy: `return watch({ 1: () => { nap(2500); market('buy', '1', { symbol: 'ETH-USDT' }); market('buy', '1') }, 4: () => { limit('buy', '1', '98.5'); limit('sell', '1', '10.5', { symbol: 'ETH-USDT' }) } })`,
  },
  {
    name: 'two providers, of which one is silent',
    data: FEW,
    // what it has to show comes at a time that nothing determines: nobody looks at it, nor at what its price moves
    other: trades(100),
    strategy: `const [first, second] = runtime.providers()
    let id
    const handlers = watch({
      1: () => { limit('buy', '1', '98.5'); id = limit('buy', '1', '50', { provider: second }); market('buy', '1', { provider: 'third' }) },
      2: () => { write('provider', runtime.selectProvider(1).name); cancel(id); cancel(id); limit('sell', '2', '150', { provider: second }) },
      4: () => { cancelAll(); limit('sell', '1', '102', { provider: first }) },
    })
    return { ...handlers, onTrade: (ctx, evt, ...more) => evt.provider === first ? handlers.onTrade(ctx, evt, ...more) : undefined }`,
  },
  {
    name: 'a roll to another revision',
    data: FEW,
    rolled: true,
    strategy: `write('revision', revision, helpers.state)
    return watch({
      1: () => { limit('buy', '1', String(98 + revision)); helpers.state.seen = [...(helpers.state.seen ?? []), revision] },
      3: () => market('buy', '0.5'),
      6: () => { limit('buy', '1', '50'); write('state', helpers.state) },
    })`,
  },
  {
    name: 'a roll with a fault in the new revision',
    data: FEW,
    rolled: true,
    strategy: `return watch({ 1: () => market('buy', '1'), 2: () => { if (revision === 2) throw new Error('new') }, 4: () => cancelAll() })`,
  },
]
