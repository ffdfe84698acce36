import { expect, test } from 'bun:test'
import { cpuClock } from '../../src/sandbox-host/cpu-clock'

test('the wall clock stands in for a millisecond, the system is asked from then on', () => {
  let asked = 0
  let cpuMs = 50
  const clock = cpuClock(() => {
    asked++
    return cpuMs
  })
  expect(clock(1000)).toBe(50)
  expect(clock(1000.75)).toBe(50.75)
  expect(asked).toBe(1)
  cpuMs = 50.9
  expect(clock(1001)).toBe(50.9)
  expect(asked).toBe(2)
})

test('time in which others had the processor is nobody’s, and it never goes back', () => {
  let cpuMs = 10
  const clock = cpuClock(() => cpuMs)
  clock(0)
  expect(clock(0.5)).toBe(10.5)
  cpuMs = 10.25
  // a whole second later
  expect(clock(1000)).toBe(10.5)
  cpuMs = 11
  expect(clock(2000)).toBe(11)
})
