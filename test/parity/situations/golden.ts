/**
 * Situations whose transcripts are written out: what the contract says of what a strategy sees and when. All ways together
 * could be wrong and agree.
 */
import { quotes, trades } from '../recordings'
import type { Situation } from '../situation'

interface Golden {
  readonly situation: Situation
  /** All that the strategy says. */
  readonly said: readonly string[]
}

const paper = { cash: '1000', makerBps: '0', takerBps: '0' } as const

export const golden: readonly Golden[] = [
  {
    situation: {
      name: 'what a strategy cancels is gone for it at once',
      data: trades(50, 50, 47, 55),
      paper,
      strategy: `let id
      return brief({
        1: () => { id = runtime.submitOrder('', 'buy', '19', '49'); say('ordered', id + ':', account()) },
        2: () => {
          say('cancelled', runtime.cancelOrder(id), runtime.cancelOrder(id), runtime.cancelAll() + ':', account())
          say('ordered', runtime.submitOrder('', 'buy', '19', '48.5') + ':', account())
        },
      })`,
      sampled: true,
    },
    said: [
      'event 1: open 0, position 0, free 1000, equity 1000',
      'ordered order-1: open 1, position 0, free 69, equity 1000',
      'ACK order-1 at 00:00.000: open 1, position 0, free 69, equity 1000',
      'event 2: open 1, position 0, free 69, equity 1000',
      'cancelled true false 0: open 0, position 0, free 1000, equity 1000',
      'ordered order-2: open 1, position 0, free 78.5, equity 1000',
      'CANCELLED order-1 at 00:01.000: open 1, position 0, free 78.5, equity 1000',
      'ACK order-2 at 00:01.000: open 1, position 0, free 78.5, equity 1000',
      'FILLED order-2 at 00:02.000: open 0, position 19, free 78.5, equity 971.5',
      'event 3: open 0, position 19, free 78.5, equity 971.5',
      'event 4: open 0, position 19, free 78.5, equity 1123.5',
      'the end',
    ],
  },
  {
    situation: {
      name: 'what it cancels after a sleep is gone for it at once as well',
      data: trades(50, 50, 50, 50),
      paper,
      strategy: `let id
      return brief({
        1: () => { id = runtime.submitOrder('', 'buy', '10', '40') },
        2: () => {
          helpers.sleep(1500)
          say('cancelled', runtime.cancelOrder(id), runtime.cancelOrder(id), runtime.cancelAll() + ':', account())
        },
      })`,
    },
    said: [
      'event 1: open 0, position 0, free 1000, equity 1000',
      'ACK order-1 at 00:00.000: open 1, position 0, free 600, equity 1000',
      'event 2: open 1, position 0, free 600, equity 1000',
      'cancelled true false 0: open 0, position 0, free 1000, equity 1000',
      'event 3: open 0, position 0, free 1000, equity 1000',
      'CANCELLED order-1 at 00:02.500: open 0, position 0, free 1000, equity 1000',
      'event 4: open 0, position 0, free 1000, equity 1000',
      'the end',
    ],
  },
  {
    situation: {
      name: 'what a strategy sends is open for it, until it is told of the fill',
      data: trades(50, 51, 52),
      paper: { ...paper, fill: 'same' },
      strategy: `return brief({ 1: () => say('ordered', runtime.submitMarketOrder('', 'buy', '2') + ':', account()) })`,
    },
    said: [
      'event 1: open 0, position 0, free 1000, equity 1000',
      'ordered order-1: open 1, position 0, free 900, equity 1000',
      'ACK order-1 at 00:00.000: open 0, position 2, free 900, equity 1000',
      'FILLED order-1 at 00:00.000: open 0, position 2, free 900, equity 1000',
      'event 2: open 0, position 2, free 900, equity 1002',
      'event 3: open 0, position 2, free 900, equity 1004',
      'the end',
    ],
  },
  {
    situation: {
      name: 'what the venue has filled may be cancelled, in vain',
      data: trades(50, 51, 52),
      paper: { ...paper, fill: 'same' },
      strategy: `return brief({ 1: () => {
        const id = runtime.submitMarketOrder('', 'buy', '2')
        say('cancelled', runtime.cancelOrder(id), runtime.cancelOrder(id) + ':', account())
      } })`,
    },
    said: [
      'event 1: open 0, position 0, free 1000, equity 1000',
      'cancelled true false: open 0, position 0, free 1000, equity 1000',
      'ACK order-1 at 00:00.000: open 0, position 2, free 900, equity 1000',
      'FILLED order-1 at 00:00.000: open 0, position 2, free 900, equity 1000',
      'event 2: open 0, position 2, free 900, equity 1002',
      'event 3: open 0, position 2, free 900, equity 1004',
      'the end',
    ],
  },
  {
    situation: {
      name: 'a post-only order that crosses is open, until it is told of the rejection',
      data: quotes([99, 100], [99, 100]),
      paper,
      strategy: `return brief({ 1: () => {
        const id = runtime.submit({ side: 'buy', type: 'limit', quantity: '1', price: '100', postOnly: true })
        say('ordered', id + ':', account())
      } })`,
    },
    said: [
      'event 1: open 0, position 0, free 1000, equity 1000',
      'ordered order-1: open 1, position 0, free 900, equity 1000',
      'REJECTED order-1 at 00:00.000: open 0, position 0, free 1000, equity 1000',
      'event 2: open 0, position 0, free 1000, equity 1000',
      'the end',
    ],
  },
  {
    situation: {
      name: 'the first report of an event knows all of its fills, and its price',
      data: trades(50, 45, 46),
      paper,
      strategy: `return brief({ 1: () => {
        runtime.submitOrder('', 'buy', '2', '49')
        runtime.submitOrder('', 'buy', '3', '48')
      } })`,
      sampled: true,
    },
    said: [
      'event 1: open 0, position 0, free 1000, equity 1000',
      'ACK order-1 at 00:00.000: open 2, position 0, free 758, equity 1000',
      'ACK order-2 at 00:00.000: open 2, position 0, free 758, equity 1000',
      'FILLED order-1 at 00:01.000: open 0, position 5, free 758, equity 983',
      'FILLED order-2 at 00:01.000: open 0, position 5, free 758, equity 983',
      'event 2: open 0, position 5, free 758, equity 983',
      'event 3: open 0, position 5, free 758, equity 988',
      'the end',
    ],
  },
  {
    situation: {
      name: 'what is ordered in a report is answered before the event that caused it',
      data: trades(50, 45, 46),
      paper,
      strategy: `return brief({ 1: () => runtime.submitOrder('', 'buy', '2', '49') }, (state) => {
        if (state === 'FILLED') say('ordered', runtime.submitOrder('', 'sell', '2', '60') + ':', account())
      })`,
    },
    said: [
      'event 1: open 0, position 0, free 1000, equity 1000',
      'ACK order-1 at 00:00.000: open 1, position 0, free 902, equity 1000',
      'FILLED order-1 at 00:01.000: open 0, position 2, free 902, equity 992',
      'ordered order-2: open 1, position 2, free 902, equity 992',
      'ACK order-2 at 00:01.000: open 1, position 2, free 902, equity 992',
      'event 2: open 1, position 2, free 902, equity 992',
      'event 3: open 1, position 2, free 902, equity 994',
      'the end',
    ],
  },
  {
    situation: {
      name: 'what is ordered after a sleep in a report is there before the events after that time',
      data: trades(50, 51, 52),
      paper,
      strategy: `let slept = false
      return brief({ 1: () => runtime.submitMarketOrder('', 'buy', '1') }, (state) => {
        if (slept) return
        slept = true
        helpers.sleep(500)
        say('ordered', runtime.submitOrder('', 'sell', '1', '51.5') + ':', account())
      })`,
    },
    said: [
      'event 1: open 0, position 0, free 1000, equity 1000',
      'ACK order-1 at 00:00.000: open 1, position 0, free 950, equity 1000',
      'ordered order-2: open 2, position 0, free 948.5, equity 1000',
      'ACK order-2 at 00:00.500: open 2, position 0, free 948.5, equity 1000',
      'FILLED order-1 at 00:01.000: open 1, position 1, free 949, equity 1000',
      'event 2: open 1, position 1, free 949, equity 1000',
      'FILLED order-2 at 00:02.000: open 0, position 0, free 1000.5, equity 1000.5',
      'event 3: open 0, position 0, free 1000.5, equity 1000.5',
      'the end',
    ],
  },
  {
    situation: {
      name: 'a hundred orders in each second of the market',
      data: trades(50, [50, 1, 999], [50, 1, 1], [50, 1, 1]),
      paper,
      strategy: `let events = 0
      return { onTrade() {
        let taken = 0
        let reason = 'none'
        for (let n = 0; n < 120; n++) {
          try { runtime.submitOrder('', 'buy', '0.1', '10'); taken++ } catch (error) { reason = error.message }
        }
        say(taken, 'taken, the rest refused:', reason)
        if (++events === config.events) say('the end')
      } }`,
    },
    said: [
      '100 taken, the rest refused: more than 100 orders within a second',
      '0 taken, the rest refused: more than 100 orders within a second',
      '100 taken, the rest refused: more than 100 orders within a second',
      '0 taken, the rest refused: more than 100 orders within a second',
      'the end',
    ],
  },
  {
    situation: {
      name: 'tick size, lot size, minimum, and the note about rounding',
      data: trades(50, 50),
      paper,
      instruments: {
        'BTC-USDT': { priceIncrement: '0.5', quantityIncrement: '0.1', minQuantity: '0.2', minNotional: '30' },
      },
      strategy: `const at = (quantity, price) => say(attempt(() => runtime.submitOrder('', 'buy', quantity, price)))
      return brief({ 1: () => {
        at('1', '49.25'); at('1.05', '49'); at('0.1', '49'); at('0.2', '49'); at(0.04, 49); at(1.27, 48.76)
        say(...Object.values(runtime.openOrders()[0])); at(1.55, '49')
      } })`,
    },
    said: [
      'event 1: open 0, position 0, free 1000, equity 1000',
      '! price 49.25 is not a multiple of the tick size 0.5',
      '! quantity 1.05 is not a multiple of the lot size 0.1',
      '! quantity 0.1 is below the minimum of 0.2',
      '! the order is worth 9.8 USDT, below the minimum of 30',
      '! quantity 0.04 rounds to zero: the minimum is 0.2',
      'numbers are rounded to the tick and lot size of BTC-USDT, as here quantity 1.27 to 1.2, price 48.76 to 48.5; decimal strings are taken exactly',
      'order-1',
      'order-1 BTC-USDT buy limit 48.5 1.2 0',
      'order-2',
      'ACK order-1 at 00:00.000: open 2, position 0, free 868.3, equity 1000',
      'ACK order-2 at 00:00.000: open 2, position 0, free 868.3, equity 1000',
      'event 2: open 2, position 0, free 868.3, equity 1000',
      'the end',
    ],
  },
]
