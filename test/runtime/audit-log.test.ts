/** When what changed in the registry is durable: before whoever asked for it hears of it. */
import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ActivityStream } from '../../src/runtime/activity/activity-stream'
import { AuditLog } from '../../src/runtime/audit-log'
import { digestOf } from '../../src/schema/digest'
import { Store } from '../../src/store/store'

/** As one would find it whose gateway ends now. */
function onDisk(directory: string): number {
  const copy = mkdtempSync(join(tmpdir(), 'audit-log-copy-'))
  try {
    for (const name of ['meltica.db', 'meltica.db-wal']) cpSync(join(directory, name), join(copy, name))
    using database = new Database(join(copy, 'meltica.db'))
    return database.query<{ entries: number }, []>('SELECT count(*) entries FROM audit').get()!.entries
  } finally {
    rmSync(copy, { recursive: true })
  }
}

test('each change of the registry is on the disk in the turn in which it was made, the last as the first', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'audit-log-'))
  {
    using store = Store.open({ directory, log: () => undefined })
    const log = () => undefined
    const activity = new ActivityStream(log)
    new AuditLog({ store, activity, log, now: Date.now })
    for (let change = 1; change <= 3; change++) {
      const after = digestOf(Uint8Array.of(change))
      for (const tag of ['prod', 'test'])
        activity.publish({
          kind: 'tag',
          change: { kind: 'tag-moved', strategy: 'grid', tag, before: '', after, when: change, actor: 'ops' },
        })
      await Promise.resolve()
      expect(onDisk(directory)).toBe(2 * change)
    }
  }
  rmSync(directory, { recursive: true })
})
