/** Recordings of what exchanges send, and rows of books: what each message makes of the book before it. */
import { describe, expect, test } from 'bun:test'
import { folder, only, readData } from '../folder'

const T = 1_700_000_000_000
const jsonLines = (...messages: object[]) => `${messages.map((message) => JSON.stringify(message)).join('\n')}\n`

/** All that a file makes, each event in a line. */
async function told(name: string, text: string, symbol?: string): Promise<string[]> {
  await using at = await folder()
  const { events } = await readData([await at.write(name, text)], symbol === undefined ? {} : { symbol })
  const sides = (levels: readonly { price: string; quantity: string }[]) =>
    levels.map(({ price, quantity }) => `${price}x${quantity}`).join(' ')
  return events.map((event) => {
    const at = `${event.symbol} +${event.timeMs - T}`
    switch (event.type) {
      case 'Trade': {
        const { tradeId, side, price, quantity } = event.payload
        return `${at} ${side} ${quantity} @ ${price} #${tradeId}`
      }
      case 'Ticker': {
        const { bidPrice, askPrice, lastPrice } = event.payload
        return `${at} ${bidPrice} / ${askPrice}, last ${lastPrice}`
      }
      case 'BookSnapshot':
        return `${at} ${sides(event.payload.bids)} | ${sides(event.payload.asks)}`
      default:
        return `${at} ${event.type}`
    }
  })
}

describe('of Binance', () => {
  const trade = (E: number, more: object = {}) => ({
    e: 'trade',
    E: T + E,
    s: 'BTCUSDT',
    t: 7,
    a: 8,
    p: '10',
    q: '2',
    T: T + E,
    m: true,
    ...more,
  })
  const depth = (E: number, u: number, b: string[][], a: string[][], more: object = {}) => ({
    e: 'depthUpdate',
    E: T + E,
    s: 'BTCUSDT',
    U: u,
    u,
    b,
    a,
    ...more,
  })
  const quote = (more: object = {}) => ({ u: 1, s: 'BTCUSDT', b: '9', B: '1', a: '11', A: '1', ...more })

  test('trades have the side of the taker and the id of their kind, bare or in an envelope', async () => {
    const messages = [trade(1), trade(2, { m: false }), { stream: 'x', data: trade(3, { e: 'aggTrade' }) }]
    expect(await told('m.jsonl', jsonLines(...messages))).toEqual([
      'BTC-USDT +1 Sell 2 @ 10 #7',
      'BTC-USDT +2 Buy 2 @ 10 #7',
      'BTC-USDT +3 Sell 2 @ 10 #8',
    ])
  })

  test("quotes are of their own time, else of the recorder's by the clock of the exchange, and know the last price", async () => {
    const line = (clock: number, message: object) => `${T + clock}000000 ${JSON.stringify(message)}\n`
    const text = line(5, trade(2)) + line(15, quote()) + line(25, quote({ T: T + 21 }))
    expect(await told('m.txt', text)).toEqual([
      'BTC-USDT +2 Sell 2 @ 10 #7',
      'BTC-USDT +12 9 / 11, last 10',
      'BTC-USDT +21 9 / 11, last 10',
    ])
  })

  test('changes wait for the snapshot, which leaves out those that it holds', async () => {
    const snapshot = { lastUpdateId: 11, T: T + 2, bids: [['9', '1']], asks: [['12', '1']] }
    const messages = [
      depth(1, 10, [['8', '5']], []),
      depth(2, 11, [['7', '5']], []),
      depth(3, 12, [['9', '2']], [], { T: T + 4 }),
      snapshot,
      depth(
        5,
        13,
        [],
        [
          ['12', '0'],
          ['13', '4'],
        ],
      ),
    ]
    expect(await told('m.jsonl', jsonLines(...messages))).toEqual([
      'BTC-USDT +2 9x1 | 12x1',
      'BTC-USDT +4 9x2 | 12x1',
      'BTC-USDT +5 9x2 | 13x4',
    ])
  })

  test('a snapshot among several symbols is of nobody, and without one changes build the book', async () => {
    const other = { s: 'ETHUSDT' }
    const messages = [
      depth(1, 10, [['9', '1']], []),
      depth(2, 10, [['5', '1']], [], other),
      { lastUpdateId: 20, bids: [['1', '1']], asks: [] },
      depth(3, 11, [], [['10', '3']]),
    ]
    expect(await told('m.jsonl', jsonLines(...messages))).toEqual([
      'BTC-USDT +1 9x1 | ',
      'ETH-USDT +2 5x1 | ',
      'BTC-USDT +3 9x1 | 10x3',
    ])
  })

  test('after a thousand changes no snapshot is waited for', async () => {
    const changes = Array.from({ length: 1001 }, (_, n) => depth(n, n + 1, [[String(n + 1), '1']], []))
    const late = { lastUpdateId: 5000, T: T + 2000, bids: [['1', '1']], asks: [] }
    const lines = await told('m.jsonl', jsonLines(...changes, late))
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([1002, 'BTC-USDT +0 1x1 | ', 'BTC-USDT +2000 1x1 | '])
    const soon = await told('m.jsonl', jsonLines(...changes.slice(0, 1000), late))
    expect(soon).toEqual(['BTC-USDT +2000 1x1 | '])
  })
})

