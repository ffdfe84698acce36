/** How changes become durable: together, in their order, and what becomes of them when they fail. */
import { Database as Sqlite } from 'bun:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Database } from '../../src/store/database'
import { MIGRATIONS } from '../../src/store/migrations'
import { until } from '../until'

let directory: string
let path: string
let said: string[]
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'database-'))
  path = join(directory, 'meltica.db')
  said = []
})
afterEach(() => rmSync(directory, { recursive: true }))

const open = () =>
  new Database(path, (level, message, fields) => said.push(`${level} ${message} ${Number(fields?.changes ?? 0)}`))

/** A change that a test can tell: a row of usage. */
const write = (db: Database, name: string) => () =>
  db.prepare<null, [string]>("INSERT INTO usage VALUES (?, 'sha256:1', 1, 1)").run(name)

/** In the order in which they were written. */
const written = (db: Database) =>
  db
    .prepare<{ strategy: string }, []>('SELECT strategy FROM usage ORDER BY strategy')
    .all()
    .map(({ strategy }) => strategy)

/** What is on the disk, whoever has the file open. */
const isDurable = (name: string) => existsSync(`${path}-wal`) && readFileSync(`${path}-wal`).includes(name)

const failure = (code: string) => Object.assign(new Error('what it was'), { code })
const thrower = (error: Error) => () => {
  throw error
}

