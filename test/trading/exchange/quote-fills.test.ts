/** The fill rules on tickers and books. Fees: 10 bps for makers, 20 for takers. */
import { describe, expect, test } from 'bun:test'
import type { MarketEvent } from '../../../src/schema/events'
import {
  bar,
  book,
  instrument,
  limit,
  openExchange,
  order,
  play,
  type Step,
  SYMBOL,
  stop,
  ticker,
  trade,
} from '../venue'

const depth = book(1, ['99 x 1', '98 x 2', '97 x 5'], ['101 x 1', '102 x 2', '103 x 5'])

const cases: [name: string, steps: Step[]][] = [
  [
    'a market order fills at once at the best opposite price',
    [
      [ticker(1, '99', '101'), []],
      [order({ clientOrderId: 'b', quantity: '7' }), ['b ACK at 1', 'b FILLED 7 @ 101 taker, fee 1.414 at 1']],
      [order({ clientOrderId: 's', side: 'sell' }), ['s ACK at 1', 's FILLED 1 @ 99 taker, fee 0.198 at 1']],
    ],
  ],
  [
    'a market order walks the book level by level',
    [
      [depth, []],
      [
        order({ clientOrderId: 'b', quantity: '3.5' }),
        [
          'b ACK at 1',
          'b PARTIAL 1 @ 101 taker, fee 0.202 at 1',
          'b PARTIAL 2 @ 102 taker, fee 0.408 at 1',
          'b FILLED 0.5 @ 103 taker, fee 0.103 at 1',
        ],
      ],
    ],
  ],
  [
    'what was taken from a book is gone until the next one',
    [
      [depth, []],
      [order({ clientOrderId: 'a' }), ['a ACK at 1', 'a FILLED 1 @ 101 taker, fee 0.202 at 1']],
      [order({ clientOrderId: 'b' }), ['b ACK at 1', 'b FILLED 1 @ 102 taker, fee 0.204 at 1']],
      [book(2, ['99 x 1'], ['101 x 1']), []],
      [order({ clientOrderId: 'c' }), ['c ACK at 2', 'c FILLED 1 @ 101 taker, fee 0.202 at 2']],
    ],
  ],
  [
    'what the book does not hold of a market order expires',
    [
      [book(1, ['99 x 1'], ['101 x 1']), []],
      [
        order({ clientOrderId: 'b', quantity: '1.5' }),
        ['b ACK at 1', 'b PARTIAL 1 @ 101 taker, fee 0.202 at 1', 'b EXPIRED at 1: the book holds no more'],
      ],
    ],
  ],
  [
    'a market order waits while nobody is on the other side',
    [
      [ticker(1, '99', '0'), []],
      [order({ clientOrderId: 'b' }), ['b ACK at 1']],
      [ticker(2, '99', '0'), []],
      [ticker(3, '99', '102'), ['b FILLED 1 @ 102 taker, fee 0.204 at 3']],
    ],
  ],
  [
    'a limit order that crosses takes at once; the rest of it rests and makes',
    [
      [depth, []],
      [
        limit('b', 'buy', '102', { quantity: '5' }),
        ['b ACK at 1', 'b PARTIAL 1 @ 101 taker, fee 0.202 at 1', 'b PARTIAL 2 @ 102 taker, fee 0.408 at 1'],
      ],
      [book(2, ['101 x 1'], ['103 x 9']), []],
      [
        book(3, ['101 x 1'], ['101.5 x 0.5', '102 x 0.5', '103 x 9']),
        ['b PARTIAL 0.5 @ 102 maker, fee 0.051 at 3', 'b PARTIAL 0.5 @ 102 maker, fee 0.051 at 3'],
      ],
      [ticker(4, '100', '102'), ['b FILLED 1 @ 102 maker, fee 0.102 at 4']],
    ],
  ],
  [
    'a resting order fills at its own price when the opposite best reaches it',
    [
      [ticker(1, '99', '101'), []],
      [limit('s', 'sell', '100.5'), ['s ACK at 1']],
      [ticker(2, '100.4', '101'), []],
      [ticker(3, '100.5', '101'), ['s FILLED 1 @ 100.5 maker, fee 0.1005 at 3']],
    ],
  ],
  [
    'a level without quantity is no best price',
    [
      [depth, []],
      [limit('b', 'buy', '100'), ['b ACK at 1']],
      [book(2, ['99 x 1'], ['99.5 x 0', '101 x 1']), []],
      [stop('s', 'buy', '102'), ['s ACK at 2']],
      [book(3, ['99 x 1'], ['101.5 x 0', '103 x 1']), ['s FILLED 1 @ 103 taker, fee 0.206 at 3']],
    ],
  ],
  [
    'a post-only order that crosses is rejected, one that does not rests',
    [
      [ticker(1, '99', '101'), []],
      [limit('p', 'buy', '101', { postOnly: true }), ['p REJECTED at 1: post-only: it would have taken liquidity']],
      [limit('q', 'buy', '100.99', { postOnly: true }), ['q ACK at 1']],
    ],
  ],
  [
    'before the first quotes no order crosses anything',
    [
      [limit('p', 'buy', '101', { postOnly: true }), ['p ACK at 0']],
      [limit('i', 'buy', '101', { timeInForce: 'IOC' }), ['i ACK at 0']],
      [limit('j', 'buy', '103', { timeInForce: 'IOC' }), ['j ACK at 0']],
      [order({ clientOrderId: 'k', timeInForce: 'FOK' }), ['k ACK at 0']],
      [
        ticker(1, '99', '102'),
        [
          'i EXPIRED at 1: IOC: it could not be filled at once',
          'j FILLED 1 @ 102 taker, fee 0.204 at 1',
          'k FILLED 1 @ 102 taker, fee 0.204 at 1',
        ],
      ],
    ],
  ],
  [
    'IOC takes what is there and lets the rest go',
    [
      [depth, []],
      [
        limit('i', 'buy', '101', { quantity: '2', timeInForce: 'IOC' }),
        [
          'i ACK at 1',
          'i PARTIAL 1 @ 101 taker, fee 0.202 at 1',
          'i EXPIRED at 1: IOC: it could not be filled at once',
        ],
      ],
    ],
  ],
  [
    'FOK takes all or nothing',
    [
      [depth, []],
      [
        limit('f', 'buy', '102', { quantity: '3.1', timeInForce: 'FOK' }),
        ['f ACK at 1', 'f EXPIRED at 1: FOK: it could not be filled at once'],
      ],
      [
        order({ clientOrderId: 'h', quantity: '8.1', timeInForce: 'FOK' }),
        ['h ACK at 1', 'h EXPIRED at 1: FOK: it could not be filled at once'],
      ],
      [
        limit('g', 'buy', '102', { quantity: '3', timeInForce: 'FOK' }),
        ['g ACK at 1', 'g PARTIAL 1 @ 101 taker, fee 0.202 at 1', 'g FILLED 2 @ 102 taker, fee 0.408 at 1'],
      ],
    ],
  ],
  [
    'a stop is set off by the price it would trade at',
    [
      [ticker(1, '99', '101'), []],
      [stop('b', 'buy', '102'), ['b ACK at 1']],
      [stop('s', 'sell', '98'), ['s ACK at 1']],
      [ticker(2, '98.5', '101.9'), []],
      [ticker(3, '100', '102'), ['b FILLED 1 @ 102 taker, fee 0.204 at 3']],
      [ticker(4, '97', '98'), ['s FILLED 1 @ 97 taker, fee 0.194 at 4']],
    ],
  ],
  [
    'a stop-limit that is set off takes up to its limit and rests with the remainder',
    [
      [depth, []],
      [stop('b', 'buy', '102', { price: '102', quantity: '2' }), ['b ACK at 1']],
      [book(2, ['101 x 1'], ['102 x 1', '103 x 1']), ['b ACK at 2', 'b PARTIAL 1 @ 102 taker, fee 0.204 at 2']],
      [book(3, ['101 x 1'], ['102 x 1']), ['b FILLED 1 @ 102 maker, fee 0.102 at 3']],
    ],
  ],
  [
    'a post-only stop-limit that crosses when it is set off expires, another one rests and makes',
    [
      [ticker(1, '99', '101'), []],
      [stop('p', 'buy', '102', { price: '102', postOnly: true }), ['p ACK at 1']],
      [stop('q', 'buy', '102', { price: '101', postOnly: true }), ['q ACK at 1']],
      [
        ticker(2, '101', '102'),
        ['p ACK at 2', 'p EXPIRED at 2: post-only: it would have taken liquidity', 'q ACK at 2'],
      ],
      [ticker(3, '100', '101'), ['q FILLED 1 @ 101 maker, fee 0.101 at 3']],
    ],
  ],
  [
    'of tickers and books the newest decides, and a trade after them nothing',
    [
      [ticker(1, '99', '101'), []],
      [book(2, ['99 x 1'], ['103 x 1']), []],
      [order({ clientOrderId: 'a' }), ['a ACK at 2', 'a FILLED 1 @ 103 taker, fee 0.206 at 2']],
      [ticker(3, '99', '102'), []],
      [trade(4, '90'), []],
      [order({ clientOrderId: 'b' }), ['b ACK at 4', 'b FILLED 1 @ 102 taker, fee 0.204 at 4']],
    ],
  ],
  [
    'trades decide over candles, and quotes over trades',
    [
      [bar(0, '100', '101', '99', '100'), []],
      [limit('l', 'buy', '95'), ['l ACK at 59999']],
      [trade(60_000, '96'), []],
      [bar(1, '94', '94', '94', '94'), []],
      [ticker(120_000, '95.5', '96'), []],
      [trade(120_001, '90'), []],
      [ticker(120_002, '94', '95'), ['l FILLED 1 @ 95 maker, fee 0.095 at 120002']],
    ],
  ],
  [
    'when there are quotes, trades and candles of the symbol fill nothing',
    [
      [ticker(1, '99', '101'), []],
      [limit('b', 'buy', '98'), ['b ACK at 1']],
      [trade(2, '90'), []],
      [bar(0, '90', '90', '90', '90'), []],
      [ticker(60_000, '97', '98'), ['b FILLED 1 @ 98 maker, fee 0.098 at 60000']],
    ],
  ],
]

