/** Texts with a header: the header's words say what the columns mean, and often who wrote the file. */
import { Failure } from '../../errors/failure'
import { ambiguous, bare, columnsOf } from './columns'
import type { FormatName } from './formats'

/** Who writes which words, the first that fits wins; else the format is named by what the file holds. */
const WRITERS: readonly (readonly [format: FormatName, ...words: string[]])[] = [
  ['bybit-trades', 'trdmatchid', 'tickdirection'],
  ['binance-klines', 'opentime', 'closetime'],
  ['binance-trade-stream', 'eventtype', 'tradeid', 'isbuyermarketmaker'],
  ['binance-trade-stream', 'eventtype', 'tradeid', 'isbuyermaker'],
  ['binance-aggtrades', 'aggtradeid', 'isbuyermaker'],
  ['binance-trades', 'quoteqty', 'isbuyermaker'],
  ['okx-trades', 'tradeid', 'side', 'createdtime'],
  ['tardis-depth', 'exchange', 'localtimestamp', 'issnapshot', 'side'],
  ['tardis-trades', 'exchange', 'localtimestamp', 'side', 'price', 'amount'],
  ['tardis-quotes', 'exchange', 'localtimestamp', 'askprice', 'bidprice'],
  ['tardis-books', 'exchange', 'localtimestamp', 'asks0price', 'bids0price'],
  ['binance-depth', 'updatetype', 'firstupdateid', 'lastupdateid'],
  ['binance-depth-stream', 'eventtype', 'finalupdateid', 'isask'],
  ['ccxt-trades', 'info', 'takerormaker', 'price', 'amount'],
  ['cryptodatadownload-ohlcv', 'unix', 'date', 'symbol', 'tradecount'],
  ['investing-ohlcv', 'price', 'open', 'high', 'low', 'change'],
  ['yahoo-ohlcv', 'adjclose', 'open'],
  ['freqtrade-trades', 'timestamp', 'id', 'type', 'side', 'price', 'amount', 'cost'],
]

/** Binance's own one-letter names differ by case alone. */
const STREAM_LETTERS = ['e', 'E', 's', 't', 'p', 'q', 'b', 'a', 'T', 'm', 'M']
const STREAM_WORDS = [
  'eventtype',
  'eventtime',
  'symbol',
  'tradeid',
  'price',
  'quantity',
  'buyerorder',
  'sellerorder',
  'tradetime',
  'isbuyermaker',
  'ignore',
]

/** A header in bare words. */
export function wordsOf(fields: readonly string[]): string[] {
  const letters = fields.map((field) => STREAM_LETTERS.indexOf(field.trim()))
  if (letters.length >= 7 && letters.every((at) => at >= 0)) return letters.map((at) => STREAM_WORDS[at]!)
  return fields.map(bare)
}

/** A header has words and no numbers; an empty field may stand for the time or an index. */
export function isHeader(fields: readonly string[]): boolean {
  return fields.some((field) => /[a-z]/i.test(field)) && !fields.some((field) => /^[\s"']*[-+.]?\d/.test(field))
}

/**
 * Format and columns by the header's words.
 * @param label what a refusal calls the text. @throws Failure data_unrecognised when a word that counts stands twice.
 */
export function readHeader(words: readonly string[], label: string) {
  const columns = columnsOf(words)
  const twice = ambiguous(words, columns)
  if (twice !== undefined) {
    throw new Failure('data_unrecognised', `${label} has two columns of the name "${twice}"; leave one of them in it`)
  }
  const writer = WRITERS.find(([, ...needed]) => needed.every((word) => words.includes(word)))
  const plain: FormatName = columns.levels
    ? 'books'
    : columns.open !== undefined
      ? 'ohlcv'
      : columns.bid !== undefined
        ? 'quotes'
        : 'trades'
  // Charting programs that write the open interest name a candle of the day by its end.
  const namedByEnd = columns.clock !== undefined && words.some((word) => word === 'openinterest' || word === 'openint')
  const format: FormatName = writer?.[0] ?? (namedByEnd ? 'ohlcv-end' : plain)
  return { columns, format, namedByEnd }
}
