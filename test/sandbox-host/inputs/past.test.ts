/** What nobody goes on from any more is kept as long, and as much of it, as was said. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkpointFile } from '../../../src/sandbox-host/inputs/checkpoint-file'
import { type Keep, Past, putPast } from '../../../src/sandbox-host/inputs/past'
import { segmentFile } from '../../../src/sandbox-host/inputs/segments'

const NOW_MS = 1_700_000_000_000
const HOUR_MS = 3_600_000
const MIB = 1 << 20

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meltica-past-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const pastOf = (keep: Keep, count = 1) => new Past({ folder, keep: () => keep, now: () => NOW_MS, count: () => count })

/** @param hours since it was written last. */
function file(path: string, size: number, hours: number): void {
  writeFileSync(path, Buffer.alloc(size))
  const seconds = (NOW_MS - hours * HOUR_MS) / 1000
  utimesSync(path, seconds, seconds)
}

const segments = () =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b)

test('segments that are too old go, but for those that somebody goes on from', () => {
  for (const [segment, hours] of [5, 4, 3, 2, 1].entries()) file(segmentFile(folder, segment), 10, hours)
  file(checkpointFile(folder, 7, { segment: 1, offset: 3 }), 10, 4)
  file(checkpointFile(folder, 7, { segment: 3, offset: 3 }), 10, 2)
  const past = pastOf({ forMs: 3.5 * HOUR_MS, bytes: MIB })
  past.sweep(4)
  expect(segments()).toEqual([2, 3, 4])
  expect(readdirSync(folder).filter((name) => name.endsWith('.checkpoint'))).toEqual(['7-3-3.checkpoint'])
  pastOf({ forMs: 0, bytes: 0 }).sweep(4)
  expect(segments()).toEqual([4])
})

test('the oldest go when there are too many bytes, logs that are over before the present one', () => {
  for (const segment of [0, 1, 2]) file(segmentFile(folder, segment), MIB, 1)
  putPast(folder, NOW_MS - 2)
  for (const segment of [0, 1, 2]) file(segmentFile(folder, segment), MIB, 1)
  pastOf({ forMs: HOUR_MS * 2, bytes: 7 * MIB }).sweep(2)
  expect([segments(), readdirSync(folder).filter((name) => name.startsWith('past-'))]).toEqual([
    [0, 1, 2],
    [`past-${NOW_MS - 2}`],
  ])
  pastOf({ forMs: HOUR_MS * 2, bytes: 2 * MIB }).sweep(2)
  expect([segments(), existsSync(join(folder, `past-${NOW_MS - 2}`))]).toEqual([[1, 2], false])
})

test('what differed once is put nowhere else', () => {
  mkdirSync(join(folder, 'differs-1-2'))
  file(segmentFile(folder, 0), 10, 0)
  putPast(folder, NOW_MS)
  expect(readdirSync(folder).sort()).toEqual(['differs-1-2', `past-${NOW_MS}`])
})

test('checkpoints are kept so far apart that they take no more room than the log between them', () => {
  const taken = Array.from({ length: 6 }, (_, at) => ({ segment: at, offset: 0 }))
  for (const position of taken) file(checkpointFile(folder, 1, position), 4 * MIB, 0)
  const past = pastOf({ forMs: HOUR_MS, bytes: 1000 * MIB }, 5)
  for (const position of taken) past.release(1, position)
  // five of them have 20 MiB, and a segment 8
  expect(taken.filter((position) => existsSync(checkpointFile(folder, 1, position)))).toEqual([taken[0]!, taken[3]!])
  const none = pastOf({ forMs: 0, bytes: 0 })
  none.release(1, taken[0]!)
  expect(existsSync(checkpointFile(folder, 1, taken[0]!))).toBe(false)
})
