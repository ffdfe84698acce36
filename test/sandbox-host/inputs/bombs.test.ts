/** A few bytes that say much keep nobody who reads them at work: not what is packed, nor what claims to be blocks. */
import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { firstBytes, MOST_SEGMENT_BYTES, packedFile } from '../../../src/protocol/segment-files'
import { firstBlockEnd } from '../../../src/protocol/zstd-frame'
import { idBytes } from '../../../src/sandbox-host/inputs/entry-form'
import { headsBehind } from '../../../src/sandbox-host/inputs/kept-log'
import { putVarint } from '../../../src/sandbox-host/inputs/varint'

const folder = mkdtempSync(join(tmpdir(), 'meltica-bombs-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('of a packed segment of more than any has, the first bytes are read all the same', () => {
  writeFileSync(packedFile(folder, 0), zstdCompressSync(Buffer.alloc(MOST_SEGMENT_BYTES + 1)))
  expect(firstBytes(folder, 0, 25)).toEqual(Buffer.alloc(25))
  // a frame that is skipped, of no bytes, stands before it
  writeFileSync(packedFile(folder, 1), Buffer.concat([Buffer.of(0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0), packed(300)]))
  expect(firstBytes(folder, 1, 25)).toHaveLength(0)
})

const packed = (length: number) => Bun.zstdCompressSync(content(length))
const content = (length: number) => Buffer.from(Array.from({ length }, (_, at) => (at * at) >> 3))

test.each([1, 200, 255, 300, 65_000, 70_000, 400_000])(
  'the first block of %p packed bytes ends where it says',
  (length) => {
    const bytes = content(length)
    for (const whole of [packed(length), zstdCompressSync(bytes)]) {
      const end = firstBlockEnd(whole)!
      const begin = zstdDecompressSync(whole.subarray(0, end), { finishFlush: 0 })
      expect(begin.length).toBe(Math.min(length, 128 << 10))
      expect(begin.equals(bytes.subarray(0, begin.length))).toBe(true)
      if (length <= 128 << 10) expect([0, 4]).toContain(whole.length - end)
      expect(firstBlockEnd(whole.subarray(0, 5))).toBeUndefined()
    }
  },
)

test('heads of which each claims to be in a block with all that follows are looked for no longer than there are bytes', () => {
  const id = idBytes(7n)
  const each = 4 + 4 + 4 + id.length
  const bytes = Buffer.alloc((1 << 19) * each)
  for (let at = 0; at < bytes.length; at += each) {
    const begin = putVarint(bytes, Math.max(id.length, bytes.length - at - each), at) + 4
    id.copy(bytes, begin)
  }
  expect(headsBehind(bytes, 7n, 0).next().done).toBe(true)
})
