/** What the handlers of reports see, and when what they do is told. */
import { candles, quotes, trades } from '../recordings'
import type { Situation } from '../situation'

const FALL = trades(100, 96, 97, 95, 99, 101, 100)

export const reports: Situation[] = [
  {
    name: 'several fills by one event',
    data: FALL,
    strategy: `return watch({
      1: () => { limit('buy', '1', '99'); limit('buy', '2', '98'); limit('buy', '3', '97') },
      5: () => { limit('sell', '4', '100'); limit('sell', '2', '100.5') },
    })`,
    sampled: true,
  },
  {
    name: 'the equity in reports of a short position',
    data: FALL,
    strategy: `return watch({ 1: () => { market('sell', '10'); limit('buy', '4', '96.5') }, 4: () => market('buy', '20') })`,
  },
  {
    name: 'orders made in the report of a fill',
    data: FALL,
    strategy: `return watch({ 1: () => { limit('buy', '1', '99'); limit('buy', '2', '98') } },
      (state, { side }) => { if (state === 'FILLED' && side === 'Buy') { limit('sell', '1', '100.5'); market('buy', '0.5') } })`,
  },
  {
    name: 'orders made in reports that fill at once',
    data: quotes([99, 100], [97, 98], [98, 99], [101, 102], [100, 101]),
    strategy: `return watch({ 1: () => { limit('buy', '1', '98.5'); limit('buy', '2', '98') } },
      (state, { side }) => { if (state === 'FILLED' && side === 'Buy') market('sell', '1') })`,
    sampled: true,
  },
  {
    name: 'every acknowledgement is answered with another order',
    data: FALL,
    strategy: `let left = 5
    return watch({ 1: () => limit('buy', '1', '90'), 4: () => cancelAll() },
      (state) => { if (state === 'ACK' && left-- > 0) limit('buy', '1', String(90 - left)) })`,
  },
  {
    name: 'every cancellation is answered with an order, and that is cancelled',
    data: FALL,
    strategy: `let left = 4
    return watch({ 1: () => limit('buy', '1', '90'), 2: () => cancelAll() },
      (state) => { if (state === 'CANCELLED' && left-- > 0) { limit('buy', '1', '91'); cancelAll() } })`,
  },
  {
    name: 'a bracket whose one end cancels the other',
    data: trades(100, 101, 104, 99, 95, 96),
    strategy: `let stop, profit
    return watch({ 1: () => market('buy', '1') }, (state, { clientOrderId }) => {
      if (state !== 'FILLED') return
      if (stop === undefined) {
        profit = limit('sell', '1', '103')
        stop = order({ side: 'sell', type: 'stop', quantity: '1', stopPrice: '98' })
      } else cancel(clientOrderId === profit ? stop : profit)
    })`,
    sampled: true,
  },
  {
    name: 'a bracket within one candle',
    data: candles([100, 101, 99, 100], [100, 110, 90, 105], [105, 106, 104, 105], [105, 105, 95, 100]),
    strategy: `return watch({ 1: () => {
      market('buy', '1'); limit('sell', '1', '108', { reduceOnly: true })
      order({ side: 'sell', type: 'stop', quantity: '1', stopPrice: '92', reduceOnly: true })
    } }, (state) => { if (state === 'FILLED') { limit('sell', '1', '108'); order({ side: 'sell', type: 'stop', quantity: '1', stopPrice: '92' }) } })`,
  },
  {
    name: 'stops and limits set off by one event',
    data: trades(100, 104, 95, 100),
    strategy: `return watch({
      1: () => {
        order({ side: 'buy', type: 'stop', quantity: '1', stopPrice: '102' })
        order({ side: 'buy', type: 'stopLimit', quantity: '1', stopPrice: '103', price: '105' })
        limit('sell', '1', '103.5'); limit('buy', '1', '97')
      },
    })`,
  },
  {
    name: 'the position in the acknowledgement of an order that fills at once',
    data: quotes([99, 100], [100, 101], [99, 100]),
    strategy: `return watch({ 1: () => { market('buy', '1'); limit('buy', '1', '100'); limit('buy', '1', '99.5') } })`,
  },
  {
    name: 'a handler of reports alone',
    data: FALL,
    strategy: `let events = 0
    return {
      onTrade() { if (++events === 1) limit('buy', '1', '97'); if (events === config.events) write('the end') },
      onOrderFilled(ctx, evt, payload) { write('filled', payload); look() },
    }`,
  },
  {
    name: 'balances in the handler of balances alone',
    data: FALL,
    strategy: `let events = 0
    return {
      onTrade() { if (++events === 1) { limit('buy', '1', '97'); market('buy', '1') } if (events === config.events) write('the end') },
      onBalanceUpdate(ctx, evt, payload) { write('balance', payload); look() },
    }`,
  },
]
