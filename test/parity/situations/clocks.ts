/** Sleeps: what a strategy does ahead of the market, and what it sees of it. */
import { candles, quotes, trades } from '../recordings'
import type { Situation } from '../situation'

const FEW = trades(100, 101, 99, 102, 98, 101, 100, 99)

export const clocks: Situation[] = [
  {
    name: 'a sleep before an order',
    data: FEW,
    strategy: `return watch({ 1: () => { nap(1500); market('buy', '1') }, 4: () => { nap(100); market('sell', '1') } })`,
    sampled: true,
  },
  {
    name: 'sleeps between orders',
    data: FEW,
    strategy: `return watch({ 1: () => {
      limit('buy', '1', '98.5'); nap(500); limit('buy', '1', '99.5'); nap('1s'); market('buy', '1'); nap('2s500ms'); market('sell', '3')
    } })`,
  },
  {
    name: 'a sleep that ends at the very time of the next event',
    data: FEW,
    strategy: `return watch({ 1: () => { nap(1000); market('buy', '1') }, 3: () => { nap(1000); limit('buy', '1', '101'); nap(1000); cancelAll() } })`,
  },
  {
    name: 'what was ordered after a sleep is cancelled when the market has come to its very time',
    data: FEW,
    strategy: `return watch({
      1: () => { nap(2000); limit('buy', '1', '98.5'); order({ side: 'buy', type: 'stop', quantity: '1', stopPrice: '99' }) },
      3: () => { cancelAll(); market('buy', '1'); limit('sell', '1', '98') },
    })`,
  },
  {
    name: 'a sleep over several events, and each of them acts',
    data: FEW,
    strategy: `return watch({ each: (payload, n) => { if (n < 4) { nap(2500); limit('buy', '1', String(90 + n)) } else if (n === 6) cancelAll() } })`,
  },
  {
    name: 'what was ordered after a sleep is cancelled',
    data: FEW,
    strategy: `let id
    return watch({
      1: () => { nap(3500); id = limit('buy', '1', '98.5') },
      2: () => { cancel(id); cancel(id) },
      5: () => cancel(id),
    })`,
  },
  {
    name: 'cancelled after a sleep, and filled meanwhile',
    data: FEW,
    strategy: `let id
    return watch({
      1: () => { id = limit('buy', '1', '99.5'); nap(3500); cancel(id); cancel(id); limit('buy', '1', '97'); cancelAll() },
      6: () => { cancel(id); look() },
    })`,
    sampled: true,
  },
  {
    name: 'an order is replaced after a sleep',
    data: FEW,
    paper: { cash: '1000' },
    strategy: `let id
    return watch({ 1: () => { id = limit('buy', '9', '90'); nap(1500); cancel(id); id = limit('buy', '9', '99.5') } })`,
  },
  {
    name: 'sleeps in the handlers of reports',
    data: FEW,
    strategy: `return watch({ 1: () => market('buy', '1') },
      (state, payload, count) => { if (count < 6) { nap(700); limit('sell', '1', String(104 - count)) } })`,
  },
  {
    name: 'a sleep over the end of the data',
    data: FEW,
    strategy: `return watch({ 5: () => { nap(3_600_000); market('buy', '1'); look() }, 6: () => market('buy', '1'), 7: () => cancelAll() })`,
  },
  {
    name: 'a sleep in create',
    data: FEW,
    strategy: `helpers.sleep(2500)
    return watch({ 1: () => market('buy', '1'), 5: () => market('sell', '1') })`,
  },
  {
    name: 'sleeps that are none',
    data: FEW,
    strategy: `return watch({ 1: () => { for (const none of [0, -5, NaN, Infinity, 'soon', '', null, undefined, {}]) nap(none); nap('1ms'); nap(0.5) } })`,
  },
  {
    name: 'a sleep with latency',
    data: FEW,
    paper: { latencyMs: 700 },
    strategy: `let id
    return watch({ 1: () => { market('buy', '1'); nap(600); id = limit('buy', '1', '99.5') }, 2: () => cancel(id), 3: () => { nap(1200); market('sell', '1') } })`,
  },
  {
    name: 'a sleep with fill same',
    data: FEW,
    paper: { fill: 'same' },
    strategy: `return watch({ 1: () => { nap(1500); market('buy', '1') }, 4: () => { market('sell', '1'); nap(100); market('buy', '2') } })`,
  },
  {
    name: 'sleeps on candles',
    data: candles(
      [100, 101, 99, 100],
      [100, 103, 98, 102],
      [102, 104, 97, 98],
      [98, 101, 97, 100],
      [100, 101, 99, 100],
    ),
    strategy: `return watch({ 1: () => { nap(30_000); market('buy', '1'); nap(60_000); limit('sell', '1', '103') }, 3: () => { nap(1); limit('buy', '1', '97.5') } })`,
  },
  {
    name: 'sleeps on quotes',
    data: quotes([99, 100], [98, 99], [100, 101], [99, 100], [97, 98]),
    strategy: `return watch({ 1: () => { nap(1500); market('buy', '1'); limit('buy', '1', '98.5', { postOnly: true }) }, 3: () => { nap(300); cancelAll() } })`,
  },
  {
    name: 'an order after a sleep that is refused when its time has come',
    data: trades(100, 120, 140, 150, 140),
    paper: { cash: '1000' },
    strategy: `return watch({ 1: () => { market('buy', '5'); nap(1500); limit('buy', '4.5', '99'); limit('buy', '4', '99') }, 2: () => limit('buy', '3', '110') })`,
  },
  {
    name: 'the clock and the random numbers',
    data: trades(100, [101, 1, 1], [102, 1, 0], [103, 1, 86_400], [104, 1, 123]),
    strategy: `return watch({ each: () => { write('now', Date.now(), new Date(), Math.random()); nap(5); write('now', Date.now(), Math.random()) } })`,
  },
]
