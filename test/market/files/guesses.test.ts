/** What is guessed from the head of a file, held against all of its rows; and how a guess is overruled. */
import { expect, test } from 'bun:test'
import { Failure } from '../../../src/errors/failure'
import { FORMATS } from '../../../src/market/files/formats'
import { type Folder, folder, isoTimes, only, readData } from '../folder'

const START = Date.UTC(2024, 2, 4)
/** Rows of candles of a minute; the values behind the time are the same in all of them. */
const minutes = (count: number, values: string, from = 0) =>
  Array.from({ length: count }, (_, n) => `${START + (from + n) * 60_000},${values}\n`).join('')
const HEADER = 'time,open,high,low,close,volume\n'

async function refusal(path: string, options: Parameters<typeof readData>[1] = {}): Promise<Failure> {
  const failure = await readData([path], options).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(Failure)
  return failure as Failure
}

async function prices(path: string, format: string) {
  const { events } = await readData([path], { format })
  const [first] = only(events, 'KlineSummary')
  const { openPrice, highPrice, lowPrice, closePrice } = first!.payload
  return [openPrice, highPrice, lowPrice, closePrice]
}

interface Order {
  readonly what: string
  readonly file: string
  readonly text: string
  readonly says: string
  readonly remedy: string
  /** Open, high, low and close of the first candle when the remedy is taken. */
  readonly read: readonly string[]
}

const ORDERS: readonly Order[] = [
  {
    what: 'low, high, open, close without a header',
    file: 'BTC-USD.csv',
    text: minutes(3, '20,29,25,27,4'),
    says: 'BTC-USD.csv, line 1: open 20 is below low 25: the columns were taken for open, high, low, close (ohlcv)',
    remedy: 'coinbase-ohlcv',
    read: ['25', '29', '20', '27'],
  },
  {
    what: 'low, high, open, close in lists',
    file: 'BTC-USD.json',
    text: `[${[0, 1, 2].map((n) => `[${START / 1000 + n * 60},20,29,25,27,4]`).join(',')}]`,
    says: 'BTC-USD.json, element 1: open 20 is below low 25',
    remedy: 'coinbase-ohlcv',
    read: ['25', '29', '20', '27'],
  },
  {
    what: 'open, close, high, low without a header',
    file: 'BTC-USD.csv',
    text: minutes(3, '25,27,29,20,4'),
    says: 'BTC-USD.csv, line 1: high 27 is below low 29',
    remedy: 'bitfinex-ohlcv',
    read: ['25', '29', '20', '27'],
  },
  {
    what: 'another order far behind rows that fit both',
    file: 'BTC-USD.csv',
    text: minutes(4000, '20,29,20,27,4') + minutes(1, '20,29,25,27,4', 4000),
    says: 'BTC-USD.csv, line 4001: open 20 is below low 25',
    remedy: 'coinbase-ohlcv',
    read: ['20', '29', '20', '27'],
  },
  {
    what: 'a header that names the columns wrongly',
    file: 'BTC-USD.csv',
    text: HEADER + minutes(3, '20,29,25,27,4'),
    says: 'BTC-USD.csv, line 2: open 20 is below low 25',
    remedy: 'coinbase-ohlcv',
    read: ['25', '29', '20', '27'],
  },
]

test.each(ORDERS)('$what is refused, and read when it is named', async ({ file, text, says, remedy, read }) => {
  await using at = await folder()
  const path = await at.write(file, text)
  const failure = await refusal(path)
  expect(failure.code).toBe('data_unrecognised')
  expect(failure.message).toContain(says)
  expect(failure.hint).toContain(`--format ${remedy} takes them as `)
  expect(failure.hint).toContain('--format help lists the formats')
  expect((await refusal(path, { skipBadRows: true })).message).toBe(failure.message)
  expect(await prices(path, remedy)).toEqual([...read])
})

test('whoever names the format keeps to the guess', async () => {
  await using at = await folder()
  const path = await at.write('BTC-USD.csv', minutes(3, '20,29,25,27,4'))
  expect(await prices(path, 'ohlcv')).toEqual(['20', '29', '25', '27'])
})

