/** Every type of order with every time in force, of both sides, on every kind of data; and what makes an order special. */
import { books, candles, quotes, trades } from '../recordings'
import type { Recording, Situation } from '../situation'

/** Up, down, and through every price that the orders below have; of trades less than an order wants. */
const DATA: Readonly<Record<string, Recording>> = {
  trades: trades([100, 2], [101, 2], [99, 2], [102, 2], [98, 2], [101, 1], [103, 5], [97, 5], [100, 2], [100, 2]),
  candles: candles(
    [100, 101, 99, 100],
    [100, 102, 98, 101],
    [103, 104, 100, 102],
    [102, 103, 97, 98],
    [98, 101, 98, 100],
    [97, 105, 96, 104],
    [104, 104, 95, 96],
    [96, 101, 96, 100],
  ),
  quotes: quotes([99, 100], [100, 101], [98, 99], [101, 102], [97, 98], [100, 101], [102, 103], [96, 97], [99, 100]),
  books: books(
    {
      bids: [
        [99, 1],
        [98, 1],
      ],
      asks: [
        [100, 1],
        [101, 1],
        [102, 5],
      ],
    },
    {
      bids: [
        [100, 1],
        [99, 1],
      ],
      asks: [
        [101, 2],
        [102, 2],
      ],
    },
    {
      bids: [[98, 4]],
      asks: [
        [99, 1],
        [100, 1],
      ],
    },
    {
      bids: [
        [101, 2],
        [100, 2],
      ],
      asks: [[102, 1]],
    },
    { bids: [[97, 1]], asks: [[98, 9]] },
    { bids: [[100, 9]], asks: [[101, 9]] },
    {
      bids: [
        [102, 1],
        [98, 1],
      ],
      asks: [[103, 1]],
    },
    { bids: [[99, 9]], asks: [[100, 9]] },
  ),
}
const TYPES = {
  market: { buy: {}, sell: {} },
  limit: { buy: { price: '100' }, sell: { price: '101' } },
  stop: { buy: { stopPrice: '101' }, sell: { stopPrice: '99' } },
  stopLimit: { buy: { stopPrice: '101', price: '101.5' }, sell: { stopPrice: '99', price: '98.5' } },
} as const

const everyOrder: Situation[] = Object.entries(DATA).flatMap(([kind, data]) =>
  Object.entries(TYPES).flatMap(([type, terms]) =>
    ['GTC', 'IOC', 'FOK'].map((timeInForce): Situation => {
      const request = (side: 'buy' | 'sell') =>
        JSON.stringify({ side, type, quantity: '3', timeInForce, ...terms[side] })
      return {
        name: `${type} ${timeInForce} on ${kind}`,
        data,
        strategy: `return watch({ 1: () => order(${request('buy')}), 4: () => order(${request('sell')}), 7: () => cancelAll() })`,
        ...(kind === 'trades' && timeInForce === 'GTC' && { sampled: true }),
      }
    }),
  ),
)

const FEW = trades(100, 101, 99, 102, 98, 101, 100)

