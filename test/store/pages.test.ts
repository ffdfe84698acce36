/** Long lists by pages: by offset or from page to page, whatever comes in or goes meanwhile. */
import { Database } from 'bun:sqlite'
import { describe, expect, test } from 'bun:test'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HistoryRequest } from '../../src/schema/page'
import { finish, Readers, type Reading } from '../../src/store/reading'
import { Store } from '../../src/store/store'
import { trade } from './trades'

const log = () => undefined
const open = (directory: string) => Store.open({ directory, log })

/** Executions of two instances that take turns; `count` each, told by their price. */
function traded(count: number): string {
  const directory = mkdtempSync(join(tmpdir(), 'pages-'))
  open(directory)[Symbol.dispose]()
  using db = new Database(join(directory, 'meltica.db'))
  db.run(
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     INSERT INTO executions (order_id, instance, provider, symbol, side, price, quantity, fee, fee_currency, liquidity, time_ms)
     SELECT 'o', 1 + i % 2, 'sim', 'BTC-USDT', 'buy', 1 + i / 2, '1', '0', 'USDT', 'taker', i FROM n`,
    [2 * count - 1],
  )
  return directory
}

const COUNT = 5003

describe('executions', () => {
  const directory = traded(COUNT)
  const page = (store: Store, request: HistoryRequest) => {
    const { items, ...rest } = finish(store.lists.executions(2, request))
    return { prices: items.map(({ price }) => Number(price)), ...rest }
  }
  const down = (from: number, count: number) => Array.from({ length: count }, (_, back) => from - back)

  test('are found at any offset, the last of them and none after it', () => {
    using store = open(directory)
    for (const offset of [0, 1, 1999, 2000, 2001, 4000, COUNT - 3]) {
      const found = page(store, { offset, limit: 3 })
      expect(found).toMatchObject({ prices: down(COUNT - offset, 3), total: COUNT, offset, limit: 3 })
    }
    expect(page(store, { offset: COUNT - 1, limit: 3 })).toEqual({
      prices: [1],
      total: COUNT,
      offset: COUNT - 1,
      limit: 3,
    })
    for (const offset of [COUNT, COUNT + 1, Number.MAX_SAFE_INTEGER]) {
      expect(page(store, { offset, limit: 3 })).toEqual({ prices: [], total: COUNT, offset, limit: 3 })
    }
  })

  test('are each there once from page to page, and the last page says that it is', () => {
    using store = open(directory)
    for (const limit of [1001, COUNT - 1, COUNT]) {
      const prices: number[] = []
      let next: number | undefined
      do {
        const found = page(store, { offset: 0, limit, ...(next !== undefined && { before: next }) })
        prices.push(...found.prices)
        next = found.next
      } while (next !== undefined)
      expect(prices).toEqual(down(COUNT, COUNT))
    }
  })

  test('go on where a page ended though newer ones came in', () => {
    using store = open(traded(10))
    const { next = 0 } = page(store, { offset: 0, limit: 4 })
    trade(store, 2, 'new', { price: '11' })
    expect(page(store, { offset: 0, limit: 1 }).prices).toEqual([11])
    expect(page(store, { offset: 0, limit: 4, before: next })).toMatchObject({ prices: [6, 5, 4, 3], total: 11 })
    expect(page(store, { offset: 2, limit: 4, before: next })).toMatchObject({ prices: [4, 3, 2, 1], total: 11 })
  })

  test('are counted as they are deleted too, whoever deletes them', () => {
    const directory = traded(10)
    {
      using db = new Database(join(directory, 'meltica.db'))
      db.run('DELETE FROM executions WHERE seq <= 5 OR instance = 1')
    }
    using store = open(directory)
    expect(finish(store.lists.executions(1, { offset: 0, limit: 1 }))).toEqual({
      items: [],
      total: 0,
      offset: 0,
      limit: 1,
    })
    expect(page(store, { offset: 0, limit: 100 })).toEqual({ prices: down(10, 8), total: 8, offset: 0, limit: 100 })
  })
})

test('entries of the audit that fit a filter are found over any distance, each once, and all are counted', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pages-'))
  using store = open(directory)
  const rare = (n: number) => n % 700 === 3
  store.transaction(() => {
    for (let n = 1; n <= 3500; n++) {
      store.audit.append({
        timeMs: n,
        who: rare(n) ? 'rare' : 'ci',
        what: 'tag_moved',
        subject: 'grid:prod',
        strategy: 'grid',
        after: 'sha256:1',
      })
    }
  })
  const ids = (request: HistoryRequest, filter: Parameters<typeof store.audit.page>[1]) => {
    const { items, ...rest } = finish(store.audit.page(request, filter))
    return { ids: items.map(({ id }) => id), ...rest }
  }
  const found = [2803, 2103, 1403, 703, 3]
  for (const filter of [{ who: 'rare' }, { who: 'rare', subject: 'grid:prod', since: 1, until: 9999 }]) {
    expect(ids({ offset: 0, limit: 9 }, filter)).toEqual({ ids: found, total: 5, offset: 0, limit: 9 })
    for (let offset = 0; offset < 7; offset++) {
      expect(ids({ offset, limit: 2 }, filter)).toMatchObject({ ids: found.slice(offset, offset + 2), total: 5 })
    }
    const all: number[] = []
    for (let next: number | undefined = 9999; next !== undefined; ) {
      const page = ids({ offset: 0, limit: 2, before: next }, filter)
      expect(page.total).toBe(5)
      all.push(...page.ids)
      next = page.next
    }
    expect(all).toEqual(found)
  }
  expect(ids({ offset: 1, limit: 1, before: 2103 }, { who: 'rare' })).toMatchObject({ ids: [703], total: 5 })
  expect(ids({ offset: 0, limit: 2 }, { since: 3499, until: 3500 })).toMatchObject({ ids: [3499], total: 1 })
  const moves = finish(store.audit.tagHistory('grid', 'prod', { offset: 3498, limit: 9 }))
  expect([moves.items.map(({ id }) => id), moves.total]).toEqual([[2, 1], 3500])
})

describe('a long read', () => {
  /** Busy for some milliseconds in every step. */
  function* long(steps: number, done: () => void): Reading<string> {
    for (let step = 0; step < steps; step++) {
      for (const endMs = performance.now() + 3; performance.now() < endMs; );
      yield
    }
    done()
    return 'read'
  }

  test('leaves the thread to others between its steps, and its place to shorter ones', async () => {
    const readers = new Readers()
    const order: string[] = []
    const first = readers.read(long(20, () => order.push('long')))
    const second = readers.read(long(1, () => order.push('short')))
    setImmediate(() => order.push('event'))
    expect(await Promise.all([first, second])).toEqual(['read', 'read'])
    expect(order.toSorted()).toEqual(['event', 'long', 'short'])
    expect(order.at(-1)).toBe('long')
  })

  test('ends when nobody waits for it, and others go on', async () => {
    const readers = new Readers()
    const gone = new AbortController()
    let ended = false
    const left = readers.read(
      long(1_000_000, () => {
        ended = true
      }),
      gone.signal,
    )
    const other = readers.read(long(2, () => undefined))
    gone.abort()
    expect(await left.catch((error: Error) => error.name)).toBe('AbortError')
    expect(await other).toBe('read')
    expect(ended).toBe(false)
  })
})
