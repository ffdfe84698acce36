/** What an account is rebuilt from: all that was reported, and of very much only a part at a time. */
import { Database } from 'bun:sqlite'
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Store } from '../../src/store/store'
import { orderOf, report } from './trades'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'account-history-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const open = () => Store.open({ directory, log: () => undefined })

const order = orderOf('o1', { type: 'market', timeInForce: 'IOC' })
const fill = {
  symbol: 'BTC-USDT',
  side: 'buy',
  price: '100',
  quantity: '1',
  fee: '0',
  feeCurrency: 'USDT',
  liquidity: 'taker',
  timeMs: 1,
} as const

test('a fill counts as soon as it was reported, though nothing waited for the disk', () => {
  using store = open()
  store.journal.ordered(1, order, 1)
  report(store, 1, order, 'FILLED', fill)
  expect(store.journal.history(1, 'sim', 'linear')).toEqual({ fills: [fill], openOrders: [] })
})

test.each([
  [9_999, undefined],
  [10_000, undefined],
  [10_001, 10_000],
  [10_002, 10_000],
])('of %d fills, those after number %p are left for later', (count, moreAfter) => {
  open()[Symbol.dispose]()
  {
    using db = new Database(join(directory, 'meltica.db'))
    db.run(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       INSERT INTO executions (order_id, instance, provider, symbol, side, price, quantity, fee, fee_currency, liquidity, time_ms)
       SELECT 'o' || i, 1, 'sim', 'BTC-USDT', 'buy', i, '1', '0', 'USDT', 'taker', i FROM n`,
      [count],
    )
  }
  using store = open()
  const history = store.journal.history(1, 'sim', 'linear')
  const prices = history.fills.map(({ price }) => Number(price))
  expect(prices).toEqual(Array.from({ length: moreAfter ?? count }, (_, at) => at + 1))
  expect(history.moreAfter).toBe(moreAfter)
  if (moreAfter === undefined) return
  store.journal.accountStood(1, 'sim', { model: 'linear', cash: [], positions: [] }, moreAfter)
  const rest = store.journal.history(1, 'sim', 'linear')
  expect([rest.fills.length, rest.moreAfter]).toEqual([count - moreAfter, undefined])
})