test('a single candle that cannot be, under a header, is as the vendor wrote it', async () => {
  await using at = await folder()
  const path = await at.write('BTC-USD.csv', HEADER + minutes(3, '25,29,20,27,4') + minutes(1, '20,29,25,27,4', 3))
  expect((await readData([path])).events).toHaveLength(4)
})

test.each([
  ['30,29,20,25', 'open 30 is above high 29'],
  ['19,29,20,25', 'open 19 is below low 20'],
  ['25,29,20,30', 'close 30 is above high 29'],
  ['25,29,20,19', 'close 19 is below low 20'],
  ['25,20,29,22', 'high 20 is below low 29'],
])('a row of %s is no candle: %s', async (values, says) => {
  await using at = await folder()
  for (const front of ['29,29,20,20', '20,29,20,29']) {
    const path = await at.write('BTC-USD.csv', minutes(2, `${front},4`) + minutes(1, `${values},4`, 2))
    expect((await refusal(path)).message).toContain(`BTC-USD.csv, line 3: ${says}: the columns were taken for `)
  }
})

test.each([
  [
    '20,29,29,20',
    [
      '--format coinbase-ohlcv takes them as low, high, open, close',
      '--format bitfinex-ohlcv takes them as open, close, high, low',
    ],
  ],
  ['25,20,29,27', []],
] as const)('what is advised of %s is all that can be', async (values, remedies) => {
  await using at = await folder()
  const { hint, message } = await refusal(await at.write('BTC-USD.csv', minutes(2, `${values},4`)))
  const keeps = '--format ohlcv keeps to the guess, --format help lists the formats (of a provider the setting format)'
  expect(hint).toBe(remedies.length === 0 ? keeps : `${remedies.join(', ')}; ${keeps}`)
  expect(message).toEndWith(': the columns were taken for open, high, low, close (ohlcv), which no candle can be')
})

test('columns that a header names at other places are advised nothing', async () => {
  await using at = await folder()
  const rows = minutes(2, '9,20,29,29,20')
  const { hint } = await refusal(await at.write('BTC-USD.csv', `time,volume,open,high,low,close\n${rows}`))
  expect(hint).toStartWith('--format ohlcv keeps to the guess')
})

test('candles of which half cannot be, under a header, are as the vendor wrote them, and of most are not', async () => {
  await using at = await folder()
  const half = HEADER + minutes(2, '25,29,20,27,4') + minutes(2, '20,29,25,27,4', 2)
  expect((await readData([await at.write('BTC-USD.csv', half)])).events).toHaveLength(4)
  expect((await refusal(await at.write('BTC-USD.csv', half + minutes(1, '20,29,25,27,4', 4)))).message).toContain(
    'line 4: open 20 is below low 25',
  )
})

test('a second candle of one time, and one that closes before it opens, are broken', async () => {
  await using at = await folder()
  const path = await at.write('BTC-USD.csv', HEADER + minutes(3, '25,29,20,27,4') + minutes(1, '25,29,20,27,4', 2))
  expect(await refusal(path)).toMatchObject({
    code: 'data_broken',
    message: 'BTC-USD.csv, line 5: it is a second candle of 2024-03-04T00:02:00.000Z',
  })
  const both = 'time,symbol,open,high,low,close,volume\n'
  const pairs = ['A-USD', 'B-USD'].map((symbol) => minutes(2, `${symbol},25,29,20,27,4`)).join('')
  expect((await readData([await at.write('both.csv', both + pairs)])).events).toHaveLength(4)
  const ends = (last: number) =>
    `time,open,high,low,close,volume,close_time\n${[0, 1, 2]
      .map((n) => `${START + n * 60_000},25,29,20,27,4,${START + n * 60_000 + (n === 2 ? last : 59_999)}\n`)
      .join('')}`
  expect((await readData([await at.write('ends.csv', ends(0))])).events).toHaveLength(3)
  expect((await refusal(await at.write('ends.csv', ends(-1)))).message).toBe(
    'ends.csv, line 4: the candle closes before it opens',
  )
})

