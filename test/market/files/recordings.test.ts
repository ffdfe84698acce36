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

  test("the recorder's clock is taken as it is until the exchange's is known, of a snapshot as of quotes", async () => {
    const line = (clock: number, message: object) => `${T + clock}000000 ${JSON.stringify(message)}\n`
    const snapshot = { lastUpdateId: 5, bids: [['9', '1']], asks: [] }
    const text = line(1, quote()) + line(5, depth(2, 9, [['8', '1']], [])) + line(15, snapshot) + line(16, quote())
    expect(await told('m.txt', text)).toEqual([
      'BTC-USDT +1 9 / 11, last 10',
      'BTC-USDT +2 9x1 8x1 | ',
      'BTC-USDT +12 9x1 | ',
      'BTC-USDT +13 9 / 11, last 10',
    ])
  })

  test('numbers are texts or numbers, and exact', async () => {
    const messages = [trade(1, { p: 1e-7, q: '2.50', t: 'a' }), trade(2, { p: '1e-7', q: 3 })]
    expect(await told('m.jsonl', jsonLines(...messages))).toEqual([
      'BTC-USDT +1 Sell 2.50 @ 0.0000001 #a',
      'BTC-USDT +2 Sell 3 @ 0.0000001 #7',
    ])
  })

  test('books have the number of the change that made them', async () => {
    await using at = await folder()
    const messages = [depth(1, 12, [['9', '1']], []), { lastUpdateId: 11, T: T + 2, bids: [], asks: [['12', '1']] }]
    const { events } = await readData([await at.write('m.jsonl', jsonLines(...messages))])
    expect(only(events, 'BookSnapshot').map(({ payload }) => payload.finalUpdateId)).toEqual([12, 11])
  })

  test.each([
    [{ e: 'trade', s: 'BTCUSDT', T }],
    [{ E: T, s: 'BTCUSDT', T }],
    [{ e: 'trade', E: T, T }],
    [{ e: 5, E: T, s: 'BTCUSDT' }],
    ...['u', 's', 'b', 'B', 'a', 'A'].map((field) => [quote({ [field]: undefined })]),
  ] as [object][])('a message like %j is none of its own', async (message) => {
    await using at = await folder()
    const path = await at.write('m.jsonl', jsonLines(message, message))
    expect(readData([path])).rejects.toMatchObject({ code: 'data_unrecognised' })
  })

  test('a recording is of the richest kind that it has, and of all symbols that it names', async () => {
    await using at = await folder()
    const other = { s: 'ETHUSDT' }
    for (const [kind, ...messages] of [
      ['trades', trade(1), trade(2, other)],
      ['quotes', quote({ T: T + 1 }), trade(2, other)],
      ['books', depth(1, 1, [['9', '1']], []), quote({ T: T + 2, ...other }), trade(3)],
    ] as const) {
      const read = await readData([await at.write('m.jsonl', jsonLines(...messages))])
      expect([read.kind, read.symbols.toSorted()]).toEqual([kind, ['BTC-USDT', 'ETH-USDT']])
    }
  })

  test('messages that say nothing of a market, and those of another exchange than is named, are no data', async () => {
    await using at = await folder()
    const mute = await at.write('mute.jsonl', jsonLines({ e: 'kline', E: T, s: 'BTCUSDT' }))
    expect(readData([mute])).rejects.toThrow('mute.jsonl has an unknown layout')
    const path = await at.write('m.jsonl', jsonLines(trade(1)))
    expect(readData([path], { format: 'bybit-messages' })).rejects.toThrow('m.jsonl cannot be read as bybit-messages')
    expect((await readData([path], { format: 'binance-messages' })).events).toHaveLength(1)
  })

  test('of one symbol that is asked for the others make nothing', async () => {
    const other = { s: 'ETHUSDT' }
    const messages = [trade(1, other), trade(2), depth(3, 1, [['9', '1']], [], other), quote({ T: T + 4, ...other })]
    expect(await told('m.jsonl', jsonLines(...messages), 'BTC-USDT')).toEqual(['BTC-USDT +2 Sell 2 @ 10 #7'])
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
      { topic: 'publicTrade.BTCUSDT', data: {} },
      { topic: 'orderbook.50.BTCUSDT', data: [] },
      { topic: 'old.orderbook.50.BTCUSDT', ts: T + 5, data: { s: 'BTCUSDT', b: [], a: [], u: 1 } },
      { topic: 'tickers.BTCUSDT', data: {} },
      { topic: 5 },
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
      { channel: 'trades', data: [trade(3, 'A'), 5, null, [trade(3, 'A')], trade(4, 'B')] },
      { channel: 'l2Book', data: { coin: 'BTC', time: T + 5, levels: [[level('7', '1')]] } },
      { channel: 'l2Book', data: { coin: 'BTC', time: T + 6 } },
      { channel: 'l2Book', data: [] },
      { channel: 'trades', data: {} },
      { channel: 'other', data: [trade(7, 'A')] },
    ]
    expect(await told('m.jsonl', jsonLines(...messages))).toEqual([
      'BTC-USD +1 9x1 | 10x2',
      'BTC-USD +2 8x1 | ',
      'BTC-USD +3 Sell 1 @ 10 #3',
      'BTC-USD +4 Buy 1 @ 10 #3',
      'BTC-USD +5 7x1 | ',
    ])
  })
})

