/** LEAN's files: what their names tell, and what their columns are. */
import { describe, expect, test } from 'bun:test'
import type { MarketEvent } from '../../../src/schema/events'
import { folder, isoTimes, readData } from '../folder'

const TRADE_BARS = '34200000,1674100,1674200,1672500,1672700,3197\n'

/** @param text rows, or a part of what is read of them. */
async function read(zip: string, entry: string, text: string, timezone?: string) {
  await using at = await folder()
  const path = await at.zip(zip, { [entry]: text })
  const { events, sources, symbols } = await readData([path], timezone === undefined ? {} : { timezone })
  return { events, format: sources[0]!.format, from: sources[0]!.from, symbols, times: isoTimes(events) }
}

function told(event: MarketEvent | undefined): string {
  switch (event?.type) {
    case 'Trade':
      return `${event.payload.quantity} @ ${event.payload.price}`
    case 'Ticker':
      return `${event.payload.bidPrice} / ${event.payload.askPrice}`
    case 'KlineSummary': {
      const { openPrice, highPrice, lowPrice, closePrice, volume } = event.payload
      return [openPrice, highPrice, lowPrice, closePrice, volume].join(' ')
    }
    default:
      return ''
  }
}

describe('candles', () => {
  test.each([
    ['second', '2013-10-07T13:30:00.999Z'],
    ['MINUTE', '2013-10-07T13:30:59.999Z'],
    ['hour', '2013-10-07T14:29:59.999Z'],
    ['daily', '2013-10-08T13:29:59.999Z'],
  ])('are as long as their name says: %s', async (resolution, time) => {
    const { times, from, format, events } = await read('t.zip', `20131007_spy_${resolution}_trade.csv`, TRADE_BARS)
    expect([format, from, ...times]).toEqual(['lean-ohlcv', '2013-10-07T13:30:00.000Z', time])
    expect(told(events[0])).toBe('167.41 167.42 167.25 167.27 3197')
  })

  test('with a written time are hours, or days when all of them are of midnight', async () => {
    const row = (time: string) => `20140102 ${time},100,120,90,110,5\n`
    expect(await read('h.zip', 'spy.csv', row('09:00') + row('10:00'))).toMatchObject({
      from: '2014-01-02T14:00:00.000Z',
      times: ['2014-01-02T14:59:59.999Z', '2014-01-02T15:59:59.999Z'],
    })
    expect((await read('d.zip', 'spy.csv', row('00:00'))).times).toEqual(['2014-01-03T04:59:59.999Z'])
  })

  test('of whole prices are of shares, which live in New York; others in UTC, and those of FXCM five hours behind it', async () => {
    const crypto = TRADE_BARS.replace('1674100', '1674100.5')
    const from = async (zip: string, text: string, zone?: string) =>
      (await read(zip, '20131007_x_minute_trade.csv', text, zone)).from
    expect(await from('t.zip', crypto)).toBe('2013-10-07T09:30:00.000Z')
    expect(await from('fxcm.zip', crypto)).toBe('2013-10-07T14:30:00.000Z')
    expect(await from('fxcm.zip', TRADE_BARS)).toBe('2013-10-07T13:30:00.000Z')
    expect(await from('t.zip', TRADE_BARS, 'UTC')).toBe('2013-10-07T09:30:00.000Z')
  })
})

test.each([
  ['t.zip', '20220101_btcusdt_trade_tick.csv', '10,100.5,2\n', 'lean-trade', '2 @ 100.5'],
  ['t.zip', '20220101_spy_trade_tick.csv', '10,1005000,2,P,0,0\n', 'lean-trade', '2 @ 100.5'],
  ['t.zip', '20220101_eurusd_tick_quote.csv', '10,1.5,1.6\n', 'lean-quote', '1.5 / 1.6'],
  ['20220101_quote.zip', '20220101_eurusd_tick.csv', '10,1.5,1.6\n', 'lean-quote', '1.5 / 1.6'],
  ['t.zip', '20220101_btcusdt_tick_quote.csv', '10,1.5,7,1.6,8\n', 'lean-quote', '1.5 / 1.6'],
  ['t.zip', '20220101_spy_tick_quote.csv', '10,15000,7,16000,8,P,0,0\n', 'lean-quote', '1.5 / 1.6'],
  ['t.zip', '20220101_x_minute_quote.csv', '10,1,2,1,1.5,7,2,3,2,2.5,8\n', 'lean-quote-bars', '1.5 / 2.5'],
])('%s: %s with %j is read as %s', async (zip, entry, text, format, first) => {
  const { events, format: read_ } = await read(zip, entry, text)
  expect([read_, events.map(told)]).toEqual([format, [first]])
})

test('prints and quotes that the exchange doubts are passed over', async () => {
  const trades = '10,1005000,2,P,0,1\n11,1006000,2,P,0,0\n'
  expect((await read('t.zip', '20220101_spy_trade_tick.csv', trades)).events.map(told)).toEqual(['2 @ 100.6'])
  const quotes = '10,15000,7,16000,8,P,0,1\n11,15000,7,16100,8,P,0,0\n'
  expect((await read('t.zip', '20220101_spy_tick_quote.csv', quotes)).events.map(told)).toEqual(['1.5 / 1.61'])
})

test.each([
  ['20131007_spy_minute_trade.csv', ['SPY']],
  ['20131007_btcusdt_minute_trade.csv', ['BTC-USDT']],
  ['20131007_goog_minute_trade_american_put_7105000_20151231.csv', ['GOOG-20151231-710.5-P']],
  ['20131007_123_minute_trade.csv', ['ABC-USD']],
])('%s is of %j', async (entry, symbols) => {
  expect((await read('abcusd.zip', entry, TRADE_BARS)).symbols).toEqual(symbols)
})

test('a time is a count of milliseconds of one day', async () => {
  const at = async (row: string) =>
    (await read('t.zip', '20131007_x_minute_trade.csv', `0,1.5,2,1,2,3\n${row}`)).times.at(-1)
  expect(await at('86400000,1.5,2,1,2,3\n')).toBe('2013-10-08T00:00:59.999Z')
  const many = (row: string) =>
    at(`${Array.from({ length: 9 }, (_, n) => `${(n + 1) * 60_000},1.5,2,1,2,3\n`).join('')}${row}`)
  for (const time of ['86400001', 'x', '-1', '600000000']) {
    expect(many(`${time},1.5,2,1,2,3\n`)).rejects.toThrow(
      `time "${time}" is not a count of milliseconds since midnight`,
    )
  }
  const written = (time: string) =>
    read(
      't.zip',
      'x.csv',
      `${['00', '01', '02', '03', '04'].map((hour) => `20131007 ${hour}:00,1.5,2,1,2,3\n`).join('')}${time},1.5,2,1,2,3\n`,
    )
  expect(written('20131007 5:00')).rejects.toThrow('time "20131007 5:00" is not YYYYMMDD HH:MM')
})

test.each([
  ['counts without a day in the name', 'spy_minute_trade.csv', TRADE_BARS],
  ['counts of nine digits', '20131007_spy_minute_trade.csv', TRADE_BARS.replace('34200000', '342000000')],
  ['another number of columns', '20131007_spy_minute_trade.csv', '10,1,2,3\n'],
  ['another number of columns of quotes', '20131007_spy_tick_quote.csv', '10,1,2,3\n'],
])('%s are none of its files', async (_, entry, text) => {
  expect(read('t.zip', entry, text)).rejects.toThrow('has an unknown layout')
})
