/** Symbols as files and exchanges write them, in the platform's form `BASE-QUOTE`. */
import type { Instrument } from '../../schema/events'
import { stemOf } from './stem'

const QUOTES = [
  'USDT',
  'USDC',
  'FDUSD',
  'BUSD',
  'TUSD',
  'USD',
  'EUR',
  'GBP',
  'JPY',
  'CHF',
  'AUD',
  'TRY',
  'BTC',
  'ETH',
  'BNB',
]
/** Bases of three letters and more are tried first: XBTUSD is XBT in USD, not XB in TUSD. */
const PAIR = new RegExp(`^(?:([A-Z0-9]{3,12}?)|([A-Z0-9]{2}))(${QUOTES.join('|')})$`)
/** Words of file names that are no tickers. */
const COMMON =
  /^(BINANCE|BITMEX|BOOK|BYBIT|COINBASE|CSV|DATA|DAY|DAILY|DEPTH|HOUR|KLINE|KRAKEN|LEAN|MIN|MINUTE|OKX|OHLC|OHLCV|PRICE|QUOTE|SPOT|TEST|TICK|TRADE)S?$/

/** `BTCUSDT`, `BTC/USDT`, `BTC_USDT` and `BTC/USDT:USDT` → `BTC-USDT`; what is no pair stays, in capitals. */
export function platformSymbol(written: string): string {
  const text = written.trim().toUpperCase().replace(/:.*$/, '')
  if (/^[A-Z0-9]+[-/_][A-Z0-9]+$/.test(text)) return text.replace(/[/_]/, '-')
  const pair = PAIR.exec(text)
  return pair ? `${pair[1] ?? pair[2]}-${pair[3]}` : text
}

/** A symbol from a file's name: a pair, else a ticker in front; undefined when the name has neither. */
export function symbolOfName(name: string): string | undefined {
  const words = stemOf(name)
    .split(/[-_.\s]+/)
    .filter((word) => word !== '')
  for (const [i, word] of words.entries()) {
    const base = words[i - 1]?.toUpperCase()
    const quote = word.toUpperCase()
    if (base && (QUOTES.includes(quote) || quote === 'PERP') && /^[A-Z0-9]{2,12}$/.test(base) && !COMMON.test(base)) {
      return `${base}-${quote}`
    }
    if (PAIR.test(quote)) return platformSymbol(quote)
  }
  const first = words[0]?.toUpperCase() ?? ''
  return /^[A-Z]{1,5}$/.test(first) && !COMMON.test(first) ? first : undefined
}

/** What is sure of a symbol known by its name alone: no increments, so that none binds. */
export function instrumentOf(symbol: string, venue: string): Instrument {
  const [base = symbol, quote = 'USD'] = symbol.split('-')
  const perpetual = quote === 'PERP'
  return {
    symbol,
    type: perpetual ? 'perpetual' : 'spot',
    baseCurrency: base,
    quoteCurrency: perpetual ? 'USD' : quote,
    venue,
  }
}
