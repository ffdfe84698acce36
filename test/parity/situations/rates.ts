/** More than the rates take, in the market's time. */
import { trades } from '../recordings'
import type { Situation } from '../situation'

const DENSE = trades(...Array.from({ length: 40 }, (_, i) => [100 + (i % 3), 100, i % 20 === 0 ? 1000 : 10] as const))

export const rates: Situation[] = [
  {
    name: 'one hundred and fifty orders in one handler',
    data: trades(100, 101, 100, 101),
    strategy: `let events = 0
    const many = () => {
      let taken = 0
      const reasons = new Set()
      for (let n = 0; n < 150; n++) {
        try { runtime.submit({ side: 'buy', type: 'limit', quantity: '0.1', price: '10' }); taken++ } catch (error) { reasons.add(error.message) }
      }
      write('taken', taken, [...reasons], runtime.openOrders().length)
      write('cancelled', runtime.cancelAll(), runtime.openOrders().length)
    }
    return { onTrade() { if (++events < 3) many(); if (events === config.events) write('the end') } }`,
    sampled: true,
  },
  {
    name: 'orders at the rate, over seconds',
    data: DENSE,
    strategy: `let events = 0
    return { onTrade() {
      let taken = 0
      for (let n = 0; n < 9; n++) {
        try { runtime.submit({ side: 'buy', type: 'limit', quantity: '0.1', price: '10' }); taken++ } catch (error) { if (n === 8) write('refused', error.message) }
      }
      write(String(++events), taken, runtime.cancelAll(), Date.now())
      if (events === config.events) write('the end')
    } }`,
  },
  {
    name: 'refused orders take no room of the rate',
    data: trades(100, 101, 100),
    strategy: `let events = 0
    return { onTrade() {
      let taken = 0
      for (let n = 0; n < 120; n++) attempt(() => { runtime.submit({ side: 'buy', type: 'limit', quantity: '1000', price: '1000' }); taken++ })
      for (let n = 0; n < 99; n++) attempt(() => { runtime.submit({ side: 'buy', type: 'limit', quantity: '0.1', price: '10' }); taken++ })
      write('taken', taken); look; runtime.cancelAll()
      if (++events === config.events) write('the end')
    } }`,
  },
  {
    name: 'a sleep makes room of the rate',
    data: trades(100, 101, 100),
    strategy: `let events = 0
    return { onTrade() {
      if (++events === 1) for (let n = 0; n < 4; n++) {
        let taken = 0
        for (let k = 0; k < 60; k++) attempt(() => { runtime.submit({ side: 'buy', type: 'limit', quantity: '0.1', price: '10' }); taken++ })
        write('taken', taken, runtime.openOrders().length); helpers.sleep(400)
      }
      if (events === config.events) write('the end')
    } }`,
  },
  {
    name: 'more lines than the rate takes',
    data: trades(100, 101, [100, 1, 400], [101, 1, 400], 100),
    strategy: `let events = 0
    return { onTrade() {
      if (++events < config.events) for (let n = 0; n < 150; n++) helpers.log(events, n)
      else write('the end')
    } }`,
    sampled: true,
  },
  {
    name: 'more bytes of lines than the rate takes',
    data: trades(100, 101, [100, 1, 400], 101, 100),
    strategy: `let events = 0
    return { onTrade() {
      if (++events < config.events) for (let n = 0; n < 12; n++) helpers.log(events, n, 'x'.repeat(7000))
      else write('the end')
    } }`,
  },
  {
    name: 'lines of a strategy that sleeps among them',
    data: trades(100, 101, 100, 101, 100),
    strategy: `let events = 0
    return { onTrade() {
      if (++events === 1) for (let n = 0; n < 5; n++) { for (let k = 0; k < 90; k++) helpers.log(n, k); helpers.sleep(300) }
      if (events === config.events) write('the end')
    } }`,
  },
]
