/** Whether a host that says nothing is at fault, by what the system tells of it. */
import { expect, test } from 'bun:test'
import { isStarved, isStopped, parseTimes, timesOf } from '../../../src/hosts/links/silence'
import { lacks } from '../../tools'
import { until } from '../../until'

const HEARTBEAT_MS = 2000
const at = (cpuMs: number, ...states: string[]) => ({ states: states.length > 0 ? states : ['S', 'R'], cpuMs })

test.each([
  ['wants to run and was given nothing', at(500), at(500), true],
  ['waits for a disk', at(500), at(600, 'D'), true],
  ['has had a little less than half of the time', at(500), at(1490), true],
  ['has had half of the time', at(500), at(1500), false],
  ['has worked all the time', at(500), at(2500), false],
  ['sleeps', at(500), at(500, 'S', 'S'), false],
  ['is stopped', at(500), at(500, 'T', 'T'), false],
  ['is not known of, before', undefined, at(500), false],
  ['is not known of, now', at(500), undefined, false],
])('one that %s', (_, before, now, starved) => {
  expect(isStarved(before, now, HEARTBEAT_MS)).toBe(starved)
})

test.each([
  [at(500, 'S', 'T'), true],
  [at(500, 't'), true],
  [at(500, 'S', 'R', 'D'), false],
  [undefined, false],
])('%j is stopped: %p', (now, stopped) => {
  expect(isStopped(now)).toBe(stopped)
})

test('the state and the time of a process are read whatever its name is', () => {
  const stat = '7 (a) R 1 (b) T 1 7 7 0 -1 4194560 90 80 70 60 123 45 6 7 20 0 1 0 100 1000 100'
  expect(parseTimes(stat)).toEqual({ state: 'T', cpuMs: 1680 })
})

test.skipIf(lacks('proc'))('the system tells of this process, and of none that is gone', async () => {
  const before = timesOf(process.pid)!
  expect(before.states).toContain('R')
  await until(() => timesOf(process.pid)!.cpuMs >= before.cpuMs + 50)
  expect(timesOf(2 ** 30)).toBeUndefined()
})