test('candles named by their end begin where the one before ends, if that is nearer than their length', async () => {
  await using at = await folder()
  const head = 'Date,Time,Open,High,Low,Close,Volume,OpenInterest\n'
  const row = (clock: string) => `2024-03-04,${clock},25,29,20,27,4,0\n`
  const clocks = ['10:00:00', '11:00:00', '12:00:00', '13:00:00', '14:00:00', '15:00:00', '15:30:00']
  const spans = async (rows: readonly string[]) => {
    const { events } = await readData([await at.write('SPY.txt', head + rows.map(row).join(''))])
    return only(events, 'KlineSummary').map(({ payload }) =>
      [payload.openTime, payload.closeTime + 1].map((ms) => (ms - START) / 3_600_000),
    )
  }
  const whole = [9, 10, 11, 12, 13, 14].map((hour) => [hour, hour + 1])
  expect(await spans(clocks)).toEqual([...whole, [15, 15.5]])
  expect(await spans(clocks.toReversed())).toEqual([...whole, [14.5, 15.5]])
})

test('nothing, a dash and NULL are no volume, and any other word is broken', async () => {
  await using at = await folder()
  const rows = ['', '-', 'NULL', '3'].map((volume, n) => minutes(1, `25,29,20,27,${volume}`, n)).join('')
  const { events } = await readData([await at.write('BTC-USD.csv', HEADER + rows)])
  expect(only(events, 'KlineSummary').map(({ payload }) => payload.volume)).toEqual(['0', '0', '0', '3'])
  const broken = await at.write('BTC-USD.csv', HEADER + rows + minutes(1, '25,29,20,27,none', 4))
  expect((await refusal(broken)).message).toBe('BTC-USD.csv, line 6: volume "none" is not a number of 0 or more')
})

test.each([',', ';', '\t', '|'])(
  'fields are parted by %p, under a header or none, behind comments and blank lines',
  async (delimiter) => {
    await using at = await folder()
    const rows = [0, 1, 2].map((n) => [START + n, '5', '1', 'sell'].join(delimiter)).join('\n')
    const header = ['timestamp', 'price', 'quantity', 'side'].join(delimiter)
    for (const text of [rows, `${header}\n${rows}`, `\n# a, b; c\nhttps://example.com/a,b\n \n${header}\n${rows}\n`]) {
      const { events } = await readData([await at.write('BTC-USDT.csv', text)])
      expect(only(events, 'Trade').map(({ timeMs, payload }) => [timeMs - START, payload.price, payload.side])).toEqual(
        [0, 1, 2].map((ms) => [ms, '5', 'Sell']),
      )
    }
  },
)

test('a zone that is named goes before the one that a format is known for', async () => {
  await using at = await folder()
  const path = await at.write('EURUSD.csv', '20200701 170000;1.1;1.2;1.0;1.1;0\n20200701 170100;1.1;1.2;1.0;1.1;0\n')
  const opened = async (options: object) => (await readData([path], options)).sources[0]!.from
  expect([await opened({}), await opened({ timezone: 'UTC' })]).toEqual([
    '2020-07-01T22:00:00.000Z',
    '2020-07-01T17:00:00.000Z',
  ])
})

test('candles whose rows name their end are in their order: one that cannot be is as the exchange wrote it', async () => {
  await using at = await folder()
  const row = (n: number, prices = '25,29,20,27') =>
    `${START + n * 60_000},${prices},4,${START + n * 60_000 + 59_999},1,1,1,1,0\n`
  const text = row(0) + row(1) + row(2, '20,29,25,27')
  expect((await readData([await at.write('BTCUSDT.csv', text)])).events).toHaveLength(3)
})

test("LEAN's files are read as what they are, or as what they are named", async () => {
  await using at = await folder()
  const path = await at.zip('spy.zip', {
    'spy.csv': '20140102 09:00,100,120,90,110,5\n20140102 10:00,100,120,90,110,5\n',
  })
  const opened = async (format: string) => {
    const { sources, events } = await readData([path], { format })
    return [sources[0]!.format, only(events, 'KlineSummary')[0]!.payload.openPrice]
  }
  expect(await opened('lean-ohlcv')).toEqual(['lean-ohlcv', '0.01'])
  expect(await opened('ohlcv')).toEqual(['ohlcv', '100'])
})

