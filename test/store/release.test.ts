/** A data folder that a release wrote, of which its gateway was killed: nothing of it is lost, and nothing of it changes. */
import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MIGRATIONS } from '../../src/store/migrations'
import { Store } from '../../src/store/store'
import { startGateway } from '../gateway'
import { ANSWERS } from './release/paths'

const RELEASES = [...new Bun.Glob('*.tar.gz').scanSync(join(import.meta.dir, 'release'))]

async function unpacked(archive: string) {
  const folder = mkdtempSync(join(tmpdir(), 'release-'))
  await Bun.$`tar xzf ${join(import.meta.dir, 'release', archive)} -C ${folder}`
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

function open(folder: string): Database {
  return new Database(join(folder, 'data/meltica.db'), { readonly: true, strict: true })
}

const tablesOf = (db: Database) =>
  db
    .query<{ name: string }, []>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*'")
    .all()
    .map(({ name }) => name)

const columnsOf = (db: Database, table: string) =>
  db
    .query<{ name: string }, [string]>('SELECT name FROM pragma_table_info(?)')
    .all(table)
    .map(({ name }) => name)

const rowsOf = (db: Database, table: string, columns: readonly string[]) =>
  db
    .query<Record<string, unknown>, []>(`SELECT ${columns.join(', ')} FROM ${table} ORDER BY ${columns.join(', ')}`)
    .all()

/** What a process counts for itself, and what a provider has come to know since it was started. */
const PASSING = new Set(['stats', 'eventsEmitted', 'instrumentCount', 'instruments', 'status'])

const lasting = (path: string, answer: unknown) =>
  JSON.parse(
    JSON.stringify(answer, (key, value) =>
      PASSING.has(key) || (path === '/providers' && key === 'symbols') ? undefined : value,
    ),
  )

test.each(RELEASES)('%s: every row is there when its tables are the newest', async (archive) => {
  using place = await unpacked(archive)
  const before = open(place.folder)
  const kept = tablesOf(before).map((table) => {
    const columns = columnsOf(before, table)
    return { table, columns, rows: rowsOf(before, table, columns) }
  })
  before.close()
  expect(kept.find(({ table }) => table === 'orders')?.rows.length).toBeGreaterThan(10)
  Store.open({ directory: join(place.folder, 'data'), log: () => undefined })[Symbol.dispose]()
  const after = open(place.folder)
  expect(after.query('PRAGMA user_version').get()).toEqual({ user_version: MIGRATIONS.length })
  for (const { table, columns, rows } of kept) {
    expect({ table, rows: rowsOf(after, table, columns) }).toEqual({ table, rows })
  }
  after.close()
})

test.each(RELEASES)('%s: a gateway answers what that of the release answered', async (archive) => {
  using place = await unpacked(archive)
  const answers: Record<string, unknown> = await Bun.file(join(place.folder, ANSWERS)).json()
  await using gateway = await startGateway({ folder: place.folder })
  for (const [path, answer] of Object.entries(answers)) {
    const { status, body } = await gateway.get(path)
    // what was added since is no other answer
    expect({ path, status, body: lasting(path, body) }).toMatchObject({
      path,
      status: 200,
      body: lasting(path, answer),
    })
  }
})

test.each(RELEASES)('%s: its instances go on, with their accounts and open orders', async (archive) => {
  using place = await unpacked(archive)
  await using gateway = await startGateway({ folder: place.folder })
  const path = '/strategy/instances/long-runner'
  const orders = async () => (await gateway.get(`${path}/orders?limit=500`)).body
  const before = await orders()
  const open = before.items.filter(({ state }: { state: string }) => ['ACK', 'PARTIAL'].includes(state))
  expect(open.length).toBeGreaterThan(1)
  expect((await gateway.post(`${path}/start`)).status).toBe(200)
  expect((await gateway.post('/providers/past/start')).status).toBe(200)
  await gateway.until('/providers/past', ({ body }) => body.status === 'finished')
  await gateway.until(`${path}/logs`, ({ text }) => text.split('trade 7').length > 2)
  const after = await orders()
  expect(after.total).toBe(before.total + 7)
  const ids = after.items.map(({ clientOrderId }: { clientOrderId: string }) => clientOrderId)
  expect(new Set(ids).size).toBe(ids.length)
})