test('a broken message at the head is met again and named', async () => {
  await using at = await folder()
  const sound = { e: 'trade', E: T, s: 'BTCUSDT', t: 1, p: '1', q: '1', T, m: true }
  const path = await at.write('m.jsonl', jsonLines({ ...sound, p: 'x' }, sound))
  expect(readData([path])).rejects.toThrow('m.jsonl, line 1: p "x" is not a number of 0 or more')
  expect((await readData([path], { skipBadRows: true })).events).toHaveLength(1)
})

test.each([
  ['10 digits', `${'1'.repeat(10)} `],
  ['19 digits', `${'1'.repeat(19)}   `],
  ['none', ''],
])('a recorder may keep a clock of %s', async (_, clock) => {
  const message = { channel: 'trades', data: [{ coin: 'BTC', side: 'A', px: '10', sz: '1', time: T, tid: 3 }] }
  const line = `${clock}${JSON.stringify(message)}`
  expect(await told('m.txt', `${line} \n${line}\n`)).toHaveLength(2)
})

test.each([
  ['levels that are no list', { e: 'depthUpdate', E: T, s: 'BTCUSDT', u: 1, b: 5, a: [] }, 'b is no list of levels'],
  [
    'a level of nothing',
    { e: 'depthUpdate', E: T, s: 'BTCUSDT', u: 1, b: [null], a: [] },
    'b undefined is not a number',
  ],
  ['no id', { e: 'trade', E: T, s: 'BTCUSDT', p: '1', q: '1', T, m: true }, 't is missing'],
])('a message with %s is broken', async (_, message, reason) => {
  await using at = await folder()
  const path = await at.write('m.jsonl', jsonLines(message))
  expect(readData([path], { format: 'binance-messages' })).rejects.toThrow(/./)
  const sound = { e: 'trade', E: T, s: 'BTCUSDT', t: 1, p: '1', q: '1', T, m: true }
  const mixed = await at.write('mixed.jsonl', jsonLines(sound, message))
  const failure = await readData([mixed]).catch((error: Error) => error)
  expect((failure as Error).message).toContain(reason)
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

  test('of several symbols each begins its book anew with its own snapshot', async () => {
    const of = (symbol: string, text: string) => text.replaceAll('BTC-USDT', symbol)
    const text =
      HEAD +
      row(1, true, 'bid', '9', '1') +
      of('ETH-USDT', row(1, true, 'bid', '5', '1')) +
      of('ETH-USDT', row(2, false, 'bid', '4', '1')) +
      row(3, true, 'bid', '8', '1') +
      of('ETH-USDT', row(3, true, 'bid', '3', '1')) +
      of('ETH-USDT', row(4, true, 'bid', '2', '1'))
    expect(await told('books.csv', text)).toEqual([
      'BTC-USDT +1 9x1 | ',
      'ETH-USDT +1 5x1 | ',
      'ETH-USDT +2 5x1 4x1 | ',
      'BTC-USDT +3 9x1 8x1 | ',
      'ETH-USDT +3 3x1 | ',
      'ETH-USDT +4 3x1 2x1 | ',
    ])
    expect(await told('books.csv', text, 'BTC-USDT')).toEqual(['BTC-USDT +1 9x1 | ', 'BTC-USDT +3 9x1 8x1 | '])
  })

  test('of one time are as many messages as they have update ids, and a snapshot is what is called so', async () => {
    const head = 'symbol,timestamp,first_update_id,last_update_id,side,update_type,price,qty,pu\n'
    const change = (ms: number, id: number, type: string, price: string) =>
      `BTCUSDT,${T + ms},${id},${id},b,${type},${price},1,0\n`
    const text =
      head +
      change(1, 1, 'set', '9') +
      change(1, 2, 'set', '8') +
      change(2, 3, 'snapshot', '5') +
      change(3, 4, 'set', '4')
    expect(await told('d.csv', text)).toEqual([
      'BTC-USDT +1 9x1 | ',
      'BTC-USDT +1 9x1 8x1 | ',
      'BTC-USDT +2 5x1 | ',
      'BTC-USDT +3 5x1 4x1 | ',
    ])
  })

  test.each([
    ['is_ask', ['0', 'false', 'FALSE', 'bid'], ['1', 'true', 'True', 'ask']],
    ['side', ['b', 'BID', 'Buy'], ['a', 'ASK', 's', 'Sell']],
  ])('tell their side by %s in any of these words', async (column, bids, asks) => {
    const head = `symbol,timestamp,final_update_id,${column},price,qty\n`
    const rows = [...bids, ...asks].map((word, n) => `BTCUSDT,${T},1,${word},${n + 1},1\n`)
    const [one] = await told('d.csv', head + rows.join(''))
    expect(one).toBe(
      `BTC-USDT +0 ${[...bids.keys()]
        .reverse()
        .map((n) => `${n + 1}x1`)
        .join(' ')} | ${[...asks.keys()].map((n) => `${bids.length + n + 1}x1`).join(' ')}`,
    )
  })

  test('tell whether it is an ask before they tell a side', async () => {
    const head = 'symbol,timestamp,final_update_id,side,is_ask,price,qty\n'
    expect(await told('d.csv', `${head}BTCUSDT,${T},1,,1,9,1\n`)).toEqual(['BTC-USDT +0  | 9x1'])
  })

  test('with all levels in one have prices above zero and quantities that are numbers', async () => {
    await using at = await folder()
    const head = 'timestamp,asks[0].price,asks[0].amount,bids[0].price,bids[0].amount,asks[1].price,asks[1].amount\n'
    const sound = `${T},11,1,9,0,,\n`
    expect(await told('BTC-USDT.csv', head + sound)).toEqual(['BTC-USDT +0 9x0 | 11x1'])
    for (const [row, reason] of [
      [`${T},0,1,9,1,,\n`, 'price is 0'],
      [`${T},11,x,9,1,,\n`, 'amount "x" is not a number'],
      [`${T},11,1,9,1,12,\n`, 'amount "" is not a number'],
    ] as const) {
      const path = await at.write('BTC-USDT.csv', head + sound + row)
      expect(readData([path])).rejects.toThrow(`BTC-USDT.csv, line 3: ${reason}`)
    }
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