test('the symbol of rows that name none is that of the entry, else of the file, else the one asked for', async () => {
  await using at = await folder()
  const text = `timestamp,price,quantity,side\n${START},5,1,buy\n`
  const symbols = async (path: string, options = {}) => (await readData([path], options)).symbols
  expect(await symbols(await at.zip('ETHUSDT.zip', { 'BTCUSDT.csv': text }))).toEqual(['BTC-USDT'])
  expect(await symbols(await at.zip('ETHUSDT.zip', { 'prices.csv': text }))).toEqual(['ETH-USDT'])
  const nameless = await at.write('prices.csv', text)
  expect([await symbols(nameless), await symbols(nameless, { symbol: 'X-Y' })]).toEqual([['SYMBOL'], ['X-Y']])
})

test('of files of which none is of the symbol asked for all are, and of several that one alone', async () => {
  await using at = await folder()
  const text = (price: number) => `timestamp,price,quantity,side\n${START},${price},1,buy\n`
  const paths = [await at.write('AAPL.csv', text(1)), await at.write('MSFT.csv', text(2))]
  const told = async (symbol: string, files = paths) =>
    only((await readData(files, { symbol })).events, 'Trade').map((event) => [event.symbol, event.payload.price])
  expect(await told('X')).toEqual([
    ['X', '1'],
    ['X', '2'],
  ])
  expect(await told('MSFT')).toEqual([['MSFT', '2']])
  expect(await told('X', paths.slice(0, 1))).toEqual([['X', '1']])
  const named = await at.write('all.csv', `timestamp,symbol,price,quantity,side\n${START},MSFT,3,1,buy\n`)
  expect(await told('MSFT', [...paths, named])).toEqual([
    ['MSFT', '2'],
    ['MSFT', '3'],
  ])
})

test('a note is passed over beside data alone', async () => {
  await using at = await folder()
  expect((await refusal(await at.write('README.md', 'all times are of UTC\n'))).message).toContain(
    'README.md has an unknown',
  )
})

test('candles without a volume that are named trades of one price cannot be read as such', async () => {
  await using at = await folder()
  const path = await at.write('BTC-USD.csv', `time,open,high,low,close\n${minutes(3, '25,25,25,25')}`)
  expect((await refusal(path, { format: 'ohlcv-ticks' })).message).toContain(
    'BTC-USD.csv cannot be read as ohlcv-ticks',
  )
  const whole = await at.write('BTC-USD.csv', HEADER + minutes(3, '25,25,25,25,4'))
  expect((await readData([whole], { format: 'ohlcv-ticks' })).kind).toBe('trades')
  expect((await readData([whole])).kind).toBe('klines')
})

test.each([
  ['timestamp,open,high,low,close,volume,bid,ask', 'klines'],
  ['timestamp,bid,ask,price,size', 'quotes'],
  ['timestamp,price,size,side,update_type', 'books'],
  ['timestamp,price,size,is_ask,is_snapshot', 'books'],
  ['timestamp,price,size,side,last_update_id', 'books'],
  ['timestamp,price,size,side', 'trades'],
  ['timestamp,price,size,update_type', 'trades'],
  ['timestamp,open,high,low,close,price,size', 'klines'],
  ['timestamp,asks[0].price,asks[0].amount,bids[0].price,bids[0].amount,open,high,low,close', 'books'],
  ['timestamp,bid,price,size', 'trades'],
  ['timestamp,open,high,low,price,size', 'klines'],
] as const)('columns of %s are %s', async (header, kind) => {
  await using at = await folder()
  const row = (n: number) =>
    header
      .split(',')
      .map(
        (word) =>
          ({ timestamp: START + n * 60_000, side: 'buy', is_ask: '1', update_type: 'set', is_snapshot: 'true' })[
            word
          ] ?? 5,
      )
      .join(',')
  const { kind: read } = await readData([await at.write('BTC-USD.csv', `${header}\n${row(0)}\n${row(1)}\n`)])
  expect(read).toBe(kind)
})

