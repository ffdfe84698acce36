/** Headers of several rows. */
import { expect, test } from 'bun:test'
import { readStackedHeader } from '../../../src/market/files/stacked'

const PRICES = ['Price', 'Adj Close', 'Close', 'High', 'Low', 'Open']
const TICKERS = ['Ticker', 'AAPL', 'AAPL', 'AAPL', 'AAPL', 'AAPL']
const NAMING = ['Date', '', ' ', '', '', '']
const ROW = ['2024-03-04', '1', '1', '1', '1', '1']
const WORDS = ['date', 'adjclose', 'close', 'high', 'low', 'open']

test.each([
  ['prices over tickers', [PRICES, TICKERS, NAMING, ROW], 3],
  ['tickers over prices', [TICKERS, PRICES, NAMING, ROW], 3],
  ['without a row that names the times', [PRICES, TICKERS, ROW], 2],
  ['where the first column names the times', [['Date', ...PRICES.slice(1)], ['', ...TICKERS.slice(1)], ROW], 2],
  ['where the third row has more than the name of the times', [PRICES, TICKERS, ['Date', '', '', '', '', 'x']], 2],
  ['where the third row is no name of times', [PRICES, TICKERS, ['Day', '', '', '', '', '']], 2],
  ['alone', [PRICES, TICKERS], 2],
])('%s', (_, rows, count) => {
  expect(readStackedHeader(rows)).toEqual({ words: WORDS, rows: count, symbols: ['AAPL'] })
})

test('each ticker is told once, in the order of the columns', () => {
  const several = ['Ticker', ' msft', 'MSFT', 'BTCUSDT', 'AAPL', 'MSFT']
  expect(readStackedHeader([PRICES, several])?.symbols).toEqual(['MSFT', 'BTC-USDT', 'AAPL'])
})

test.each([
  ['a price is missing', [PRICES.with(5, 'x'), TICKERS]],
  ['the corner above is another word', [['Name', ...PRICES.slice(1)], TICKERS]],
  ['the corner below is another word', [PRICES, ['Name', ...TICKERS.slice(1)]]],
  ['there are more tickers than columns', [PRICES, [...TICKERS, 'AAPL']]],
  ['there are fewer tickers than columns', [PRICES, TICKERS.slice(0, -1)]],
  ['a ticker is missing', [PRICES, TICKERS.with(2, ' ')]],
  ['a ticker is a number', [PRICES, TICKERS.with(2, '12')]],
  ['a row follows', [PRICES, ROW]],
  ['nothing follows', [PRICES]],
  ['there is nothing', []],
])('it is none where %s', (_, rows) => expect(readStackedHeader(rows)).toBeUndefined())
