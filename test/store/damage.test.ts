/** A database that is no longer what it was: said in a sentence, with what to do, at the start or where it is met. */
import { Database } from 'bun:sqlite'
import { describe, expect, test } from 'bun:test'
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../../src/errors/failure'
import { MIGRATIONS } from '../../src/store/migrations'
import { finish } from '../../src/store/reading'
import { Store } from '../../src/store/store'
import { lacks } from '../tools'
import { trade } from './trades'

const log = () => undefined
const PAGE_BYTES = 4096

/** With some pages of executions. */
function kept(): { directory: string; path: string } {
  const directory = mkdtempSync(join(tmpdir(), 'damage-'))
  using store = Store.open({ directory, log })
  for (let n = 0; n < 500; n++) trade(store, 1, `o${n}`)
  return { directory, path: join(directory, 'meltica.db') }
}

/** Writes nonsense over the pages of a table, all but its root. */
function spoil(path: string, table: string): void {
  using db = new Database(path, { readonly: true })
  const { root } = db
    .query<{ root: number }, [string]>('SELECT rootpage root FROM sqlite_schema WHERE name = ?')
    .get(table)!
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(PAGE_BYTES, 0xa5), 0, PAGE_BYTES, (root - 1) * PAGE_BYTES)
  closeSync(file)
}

function refusal(directory: string): [code: string, message: string, hint: string] {
  try {
    Store.open({ directory, log })[Symbol.dispose]()
  } catch (error) {
    if (error instanceof Failure) return [error.code, error.message, error.hint]
    throw error
  }
  return ['opened', '', '']
}

const hintFor = (path: string) =>
  `put the latest copy of ${path} in its place, or move it and ${path}-wal away to begin with an empty one`

describe('a start is refused', () => {
  test('on a damaged page, wherever it is', () => {
    const { directory, path } = kept()
    spoil(path, 'executions_of')
    const [code, message, hint] = refusal(directory)
    expect([code, hint]).toEqual(['data_damaged', hintFor(path)])
    expect(message).toStartWith(`${path} is damaged (`)
    expect(message).not.toContain('\n')
  })

  test('on a file that is no database', () => {
    const { directory, path } = kept()
    const file = openSync(path, 'r+')
    writeSync(file, Buffer.alloc(200, 0x41), 0, 200, 0)
    closeSync(file)
    expect(refusal(directory)).toEqual(['data_damaged', `${path} is damaged (file is not a database)`, hintFor(path)])
  })

  test('on an empty file where a database was, and leaves it as it is', () => {
    const { directory, path } = kept()
    truncateSync(path)
    for (const _start of ['first', 'again']) {
      expect(refusal(directory)).toEqual(['data_damaged', `${path} is empty, and was a database once`, hintFor(path)])
    }
    expect(statSync(path).size).toBe(0)
  })

  test('beside the rest of a database that is missing', async () => {
    const { directory, path } = kept()
    await Bun.write(`${path}-wal`, 'what was committed last')
    renameSync(path, `${path}.elsewhere`)
    const [code, message] = refusal(directory)
    expect([code, message]).toEqual(['data_damaged', `${path} is missing, though ${path}-wal is a part of it`])
    expect(existsSync(path)).toBe(false)
  })

  test('on a link that leads nowhere, which stays: what it names may come back', () => {
    const { directory, path } = kept()
    const elsewhere = join(directory, 'elsewhere')
    symlinkSync(elsewhere, path.replace('meltica.db', 'link'))
    renameSync(path, `${elsewhere}.away`)
    renameSync(join(directory, 'link'), path)
    expect(refusal(directory)[0]).toBe('data_unwritable')
    expect(readdirSync(directory).sort()).toEqual(['elsewhere.away', 'meltica.db'])
    expect(readlinkSync(path)).toBe(elsewhere)
    renameSync(`${elsewhere}.away`, elsewhere)
    expect(refusal(directory)[0]).toBe('opened')
  })

  test('only on a file of which all pages are looked at in good time: in a larger one damage is found where it is read', () => {
    const { directory, path } = kept()
    spoil(path, 'executions_of')
    // a hole behind the pages, which takes no room
    truncateSync(path, 256 * 1024 * 1024)
    expect(refusal(directory)[0]).toBe('data_damaged')
    truncateSync(path, 256 * 1024 * 1024 + 1)
    expect(refusal(directory)[0]).toBe('opened')
  })

  test('on a database of a newer version, which it leaves as it is', () => {
    const { directory, path } = kept()
    const newer = MIGRATIONS.length + 1
    {
      using db = new Database(path)
      db.run(`PRAGMA user_version = ${newer}`)
    }
    expect(refusal(directory).slice(0, 2)).toEqual([
      'data_unwritable',
      `${path} was written by a newer version of meltica (tables ${newer})`,
    ])
    using db = new Database(path, { readonly: true })
    expect(db.query('PRAGMA user_version').get()).toEqual({ user_version: newer })
  })
})