test('a bid above the ask in most rows is no bid', async () => {
  await using at = await folder()
  const row = (n: number, bid: string, ask: string) => `${START + n},${bid},${ask}\n`
  const swapped = await at.write('a.csv', `time,bid,ask\n${row(0, '2', '1')}${row(1, '2', '1')}`)
  expect((await refusal(swapped)).message).toContain('a.csv, line 2: bid 2 is above ask 1')
  expect((await readData([swapped], { format: 'quotes' })).events).toHaveLength(2)
  const crossedOnce = await at.write('b.csv', `time,bid,ask\n${row(0, '2', '1')}${row(1, '1', '2')}${row(2, '1', '2')}`)
  expect((await readData([crossedOnce])).events).toHaveLength(3)
  const half = await at.write('c.csv', `time,bid,ask\n${row(0, '2', '1')}${row(1, '1', '2')}`)
  expect((await readData([half])).events).toHaveLength(2)
})

const flat = (ms: number, price: string) => `${START + ms},${price},${price},${price},${price},1\n`

test('candles of a thin market stay candles, however many have one price', async () => {
  await using at = await folder()
  const thin = [1, 2, 4, 5, 9, 10, 13].map((minute) => flat(minute * 60_000, `${minute}`)).join('')
  for (const text of [thin, HEADER + thin]) {
    const { kind, events } = await readData([await at.write('XBTEUR.csv', text)])
    expect([kind, only(events, 'KlineSummary').length]).toEqual(['klines', 7])
  }
})

test('rows at moments of their own are trades, until one has several prices', async () => {
  await using at = await folder()
  const ticks = Array.from({ length: 2000 }, (_, n) => flat(n * 777 + ((n * n) % 101), `${n + 1}`)).join('')
  const path = await at.write('ticks.csv', HEADER + ticks)
  expect((await readData([path])).kind).toBe('trades')
  const mixed = await at.write('mixed.csv', `${HEADER}${ticks}${START + 9_000_000},5,6,4,5,1\n`)
  const failure = await refusal(mixed)
  expect(failure.message).toContain('mixed.csv, line 2002: high and low are 6 and 4')
  expect(failure.hint).toContain('--format ohlcv reads candles')
  expect((await readData([mixed], { format: 'ohlcv:1s', skipBadRows: true })).kind).toBe('klines')
})

test('days beside a clock that stands still begin with their day, and end with it', async () => {
  await using at = await folder()
  const head = '<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\n'
  const day = (date: string, clock = '000000') => `ORCL.US,D,${date},${clock},5,7,4,6,9,0\n`
  const path = await at.write('orcl.us.txt', head + day('20240304') + day('20240305'))
  const { events, sources } = await readData([path])
  expect(isoTimes(events)).toEqual(['2024-03-04T23:59:59.999Z', '2024-03-05T23:59:59.999Z'])
  expect(sources).toMatchObject([{ format: 'ohlcv', from: '2024-03-04T00:00:00.000Z' }])
  const named = await readData([path], { format: 'ohlcv-end' })
  expect(isoTimes(named.events)).toEqual(['2024-03-03T23:59:59.999Z', '2024-03-04T23:59:59.999Z'])
  const torn = await at.write(
    'torn.txt',
    head + day('20240304').repeat(1) + day('20240305') + day('20240306', '093000'),
  )
  // All three stand in the head, so that nothing speaks for days alone.
  expect((await readData([torn])).sources).toMatchObject([{ format: 'ohlcv-end' }])
  const days = Array.from({ length: 2500 }, (_, n) => new Date(START + n * 86_400_000).toISOString().slice(0, 10))
  const long = await at.write('long.txt', head + days.map((date) => day(date)).join('') + day('2040-01-01', '093000'))
  expect((await refusal(long)).message).toContain(
    'long.txt, line 2502: time "2040-01-01 093000" is within a day, and the first rows name days',
  )
})

test.each([
  ['hours', (n: number) => `20240304${String(n).padStart(2, '0')}`, 3_600_000],
  ['minutes', (n: number) => `202403040${930 + n}`, 60_000],
  ['seconds', (n: number) => `20240304${93_000 + n}`.replace('202403049', '2024030409'), 1000],
  ['milliseconds', (n: number) => `2024030409300000${n}`.slice(0, 17), 1],
])('times of digits alone, to the %s, are written times', async (_, time, stepMs) => {
  await using at = await folder()
  const rows = [0, 1, 2].map((n) => `${time(n)},5,7,4,6,9\n`).join('')
  for (const [name, text] of [
    ['headless.csv', rows],
    ['headed.csv', HEADER + rows],
    [
      'list.json',
      `[${rows
        .trim()
        .split('\n')
        .map((row) => `[${row}]`)
        .join(',')}]`,
    ],
  ] as const) {
    const { events } = await readData([await at.write(name, text)], {
      format: name === 'list.json' ? 'freqtrade-ohlcv' : 'ohlcv',
    })
    const opens = only(events, 'KlineSummary').map(({ payload }) => payload.openTime)
    expect(opens[0]).toBeGreaterThanOrEqual(START)
    expect(opens[0]).toBeLessThan(START + 86_400_000)
    expect(opens[2]! - opens[0]!).toBe(2 * stepMs)
  }
})

