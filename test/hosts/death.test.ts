import { expect, test } from 'bun:test'
import { deathOf } from '../../src/hosts/death'

test.each(['SIGSEGV', 'SIGABRT', 'SIGILL', 'SIGBUS', 'SIGTRAP', 'SIGFPE', 'SIGSYS'])(
  'a crash by %s is of its work',
  (signal) => {
    const { kind, message, running } = deathOf({ killed: undefined, signal, status: null, memoryRanOut: true }, 7)
    expect({ kind, message, running }).toEqual({ kind: 'work', message: `it was killed by ${signal}`, running: 7 })
  },
)

test.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1'])('%s comes from outside', (signal) => {
  const { kind, message, running } = deathOf({ killed: undefined, signal, status: null, memoryRanOut: false }, 7)
  expect({ kind, message, running }).toEqual({ kind: 'outside', message: `it was killed by ${signal}`, running: 7 })
})

test('a kill while memory runs out is of all that it held; another signal is not', () => {
  const ending = { killed: undefined, status: null, memoryRanOut: true }
  expect(deathOf({ ...ending, signal: 'SIGKILL' }, 7)).toMatchObject({
    kind: 'memory',
    message: 'it was killed because the machine had run out of memory',
  })
  expect(deathOf({ ...ending, signal: 'SIGTERM' }, 7).kind).toBe('outside')
})

test('what the gateway itself has killed, and what ends by itself, is of its work', () => {
  const silent = deathOf(
    { killed: { reason: 'it said nothing', blameless: false }, signal: 'SIGKILL', status: null, memoryRanOut: false },
    7,
  )
  expect([silent.kind, silent.message]).toEqual(['work', 'it said nothing'])
  const starved = {
    killed: { reason: 'it was given no time', blameless: true },
    signal: 'SIGKILL',
    status: null,
    memoryRanOut: false,
  }
  expect(deathOf(starved, 7)).toMatchObject({ kind: 'outside', message: 'it was given no time' })
  const ended = deathOf({ killed: undefined, signal: null, status: 3, memoryRanOut: false }, 7)
  expect([ended.kind, ended.message]).toEqual(['work', 'it ended with status 3'])
})

test('only a death of its work is held against whoever was at work', () => {
  const of = (signal: string, running: number) =>
    deathOf({ killed: undefined, signal, status: null, memoryRanOut: false }, running)
  expect(of('SIGSEGV', 7).isOf(7)).toBe(true)
  expect(of('SIGSEGV', 7).isOf(8)).toBe(false)
  expect(of('SIGSEGV', -7).isOf(7)).toBe(false)
  expect(of('SIGKILL', 7).isOf(7)).toBe(false)
})
