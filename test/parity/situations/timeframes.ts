/** Candles that are made of a recording: what is seen is longer, what fills orders is as fine as before. */
import { candles, trades } from '../recordings'
import type { Situation } from '../situation'

const BARS = Array.from({ length: 11 }, (_, i) => [100 + i, 104 + i, 96 + i, 101 + i] as const)

export const timeframes: Situation[] = [
  {
    name: 'candles of five minutes over those of one',
    // two of five minutes
    data: { ...candles(...BARS), events: 2 },
    klines: ['5m'],
    strategy: `return watch({
      1: () => { market('buy', '2'); limit('buy', '1', '101.5'); limit('sell', '1', '107.5') },
      2: () => market('sell', '1'),
    })`,
    sampled: true,
  },
  {
    name: 'candles of two lengths, of which the data have one',
    data: { ...candles(...BARS), events: 13 },
    klines: ['1m', '5m'],
    strategy: `return watch({ each: ({ interval }, n) => { if (interval === '5m' || n === 3) market('buy', '1') } })`,
  },
  {
    name: 'candles of trades beside them',
    data: {
      ...trades([100, 1], [101, 2, 20_000], [99, 3, 20_000], [102, 1, 20_000], [98, 2, 70_000], [97, 1, 50_000]),
      events: 8,
    },
    klines: ['1m', '2m'],
    strategy: `return watch({
      1: () => { limit('buy', '1', '98.5'); order({ side: 'sell', type: 'stop', quantity: '1', stopPrice: '98' }) },
      each: ({ interval }) => { if (interval !== undefined) market('buy', '0.5') },
    })`,
    sampled: true,
  },
]