describe('on tickers and books', () => {
  test.each(cases)('%s', (_name, steps) => {
    play(openExchange(), steps)
  })

  test('events that tell no price do nothing, and keep the last one', () => {
    const exchange = openExchange()
    const head = { eventId: 'e', provider: 'paper', symbol: SYMBOL, sequence: 1, timeMs: 5 }
    const update: MarketEvent = { ...head, type: 'InstrumentUpdate', payload: { instrument: instrument(SYMBOL) } }
    play(exchange, [
      [trade(1, '100'), []],
      [order({ clientOrderId: 'm' }), ['m ACK at 1']],
      [limit('l', 'buy', '90'), ['l ACK at 1']],
      [update, []],
      [{ ...head, type: 'Extension', payload: { price: '1' } }, []],
      [trade(5, '0'), []],
      [bar(0, '0', '0', '0', '0'), []],
      [trade(6, '100'), ['m FILLED 1 @ 100 taker, fee 0.2 at 6']],
      [book(7, [], []), []],
    ])
    expect(exchange.account('me').equity()).toBe('9999.8')
  })

  test('levels without a price are none', () => {
    play(openExchange(), [
      [book(1, ['99 x 1'], ['0 x 5', '101 x 1', '-1 x 5', '102 x 1']), []],
      [
        order({ clientOrderId: 'm', quantity: '2' }),
        ['m ACK at 1', 'm PARTIAL 1 @ 101 taker, fee 0.202 at 1', 'm FILLED 1 @ 102 taker, fee 0.204 at 1'],
      ],
    ])
  })

  test('a stop between the quotes is reached by the side that it would trade on', () => {
    play(openExchange(), [
      [book(1, ['95 x 9'], ['96 x 9']), []],
      [stop('b', 'buy', '101'), ['b ACK at 1']],
      [stop('s', 'sell', '90'), ['s ACK at 1']],
      [book(2, ['99 x 9'], ['100.9 x 9']), []],
      [book(3, ['99 x 9'], ['101 x 9']), ['b FILLED 1 @ 101 taker, fee 0.202 at 3']],
      [ticker(4, '90.1', '200'), []],
      [ticker(5, '90', '200'), ['s FILLED 1 @ 90 taker, fee 0.18 at 5']],
    ])
  })

  test('with latency an order meets the quotes in force when it arrives', () => {
    play(openExchange({ latencyMs: 10 }), [
      [ticker(1, '99', '101'), []],
      [order({ clientOrderId: 'm' }), []],
      [limit('p', 'buy', '102', { postOnly: true }), []],
      [ticker(8, '100', '102'), []],
      [
        ticker(20, '149', '151'),
        [
          'm ACK at 11',
          'm FILLED 1 @ 102 taker, fee 0.204 at 11',
          'p REJECTED at 11: post-only: it would have taken liquidity',
        ],
      ],
    ])
  })
})
