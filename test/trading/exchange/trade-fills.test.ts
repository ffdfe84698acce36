/** The fill rules on trades. Fees: 10 bps for makers, 20 for takers. */
import { describe, expect, test } from 'bun:test'
import { limit, line, openExchange, order, play, type Step, stop, trade } from '../venue'

const cases: [name: string, steps: Step[]][] = [
  [
    'a market order fills whole at the price of the next trade',
    [
      [trade(1, '100'), []],
      [order({ clientOrderId: 'm', quantity: '2.5' }), ['m ACK at 1']],
      [trade(2, '100.4', '0.1'), ['m FILLED 2.5 @ 100.4 taker, fee 0.502 at 2']],
    ],
  ],
  [
    'the next trade fills a market order even within the same millisecond',
    [
      [trade(1, '100'), []],
      [order({ clientOrderId: 'm' }), ['m ACK at 1']],
      [trade(1, '101'), ['m FILLED 1 @ 101 taker, fee 0.202 at 1']],
    ],
  ],
  [
    'a market order placed before the first trade waits for it',
    [
      [order({ clientOrderId: 'm' }), ['m ACK at 0']],
      [trade(2, '50'), ['m FILLED 1 @ 50 taker, fee 0.1 at 2']],
    ],
  ],
  [
    'a limit order fills at its price by a trade through it, not by a touch',
    [
      [trade(1, '100'), []],
      [limit('b', 'buy', '99'), ['b ACK at 1']],
      [limit('s', 'sell', '101'), ['s ACK at 1']],
      [trade(2, '99'), []],
      [trade(3, '98.9'), ['b FILLED 1 @ 99 maker, fee 0.099 at 3']],
      [trade(4, '101'), []],
      [trade(5, '250'), ['s FILLED 1 @ 101 maker, fee 0.101 at 5']],
    ],
  ],
  [
    'a limit order gets at most the traded quantity of each trade',
    [
      [trade(1, '100'), []],
      [limit('b', 'buy', '99', { quantity: '1' }), ['b ACK at 1']],
      [trade(2, '98', '0.25'), ['b PARTIAL 0.25 @ 99 maker, fee 0.02475 at 2']],
      [trade(3, '98', '0'), []],
      [trade(4, '98', '0.5'), ['b PARTIAL 0.5 @ 99 maker, fee 0.0495 at 4']],
      [trade(5, '98', '7'), ['b FILLED 0.25 @ 99 maker, fee 0.02475 at 5']],
    ],
  ],
  [
    'a traded quantity is shared by price, then by time',
    [
      [trade(1, '100'), []],
      [limit('late', 'buy', '98'), ['late ACK at 1']],
      [limit('one', 'buy', '99'), ['one ACK at 1']],
      [limit('two', 'buy', '99'), ['two ACK at 1']],
      [
        trade(2, '97', '1.5'),
        ['one FILLED 1 @ 99 maker, fee 0.099 at 2', 'two PARTIAL 0.5 @ 99 maker, fee 0.0495 at 2'],
      ],
      [
        trade(3, '97', '1'),
        ['two FILLED 0.5 @ 99 maker, fee 0.0495 at 3', 'late PARTIAL 0.5 @ 98 maker, fee 0.049 at 3'],
      ],
    ],
  ],
  [
    'a limit order that the last trade had already passed pays the taker fee',
    [
      [trade(1, '100'), []],
      [limit('b', 'buy', '101'), ['b ACK at 1']],
      [trade(2, '100.5'), ['b FILLED 1 @ 101 taker, fee 0.202 at 2']],
    ],
  ],
  [
    'a stop fills at the trade that reaches it',
    [
      [trade(1, '100'), []],
      [stop('s', 'sell', '95', { quantity: '3' }), ['s ACK at 1']],
      [trade(2, '95.1'), []],
      [trade(3, '94', '0.1'), ['s FILLED 3 @ 94 taker, fee 0.564 at 3']],
    ],
  ],
  [
    'stops that one trade reaches fill in the order of their arrival',
    [
      [trade(1, '100'), []],
      [stop('far', 'sell', '95'), ['far ACK at 1']],
      [stop('near', 'sell', '99'), ['near ACK at 1']],
      [stop('same', 'sell', '95'), ['same ACK at 1']],
      [
        trade(2, '94'),
        [
          'far FILLED 1 @ 94 taker, fee 0.188 at 2',
          'near FILLED 1 @ 94 taker, fee 0.188 at 2',
          'same FILLED 1 @ 94 taker, fee 0.188 at 2',
        ],
      ],
    ],
  ],
  [
    'a stop-limit is acknowledged again when it becomes a limit order',
    [
      [trade(1, '100'), []],
      [stop('s', 'buy', '105', { price: '106' }), ['s ACK at 1']],
      [trade(2, '105.5'), ['s ACK at 2']],
      [trade(3, '106.2'), []],
      [trade(4, '105.9'), ['s FILLED 1 @ 106 taker, fee 0.212 at 4']],
    ],
  ],
  [
    'a post-only stop-limit that the trade which sets it off has passed expires, another one rests and makes',
    [
      [trade(1, '100'), []],
      [stop('p', 'buy', '105', { price: '106', postOnly: true }), ['p ACK at 1']],
      [stop('q', 'buy', '105', { price: '105', postOnly: true }), ['q ACK at 1']],
      [trade(2, '105'), ['p ACK at 2', 'p EXPIRED at 2: post-only: it would have taken liquidity', 'q ACK at 2']],
      [trade(3, '104'), ['q FILLED 1 @ 105 maker, fee 0.105 at 3']],
    ],
  ],
  [
    'IOC takes what the next trade gives and lets the rest go',
    [
      [trade(1, '100'), []],
      [limit('i', 'buy', '101', { timeInForce: 'IOC' }), ['i ACK at 1']],
      [
        trade(2, '100', '0.4'),
        ['i PARTIAL 0.4 @ 101 taker, fee 0.0808 at 2', 'i EXPIRED at 2: IOC: it could not be filled at once'],
      ],
    ],
  ],
  [
    'FOK takes all or nothing from the next trade',
    [
      [trade(1, '100'), []],
      [limit('f', 'buy', '101', { timeInForce: 'FOK' }), ['f ACK at 1']],
      [trade(2, '100', '0.99'), ['f EXPIRED at 2: FOK: it could not be filled at once']],
      [limit('g', 'buy', '101', { timeInForce: 'FOK' }), ['g ACK at 2']],
      [trade(3, '100', '1'), ['g FILLED 1 @ 101 taker, fee 0.202 at 3']],
    ],
  ],
  [
    'a post-only order that the last trade had passed is rejected',
    [
      [trade(1, '100'), []],
      [limit('p', 'sell', '99', { postOnly: true }), ['p REJECTED at 1: post-only: it would have taken liquidity']],
      [limit('q', 'sell', '100', { postOnly: true }), ['q ACK at 1']],
      [trade(2, '100.1'), ['q FILLED 1 @ 100 maker, fee 0.1 at 2']],
    ],
  ],
  [
    'a cancelled order does not fill, and cannot be cancelled twice',
    [
      [trade(1, '100'), []],
      [limit('b', 'buy', '99'), ['b ACK at 1']],
      [trade(2, '98', '0.25'), ['b PARTIAL 0.25 @ 99 maker, fee 0.02475 at 2']],
      [{ cancel: 'b' }, ['b CANCELLED at 2']],
      [{ cancel: 'b' }, []],
      [trade(3, '98'), []],
    ],
  ],
]