describe('of Bybit', () => {
  test('a snapshot begins the book anew, a delta goes on from it', async () => {
    const book = (ts: number, type: string, b: string[][], a: string[][]) => ({
      topic: 'orderbook.50.BTCUSDT',
      type,
      ts: T + ts,
      data: { s: 'BTCUSDT', b, a, u: 1 },
    })
    const messages = [
      book(
        1,
        'snapshot',
        [
          ['9', '1'],
          ['8', '1'],
        ],
        [['10', '1']],
      ),
      book(2, 'delta', [['9', '0']], [['10', '2']]),
      book(3, 'snapshot', [['5', '1']], []),
      { topic: 'publicTrade.BTCUSDT', ts: T, data: [{ T: T + 4, s: 'BTCUSDT', S: 'Sell', v: '1', p: '5', i: 'x' }, 5] },
      { topic: 'tickers.BTCUSDT', data: {} },
    ]
    expect(await told('m.jsonl', jsonLines(...messages))).toEqual([
      'BTC-USDT +1 9x1 8x1 | 10x1',
      'BTC-USDT +2 8x1 | 10x2',
      'BTC-USDT +3 5x1 | ',
      'BTC-USDT +4 Sell 1 @ 5 #x',
    ])
  })
})

describe('of Hyperliquid', () => {
  test('each book is whole, and sides are its letters', async () => {
    const level = (px: string, sz: string) => ({ px, sz, n: 1 })
    const trade = (time: number, side: string) => ({ coin: 'BTC', side, px: '10', sz: '1', time: T + time, tid: 3 })
    const messages = [
      { channel: 'l2Book', data: { coin: 'BTC', time: T + 1, levels: [[level('9', '1')], [level('10', '2')]] } },
      { channel: 'l2Book', data: { coin: 'BTC', time: T + 2, levels: [[level('8', '1')], []] } },
      { channel: 'trades', data: [trade(3, 'A'), trade(4, 'B')] },
    ]
    expect(await told('m.jsonl', jsonLines(...messages))).toEqual([
      'BTC-USD +1 9x1 | 10x2',
      'BTC-USD +2 8x1 | ',
      'BTC-USD +3 Sell 1 @ 10 #3',
      'BTC-USD +4 Buy 1 @ 10 #3',
    ])
  })
})

test.each([
  ['a price below zero', { p: '-1' }, 'p "-1" is not a number of 0 or more'],
  ['a time of none', { T: 0 }, 'T 0 is not a time'],
  ['a time in words', { T: 'x' }, 'T "x" is not a time'],
  ['no symbol', { s: null }, 's is missing'],
])('a message with %s is broken, and says where', async (_, more, reason) => {
  await using at = await folder()
  const sound = { e: 'trade', E: T, s: 'BTCUSDT', t: 1, p: '1', q: '1', T, m: true }
  const path = await at.write('m.jsonl', jsonLines(sound, sound, sound, { ...sound, ...more }))
  expect(readData([path])).rejects.toMatchObject({ code: 'data_broken', message: `m.jsonl, line 4: ${reason}` })
})

describe('rows of a book', () => {
  const HEAD = 'exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount\n'
  const row = (ms: number, snapshot: boolean, side: string, price: string, amount: string) =>
    `x,BTC-USDT,${T + ms}000,${T + ms}000,${snapshot},${side},${price},${amount}\n`

  test('of one time are one message, and a snapshot that is split over several begins the book once', async () => {
    const text =
      HEAD +
      row(1, true, 'bid', '9', '1') +
      row(1, true, 'ask', '11', '1') +
      row(2, true, 'bid', '8', '1') +
      row(3, false, 'bid', '9', '0') +
      row(3, false, 'ask', '10', '4') +
      row(4, true, 'bid', '5', '1')
    expect(await told('BTC-USDT.csv', text)).toEqual([
      'BTC-USDT +1 9x1 | 11x1',
      'BTC-USDT +2 9x1 8x1 | 11x1',
      'BTC-USDT +3 8x1 | 10x4 11x1',
      'BTC-USDT +4 5x1 | ',
    ])
  })

  test('are of a side that is known', async () => {
    await using at = await folder()
    const rows = [1, 2, 3, 4].map((ms) => row(ms, false, 'bid', '9', '1')).join('')
    const path = await at.write('BTC-USDT.csv', HEAD + rows + row(5, false, 'middle', '9', '1'))
    expect(readData([path])).rejects.toMatchObject({
      message: 'BTC-USDT.csv, line 6: side "middle" is neither bid nor ask',
    })
  })
})

test('a byte order mark belongs to no row, with or without a header', async () => {
  await using at = await folder()
  const rows = [0, 1, 2].map((n) => `${T + 60_000 * n},1,4,1,3,9\n`).join('')
  for (const text of [rows, `timestamp,open,high,low,close,volume\n${rows}`]) {
    const { events } = await readData([await at.write('BTC-USDT.csv', `\uFEFF${text}`)])
    expect(only(events, 'KlineSummary').map(({ payload }) => payload.openTime - T)).toEqual([0, 60_000, 120_000])
  }
})
