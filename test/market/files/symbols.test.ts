/** Symbols, however they are written. */
import { expect, test } from 'bun:test'
import { instrumentOf, platformSymbol, symbolOfName } from '../../../src/market/files/symbols'

test.each([
  ['BTCUSDT', 'BTC-USDT'],
  ['btcusdt', 'BTC-USDT'],
  [' BTC/USDT ', 'BTC-USDT'],
  ['BTC_USDT', 'BTC-USDT'],
  ['BTC-USDT', 'BTC-USDT'],
  ['BTC/USDT:USDT', 'BTC-USDT'],
  ['XBTUSD', 'XBT-USD'],
  ['AAUSD', 'AA-USD'],
  ['AUSD', 'AUSD'],
  ['USDTTRY', 'USDT-TRY'],
  ['ETHBTC', 'ETH-BTC'],
  ['1000SHIBUSDT', '1000SHIB-USDT'],
  ['ABCDEFGHIJKLUSDT', 'ABCDEFGHIJKL-USDT'],
  ['ABCDEFGHIJKLMUSDT', 'ABCDEFGHIJKLMUSDT'],
  ['AAPL', 'AAPL'],
  ['0700.hk', '0700.HK'],
  ['A-B-C', 'A-B-C'],
  ['BTC-PERPETUAL', 'BTC-PERPETUAL'],
])('%s is %s', (written, symbol) => expect(platformSymbol(written)).toBe(symbol))

test.each([
  ['BTCUSDT-1h-2024-12.csv', 'BTC-USDT'],
  ['btc-perp-1m.csv', 'BTC-PERP'],
  ['ETH_USDT-1h.json.gz', 'ETH-USDT'],
  ['Binance_BTCUSDT_d.csv', 'BTC-USDT'],
  ['binance-usdt.csv', undefined],
  ['trades usd.csv', undefined],
  ['truefx-usdjpy.csv', 'USD-JPY'],
  ['a-usdt.csv', 'A'],
  ['AB-usdt.csv', 'AB-USDT'],
  ['ABCDEFGHIJKL-usdt.csv', 'ABCDEFGHIJKL-USDT'],
  ['ABCDEFGHIJKLM-usdt.csv', undefined],
  ['orcl-1995.txt', 'ORCL'],
  ['orcl.us.txt', 'ORCL'],
  ['GOOGL.csv', 'GOOGL'],
  ['GOOGLE.csv', undefined],
  ['2006-min-005.txt', undefined],
  ['prices.csv', undefined],
  ['test.csv', undefined],
  ['tests.csv', undefined],
  ['-.csv', undefined],
])('the file %s is of %p', (name, symbol) => expect(symbolOfName(name)).toBe(symbol as string))

test.each([
  ['BTC-USDT', { type: 'spot', baseCurrency: 'BTC', quoteCurrency: 'USDT' }],
  ['BTC-PERP', { type: 'perpetual', baseCurrency: 'BTC', quoteCurrency: 'USD' }],
  ['AAPL', { type: 'spot', baseCurrency: 'AAPL', quoteCurrency: 'USD' }],
])('of %s its currencies are known, and no increments', (symbol, parts) => {
  expect(instrumentOf(symbol, 'tape')).toEqual({ symbol, venue: 'tape', ...parts })
})