test('a read that meets a damaged page says so, and other reads go on', () => {
  const { directory, path } = kept()
  {
    using db = new Database(path)
    // more than SQLite keeps in memory
    db.run(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
       INSERT INTO executions (order_id, instance, provider, symbol, side, price, quantity, fee, fee_currency, liquidity, time_ms)
       SELECT 'o', 2, 'sim', 'BTC-USDT', 'buy', '1', '1', '0', 'USDT', 'taker', i FROM n`,
    )
  }
  using store = Store.open({ directory, log })
  const { size } = statSync(path)
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(size / 2, 0xa5), 0, size / 2, size / 4)
  closeSync(file)
  const read = (before: number) => finish(store.lists.executions(2, { offset: 0, limit: 10, before }))
  const spoilt = Array.from({ length: 60 }, (_, part) => part * 1000 + 600).filter((before) => {
    try {
      read(before)
      return false
    } catch {
      return true
    }
  })
  expect(spoilt.length).toBeGreaterThan(0)
  expect(store.damage?.message).toBe(`${path} is damaged (database disk image is malformed)`)
  for (const before of spoilt) {
    const said = { code: 'data_damaged', status: 503, hint: hintFor(path) }
    expect(() => read(before)).toThrow(expect.objectContaining(said))
    expect(() => read(before)).toThrow(`${path} is damaged (database disk image is malformed)`)
  }
  expect(finish(store.lists.orders(1, { offset: 0, limit: 1 })).total).toBe(500)
})

test('what a start left behind that was ended before the database had its name is no hindrance', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'damage-'))
  const path = join(directory, 'meltica.db')
  await Bun.write(`${path}-new-${process.pid}`, 'half of it')
  expect(refusal(directory)).toEqual(['opened', '', ''])
  expect(readdirSync(directory)).toEqual(['meltica.db'])
})

test('a database is made whole before it gets its name: nothing but it is left in the folder', () => {
  const { directory, path } = kept()
  expect(readdirSync(directory)).toEqual(['meltica.db'])
  using db = new Database(path, { readonly: true })
  expect(db.query('PRAGMA auto_vacuum').get()).toEqual({ auto_vacuum: 2 })
})

/** How often the log of the database is synced by a script that has a store open and is killed at its end. */
async function syncedBy(work: string): Promise<number> {
  const { directory } = kept()
  const trace = join(directory, 'trace')
  const script = `
    import { Store } from ${JSON.stringify(join(import.meta.dir, '../../src/store/store'))}
    const store = Store.open({ directory: ${JSON.stringify(directory)}, log: () => undefined })
    const say = (n) => store.logs.append(1, { timeMs: n, level: 'info', source: 'host', message: String(n) })
    ${work}
    process.kill(process.pid, 'SIGKILL')`
  const traced = ['strace', '-f', '-y', '-e', 'trace=fsync,fdatasync', '-o', trace, process.execPath, '-e', script]
  await Bun.spawn(traced, { stdout: 'ignore', stderr: 'ignore' }).exited
  // strace writes the name of a call that lasts once more when it is over
  return (await Bun.file(trace).text()).split('\n').filter((line) => /sync\(.*meltica\.db-wal>/.test(line)).length
}

describe.skipIf(lacks('strace'))('the disk', () => {
  const none = async () => await syncedBy('')

  test('has what is acknowledged: each commit waits for it', async () => {
    const synced = await syncedBy('for (let n = 0; n < 7; n++) { say(n); store.commit() }')
    expect(synced - (await none())).toBe(7)
  })

  test('has what somebody waits for, in one go', async () => {
    const waiting = 'say(1); const first = store.journal.durable(); say(2); await store.journal.durable(); await first'
    expect((await syncedBy(waiting)) - (await none())).toBe(1)
  })

  test('has soon what nobody waits for, and nobody stands still for it', async () => {
    const handing = 'say(1); store.handOver(); say(2); store.handOver(); await Bun.sleep(500)'
    expect((await syncedBy(handing)) - (await none())).toBe(1)
  })
})
