/** Who runs in a host, as its gateway reads it. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RunningMarker } from '../../src/protocol/running-marker'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'meltica-marker-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('what the host writes its gateway reads, also when the name of the file is gone', () => {
  const path = join(folder, 'marker')
  const gateway = RunningMarker.create(path)
  expect(gateway.running).toBe(0)
  const host = RunningMarker.open(path)
  expect(existsSync(path)).toBe(false)
  // a file that comes to the same place is another one
  const other = RunningMarker.create(path)
  for (const number of [1, 0x01_02_03_04, -1, -0x7f_ff_ff_ff, 0]) {
    host.running = number
    expect([gateway.running, host.running, other.running]).toEqual([number, number, 0])
  }
})
