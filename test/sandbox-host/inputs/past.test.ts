/** What nobody goes on from any more is kept as long, and as much of it, as was said. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packedFile, segmentFile, segmentsIn } from '../../../src/protocol/segment-files'
import { checkpointFile, checkpointsIn } from '../../../src/sandbox-host/inputs/checkpoint-file'
import { type Keep, Past, pastFolder, putPast } from '../../../src/sandbox-host/inputs/past'

const NOW_MS = 1_700_000_000_000
const HOUR_MS = 3_600_000
const MIB = 1 << 20

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meltica-past-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const ID = 0xabcn
const OTHER = 0xdefn
const pastOf = (keep: Keep, count = 1) =>
  new Past({ folder, past: pastFolder(folder, ID), keep: () => keep, now: () => NOW_MS, count: () => count })

/** @param hours since it was written last. */
function file(path: string, size: number, hours: number): void {
  writeFileSync(path, Buffer.alloc(size))
  const seconds = (NOW_MS - hours * HOUR_MS) / 1000
  utimesSync(path, seconds, seconds)
}

const segments = (path = folder) => (existsSync(path) ? segmentsIn(path) : [])
const checkpoints = (path: string) => [...checkpointsIn(path).values()].flat().map(({ segment }) => segment)

test('what nobody goes on from is put aside, and goes when it is too old', () => {
  for (const [segment, hours] of [5, 4, 3, 2, 1].entries()) file(segmentFile(folder, segment), 10, hours)
  const past = pastOf({ forMs: 3.5 * HOUR_MS, bytes: 100 * MIB })
  for (const segment of [1, 3]) {
    file(checkpointFile(folder, 7, { segment, offset: 3 }), 10, 4)
    past.release(7, { segment, offset: 3 })
  }
  past.sweep(4)
  expect([segments(), segments(pastFolder(folder, ID))]).toEqual([[4], [2, 3]])
  expect(checkpoints(pastFolder(folder, ID))).toEqual([3])
  pastOf({ forMs: 0, bytes: 0 }).sweep(4)
  expect([segments(), segments(pastFolder(folder, ID))]).toEqual([[4], []])
})

test('the oldest go when there are too many bytes, logs that are over before the present one', () => {
  for (const segment of [0, 1, 2]) file(segmentFile(folder, segment), MIB, 2)
  putPast(folder, OTHER)
  for (const segment of [0, 1, 2]) file(segmentFile(folder, segment), MIB, 1)
  const left = (bytes: number) => {
    pastOf({ forMs: 3 * HOUR_MS, bytes }).sweep(2)
    return [pastFolder(folder, OTHER), pastFolder(folder, ID), folder].map((path) => segments(path))
  }
  expect(left(6 * MIB)).toEqual([[0, 1, 2], [0, 1], [2]])
  expect(left(5 * MIB)).toEqual([[1, 2], [0, 1], [2]])
  expect(left(2 * MIB)).toEqual([[], [1], [2]])
  // what is needed stays whatever there may be
  expect(left(0)).toEqual([[], [], [2]])
  expect(existsSync(pastFolder(folder, OTHER))).toBe(false)
})

test('a segment that is packed counts for what it has then, and goes with what was left beside it', () => {
  for (const segment of [0, 1, 2]) file(packedFile(folder, segment), MIB, 2)
  file(segmentFile(folder, 1), 2 * MIB, 2)
  const left = (bytes: number) => {
    pastOf({ forMs: 3 * HOUR_MS, bytes }).sweep(3)
    return readdirSync(pastFolder(folder, ID)).sort()
  }
  expect(left(5 * MIB)).toEqual(['0000000000.log.zst', '0000000001.log', '0000000001.log.zst', '0000000002.log.zst'])
  expect(left(4 * MIB)).toHaveLength(3)
  expect(left(3 * MIB)).toEqual(['0000000002.log.zst'])
})

test('what differed once is put nowhere else', () => {
  mkdirSync(join(folder, 'differs-1-2'))
  file(segmentFile(folder, 0), 10, 0)
  putPast(folder, OTHER)
  expect(readdirSync(folder).sort()).toEqual(['differs-1-2', 'past-0000000000000def'])
})

test('checkpoints are kept so far apart that they take no more room than the log between them', () => {
  const taken = Array.from({ length: 6 }, (_, at) => ({ segment: at, offset: 0 }))
  for (const position of taken) file(checkpointFile(folder, 1, position), 4 * MIB, 0)
  const past = pastOf({ forMs: HOUR_MS, bytes: 1000 * MIB }, 5)
  for (const position of taken) past.release(1, position)
  // five of them have 20 MiB, and a segment 8
  expect([checkpoints(folder), checkpoints(pastFolder(folder, ID))]).toEqual([[], [3, 0]])
  file(checkpointFile(folder, 2, taken[5]!), 10, 0)
  pastOf({ forMs: 0, bytes: 0 }).release(2, taken[5]!)
  expect([checkpoints(folder), checkpoints(pastFolder(folder, ID))]).toEqual([[], [3, 0]])
})
