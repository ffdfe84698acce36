/** The fill rules on candles. Fees: 10 bps for makers, 20 for takers. */
import { describe, expect, test } from 'bun:test'
import { bar, instrument, limit, line, MINUTE, openExchange, order, play, type Step, SYMBOL, stop } from '../venue'

const first = bar(0, '100', '101', '99', '100')

const cases: [name: string, steps: Step[]][] = [
  [
    'a market order fills at the open of the next bar',
    [
      [first, []],
      [order({ clientOrderId: 'm' }), ['m ACK at 59999']],
      [bar(1, '102', '105', '101', '104'), ['m FILLED 1 @ 102 taker, fee 0.204 at 60000']],
    ],
  ],
  [
    'a bar that opened before the order was made does not fill it',
    [
      [bar(5, '100', '101', '99', '100'), []],
      [order({ clientOrderId: 'm' }), ['m ACK at 359999']],
      [limit('l', 'buy', '100'), ['l ACK at 359999']],
      [bar(5, '90', '110', '80', '100'), []],
      [bar(7, '101', '101', '101', '101'), ['m FILLED 1 @ 101 taker, fee 0.202 at 420000']],
    ],
  ],
  [
    'a limit order fills at its price when a later bar trades through it',
    [
      [first, []],
      [limit('l', 'buy', '98.5'), ['l ACK at 59999']],
      [bar(1, '99', '100', '98.6', '99'), []],
      [bar(2, '99', '100', '98.4', '99'), ['l FILLED 1 @ 98.5 maker, fee 0.0985 at 179999']],
    ],
  ],
  [
    'a limit order that a bar only touches does not fill',
    [
      [first, []],
      [limit('b', 'buy', '98'), ['b ACK at 59999']],
      [limit('s', 'sell', '103'), ['s ACK at 59999']],
      [bar(1, '100', '103', '98', '100'), []],
      [
        bar(2, '100', '103.01', '97.99', '100'),
        ['b FILLED 1 @ 98 maker, fee 0.098 at 179999', 's FILLED 1 @ 103 maker, fee 0.103 at 179999'],
      ],
    ],
  ],
  [
    'a resting limit order fills at the open of a bar that opens beyond it',
    [
      [first, []],
      [limit('b', 'buy', '98'), ['b ACK at 59999']],
      [bar(1, '96', '97', '95', '96'), ['b FILLED 1 @ 96 maker, fee 0.096 at 60000']],
      [limit('s', 'sell', '99'), ['s ACK at 119999']],
      [bar(2, '101', '102', '100', '101'), ['s FILLED 1 @ 101 maker, fee 0.101 at 120000']],
    ],
  ],
  [
    'a limit order that the last close had already passed takes liquidity',
    [
      [first, []],
      [limit('b', 'buy', '105'), ['b ACK at 59999']],
      [bar(1, '101', '102', '100', '101'), ['b FILLED 1 @ 101 taker, fee 0.202 at 60000']],
    ],
  ],
  [
    'a candle without volume fills all the same',
    [
      [first, []],
      [order({ clientOrderId: 'm' }), ['m ACK at 59999']],
      [bar(1, '100', '100', '100', '100', '0'), ['m FILLED 1 @ 100 taker, fee 0.2 at 60000']],
    ],
  ],
  [
    'a stop fills at its price, or at the open of a bar that opens beyond it',
    [
      [first, []],
      [stop('s', 'buy', '103'), ['s ACK at 59999']],
      [bar(1, '100', '102.9', '99', '102'), []],
      [bar(2, '102', '103', '101', '102'), ['s FILLED 1 @ 103 taker, fee 0.206 at 179999']],
      [stop('t', 'sell', '98'), ['t ACK at 179999']],
      [bar(3, '95', '99', '94', '96'), ['t FILLED 1 @ 95 taker, fee 0.19 at 180000']],
    ],
  ],
  [
    'within one bar stops come before limits',
    [
      [first, []],
      [order({ clientOrderId: 'm' }), ['m ACK at 59999']],
      [bar(1, '100', '100', '100', '100'), ['m FILLED 1 @ 100 taker, fee 0.2 at 60000']],
      [limit('profit', 'sell', '110', { reduceOnly: true }), ['profit ACK at 119999']],
      [stop('loss', 'sell', '90', { reduceOnly: true }), ['loss ACK at 119999']],
      [
        bar(2, '100', '120', '80', '100'),
        [
          'loss FILLED 1 @ 90 taker, fee 0.18 at 179999',
          'profit EXPIRED at 179999: reduce-only: there is no long position in BTC-USDT to reduce',
        ],
      ],
    ],
  ],
  [
    'within one bar the stops that are nearer to the open come first, at the same price those that were there first',
    [
      [first, []],
      [stop('far', 'sell', '95'), ['far ACK at 59999']],
      [stop('up', 'buy', '103'), ['up ACK at 59999']],
      [stop('near', 'sell', '98'), ['near ACK at 59999']],
      [stop('same', 'sell', '95'), ['same ACK at 59999']],
      [
        bar(1, '100', '105', '90', '100'),
        [
          'near FILLED 1 @ 98 taker, fee 0.196 at 119999',
          'up FILLED 1 @ 103 taker, fee 0.206 at 119999',
          'far FILLED 1 @ 95 taker, fee 0.19 at 119999',
          'same FILLED 1 @ 95 taker, fee 0.19 at 119999',
        ],
      ],
    ],
  ],
  [
    'a stop-limit fills at the stop price when its limit allows',
    [
      [first, []],
      [stop('s', 'buy', '103', { price: '104' }), ['s ACK at 59999']],
      [bar(1, '101', '106', '101', '105'), ['s ACK at 119999', 's FILLED 1 @ 103 taker, fee 0.206 at 119999']],
    ],
  ],
  [
    'a stop-limit that the open sets off and leaves behind rests from the open on: the same bar fills it',
    [
      [first, []],
      [stop('b', 'buy', '103', { price: '104' }), ['b ACK at 59999']],
      [bar(1, '105', '106', '101', '105'), ['b ACK at 60000', 'b FILLED 1 @ 104 maker, fee 0.104 at 119999']],
      [stop('s', 'sell', '97', { price: '96' }), ['s ACK at 119999']],
      [bar(2, '95', '96.1', '94', '95'), ['s ACK at 120000', 's FILLED 1 @ 96 maker, fee 0.096 at 179999']],
    ],
  ],
  [
    'a stop-limit that the open sets off and leaves behind rests on when the bar only touches its limit',
    [
      [first, []],
      [stop('b', 'buy', '103', { price: '104' }), ['b ACK at 59999']],
      [bar(1, '105', '106', '104', '105'), ['b ACK at 60000']],
      [stop('s', 'sell', '97', { price: '96' }), ['s ACK at 119999']],
      [bar(2, '95', '96', '94', '95'), ['b FILLED 1 @ 95 maker, fee 0.095 at 120000', 's ACK at 120000']],
      [bar(3, '95', '96.5', '94', '95'), ['s FILLED 1 @ 96 maker, fee 0.096 at 239999']],
    ],
  ],
  [
    'of what followed a stop within the bar only the close is known, and it alone can fill what rests then',
    [
      [first, []],
      [stop('b', 'buy', '103', { price: '102' }), ['b ACK at 59999']],
      [bar(1, '101', '106', '90', '102'), ['b ACK at 119999']],
      [{ cancel: 'b' }, ['b CANCELLED at 119999']],
      [stop('c', 'buy', '103', { price: '102' }), ['c ACK at 119999']],
      [bar(2, '101', '106', '100', '101.9'), ['c ACK at 179999', 'c FILLED 1 @ 102 maker, fee 0.102 at 179999']],
      [stop('s', 'sell', '97', { price: '98' }), ['s ACK at 179999']],
      [bar(3, '99', '110', '90', '98.5'), ['s ACK at 239999', 's FILLED 1 @ 98 maker, fee 0.098 at 239999']],
    ],
  ],
  [
    'what the open sets off waits its turn among the limit orders of the bar',
    [
      [first, []],
      [stop('gap', 'buy', '103', { price: '104' }), ['gap ACK at 59999']],
      [limit('low', 'buy', '99'), ['low ACK at 59999']],
      [stop('loss', 'sell', '101'), ['loss ACK at 59999']],
      [
        bar(1, '105', '106', '98', '105'),
        [
          'gap ACK at 60000',
          'loss FILLED 1 @ 101 taker, fee 0.202 at 119999',
          'gap FILLED 1 @ 104 maker, fee 0.104 at 119999',
          'low FILLED 1 @ 99 maker, fee 0.099 at 119999',
        ],
      ],
    ],
  ],
  [
    'a stop-limit that must be filled at once expires at the open that leaves it behind; a post-only one rests',
    [
      [first, []],
      [stop('i', 'buy', '103', { price: '104', timeInForce: 'IOC' }), ['i ACK at 59999']],
      [stop('p', 'buy', '103', { price: '104', postOnly: true }), ['p ACK at 59999']],
      [
        bar(1, '105', '106', '101', '105'),
        [
          'i ACK at 60000',
          'i EXPIRED at 60000: IOC: it could not be filled at once',
          'p ACK at 60000',
          'p FILLED 1 @ 104 maker, fee 0.104 at 119999',
        ],
      ],
    ],
  ],
  [
    'a post-only stop-limit that could trade when it is set off expires, at the open or within the bar',
    [
      [first, []],
      [stop('b', 'buy', '103', { price: '106', postOnly: true }), ['b ACK at 59999']],
      [
        bar(1, '105', '106', '104', '105'),
        ['b ACK at 60000', 'b EXPIRED at 60000: post-only: it would have taken liquidity'],
      ],
      [stop('s', 'sell', '103', { price: '102', postOnly: true }), ['s ACK at 119999']],
      [
        bar(2, '105', '106', '101', '105'),
        ['s ACK at 179999', 's EXPIRED at 179999: post-only: it would have taken liquidity'],
      ],
      [bar(3, '105', '120', '80', '105'), []],
    ],
  ],
  [
    'IOC and FOK fill at the next open or not at all',
    [
      [first, []],
      [limit('i', 'buy', '101', { timeInForce: 'IOC' }), ['i ACK at 59999']],
      [limit('f', 'buy', '99', { timeInForce: 'FOK' }), ['f ACK at 59999']],
      [
        bar(1, '100', '101', '95', '100'),
        ['i FILLED 1 @ 100 taker, fee 0.2 at 60000', 'f EXPIRED at 60000: FOK: it could not be filled at once'],
      ],
    ],
  ],
  [
    'IOC ends even with a bar that is far from it',
    [
      [first, []],
      [limit('i', 'buy', '90', { timeInForce: 'IOC' }), ['i ACK at 59999']],
      [bar(1, '100', '101', '99', '100'), ['i EXPIRED at 60000: IOC: it could not be filled at once']],
    ],
  ],
  [
    'at the open orders fill in the order of their arrival, within the bar buyers before sellers, by price',
    [
      [first, []],
      [limit('high', 'sell', '106'), ['high ACK at 59999']],
      [limit('low', 'sell', '105'), ['low ACK at 59999']],
      [limit('buy', 'buy', '95'), ['buy ACK at 59999']],
      [stop('gap', 'buy', '101'), ['gap ACK at 59999']],
      [order({ clientOrderId: 'm' }), ['m ACK at 59999']],
      [limit('cheap', 'sell', '101.5'), ['cheap ACK at 59999']],
      [
        bar(1, '102', '110', '90', '100'),
        [
          'gap FILLED 1 @ 102 taker, fee 0.204 at 60000',
          'm FILLED 1 @ 102 taker, fee 0.204 at 60000',
          'cheap FILLED 1 @ 102 maker, fee 0.102 at 60000',
          'buy FILLED 1 @ 95 maker, fee 0.095 at 119999',
          'low FILLED 1 @ 105 maker, fee 0.105 at 119999',
          'high FILLED 1 @ 106 maker, fee 0.106 at 119999',
        ],
      ],
    ],
  ],
  [
    'a post-only order beyond the last close is rejected',
    [
      [first, []],
      [limit('p', 'buy', '101', { postOnly: true }), ['p REJECTED at 59999: post-only: it would have taken liquidity']],
      [limit('q', 'buy', '100', { postOnly: true }), ['q ACK at 59999']],
    ],
  ],
]

