/** The rows of format-rows.ts in every format that the product reads. */
import type { FormatName } from '../../../src/market/files/formats'
import {
  BEGIN_MS,
  BOOKS,
  type Book,
  candles,
  DAY_MS,
  type Expectation,
  eventsOf,
  type Level,
  MINUTE_MS,
  QUOTES,
  TRADES,
} from './format-rows'

/** Rows as cells of texts, under the names of their columns. */
export interface TableSample extends Expectation {
  readonly columns: Readonly<Record<string, readonly string[]>>
  /** The file without its suffix. */
  readonly file?: string
  /** To be named, for nothing else tells it. */
  readonly named?: true
}

/** Rows in the only text that they may lie in. */
export interface TextSample extends Expectation {
  readonly text: string
  /** The file with its suffix. */
  readonly file: string
  readonly named?: true
  /** Why it is in no other file. */
  readonly only: string
}

export type Sample = TableSample | TextSample

const SYMBOL = 'BTC-USDT'
const MINUTES = candles(MINUTE_MS)
const DAYS = candles(DAY_MS)
const PLACES = 'its columns are known by their places in such a text'
const ZIPPED = 'the name of the text inside a zip tells what it is'
const MESSAGES = 'it is what an exchange sent, a message a line'

const iso = (ms: number) => new Date(ms).toISOString()
const day = (ms: number) => iso(ms).slice(0, 10)
const clock = (ms: number) => iso(ms).slice(11, 19)
/** As `20240107 190000`, and with milliseconds. */
const newYork = (ms: number) =>
  iso(ms - 5 * 3_600_000)
    .replace(/[-:Z]/g, '')
    .replace('T', ' ')
const lines = (rows: readonly (readonly unknown[])[], delimiter = ',') =>
  rows.map((row) => `${row.join(delimiter)}\n`).join('')
const columnsOf = (names: readonly string[], rows: readonly (readonly unknown[])[]) =>
  Object.fromEntries(names.map((name, at) => [name, rows.map((row) => String(row[at]))]))

const KLINES = { kind: 'klines', symbol: SYMBOL } as const
const klines = (columns: TableSample['columns'], more: Partial<TableSample> = {}): TableSample => ({
  ...KLINES,
  columns,
  ...more,
})
const trades = (names: readonly string[], row: (trade: (typeof TRADES)[number], i: number) => readonly unknown[]) =>
  ({ kind: 'trades', symbol: SYMBOL, ids: true, columns: columnsOf(names, TRADES.map(row)) }) satisfies TableSample
const quotes = (names: readonly string[], row: (quote: (typeof QUOTES)[number]) => readonly unknown[]) =>
  ({ kind: 'quotes', symbol: SYMBOL, columns: columnsOf(names, QUOTES.map(row)) }) satisfies TableSample
/** A row a level. */
const depth = (names: readonly string[], row: (book: Book, isAsk: boolean, level: Level) => readonly unknown[]) =>
  ({
    kind: 'books',
    symbol: SYMBOL,
    columns: columnsOf(
      names,
      BOOKS.flatMap((book) => [
        ...book.bidChanges.map((level) => row(book, false, level)),
        ...book.askChanges.map((level) => row(book, true, level)),
      ]),
    ),
  }) satisfies TableSample
const LEVEL_NAMES = [0, 1].flatMap((at) =>
  ['asks', 'bids'].flatMap((side) => ['price', 'amount'].map((what) => `${side}[${at}].${what}`)),
)
const levelCells = ({ bids, asks }: Book) => [0, 1].flatMap((at) => [...asks[at]!, ...bids[at]!])
const messages = (what: readonly unknown[]) => what.map((message) => `${JSON.stringify(message)}\n`).join('')
const sell = (side: string) => side === 'Sell'
const small = (side: string) => side.toLowerCase()

const BARS = MINUTES.map(({ openMs, open, high, low, close, volume }) => [openMs, open, high, low, close, volume])
const BINANCE_NAMES =
  'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore'.split(
    ',',
  )
const BINANCE_BARS = BARS.map((bar) => [...bar, Number(bar[0]) + MINUTE_MS - 1, '1.5', 3, '1.5', '2.5', 0])
const TRADE_NAMES = ['time', 'symbol', 'price', 'quantity', 'side', 'id']
const ONE_PRICE = TRADES.map(({ ms, price, quantity }) => [iso(ms), price, price, price, price, quantity, 0])
const depthMessage = ({ ms, id, bidChanges, askChanges }: Book) => ({
  e: 'depthUpdate',
  E: ms,
  s: 'BTCUSDT',
  U: id,
  u: id,
  b: bidChanges,
  a: askChanges,
})

