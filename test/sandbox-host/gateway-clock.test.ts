/** The gateway's clock as a host can know it. */
import { expect, test } from 'bun:test'
import { GatewayClock } from '../../src/sandbox-host/gateway-clock'

test('it goes evenly, ahead of the host’s by as much as the quickest message says', () => {
  let hostMs = 100
  const clock = new GatewayClock(() => hostMs)
  expect(clock.nowMs).toBe(Number.NEGATIVE_INFINITY)
  clock.look()
  expect(clock.nowMs).toBe(Number.NEGATIVE_INFINITY)
  // 20 on its way, or the host's clock is behind
  clock.heard(5080)
  expect(clock.nowMs).toBe(5080)
  hostMs = 150
  expect(clock.nowMs).toBe(5080)
  clock.look()
  expect(clock.nowMs).toBe(5130)
  // a slow one
  clock.heard(5100)
  expect(clock.nowMs).toBe(5130)
  // a quicker one
  clock.heard(5140)
  expect(clock.nowMs).toBe(5140)
  hostMs = 160
  clock.look()
  expect(clock.nowMs).toBe(5150)
})
