/** The audit is append-only, whoever holds the file: SQLite itself refuses the rest. */
import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finish } from '../../src/store/reading'
import { Store } from '../../src/store/store'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'audit-'))
  using store = open()
  for (const subject of ['grid:prod', 'grid:latest']) {
    store.audit.append({ timeMs: 1, who: 'ops', what: 'tag_moved', subject, strategy: 'grid', before: 'a', after: 'b' })
  }
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const open = () => Store.open({ directory, log: () => undefined })
function entries() {
  using store = open()
  return finish(store.audit.page({ offset: 0, limit: 10 })).items
}

describe('SQLite refuses', () => {
  for (const statement of [
    "UPDATE audit SET who = 'nobody'",
    "UPDATE audit SET message = 'edited' WHERE seq = 2",
    'UPDATE audit SET seq = 3 WHERE seq = 2',
    'DELETE FROM audit',
    'DELETE FROM audit WHERE seq = 1',
    "INSERT OR REPLACE INTO audit (seq, time_ms, who, what, subject) VALUES (1, 9, 'nobody', 'refresh', '')",
    "INSERT INTO audit (seq, time_ms, who, what, subject) VALUES (1, 9, '', '', '') ON CONFLICT DO UPDATE SET who = ''",
  ]) {
    test(statement, () => {
      const kept = entries()
      expect(kept).toHaveLength(2)
      const file = new Database(join(directory, 'meltica.db'))
      try {
        expect(() => file.run(statement)).toThrow('the audit is append-only')
      } finally {
        file.close(true)
      }
      expect(entries()).toEqual(kept)
    })
  }
})