describe('on trades', () => {
  test.each(cases)('%s', (_name, steps) => {
    play(openExchange(), steps)
  })

  test('fill "same" trades at once at the trade just seen', () => {
    play(openExchange({ fill: 'same' }), [
      [trade(1, '100'), []],
      [order({ clientOrderId: 'm' }), ['m ACK at 1', 'm FILLED 1 @ 100 taker, fee 0.2 at 1']],
      [trade(2, '101'), []],
    ])
  })

  test('a touch fills when the rules say so', () => {
    play(openExchange({ limit: 'touch' }), [
      [trade(1, '100'), []],
      [limit('b', 'buy', '99'), ['b ACK at 1']],
      [trade(2, '99', '0.5'), ['b PARTIAL 0.5 @ 99 maker, fee 0.0495 at 2']],
      [limit('p', 'buy', '99', { postOnly: true }), ['p REJECTED at 2: post-only: it would have taken liquidity']],
    ])
  })

  test('with latency an order is acknowledged when it arrives and fills on what comes then', () => {
    play(openExchange({ latencyMs: 10 }), [
      [trade(1, '100'), []],
      [order({ clientOrderId: 'm' }), []],
      [trade(10, '101'), []],
      [trade(11, '102'), ['m ACK at 11', 'm FILLED 1 @ 102 taker, fee 0.204 at 11']],
    ])
  })

  test('with latency and fill "same" the price is that of the last trade before it arrived', () => {
    play(openExchange({ latencyMs: 10, fill: 'same' }), [
      [trade(1, '100'), []],
      [order({ clientOrderId: 'm' }), []],
      [trade(9, '101'), []],
      [trade(30, '150'), ['m ACK at 11', 'm FILLED 1 @ 101 taker, fee 0.202 at 11']],
    ])
  })

  test('an order on its way arrives with the time of any symbol, and can be cancelled before', () => {
    play(openExchange({ latencyMs: 10 }), [
      [trade(1, '100'), []],
      [order({ clientOrderId: 'm' }), []],
      [order({ clientOrderId: 'n' }), []],
      [{ cancel: 'n' }, ['n CANCELLED at 1']],
      [trade(12, '5', '1', 'ETH-USDT'), ['m ACK at 11']],
      [trade(13, '101'), ['m FILLED 1 @ 101 taker, fee 0.202 at 13']],
    ])
  })

  test('orders arrive in the order in which they are due, whoever called first', () => {
    const exchange = openExchange({ latencyMs: 10 })
    exchange.observe(trade(1, '100'))
    exchange.submit('me', order({ clientOrderId: 'later' }), 5)
    exchange.submit('me', order({ clientOrderId: 'sooner' }), 2)
    exchange.submit('me', order({ clientOrderId: 'last' }), 5)
    expect(exchange.observe(trade(20, '100')).map(line)).toEqual([
      'sooner ACK at 12',
      'later ACK at 15',
      'last ACK at 15',
      'sooner FILLED 1 @ 100 taker, fee 0.2 at 20',
      'later FILLED 1 @ 100 taker, fee 0.2 at 20',
      'last FILLED 1 @ 100 taker, fee 0.2 at 20',
    ])
  })

  test('a report tells the order as a whole: what is filled, what remains, the average price', () => {
    const exchange = openExchange()
    exchange.observe(trade(1, '100'))
    exchange.submit('me', stop('s', 'buy', '105', { price: '110', quantity: '3' }), 1)
    exchange.observe(trade(2, '106'))
    const { amounts, ...told } = exchange.observe(trade(3, '107', '2'))[0]!
    expect([amounts?.quantity, amounts?.price, amounts?.fee].map(String)).toEqual(['2', '110', '0.44'])
    expect(told).toEqual({
      owner: 'me',
      report: {
        order: stop('s', 'buy', '105', { price: '110', quantity: '3' }),
        payload: {
          clientOrderId: 's',
          exchangeOrderId: 'paper-s',
          state: 'PARTIAL',
          side: 'Buy',
          orderType: 'Limit',
          price: '110',
          quantity: '3',
          filledQuantity: '2',
          remainingQty: '1',
          avgFillPrice: '110',
          timestamp: 3,
          commissionAmount: '0.44',
          commissionAsset: 'USDT',
        },
        fill: {
          symbol: 'BTC-USDT',
          side: 'buy',
          price: '110',
          quantity: '2',
          fee: '0.44',
          feeCurrency: 'USDT',
          liquidity: 'taker',
          timeMs: 3,
        },
      },
    })
  })

  test('an id that is open is refused and does not disturb the order that has it', () => {
    play(openExchange(), [
      [trade(1, '100'), []],
      [limit('b', 'buy', '99'), ['b ACK at 1']],
      [limit('b', 'buy', '95'), ['b REJECTED at 1: an order b is open already']],
      [trade(2, '98'), ['b FILLED 1 @ 99 maker, fee 0.099 at 2']],
    ])
  })

  test('an order that makes no sense is rejected, not thrown at', () => {
    play(openExchange(), [
      [order({ clientOrderId: 'a', quantity: 'lots' }), ['a REJECTED at 0: quantity "lots" is not a decimal number']],
      [limit('b', 'buy', '-1'), ['b REJECTED at 0: price -1 is not above zero']],
      [trade(1, '100'), []],
    ])
  })

  test('owners share the market but neither money nor orders', () => {
    const exchange = openExchange()
    exchange.observe(trade(1, '100'))
    exchange.submit('ann', limit('a', 'buy', '99'), 1)
    exchange.submit('bob', limit('b', 'buy', '99'), 1)
    expect(exchange.cancel('ann', 'b', 1)).toEqual([])
    const reports = exchange.observe(trade(2, '98', '1.5'))
    expect(reports.map(({ owner }) => owner)).toEqual(['ann', 'bob'])
    expect(reports.map(line)).toEqual([
      'a FILLED 1 @ 99 maker, fee 0.099 at 2',
      'b PARTIAL 0.5 @ 99 maker, fee 0.0495 at 2',
    ])
    expect(exchange.account('ann').position('BTC-USDT').quantity).toBe('1')
    expect(exchange.account('bob').equity()).toBe('9999.4505')
    expect(exchange.openAt('bob').map(({ filledQuantity }) => filledQuantity)).toEqual(['0.5'])
  })

  test('an order comes back from a journal with what it had filled', () => {
    const exchange = openExchange()
    exchange.restore('me', limit('b', 'buy', '99'), { filledQuantity: '0.4', avgFillPrice: '99' }, 5)
    expect(exchange.openAt('me').map(({ filledQuantity }) => filledQuantity)).toEqual(['0.4'])
    expect(exchange.observe(trade(6, '98')).map(line)).toEqual(['b FILLED 0.6 @ 99 maker, fee 0.0594 at 6'])
  })

  test('cancelling all ends the orders of one owner, of one symbol when it is named', () => {
    const exchange = openExchange()
    exchange.submit('me', limit('a', 'buy', '9'), 1)
    exchange.submit('me', limit('b', 'buy', '9', { symbol: 'ETH-USDT' }), 1)
    exchange.submit('me', limit('c', 'buy', '8'), 1)
    exchange.submit('you', limit('d', 'buy', '9'), 1)
    expect(exchange.cancelAll('me', 'ETH-USDT', 2).map(line)).toEqual(['b CANCELLED at 2'])
    expect(exchange.cancelAll('me', undefined, 3).map(line)).toEqual(['a CANCELLED at 3', 'c CANCELLED at 3'])
    expect(exchange.openAt('you')).toHaveLength(1)
  })

  test('an owner that is gone leaves nothing behind', () => {
    const exchange = openExchange()
    exchange.observe(trade(1, '100'))
    exchange.submit('me', order({ clientOrderId: 'm' }), 1)
    exchange.observe(trade(2, '100'))
    exchange.submit('me', limit('b', 'buy', '99'), 2)
    exchange.submit('you', limit('yours', 'buy', '99'), 2)
    exchange.forget('me')
    expect(exchange.observe(trade(3, '98')).map(line)).toEqual(['yours FILLED 1 @ 99 maker, fee 0.099 at 3'])
    expect(exchange.account('me').equity()).toBe('10000')
  })
})
