/** What is cancelled, when, and what is seen of it at once. */
import { quotes, trades } from '../recordings'
import type { Situation } from '../situation'

const FEW = trades(100, 101, 99, 102, 98, 101, 100)

export const cancels: Situation[] = [
  {
    name: 'cancel and replace with nearly all of the equity in one handler',
    data: trades(200, 198, 199, 195, 201),
    paper: { makerBps: '0', takerBps: '0' },
    strategy: `let id
    return watch({
      1: () => { id = limit('buy', '45', 196) },
      2: () => { cancel(id); id = limit('buy', '45', 197) },
      3: () => { cancel(id); id = limit('buy', '49', 196) },
    })`,
    sampled: true,
  },
  {
    name: 'cancel and replace across handlers',
    data: trades(200, 198, 199, 195, 201),
    strategy: `let id
    return watch({
      1: () => { id = limit('buy', '45', 196) }, 2: () => cancel(id), 3: () => { id = limit('buy', '49', 196) },
    })`,
  },
  {
    name: 'cancel and replace in the report of the cancellation',
    data: trades(200, 198, 199, 195, 201),
    strategy: `let id
    return watch({ 1: () => { id = limit('buy', '45', 196) }, 2: () => cancel(id) },
      (state) => { if (state === 'CANCELLED') limit('buy', '49', 196) })`,
  },
  {
    name: 'cancelling twice, and what was never there',
    data: FEW,
    strategy: `let id
    return watch({
      1: () => { id = limit('buy', '1', '90'); limit('sell', '1', '110'); cancel('nothing') },
      2: () => { cancel(id); cancel(id); cancelAll(); cancelAll(); cancel(id) },
      3: () => { cancel(id); cancelAll() },
    })`,
    sampled: true,
  },
  {
    name: 'cancelAll within the handler that ordered',
    data: FEW,
    strategy: `return watch({
      1: () => { limit('buy', '1', '98.5'); market('buy', '1'); limit('sell', '1', '101.5'); cancelAll() },
      3: () => market('buy', '1'),
    })`,
  },
  {
    name: 'a market order cancelled in the handler that made it',
    data: FEW,
    strategy: `return watch({ 1: () => { const id = market('buy', '1'); cancel(id); market('buy', '2') } })`,
  },
  {
    name: 'an order in flight is cancelled',
    data: FEW,
    paper: { latencyMs: 1500 },
    strategy: `let id
    return watch({
      1: () => { id = limit('buy', '1', '99.5') },
      2: () => { cancel(id); cancel(id) },
      3: () => { const other = market('buy', '1'); cancel(other) },
    })`,
  },
  {
    name: 'what is cancelled with fill same',
    data: FEW,
    paper: { fill: 'same' },
    strategy: `return watch({
      1: () => { const id = market('buy', '1'); cancel(id); cancelAll() },
      3: () => { limit('buy', '1', '98.5'); cancelAll(); market('sell', '1') },
    })`,
  },
  {
    name: 'what is cancelled with quotes that fill at once',
    data: quotes([99, 100], [98, 99], [100, 101], [99, 100]),
    strategy: `return watch({
      1: () => { const id = market('buy', '1'); cancel(id); const other = limit('buy', '1', '100'); cancel(other) },
      2: () => { limit('buy', '1', '97'); cancelAll() },
    })`,
  },
  {
    name: 'a partly filled order is cancelled',
    data: trades(100, [98, 2], 100, [98, 2], 100),
    strategy: `let id
    return watch({ 1: () => { id = limit('buy', '5', '99') }, 3: () => { cancel(id); limit('buy', '3', '99') } })`,
  },
  {
    name: 'what is left is cancelled in the report of a partial fill',
    data: trades(100, [98, 2], 100, [98, 2], 100),
    strategy: `return watch({ 1: () => { limit('buy', '5', '99'); limit('buy', '2', '98.5') } },
      (state, { clientOrderId }) => { if (state === 'PARTIAL') { cancel(clientOrderId); cancelAll() } })`,
  },
  {
    name: 'an order is cancelled in its own acknowledgement',
    data: FEW,
    strategy: `return watch({ 1: () => { market('buy', '1'); limit('buy', '1', '99.5') } },
      (state, { clientOrderId }) => { if (state === 'ACK') cancel(clientOrderId) })`,
  },
  {
    name: 'cancelAll of one symbol and of one that is not in scope',
    data: FEW,
    strategy: `return watch({
      1: () => { limit('buy', '1', '90'); cancelAll('ETH-USDT'); cancelAll('BTC-USDT'); cancelAll('BTC-USDT') },
    })`,
  },
  {
    name: 'a reduce-only order is cancelled together with what it would reduce',
    data: FEW,
    strategy: `return watch({
      1: () => market('buy', '2'),
      2: () => { limit('sell', '2', '103', { reduceOnly: true }); cancelAll(); market('sell', '2') },
      4: () => { limit('sell', '1', '103', { reduceOnly: true }); cancelAll() },
    })`,
  },
]
