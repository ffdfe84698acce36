/** Owners that lag behind the market: what becomes of their orders is dated by the venue, not by the decision. */
import { describe, expect, test } from 'bun:test'
import { bar, book, limit, line, openExchange, order, stop, ticker, trade } from '../venue'

describe('an order that was decided on before the newest event', () => {
  test('is acknowledged and filled at the time of the quotes that fill it', () => {
    const exchange = openExchange()
    exchange.observe(ticker(10, '99', '101'))
    exchange.observe(ticker(25, '98', '100'))
    expect(exchange.submit('me', order({ clientOrderId: 'b' }), 10).map(line)).toEqual([
      'b ACK at 25',
      'b FILLED 1 @ 100 taker, fee 0.2 at 25',
    ])
    expect(exchange.submit('me', limit('s', 'sell', '97'), 10).map(line)).toEqual([
      's ACK at 25',
      's FILLED 1 @ 98 taker, fee 0.196 at 25',
    ])
    exchange.observe(book(30, ['98 x 1'], ['100 x 5']))
    expect(exchange.submit('me', stop('t', 'buy', '99'), 25).map(line)).toEqual([
      't ACK at 30',
      't FILLED 1 @ 100 taker, fee 0.2 at 30',
    ])
  })

  test('is filled at the time of the trade just seen, when the rules say so', () => {
    const exchange = openExchange({ fill: 'same' })
    exchange.observe(trade(10, '100'))
    exchange.observe(trade(25, '101'))
    expect(exchange.submit('me', order({ clientOrderId: 'm' }), 10).map(line)).toEqual([
      'm ACK at 25',
      'm FILLED 1 @ 101 taker, fee 0.202 at 25',
    ])
  })

  test('waits for a candle that opens when it is there, and trades on the newest close', () => {
    const [next, same] = [openExchange(), openExchange({ fill: 'same' })]
    for (const exchange of [next, same]) {
      exchange.observe(bar(0, '100', '100', '100', '100'))
      exchange.observe(bar(1, '101', '101', '101', '101'))
    }
    expect(same.submit('me', order({ clientOrderId: 'm' }), 59_999).map(line)).toEqual([
      'm ACK at 119999',
      'm FILLED 1 @ 101 taker, fee 0.202 at 119999',
    ])
    expect(next.submit('me', order({ clientOrderId: 'm' }), 59_999).map(line)).toEqual(['m ACK at 119999'])
    expect(next.observe(bar(1, '90', '90', '90', '90')).map(line)).toEqual([])
    expect(next.observe(bar(2, '102', '102', '102', '102')).map(line)).toEqual([
      'm FILLED 1 @ 102 taker, fee 0.204 at 120000',
    ])
  })

  test('is there at once when its latency is over, and on its way for the rest of it', () => {
    const exchange = openExchange({ latencyMs: 10 })
    exchange.observe(ticker(10, '99', '101'))
    exchange.observe(ticker(25, '98', '100'))
    expect(exchange.submit('me', order({ clientOrderId: 'late' }), 10).map(line)).toEqual([
      'late ACK at 25',
      'late FILLED 1 @ 100 taker, fee 0.2 at 25',
    ])
    expect(exchange.submit('me', order({ clientOrderId: 'm' }), 18)).toEqual([])
    expect(exchange.observe(ticker(30, '97', '99')).map(line)).toEqual([
      'm ACK at 28',
      'm FILLED 1 @ 100 taker, fee 0.2 at 28',
    ])
  })

  test('is refused and cancelled at the time of the venue', () => {
    const exchange = openExchange()
    exchange.observe(trade(25, '100'))
    exchange.submit('me', limit('a', 'buy', '90'), 10)
    exchange.submit('me', limit('b', 'buy', '90'), 10)
    expect(exchange.submit('me', limit('c', 'buy', '-1'), 10).map(line)).toEqual([
      'c REJECTED at 25: price -1 is not above zero',
    ])
    expect(exchange.cancel('me', 'a', 12).map(line)).toEqual(['a CANCELLED at 25'])
    expect(exchange.cancelAll('me', undefined, 12).map(line)).toEqual(['b CANCELLED at 25'])
  })

  test('keeps its own time when it is ahead of the market', () => {
    const exchange = openExchange()
    exchange.observe(ticker(10, '99', '101'))
    expect(exchange.submit('me', order({ clientOrderId: 'b' }), 17).map(line)).toEqual([
      'b ACK at 17',
      'b FILLED 1 @ 101 taker, fee 0.202 at 17',
    ])
  })
})
