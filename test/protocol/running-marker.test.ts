/** Who runs in a host, as its gateway reads it. */
import { expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { RunningMarker } from '../../src/protocol/running-marker'

test('what the host writes its gateway reads, by a file that has no name', () => {
  const { marker: gateway, page } = RunningMarker.create()
  expect(readdirSync(tmpdir())).not.toContain(`meltica-host-${process.pid}`)
  expect(gateway.running).toBe(0)
  const host = RunningMarker.open(page)
  const { marker: other, page: rest } = RunningMarker.create()
  for (const number of [1, 0x01_02_03_04, -1, -0x7f_ff_ff_ff, 0]) {
    host.running = number
    expect([gateway.running, host.running, other.running]).toEqual([number, number, 0])
  }
  RunningMarker.open(rest)
})