test('a count since 1970 among times of digits alone is broken', async () => {
  await using at = await folder()
  const path = await at.write('a.csv', `${HEADER}${[0, 1, 2, 3, 4].map((n) => `20240304093${n},5,7,4,6,9\n`).join('')}`)
  const mixed = await at.write('b.csv', `${await Bun.file(path).text()}${START},5,7,4,6,9\n`)
  expect((await refusal(mixed)).message).toContain(`b.csv, line 7: time "${START}" is not of digits like`)
})

test('times of digits alone are what four in five of the first rows have', async () => {
  await using at = await folder()
  const text = (written: number, counts: number) =>
    HEADER +
    Array.from({ length: written }, (_, n) => `20240304093${n},5,7,4,6,9\n`).join('') +
    Array.from({ length: counts }, (_, n) => `${START + n * 60_000},5,7,4,6,9\n`).join('')
  const four = await at.write('a.csv', text(4, 1))
  expect((await refusal(four)).message).toContain(
    'a.csv, line 6: time "1709510400000" is not of digits like 202001130930',
  )
  const three = await at.write('a.csv', text(3, 1))
  expect((await readData([three])).events).toHaveLength(4)
})

test('numbers of digits that no unit has are no times', async () => {
  await using at = await folder()
  for (const time of ['17095104001', '17095104000001', '170951040000000012345']) {
    const path = await at.write('a.csv', `time,price,quantity,side\n${START},5,1,buy\n${time},5,1,buy\n`)
    expect((await refusal(path)).message).toContain(`a.csv, line 3: time "${time}" is not understood`)
  }
})

test('two columns of one name are not told apart by their place', async () => {
  await using at = await folder()
  const path = await at.write('a.csv', `time,open,high,low,close,close\n${START},5,7,4,6,5\n`)
  expect((await refusal(path)).message).toContain('a.csv has two columns of the name "close"')
})

test('every format is known by its name, and no other', async () => {
  await using at = await folder()
  const path = await at.write('a.csv', HEADER + minutes(2, '25,29,20,27,4'))
  const none = await refusal(path, { format: 'parquet' })
  expect(none.code).toBe('usage')
  for (const name of Object.keys(FORMATS)) expect(none.message).toContain(name)
  for (const format of ['ohlcv:', 'ohlcv:fast', 'ohlcv:0m', 'trades:1m', 'ohlcv:1m:2m']) {
    expect((await refusal(path, { format })).message).toContain(`"${format}" is no format`)
  }
  const wrong = await refusal(path, { format: 'quotes' })
  expect(wrong.message).toContain('a.csv cannot be read as quotes: it has the columns time, open')
})

test('the manual names every format', async () => {
  const manual = await Bun.file(`${import.meta.dir}/../../../docs/market-data.md`).text()
  for (const name of Object.keys(FORMATS)) expect(manual).toContain(`\`${name}\``)
})

const written = async (at: Folder, rows: string) => at.write('BTC-USDT.csv', rows)

test('the first rows may be broken when the format is named', async () => {
  await using at = await folder()
  const path = await written(at, `x,5,1,buy\n${START},5,1,buy\n`)
  const { events, sources } = await readData([path], { format: 'trades', skipBadRows: true })
  expect(only(events, 'Trade').map(({ payload }) => payload.price)).toEqual(['5'])
  expect(sources).toMatchObject([{ format: 'trades', rows: 1 }])
  expect(only(events, 'Trade').map(({ symbol, payload }) => [symbol, payload.side])).toEqual([['BTC-USDT', 'Buy']])
})
