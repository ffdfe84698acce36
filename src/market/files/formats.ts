/** Every format by its name: what results say was read, and what `--format` makes the reading. */
import { Failure } from '../../errors/failure'
import { lengthMs } from './lengths'

/** `quotes` and `books` feeds carry trades too when the files have them. */
export type FeedKind = 'klines' | 'trades' | 'quotes' | 'books'

interface Format {
  readonly kind: FeedKind
  readonly what: string
}

export const FORMATS = {
  ohlcv: { kind: 'klines', what: 'candles: a header, or time, open, high, low, close, volume' },
  'ohlcv-end': { kind: 'klines', what: 'candles under a header, named by their end' },
  'ohlcv-ticks': { kind: 'trades', what: 'trades written as candles of one price' },
  'coinbase-ohlcv': { kind: 'klines', what: 'candles: time, low, high, open, close, volume (only when named)' },
  'bitfinex-ohlcv': { kind: 'klines', what: 'candles: time, open, close, high, low, volume (only when named)' },
  'binance-klines': { kind: 'klines', what: 'Binance candles, with or without a header' },
  'freqtrade-ohlcv': { kind: 'klines', what: 'freqtrade and ccxt candles, lists in a JSON list' },
  'lean-ohlcv': { kind: 'klines', what: 'LEAN candles' },
  'histdata-ohlcv': { kind: 'klines', what: 'HistData candles' },
  'cryptodatadownload-ohlcv': { kind: 'klines', what: 'CryptoDataDownload candles' },
  'investing-ohlcv': { kind: 'klines', what: 'investing.com candles' },
  'yahoo-ohlcv': { kind: 'klines', what: 'Yahoo candles' },
  'yfinance-ohlcv': { kind: 'klines', what: 'yfinance candles, the ticker in a header row of its own' },
  trades: { kind: 'trades', what: 'trades: a header, or time, price, quantity and perhaps side or symbol' },
  'binance-trades': { kind: 'trades', what: 'Binance trades' },
  'binance-aggtrades': { kind: 'trades', what: 'Binance aggregated trades' },
  'binance-trade-stream': { kind: 'trades', what: 'Binance trades of the stream, in columns' },
  'bybit-trades': { kind: 'trades', what: 'Bybit trades' },
  'okx-trades': { kind: 'trades', what: 'OKX trades' },
  'kraken-trades': { kind: 'trades', what: 'Kraken trades: time, price, quantity' },
  'bbgo-trades': { kind: 'trades', what: 'bbgo trades: id, side, quantity, price, time' },
  'freqtrade-trades': { kind: 'trades', what: 'freqtrade trades, JSON and CSV' },
  'ccxt-trades': { kind: 'trades', what: 'ccxt trades, objects in a JSON list' },
  'lean-trade': { kind: 'trades', what: 'LEAN trades' },
  'tardis-trades': { kind: 'trades', what: 'tardis trades' },
  quotes: { kind: 'quotes', what: 'quotes under a header: time, bid, ask' },
  'lean-quote': { kind: 'quotes', what: 'LEAN quotes' },
  'lean-quote-bars': { kind: 'quotes', what: 'LEAN candles of quotes' },
  'tardis-quotes': { kind: 'quotes', what: 'tardis quotes' },
  'histdata-quotes': { kind: 'quotes', what: 'HistData ticks' },
  books: { kind: 'books', what: 'order books under a header, all levels in a row or one a row' },
  'binance-depth': { kind: 'books', what: 'changes of a Binance book, dump' },
  'binance-depth-stream': { kind: 'books', what: 'changes of a Binance book of the stream, in columns' },
  'tardis-books': { kind: 'books', what: 'tardis snapshots of books' },
  'tardis-depth': { kind: 'books', what: 'tardis changes of books' },
  'meltica-events': { kind: 'books', what: 'events that a gateway has exported of an instance' },
  'binance-messages': { kind: 'books', what: 'recorded websocket messages of Binance' },
  'bybit-messages': { kind: 'books', what: 'recorded websocket messages of Bybit' },
  'hyperliquid-messages': { kind: 'books', what: 'recorded websocket messages of Hyperliquid' },
} as const satisfies Record<string, Format>

export type FormatName = keyof typeof FORMATS

/** A format that the user names: it is read so, and nothing is guessed. */
export interface NamedFormat {
  readonly name: FormatName
  /** Length of the candles, ms, when it is named too. */
  readonly intervalMs?: number
}

/** @param text a name, of candles perhaps with their length: `ohlcv:1m`. @throws Failure usage. */
export function parseFormat(text: string): NamedFormat {
  const [name = '', length, ...more] = text.trim().split(':')
  if (!isFormat(name)) {
    throw new Failure('usage', `"${text}" is no format of market data; there are ${Object.keys(FORMATS).join(', ')}`)
  }
  if (length === undefined) return { name }
  const intervalMs = lengthMs(length)
  if (FORMATS[name].kind === 'klines' && intervalMs !== undefined && more.length === 0) return { name, intervalMs }
  throw new Failure('usage', `"${text}" is no format; candles may have their length, as ohlcv:1m, ohlcv:4h or ohlcv:1d`)
}

const isFormat = (name: string): name is FormatName => Object.hasOwn(FORMATS, name)

/** A line a format. */
export function formatsHelp(): string {
  const width = Math.max(...Object.keys(FORMATS).map((name) => name.length))
  const lines = Object.entries(FORMATS).map(([name, { what }]) => `${name.padEnd(width)}  ${what}`)
  return `${lines.join('\n')}\n\nThe length of candles may be named too, as ohlcv:1m.\n`
}
