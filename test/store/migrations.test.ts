/** A database of an older version: brought to the newest tables with what it holds. */
import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MIGRATIONS } from '../../src/store/migrations'
import { Store } from '../../src/store/store'

const log = () => undefined

/** As it was before the first step with this text. */
function before(text: string): { directory: string; db: Database } {
  const directory = mkdtempSync(join(tmpdir(), 'migrations-'))
  const db = new Database(join(directory, 'meltica.db'), { create: true, strict: true })
  const steps = MIGRATIONS.slice(
    0,
    MIGRATIONS.findIndex((step) => step.includes(text)),
  )
  for (const step of steps) db.run(step)
  db.run(`PRAGMA user_version = ${steps.length}`)
  return { directory, db }
}

test('when instances were created and last changed is read from the audit, and is about now where that is silent', () => {
  const { directory, db } = before('ADD COLUMN created_ms')
  const instance = (id: string) =>
    db.run(
      `INSERT INTO instances (id, selector, strategy, hash, tag, config, scope, wanted, state)
       VALUES (?, 'grid', 'grid', 'sha256:1', 'v1', '{}', '{}', 0, 'stopped')`,
      [id],
    )
  const audited = (timeMs: number, what: string, subject: string) =>
    db.run("INSERT INTO audit (time_ms, who, what, subject) VALUES (?, 'ops', ?, ?)", [timeMs, what, subject])
  for (const id of ['old', 'again', 'silent']) instance(id)
  audited(1000, 'instance_created', 'old')
  audited(2000, 'instance_started', 'old')
  audited(9000, 'provider_stopped', 'old')
  audited(1000, 'instance_created', 'again')
  audited(3000, 'instance_removed', 'again')
  audited(4000, 'instance_created', 'again')
  db.close()
  const startMs = Date.now()
  using store = Store.open({ directory, log })
  const [silent, ...others] = store.instances.all().reverse()
  expect(others.map(({ id, createdMs, updatedMs }) => [id, createdMs, updatedMs])).toEqual([
    ['again', 4000, 4000],
    ['old', 1000, 2000],
  ])
  expect(silent?.createdMs).toBeWithin(startMs, Date.now() + 1)
  expect(silent?.updatedMs).toBe(silent?.createdMs ?? 0)
  rmSync(directory, { recursive: true })
})
