/** Budgets of a host's time, and of what the gateway writes of states. */
import { describe, expect, test } from 'bun:test'
import { Share } from '../../src/sandbox-host/share'

test('time is counted whole, and by its weight', () => {
  const share = new Share({ weight: 4 })
  share.spend(10, 0)
  share.spend(2, 0)
  expect([share.usedMs, share.turnMs, share.virtualMs]).toEqual([12, 2, 3])
  expect(share.waitMs(0)).toBe(Number.NEGATIVE_INFINITY)
  const plain = new Share()
  plain.spend(10, 0)
  expect([plain.virtualMs, plain.waitMs(0)]).toEqual([10, Number.NEGATIVE_INFINITY])
})

describe('a budget of half a core', () => {
  test('saves up a tenth of a second of waiting, and then each ms of work is one of rest', () => {
    const share = new Share({ budget: 0.5 })
    share.spend(50, 1000)
    expect(share.waitMs(1000)).toBe(0)
    share.spend(1, 1000)
    expect(share.waitMs(1000)).toBe(2)
    expect(share.waitMs(1002)).toBe(0)
    share.spend(5, 1002)
    expect(share.waitMs(1002)).toBe(10)
  })

  test('saves up no more, however long nothing is done', () => {
    const share = new Share({ budget: 0.5 })
    share.spend(10, 1000)
    share.spend(51, 90_000)
    expect(share.waitMs(90_000)).toBe(2)
  })
})

describe('what the gateway writes of states', () => {
  const MIB = 2000 * 524

  test('is a mebibyte at once, and then as much as comes free with time', () => {
    const share = new Share()
    share.save(MIB, 5000)
    expect(share.waitMs(5000)).toBe(0)
    share.save(524, 5000)
    expect(share.waitMs(5000)).toBe(1)
    share.save(5240, 5001)
    expect(share.waitMs(5001)).toBe(10)
  })

  test('is no more after a longer rest', () => {
    const share = new Share()
    share.save(1, 5000)
    share.save(MIB + 524, 900_000)
    expect(share.waitMs(900_000)).toBe(1)
  })

  test('counts beside a budget: whoever has spent either waits', () => {
    const share = new Share({ budget: 0.5 })
    share.save(MIB + 5240, 1000)
    share.spend(51, 1000)
    expect(share.waitMs(1000)).toBe(10)
    share.spend(10, 1000)
    expect(share.waitMs(1000)).toBe(22)
  })
})
