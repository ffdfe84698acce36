import { beforeEach, describe, expect, test } from 'bun:test'
import { ClockWatch, SteadyClock } from '../../src/telemetry/steady-clock'

const clocks = { wall: 1_000_000, elapsed: 50 }
const pass = (ms: number) => {
  clocks.wall += ms
  clocks.elapsed += ms
}
const wall = () => clocks.wall
const elapsed = () => clocks.elapsed
beforeEach(() => Object.assign(clocks, { wall: 1_000_000, elapsed: 50 }))

describe('a steady clock', () => {
  test('is the machine’s as long as that goes forward, however fast', () => {
    const { now } = new SteadyClock(wall, elapsed)
    pass(10)
    expect(now()).toBe(1_000_010)
    clocks.wall += 3_600_000
    expect(now()).toBe(4_600_010)
  })

  test('goes on at its own pace when the machine’s is set back, until that has caught up', () => {
    const { now } = new SteadyClock(wall, elapsed)
    expect(now()).toBe(1_000_000)
    clocks.wall -= 60_000
    expect(now()).toBe(1_000_000)
    for (let ms = 1; ms <= 40; ms++) {
      pass(0.5)
      expect(now()).toBe(1_000_000 + Math.floor(ms / 2))
    }
    clocks.wall += 70_000
    expect(now()).toBe(1_010_020)
  })

  test('waits for a machine’s clock that corrects itself by a little', () => {
    const { now } = new SteadyClock(wall, elapsed)
    pass(100)
    expect(now()).toBe(1_000_100)
    clocks.wall -= 500
    expect(now()).toBe(1_000_100)
    pass(499)
    expect(now()).toBe(1_000_100)
    pass(2)
    expect(now()).toBe(1_000_101)
  })
})

describe('a watched clock', () => {
  test('jumps by what it was set, once', () => {
    const watch = new ClockWatch(wall, elapsed)
    pass(60_000)
    expect(watch.jump()).toBe(0)
    clocks.wall -= 3_600_000
    pass(1000)
    expect(watch.jump()).toBe(-3_600_000)
    pass(1000)
    expect(watch.jump()).toBe(0)
    clocks.wall += 1000
    expect(watch.jump()).toBe(1000)
    // clocks of processes have fractions of a millisecond
    clocks.wall += 2000
    clocks.elapsed += 0.4
    expect(watch.jump()).toBe(2000)
  })

  test('does not jump when it is corrected by less than a second', () => {
    const watch = new ClockWatch(wall, elapsed)
    clocks.wall -= 999
    expect(watch.jump()).toBe(0)
    clocks.wall -= 999
    expect(watch.jump()).toBe(0)
  })
})
