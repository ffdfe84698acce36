/** Rules of markets, from a file that a backtest and a provider take alike. */
import { candles, quotes, trades, tradesOf } from '../recordings'
import type { Situation } from '../situation'

const FEW = trades(100, 101, 99, 102, 98, 101, 100, 103)
const BTC = 'BTC-USDT'

/** Within its rules and beyond each of them. */
const TRIES = `return watch({
  1: () => {
    ask('rules', () => runtime.instrument())
    for (const quantity of ['0.1', '0.15', '3', '4', '41']) { market('buy', quantity); limit('buy', quantity, '95') }
    for (const price of ['95.25', '0.5', '5000', '60', '120']) { limit('buy', '1', price); limit('sell', '1', price) }
    order({ side: 'buy', type: 'stop', quantity: '1', stopPrice: '5000' })
  },
  3: () => { market('buy', 1.2345); market('buy', '50%'); limit('buy', '50%', '90') },
  5: () => { cancelAll(); market('sell', '100%', { reduceOnly: true }); market('buy', '0.2') },
})`

const STRICT = {
  priceIncrement: '0.5',
  minPrice: '1',
  maxPrice: '1000',
  quantityIncrement: '0.1',
  minQuantity: '0.2',
  maxQuantity: '40',
  marketQuantityIncrement: '0.5',
  marketMaxQuantity: '3.5',
  minNotional: '30',
  maxNotional: '3000',
  priceBand: { buyUpper: '1.15', sellLower: '0.85' },
}

export const rules: Situation[] = [
  { name: 'rules of a market', data: FEW, instruments: { [BTC]: STRICT }, strategy: TRIES, sampled: true },
  {
    name: 'rules that measure by an average price',
    data: trades(
      [100, 5, 0],
      [110, 1, 50_000],
      [90, 2, 50_000],
      [102, 9, 50_000],
      [140, 1, 90_000],
      [141, 1, 400_000],
      [100, 1],
    ),
    instruments: { [BTC]: { ...STRICT, averagePriceMinutes: 2, minNotionalExemptsMarket: true } },
    strategy: TRIES,
  },
  {
    name: 'rules that measure by an average price, on candles with latency',
    data: candles(
      [100, 101, 99, 100],
      [100, 102, 98, 101],
      [103, 104, 100, 102],
      [102, 103, 97, 98],
      [98, 101, 98, 100],
      [98, 101, 98, 100],
    ),
    paper: { latencyMs: 90_000 },
    instruments: { [BTC]: { ...STRICT, averagePriceMinutes: 5, maxNotionalExemptsMarket: true } },
    strategy: TRIES,
  },
  {
    name: 'rules on quotes, which tell no average',
    data: quotes([99, 100], [100, 101], [98, 99], [101, 102], [97, 98], [100, 101]),
    paper: { account: 'spot' },
    instruments: { [BTC]: { ...STRICT, averagePriceMinutes: 5 } },
    strategy: TRIES,
  },
  {
    name: 'contracts of different multipliers, margins and fees in one account',
    data: tradesOf(
      [BTC, 100],
      ['ETH-USDT', 10],
      [BTC, 101],
      ['ETH-USDT', 9],
      ['ETH-USDT', 11],
      [BTC, 98],
      ['ETH-USDT', 10],
      [BTC, 100],
    ),
    paper: { takerBps: '5', multiplier: '3' },
    instruments: {
      [BTC]: { multiplier: '10', marginPerContract: '250', feePerContract: '1.5', feeMinimum: '4' },
      'ETH-USDT': { makerBps: '-1', takerBps: '25' },
    },
    strategy: `return watch({
      2: () => { ask('rules', () => [runtime.instrument(), runtime.instrument('ETH-USDT')]); market('buy', '2'); market('buy', '50', { symbol: 'ETH-USDT' }); market('buy', '60') },
      4: () => { limit('sell', '20', '10.5', { symbol: 'ETH-USDT' }); market('sell', '1'); market('buy', '40%', { symbol: 'ETH-USDT' }) },
      6: () => market('sell', '100%', { reduceOnly: true }),
    })`,
    sampled: true,
  },
  {
    name: 'contracts of different multipliers, liquidated',
    data: tradesOf(
      [BTC, 100],
      ['ETH-USDT', 10],
      [BTC, 101],
      ['ETH-USDT', 9],
      [BTC, 90],
      ['ETH-USDT', 5],
      [BTC, 60],
      [BTC, 50],
    ),
    paper: { cash: '1000', leverage: '20' },
    instruments: { [BTC]: { multiplier: '0.1' }, 'ETH-USDT': { multiplier: '10' } },
    strategy: `return watch({ 2: () => { market('buy', '100'); market('buy', '3', { symbol: 'ETH-USDT' }) } })`,
  },
]