describe('on candles', () => {
  test.each(cases)('%s', (_name, steps) => {
    play(openExchange(), steps)
  })

  test('a touch fills when the rules say so', () => {
    play(openExchange({ limit: 'touch' }), [
      [first, []],
      [limit('b', 'buy', '98'), ['b ACK at 59999']],
      [bar(1, '100', '101', '98', '100'), ['b FILLED 1 @ 98 maker, fee 0.098 at 119999']],
    ])
  })

  test('an order that is still on its way at an open waits for the next bar', () => {
    play(openExchange({ latencyMs: 100 }), [
      [first, []],
      [order({ clientOrderId: 'm' }), []],
      [bar(1, '101', '101', '101', '101'), ['m ACK at 60099']],
      [bar(2, '102', '102', '102', '102'), ['m FILLED 1 @ 102 taker, fee 0.204 at 120000']],
    ])
  })

  test('makers pay no slippage, whatever their limit would allow', () => {
    play(openExchange({ slippageBps: '100', makerBps: '0', takerBps: '0' }), [
      [first, []],
      [limit('b', 'buy', '95'), ['b ACK at 59999']],
      [bar(1, '90', '96', '89', '96'), ['b FILLED 1 @ 90 maker, fee 0 at 60000']],
      [limit('s', 'sell', '97'), ['s ACK at 119999']],
      [stop('t', 'sell', '94', { price: '80' }), ['t ACK at 119999']],
      [
        bar(2, '99', '99', '93', '96'),
        ['s FILLED 1 @ 99 maker, fee 0 at 120000', 't ACK at 179999', 't FILLED 1 @ 93.06 taker, fee 0 at 179999'],
      ],
    ])
  })

  test('an order that is there at the very time of an open fills in that bar', () => {
    for (const latencyMs of [0, 1]) {
      const exchange = openExchange({ latencyMs })
      exchange.observe(first)
      for (const made of [order({ clientOrderId: 'm' }), limit('l', 'buy', '99'), stop('s', 'buy', '103')]) {
        exchange.submit('me', made, MINUTE - latencyMs)
      }
      expect(
        exchange
          .observe(bar(1, '102', '104', '98', '100'))
          .filter(({ report }) => report.fill)
          .map(line),
      ).toEqual([
        'm FILLED 1 @ 102 taker, fee 0.204 at 60000',
        's FILLED 1 @ 103 taker, fee 0.206 at 119999',
        'l FILLED 1 @ 99 maker, fee 0.099 at 119999',
      ])
    }
  })

  test('post-only is judged by what is known when the order arrives: the open of the bar, not its close', () => {
    play(openExchange({ latencyMs: 100 }), [
      [first, []],
      [limit('b', 'buy', '101', { postOnly: true }), []],
      [limit('s', 'sell', '99', { postOnly: true }), []],
      [limit('c', 'buy', '103', { postOnly: true }), []],
      [
        bar(1, '102', '102', '98', '98'),
        [
          'b ACK at 60099',
          's REJECTED at 60099: post-only: it would have taken liquidity',
          'c REJECTED at 60099: post-only: it would have taken liquidity',
        ],
      ],
      [bar(2, '100', '101', '99', '100'), ['b FILLED 1 @ 100 maker, fee 0.1 at 120000']],
    ])
  })

  test('so is who takes and who makes', () => {
    play(openExchange({ latencyMs: 100 }), [
      [first, []],
      [limit('taker', 'buy', '103'), []],
      [limit('maker', 'buy', '101'), []],
      [bar(1, '102', '104', '98', '104'), ['taker ACK at 60099', 'maker ACK at 60099']],
      [
        bar(2, '104', '104', '100', '104'),
        ['taker FILLED 1 @ 103 taker, fee 0.206 at 179999', 'maker FILLED 1 @ 101 maker, fee 0.101 at 179999'],
      ],
    ])
  })

  test('an order that arrives between two bars, or with the open, is judged by the last close', () => {
    play(openExchange({ latencyMs: 1 }), [
      [first, []],
      [limit('open', 'buy', '101', { postOnly: true }), []],
      [bar(1, '105', '105', '105', '105'), ['open REJECTED at 60000: post-only: it would have taken liquidity']],
      [limit('between', 'sell', '104', { postOnly: true }), []],
      [bar(9, '100', '100', '100', '100'), ['between REJECTED at 120000: post-only: it would have taken liquidity']],
      [limit('apart', 'sell', '100', { postOnly: true }), []],
      [
        bar(20, '101', '102', '100', '101'),
        ['apart ACK at 600000', 'apart FILLED 1 @ 101 maker, fee 0.101 at 1200000'],
      ],
    ])
  })

  test('an order that arrives with the close is judged by it', () => {
    play(openExchange({ latencyMs: MINUTE }), [
      [first, []],
      [limit('b', 'buy', '101'), []],
      [limit('p', 'buy', '101', { postOnly: true }), []],
      [
        bar(1, '102', '102', '100', '100'),
        ['b ACK at 119999', 'p REJECTED at 119999: post-only: it would have taken liquidity'],
      ],
      [bar(2, '102', '102', '100', '100'), ['b FILLED 1 @ 101 taker, fee 0.202 at 179999']],
    ])
  })

  test('fill "same" trades market orders at the close they were decided on, and no others', () => {
    play(openExchange({ fill: 'same' }), [
      [order({ clientOrderId: 'early' }), ['early ACK at 0']],
      [bar(0, '98', '101', '97', '100'), ['early FILLED 1 @ 98 taker, fee 0.196 at 0']],
      [order({ clientOrderId: 'b' }), ['b ACK at 59999', 'b FILLED 1 @ 100 taker, fee 0.2 at 59999']],
      [
        order({ clientOrderId: 's', side: 'sell', timeInForce: 'IOC' }),
        ['s ACK at 59999', 's FILLED 1 @ 100 taker, fee 0.2 at 59999'],
      ],
      [limit('l', 'buy', '101'), ['l ACK at 59999']],
      [limit('i', 'sell', '99', { timeInForce: 'IOC' }), ['i ACK at 59999']],
      [stop('t', 'buy', '90'), ['t ACK at 59999']],
      [
        bar(1, '100.5', '102', '99', '100'),
        [
          'l FILLED 1 @ 100.5 taker, fee 0.201 at 60000',
          'i FILLED 1 @ 100.5 taker, fee 0.201 at 60000',
          't FILLED 1 @ 100.5 taker, fee 0.201 at 60000',
        ],
      ],
    ])
  })

  test('what tells no price leaves the last close what a market order trades at', () => {
    const head = { eventId: 'e', provider: 'paper', symbol: SYMBOL, sequence: 1, timeMs: MINUTE }
    play(openExchange({ fill: 'same' }), [
      [first, []],
      [{ ...head, type: 'InstrumentUpdate', payload: { instrument: instrument(SYMBOL) } }, []],
      [{ ...head, type: 'Extension', payload: {} }, []],
      [order({ clientOrderId: 'm' }), ['m ACK at 60000', 'm FILLED 1 @ 100 taker, fee 0.2 at 60000']],
    ])
  })

  test('with latency and fill "same" the price is the last one known when the order arrives', () => {
    play(openExchange({ latencyMs: 100, fill: 'same' }), [
      [first, []],
      [order({ clientOrderId: 'm' }), []],
      [bar(1, '102', '110', '90', '95'), ['m ACK at 60099', 'm FILLED 1 @ 102 taker, fee 0.204 at 60099']],
      [order({ clientOrderId: 'n' }), []],
      [bar(9, '80', '80', '80', '80'), ['n ACK at 120099', 'n FILLED 1 @ 95 taker, fee 0.19 at 120099']],
    ])
  })

  test('slippage is paid by takers, exactly, and never beyond a limit', () => {
    const exchange = openExchange({ slippageBps: '12.5', takerBps: '0', makerBps: '0' })
    play(exchange, [
      [first, []],
      [order({ clientOrderId: 'm' }), ['m ACK at 59999']],
      [order({ clientOrderId: 'n', side: 'sell' }), ['n ACK at 59999']],
      [limit('i', 'buy', '100.1', { timeInForce: 'IOC' }), ['i ACK at 59999']],
      [limit('r', 'sell', '103'), ['r ACK at 59999']],
    ])
    expect(exchange.observe(bar(1, '100', '104', '100', '100')).map(line)).toEqual([
      'm FILLED 1 @ 100.125 taker, fee 0 at 60000',
      'n FILLED 1 @ 99.875 taker, fee 0 at 60000',
      'i FILLED 1 @ 100.1 taker, fee 0 at 60000',
      'r FILLED 1 @ 103 maker, fee 0 at 119999',
    ])
  })
})