export const orders: Situation[] = [
  ...everyOrder,
  {
    name: 'a post-only order that would cross, and one that would not',
    data: quotes([99, 100], [99, 100], [97, 98], [100, 101]),
    strategy: `return watch({
      1: () => { limit('buy', '1', '100', { postOnly: true }); limit('buy', '1', '98.5', { postOnly: true }) },
      2: () => limit('sell', '1', '99', { postOnly: true }),
    })`,
  },
  {
    name: 'a post-only stop-limit order that would cross once it is set off',
    data: FEW,
    strategy: `return watch({
      1: () => order({ side: 'buy', type: 'stopLimit', quantity: '1', stopPrice: '101', price: '103', postOnly: true }),
    })`,
  },
  {
    name: 'orders that may only reduce',
    data: FEW,
    strategy: `return watch({
      1: () => { market('sell', '1', { reduceOnly: true }); market('buy', '2') },
      2: () => { limit('sell', '5', '101.5', { reduceOnly: true }); limit('sell', '2', '101', { reduceOnly: true }) },
      5: () => market('sell', '1', { reduceOnly: true }),
    })`,
  },
  {
    name: 'a market order with fill same on trades',
    data: FEW,
    paper: { fill: 'same' },
    strategy: `return watch({ 1: () => { market('buy', '1'); market('buy', '2') }, 3: () => market('sell', '5') })`,
    sampled: true,
  },
  {
    name: 'a market order with fill same on candles',
    data: DATA.candles!,
    paper: { fill: 'same' },
    strategy: `return watch({ 1: () => market('buy', '1'), 3: () => market('sell', '2') })`,
  },
  {
    name: 'fill same, ordered again in the report',
    data: FEW,
    paper: { fill: 'same' },
    strategy: `return watch({ 1: () => market('buy', '1') },
      (state, payload, count) => { if (state === 'FILLED' && count < 7) market('sell', '1') })`,
  },
  {
    name: 'a limit that fills when it is touched',
    data: FEW,
    paper: { limit: 'touch' },
    strategy: `return watch({ 1: () => { limit('buy', '1', '99'); limit('sell', '1', '101') } })`,
  },
  {
    name: 'latency',
    data: FEW,
    paper: { latencyMs: 1500 },
    strategy: `return watch({ 1: () => { market('buy', '1'); limit('buy', '1', '99.5') }, 4: () => limit('sell', '2', '97') })`,
  },
  {
    name: 'latency on candles',
    data: DATA.candles!,
    paper: { latencyMs: 90_000 },
    strategy: `return watch({ 1: () => { market('buy', '1'); limit('buy', '1', '101', { postOnly: true }) }, 4: () => market('sell', '1') })`,
  },
  {
    name: 'latency on quotes, and a post-only order that crosses when it arrives',
    data: DATA.quotes!,
    paper: { latencyMs: 800 },
    strategy: `return watch({ 1: () => { limit('buy', '1', '99', { postOnly: true }); market('buy', '1') }, 5: () => cancelAll() })`,
  },
  {
    name: 'latency with fill same',
    data: FEW,
    paper: { latencyMs: 1000, fill: 'same' },
    strategy: `return watch({ 1: () => market('buy', '1'), 3: () => market('sell', '1') })`,
  },
  {
    name: 'slippage',
    data: FEW,
    paper: { slippageBps: '12.5' },
    strategy: `return watch({ 1: () => { market('buy', '1'); limit('buy', '1', '101.05', { timeInForce: 'IOC' }) }, 3: () => market('sell', '1') })`,
  },
  {
    name: 'maker and taker fees, and a rebate',
    data: DATA.quotes!,
    paper: { makerBps: '-2.5', takerBps: '7.5' },
    strategy: `return watch({ 1: () => { market('buy', '1.5'); limit('buy', '1', '98.7') }, 4: () => limit('sell', '2.5', '103') })`,
    sampled: true,
  },
  {
    name: 'partial fills of several orders at one price',
    data: trades(100, [98, 3], [98, 2], [97, 4], 100),
    strategy: `return watch({ 1: () => { limit('buy', '2', '99'); limit('buy', '4', '99'); limit('buy', '3', '98.5') } })`,
  },
  {
    name: 'a book walked level by level',
    data: DATA.books!,
    strategy: `return watch({ 1: () => { market('buy', '6'); market('buy', '4') }, 2: () => limit('sell', '5', '99'), 5: () => market('sell', '2') })`,
  },
  {
    name: 'the plain calls for orders',
    data: FEW,
    strategy: `return watch({
      1: () => {
        ask('submitMarketOrder', () => runtime.submitMarketOrder('', 'long', 1))
        ask('submitOrder', () => runtime.submitOrder(runtime.selectProvider(3), 'BID', '0.5', 99.5))
        ask('a number as side', () => runtime.submitOrder(null, -1, 1))
        ask('a name', () => runtime.submitMarketOrder(runtime.providers()[0], 'ask', '0.25'))
      },
    })`,
  },
]