describe('the file', () => {
  test('is opened so that a commit outlives this process and waits for no disk, and for one process alone', () => {
    using db = open()
    const pragma = (name: string) => Object.values(db.prepare<object, []>(`PRAGMA ${name}`).get()!)[0]
    expect([pragma('synchronous'), pragma('journal_mode'), pragma('locking_mode')]).toEqual([1, 'wal', 'exclusive'])
    expect(pragma('user_version')).toBe(MIGRATIONS.length)
  })

  test('of a newer version is refused, and stays as it is', () => {
    open()[Symbol.dispose]()
    const newer = new Sqlite(path)
    newer.run(`PRAGMA user_version = ${MIGRATIONS.length + 1}`)
    newer.close(true)
    const before = readFileSync(path)
    const reason = `${path} was written by a newer version of meltica (tables ${MIGRATIONS.length + 1})`
    const hint = 'run that version or a later one, or choose another folder with --data'
    expect(open).toThrow(expect.objectContaining({ code: 'data_unwritable', message: reason, hint }))
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  test('that is no database is refused', () => {
    const text = `no database at all ${'x'.repeat(5000)}`
    Bun.spawnSync(['sh', '-c', 'printf %s "$1" >"$2"', 'sh', text, path])
    expect(open).toThrow(expect.objectContaining({ code: 'data_damaged' }))
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  test('is closed tidily: nothing is left beside it, and it can be opened again at once', () => {
    {
      using db = open()
      db.write(write(db, 'kept'))
    }
    expect(existsSync(`${path}-wal`) ? statSync(`${path}-wal`).size : 0).toBe(0)
    using again = open()
    expect(written(again)).toEqual(['kept'])
  })
})

describe('what is written later', () => {
  test('is done at once and durable at the end of the turn', async () => {
    using db = open()
    db.write(write(db, 'first-change'))
    expect(written(db)).toEqual(['first-change'])
    expect(isDurable('first-change')).toBe(false)
    await until(() => isDurable('first-change'))
  })

  test('at leisure too, a little after', async () => {
    using db = open()
    db.writeLazily(write(db, 'first-change'))
    expect(written(db)).toEqual(['first-change'])
    // Its timer is the last of both that is due.
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(isDurable('first-change')).toBe(false)
    await until(() => isDurable('first-change'))
  })

  test('soon is done with what is committed before, and in its place', () => {
    using db = open()
    const order: string[] = []
    db.writeSoon(() => order.push('soon'))
    expect(order).toEqual([])
    db.write(() => order.push('later'))
    expect(order).toEqual(['soon', 'later'])
  })

  test('soon by itself is done within some milliseconds', async () => {
    using db = open()
    db.writeSoon(write(db, 'by-itself'))
    expect(written(db)).toEqual([])
    // Its timer is the first of both that is due.
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(isDurable('by-itself')).toBe(true)
  })

  test('is durable when it is flushed, and once', async () => {
    using db = open()
    let times = 0
    db.write(() => {
      times++
      write(db, 'flushed')()
    })
    db.flush()
    expect(isDurable('flushed')).toBe(true)
    db.flush()
    await new Promise((resolve) => setImmediate(resolve))
    expect(times).toBe(1)
  })

  test('is called durable by no sync that ends before it is committed', async () => {
    using db = open()
    let commits = 0
    db.onCommit = () => commits++
    const turn = () => new Promise((resolve) => setImmediate(resolve))
    for (let round = 0; round < 3; round++) {
      db.write(write(db, `${round} before`))
      const before = db.durable()
      await turn()
      // the sync of that is under way, and over while this turn goes on
      Bun.sleepSync(20)
      const begun = commits
      db.write(write(db, `${round} after`))
      const told = [db.durable(), db.committed()].map(async (durable) => [await durable, commits - begun])
      expect(await Promise.all(told)).toEqual([
        [true, 1],
        [true, 1],
      ])
      expect(await before).toBe(true)
    }
  })

  test('and wrongly takes nothing along but itself', () => {
    using db = open()
    db.write(write(db, 'a'))
    expect(() => db.write(thrower(new Error('a slip')))).toThrow('a slip')
    db.write(write(db, 'b'))
    db.flush()
    expect(written(db)).toEqual(['a', 'b'])
    db.writeSoon(thrower(new Error('a slip')))
    expect(() => db.write(write(db, 'c'))).toThrow('a slip')
    db.flush()
    expect(written(db)).toEqual(['a', 'b', 'c'])
    expect(db.problem).toBeUndefined()
  })
})

describe('what is written now', () => {
  test('is durable when it returns, with all that was before it', () => {
    using db = open()
    db.write(write(db, 'before'))
    db.writeSoon(write(db, 'besides'))
    expect(db.transaction(() => 7)).toBe(7)
    expect([isDurable('before'), isDurable('besides')]).toEqual([true, true])
    db.transaction(write(db, 'now-itself'))
    expect(isDurable('now-itself')).toBe(true)
  })

  test('leaves nothing when it throws, and what was before it stays', () => {
    using db = open()
    db.write(write(db, 'before'))
    const failing = () => {
      write(db, 'half')()
      throw new Error('a slip')
    }
    expect(() => db.transaction(failing)).toThrow('a slip')
    expect(written(db)).toEqual(['before'])
    db.transaction(write(db, 'after'))
    expect(written(db)).toEqual(['after', 'before'])
  })

  test('is one with all that is written within it', () => {
    using db = open()
    const whole = (ends: () => void) => () => {
      db.transaction(write(db, 'nested'))
      db.write(write(db, 'later'))
      db.writeLazily(write(db, 'leisurely'))
      db.writeSoon(write(db, 'soon'))
      db.flush()
      expect(isDurable('nested')).toBe(false)
      ends()
    }
    expect(() => db.transaction(whole(thrower(new Error('a slip'))))).toThrow('a slip')
    expect(written(db)).toEqual([])
    db.flush()
    expect(written(db)).toEqual([])
    db.transaction(whole(() => undefined))
    expect(written(db)).toEqual(['later', 'leisurely', 'nested', 'soon'])
  })

  test.each([
    ['SQLITE_FULL', 'storage_full', 'the disk is full'],
    ['ENOSPC', 'storage_full', 'the disk is full'],
    ['SQLITE_BUSY', 'data_locked', 'in use by another gateway'],
    ['SQLITE_LOCKED_SHAREDCACHE', 'data_locked', 'in use by another gateway'],
    ['SQLITE_IOERR_WRITE', 'data_unwritable', 'what it was'],
    ['SQLITE_READONLY', 'data_unwritable', 'what it was'],
    ['EIO', 'data_unwritable', 'the disk fails'],
  ])('%s is refused as %s', (code, refused, message) => {
    using db = open()
    expect(() => db.transaction(thrower(failure(code)))).toThrow(
      expect.objectContaining({ code: refused, message: expect.stringMatching(new RegExp(`^${path}.*${message}`)) }),
    )
    expect(db.problem).toBeUndefined()
  })

  test.each(['SQLITE_CONSTRAINT_UNIQUE', 'X_FULL'])('%s is what it is', (code) => {
    using db = open()
    const error = failure(code)
    expect(() => db.transaction(thrower(error))).toThrow(error)
  })
})

describe('a disk that takes nothing', () => {
  /** The disk fails until it is mended. */
  function failing(db: Database) {
    const disk = { isBroken: true }
    db.write(() => {
      if (disk.isBroken) throw failure('SQLITE_FULL')
      write(db, 'b')()
    })
    return disk
  }

  test('is told of, and what was written waits in its order until it is mended', async () => {
    using db = open()
    db.write(write(db, 'a'))
    const disk = failing(db)
    db.write(write(db, 'c'))
    expect(db.problem).toBeDefined()
    // nobody who reads makes it try again
    db.flush()
    db.flush()
    expect(said).toEqual(['error cannot write; kept in memory and tried again 0'])
    expect(written(db)).toEqual([])
    expect(() => db.transaction(() => 1)).toThrow(expect.objectContaining({ code: 'storage_full' }))
    expect(() => db.check()).toThrow(expect.objectContaining({ code: 'storage_full' }))
    expect(written(db)).toEqual([])
    disk.isBroken = false
    await until(() => isDurable('meltica') || db.problem === undefined)
    expect(written(db)).toEqual(['a', 'b', 'c'])
    expect(said.at(-1)).toBe('info writing again 0')
  })

  test('is tried at once by whoever cannot wait', () => {
    using db = open()
    const disk = failing(db)
    disk.isBroken = false
    db.check()
    expect(db.problem).toBeUndefined()
    expect(written(db)).toEqual(['b'])
  })

  test('is tried once more when the file is closed', () => {
    {
      using db = open()
      failing(db).isBroken = false
    }
    using again = open()
    expect(written(again)).toEqual(['b'])
  })

  test('does not fill the memory: of more than 100,000 changes the oldest half is given up', () => {
    using db = open()
    const disk = failing(db)
    let first = Number.POSITIVE_INFINITY
    let count = 0
    const change = (n: number) => () => {
      first = Math.min(first, n)
      count++
    }
    for (let n = 1; n < 100_000; n++) db.write(change(n))
    expect(said).toHaveLength(1)
    db.write(change(100_000))
    expect(said[1]).toBe('error gave up the oldest unwritten changes 50000')
    disk.isBroken = false
    db.transaction(() => undefined)
    expect([first, count]).toEqual([50_000, 50_001])
    expect(written(db)).toEqual([])
  })
})