/** As strategies see them: every time of a payload is a text. */
function exported(what: Expectation): TextSample {
  const seen = eventsOf(what).map(({ symbol, type, timeMs, payload }) => {
    const times = Object.entries(payload as object).map(([name, value]) => [
      name,
      typeof value === 'number' && value >= BEGIN_MS ? iso(value) : value,
    ])
    return { routingVersion: 1, symbol, type, emitTs: iso(timeMs), payload: Object.fromEntries(times) }
  })
  return { ...what, text: messages(seen), file: 'inputs.jsonl', only: 'it is what a gateway exports, an event a line' }
}

export const SAMPLES: Readonly<Record<FormatName, readonly Sample[]>> = {
  ohlcv: [
    klines(columnsOf(['timestamp', 'open', 'high', 'low', 'close', 'volume'], BARS)),
    klines(
      columnsOf(
        ['Date', 'Open', 'High', 'Low', 'Close', 'Volume'],
        BARS.map(([ms, ...bar]) => [iso(Number(ms)), ...bar]),
      ),
    ),
    { ...KLINES, text: lines(BARS), file: `${SYMBOL}.csv`, only: PLACES },
  ],
  'ohlcv-end': [
    klines(
      columnsOf(
        ['Date', 'Time', 'Open', 'High', 'Low', 'Close', 'Volume', 'OpenInterest'],
        BARS.map(([ms, ...bar]) => [day(Number(ms) + MINUTE_MS), clock(Number(ms) + MINUTE_MS), ...bar, 0]),
      ),
    ),
  ],
  'ohlcv-ticks': [
    {
      kind: 'trades',
      symbol: SYMBOL,
      columns: columnsOf(['Datetime', 'Open', 'High', 'Low', 'Close', 'Volume', 'OpenInterest'], ONE_PRICE),
    },
  ],
  'coinbase-ohlcv': [
    klines(
      columnsOf(
        ['c0', 'c1', 'c2', 'c3', 'c4', 'c5'],
        MINUTES.map(({ openMs, open, high, low, close, volume }) => [openMs, low, high, open, close, volume]),
      ),
      { named: true },
    ),
  ],
  'bitfinex-ohlcv': [
    klines(
      columnsOf(
        ['c0', 'c1', 'c2', 'c3', 'c4', 'c5'],
        MINUTES.map(({ openMs, open, high, low, close, volume }) => [openMs, open, close, high, low, volume]),
      ),
      { named: true },
    ),
  ],
  'binance-klines': [
    klines(columnsOf(BINANCE_NAMES, BINANCE_BARS)),
    { ...KLINES, text: lines(BINANCE_BARS), file: 'BTCUSDT-1m-2024-01.csv', only: PLACES },
  ],
  'freqtrade-ohlcv': [
    {
      ...KLINES,
      text: `[${BARS.map((bar) => `[${bar.join(', ')}]`).join(', ')}]`,
      file: 'BTC_USDT-1m.json',
      only: 'it is a list of lists',
    },
  ],
  'lean-ohlcv': [
    {
      ...KLINES,
      text: lines(BARS.map(([ms, ...bar]) => [Number(ms) - BEGIN_MS, ...bar])),
      file: '20240108_btcusdt_minute_trade.csv',
      only: ZIPPED,
    },
  ],
  'histdata-ohlcv': [
    {
      ...KLINES,
      text: lines(
        BARS.map(([ms, ...bar]) => [newYork(Number(ms)).slice(0, 15), ...bar]),
        ';',
      ),
      file: `${SYMBOL}.csv`,
      only: PLACES,
    },
  ],
  'cryptodatadownload-ohlcv': [
    klines(
      columnsOf(
        ['unix', 'date', 'symbol', 'open', 'high', 'low', 'close', 'Volume BTC', 'Volume USDT', 'tradecount'],
        BARS.toReversed().map(([ms, ...bar]) => [
          ms,
          `${day(Number(ms))} ${clock(Number(ms))}`,
          'BTC/USDT',
          ...bar,
          22,
          17,
        ]),
      ),
    ),
  ],
  'investing-ohlcv': [
    klines(
      columnsOf(
        ['Date', 'Price', 'Open', 'High', 'Low', 'Vol.', 'Change %'],
        DAYS.toReversed().map(({ openMs, open, high, low, close, volume }) => [
          new Date(openMs).toLocaleDateString('en-US', {
            timeZone: 'UTC',
            month: 'short',
            day: '2-digit',
            year: 'numeric',
          }),
          close,
          open,
          high,
          low,
          volume,
          '0.02%',
        ]),
      ),
      { lengthMs: DAY_MS },
    ),
  ],
  'yahoo-ohlcv': [
    klines(
      columnsOf(
        ['Date', 'Open', 'High', 'Low', 'Close', 'Adj Close', 'Volume'],
        DAYS.map(({ openMs, open, high, low, close, volume }) => [day(openMs), open, high, low, close, '1.25', volume]),
      ),
      { lengthMs: DAY_MS },
    ),
  ],
  'yfinance-ohlcv': [
    {
      ...KLINES,
      lengthMs: DAY_MS,
      text:
        'Price,Close,High,Low,Open,Volume\nTicker,BTC-USDT,BTC-USDT,BTC-USDT,BTC-USDT,BTC-USDT\nDate,,,,,\n' +
        lines(DAYS.map(({ openMs, open, high, low, close, volume }) => [day(openMs), close, high, low, open, volume])),
      file: 'prices.csv',
      only: 'its header has three rows',
    },
  ],
  trades: [
    trades(TRADE_NAMES, ({ ms, id, side, price, quantity }) => [ms, 'BTCUSDT', price, quantity, small(side), id]),
    trades(['Time', 'Amount', 'Price', 'Trade ID'], ({ ms, id, price, quantity }) => [iso(ms), quantity, price, id]),
    {
      kind: 'trades',
      symbol: SYMBOL,
      text: lines(TRADES.map(({ ms, side, price, quantity }) => [iso(ms), price, quantity, side])),
      file: `${SYMBOL}.csv`,
      only: PLACES,
    },
  ],
  'binance-trades': [
    trades(['id', 'price', 'qty', 'quote_qty', 'time', 'is_buyer_maker'], ({ ms, id, side, price, quantity }) => [
      id,
      price,
      quantity,
      '7.5',
      ms,
      sell(side),
    ]),
    {
      kind: 'trades',
      symbol: SYMBOL,
      ids: true,
      text: lines(
        TRADES.map(({ ms, id, side, price, quantity }) => [id, price, quantity, '7.5', ms, sell(side), true]),
      ),
      file: 'BTCUSDT-trades-2024-01-08.csv',
      only: PLACES,
    },
  ],
  'binance-aggtrades': [
    trades(
      ['agg_trade_id', 'price', 'quantity', 'first_trade_id', 'last_trade_id', 'transact_time', 'is_buyer_maker'],
      ({ ms, id, side, price, quantity }, i) => [id, price, quantity, i + 1, i + 1, ms, sell(side)],
    ),
    {
      kind: 'trades',
      symbol: SYMBOL,
      ids: true,
      text: lines(
        TRADES.map(({ ms, id, side, price, quantity }, i) => [
          id,
          price,
          quantity,
          i + 1,
          i + 1,
          ms * 1000,
          sell(side),
        ]),
      ),
      file: 'BTCUSDT-aggTrades-2024-01-08.csv',
      only: PLACES,
    },
  ],
  'binance-trade-stream': [
    trades(
      'TimestampOfReceive,Stream,EventType,EventTime,TransactionTime,Symbol,TradeId,Price,Quantity,IsBuyerMarketMaker'.split(
        ',',
      ),
      ({ ms, id, side, price, quantity }) => [
        ms + 5,
        'btcusdt@trade',
        'trade',
        ms + 2,
        ms,
        'BTCUSDT',
        id,
        price,
        quantity,
        sell(side),
      ],
    ),
  ],
  'bybit-trades': [
    trades(
      ['timestamp', 'symbol', 'side', 'size', 'price', 'tickDirection', 'trdMatchID'],
      ({ ms, id, side, price, quantity }) => [ms / 1000, 'BTCUSDT', side, quantity, price, 'ZeroMinusTick', id],
    ),
  ],
  'okx-trades': [
    trades(['trade_id', 'side', 'size', 'price', 'created_time'], ({ ms, id, side, price, quantity }) => [
      id,
      small(side),
      quantity,
      price,
      ms,
    ]),
  ],
  'kraken-trades': [
    {
      kind: 'trades',
      symbol: SYMBOL,
      text: lines(TRADES.map(({ ms, price, quantity }) => [(ms / 1000).toFixed(3), price, quantity])),
      file: `${SYMBOL}.csv`,
      only: PLACES,
    },
  ],
  'bbgo-trades': [
    {
      kind: 'trades',
      symbol: SYMBOL,
      ids: true,
      text: lines(TRADES.map(({ ms, id, side, price, quantity }) => [id, small(side), quantity, price, ms])),
      file: `${SYMBOL}.csv`,
      only: PLACES,
    },
  ],
  'freqtrade-trades': [
    trades(['timestamp', 'id', 'type', 'side', 'price', 'amount', 'cost'], ({ ms, id, side, price, quantity }) => [
      ms,
      id,
      'limit',
      small(side),
      price,
      quantity,
      '1.5',
    ]),
    {
      kind: 'trades',
      symbol: SYMBOL,
      ids: true,
      text: JSON.stringify(
        TRADES.map(({ ms, id, side, price, quantity }) => [
          ms,
          id,
          null,
          small(side),
          Number(price),
          Number(quantity),
          1.5,
        ]),
      ),
      file: 'BTC_USDT-trades.json',
      only: 'it is a list of lists',
    },
  ],
  'ccxt-trades': [
    trades(
      ['info', 'timestamp', 'symbol', 'id', 'takerOrMaker', 'side', 'price', 'amount'],
      ({ ms, id, side, price, quantity }) => ['x', ms, 'BTC/USDT', id, 'taker', small(side), price, quantity],
    ),
  ],
  'lean-trade': [
    {
      kind: 'trades',
      symbol: SYMBOL,
      text: lines(TRADES.map(({ ms, price, quantity }) => [ms - BEGIN_MS, price, quantity])),
      file: '20240108_btcusdt_Trade_Tick.csv',
      only: ZIPPED,
    },
  ],
  'tardis-trades': [
    trades(
      ['exchange', 'symbol', 'timestamp', 'local_timestamp', 'id', 'side', 'price', 'amount'],
      ({ ms, id, side, price, quantity }) => [
        'x',
        'BTCUSDT',
        ms * 1000,
        ms * 1000 + 9,
        id,
        small(side),
        price,
        quantity,
      ],
    ),
  ],
  quotes: [quotes(['timestamp', 'bid', 'ask'], ({ ms, bid, ask }) => [ms, bid, ask])],
  'lean-quote': [
    {
      kind: 'quotes',
      symbol: SYMBOL,
      text: lines(QUOTES.map(({ ms, bid, ask }) => [ms - BEGIN_MS, bid, ask])),
      file: '20240108_btcusdt_tick_quote.csv',
      only: ZIPPED,
    },
  ],
  'lean-quote-bars': [
    {
      kind: 'quotes',
      symbol: SYMBOL,
      text: lines(
        QUOTES.map(({ ms, bid, ask }) => [ms + 1 - MINUTE_MS - BEGIN_MS, bid, bid, bid, bid, 1, ask, ask, ask, ask, 1]),
      ),
      file: '20240108_btcusdt_minute_quote.csv',
      only: ZIPPED,
    },
  ],
  'tardis-quotes': [
    quotes(
      ['exchange', 'symbol', 'timestamp', 'local_timestamp', 'ask_amount', 'ask_price', 'bid_price', 'bid_amount'],
      ({ ms, bid, ask }) => ['x', 'BTCUSDT', ms * 1000, ms * 1000 + 9, 1, ask, bid, 2],
    ),
  ],
  'histdata-quotes': [
    {
      kind: 'quotes',
      symbol: SYMBOL,
      text: lines(QUOTES.map(({ ms, bid, ask }) => [newYork(ms).replace('.', ''), bid, ask, 0])),
      file: `${SYMBOL}.csv`,
      only: PLACES,
    },
  ],
  books: [
    {
      kind: 'books',
      symbol: SYMBOL,
      columns: columnsOf(
        ['timestamp', ...LEVEL_NAMES],
        BOOKS.map((book) => [book.ms, ...levelCells(book)]),
      ),
    },
  ],
  'binance-depth': [
    depth(
      ['symbol', 'timestamp', 'first_update_id', 'last_update_id', 'side', 'update_type', 'price', 'qty', 'pu'],
      ({ ms, id }, isAsk, [price, quantity]) => [
        'BTCUSDT',
        ms,
        id,
        id,
        isAsk ? 'a' : 'b',
        id === BOOKS[0]!.id ? 'snap' : 'set',
        price,
        quantity,
        -1,
      ],
    ),
  ],
  'binance-depth-stream': [
    depth(
      'TimestampOfReceive,Stream,EventType,EventTime,Symbol,FirstUpdateId,FinalUpdateId,IsAsk,Price,Quantity'.split(
        ',',
      ),
      ({ ms, id }, isAsk, [price, quantity]) => [
        ms + 5,
        'x',
        'depthUpdate',
        ms,
        'BTCUSDT',
        id,
        id,
        isAsk ? 1 : 0,
        price,
        quantity,
      ],
    ),
  ],
  'tardis-books': [
    {
      kind: 'books',
      symbol: SYMBOL,
      columns: columnsOf(
        ['exchange', 'symbol', 'timestamp', 'local_timestamp', ...LEVEL_NAMES],
        BOOKS.map((book) => ['x', 'BTCUSDT', book.ms * 1000, book.ms * 1000 + 9, ...levelCells(book)]),
      ),
    },
  ],
  'tardis-depth': [
    depth(
      ['exchange', 'symbol', 'timestamp', 'local_timestamp', 'is_snapshot', 'side', 'price', 'amount'],
      ({ ms, id }, isAsk, [price, quantity]) => [
        'x',
        'BTCUSDT',
        ms * 1000,
        ms * 1000 + 9,
        id === BOOKS[0]!.id,
        isAsk ? 'ask' : 'bid',
        price,
        quantity,
      ],
    ),
  ],
  'binance-messages': [
    {
      kind: 'books',
      symbol: SYMBOL,
      updates: true,
      text: messages(BOOKS.map(depthMessage)),
      file: 'recorded.jsonl',
      only: MESSAGES,
    },
    {
      kind: 'trades',
      symbol: SYMBOL,
      ids: true,
      text: messages(
        TRADES.map(({ ms, id, side, price, quantity }) => ({
          stream: 'btcusdt@trade',
          data: { e: 'trade', E: ms + 2, s: 'BTCUSDT', t: Number(id), p: price, q: quantity, T: ms, m: sell(side) },
        })),
      ),
      file: 'recorded.jsonl',
      only: MESSAGES,
    },
    {
      kind: 'quotes',
      symbol: SYMBOL,
      text: messages(
        QUOTES.map(({ ms, bid, ask }) => ({ u: 1, s: 'BTCUSDT', b: bid, B: '1', a: ask, A: '2', T: ms, E: ms + 1 })),
      ),
      file: 'recorded.jsonl',
      only: MESSAGES,
    },
  ],
  'bybit-messages': [
    {
      kind: 'books',
      symbol: SYMBOL,
      updates: true,
      text: messages(
        BOOKS.map(({ ms, id, bidChanges, askChanges }, i) => ({
          topic: 'orderbook.50.BTCUSDT',
          type: i === 0 ? 'snapshot' : 'delta',
          ts: ms,
          data: { s: 'BTCUSDT', b: bidChanges, a: askChanges, u: id },
        })),
      ),
      file: 'recorded.jsonl',
      only: MESSAGES,
    },
    {
      kind: 'trades',
      symbol: SYMBOL,
      ids: true,
      text: messages(
        TRADES.map(({ ms, id, side, price, quantity }) => ({
          topic: 'publicTrade.BTCUSDT',
          ts: ms + 1,
          data: [{ T: ms, s: 'BTCUSDT', S: side, v: quantity, p: price, i: id }],
        })),
      ),
      file: 'recorded.jsonl',
      only: MESSAGES,
    },
  ],
  'meltica-events': [
    exported({ kind: 'klines', symbol: SYMBOL }),
    exported({ kind: 'trades', symbol: SYMBOL, ids: true }),
    exported({ kind: 'quotes', symbol: SYMBOL }),
    exported({ kind: 'books', symbol: SYMBOL, updates: true }),
  ],
  'hyperliquid-messages': [
    {
      kind: 'books',
      symbol: 'BTC-USD',
      text: messages(
        BOOKS.map(({ ms, bids, asks }) => ({
          channel: 'l2Book',
          data: {
            coin: 'BTC',
            time: ms,
            levels: [bids, asks].map((side) => side.map(([px, sz]) => ({ px, sz, n: 1 }))),
          },
        })),
      ),
      file: 'recorded.jsonl',
      only: MESSAGES,
    },
    {
      kind: 'trades',
      symbol: 'BTC-USD',
      ids: true,
      text: messages(
        TRADES.map(({ ms, id, side, price, quantity }) => ({
          channel: 'trades',
          data: [{ coin: 'BTC', side: sell(side) ? 'A' : 'B', px: price, sz: quantity, time: ms, tid: Number(id) }],
        })),
      ),
      file: 'recorded.jsonl',
      only: MESSAGES,
    },
  ],
}
