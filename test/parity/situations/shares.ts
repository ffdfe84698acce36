/** Sizes that are shares of the equity, on every kind of data and in every kind of account. */
import { books, candles, quotes, trades, tradesOf } from '../recordings'
import type { Paper, Recording, Situation } from '../situation'

const FEW = trades(100, 101, 99, 102, 98, 101, 100, 103)

const DATA: Readonly<Record<string, Recording>> = {
  trades: FEW,
  candles: candles(
    [100, 101, 99, 100],
    [100, 102, 98, 101],
    [103, 104, 100, 102],
    [102, 103, 97, 98],
    [98, 101, 98, 100],
  ),
  quotes: quotes([99, 100], [100, 101], [98, 99], [101, 102], [97, 98], [100, 101]),
  books: books(
    ...[100, 102, 98, 101, 99].map((middle) => ({
      bids: [
        [middle - 1, 20],
        [middle - 2, 40],
        [middle - 9, 900],
      ] as [number, number][],
      asks: [
        [middle + 1, 20],
        [middle + 2, 40],
        [middle + 9, 900],
      ] as [number, number][],
    })),
  ),
}

const TERMS: Readonly<Record<string, Paper>> = {
  'with fees and slippage': { takerBps: '30', makerBps: '10', slippageBps: '15' },
  'with latency': { latencyMs: 1500 },
  'in a spot account': { account: 'spot' },
  'in an inverse account': { account: 'inverse', cash: '2' },
  'with leverage': { leverage: '3' },
  'without a margin': { checkMargin: false },
  'with fees per contract': { feePerContract: '0.5', feeMinimum: '20', multiplier: '10' },
  'filled at once': { fill: 'same' },
}

/** In, out, the other way, and out again; with orders beside that rest. */
const ROUND = `return watch({
  1: () => { market('buy', '100%'); limit('sell', '50%', '150'); market('sell', '100%', { reduceOnly: true }) },
  2: () => { market('sell', '33.3%', { reduceOnly: true }); order({ side: 'sell', type: 'stop', quantity: '100%', stopPrice: '99.5', reduceOnly: true }) },
  3: () => { cancelAll(); market('sell', '100%', { reduceOnly: true }); market('sell', '60%') },
  4: () => { limit('buy', '25%', '97.5'); limit('buy', '1000%', '90'); market('buy', '0.00000001%') },
})`

export const shares: Situation[] = [
  ...Object.entries(DATA).map(
    ([kind, data]): Situation => ({ name: `shares on ${kind}`, data, strategy: ROUND, sampled: true }),
  ),
  ...Object.entries(TERMS).flatMap(([how, paper]) =>
    ['trades', 'books'].map(
      (kind): Situation => ({ name: `shares on ${kind} ${how}`, data: DATA[kind]!, paper, strategy: ROUND }),
    ),
  ),
  {
    name: 'shares of an account that two symbols have in common',
    data: tradesOf(
      ['BTC-USDT', 100],
      ['ETH-USDT', 10],
      ['BTC-USDT', 101],
      ['ETH-USDT', 9],
      ['ETH-USDT', 11],
      ['BTC-USDT', 98],
    ),
    strategy: `return watch({
      1: () => market('buy', '50%', { symbol: 'ETH-USDT' }),
      2: () => { market('buy', '60%'); market('buy', '60%', { symbol: 'ETH-USDT' }) },
      4: () => { market('sell', '50%', { reduceOnly: true }); market('buy', '100%', { symbol: 'ETH-USDT' }) },
    })`,
  },
  {
    name: 'risk limits of orders that ask for shares, as they leave and as they are settled',
    data: trades(100, 50, 200, 100, 90, 10, 10),
    limits: { maxPositionSize: '120', maxNotionalValue: '11000' },
    strategy: `return watch({
      1: () => market('buy', '100%'),
      2: () => { market('buy', '60%'); limit('buy', '50%', '40') },
      3: () => market('sell', '100%', { reduceOnly: true }),
      4: () => market('buy', '100%'),
      5: () => limit('buy', '100%', '10'),
    })`,
  },
  {
    name: 'a share of a price that is rounded',
    data: FEW,
    strategy: `return watch({ 1: () => { limit('buy', '40%', 98.123456); runtime.submit({ side: 'buy', type: 'stopLimit', quantity: '30%', stopPrice: 101.5, price: 102.25 }) } })`,
  },
]
