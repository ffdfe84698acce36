/** Waiting that ends in time: with the work, the time or a stop, whichever comes first. */
import { expect, test } from 'bun:test'
import { getEventListeners } from 'node:events'
import { within } from '../../src/flow/within'

/** Longer than anything takes. */
const LONG_MS = 60_000
const never = new Promise<void>(() => undefined)

test('it says whether the work has come to its end in time', async () => {
  expect(await within(Promise.resolve('done'), LONG_MS)).toBe(true)
  expect(await within(never, 1)).toBe(false)
})

test('what the work throws in time is thrown', async () => {
  const failing = within(Promise.reject(new Error('no disk')), LONG_MS)
  expect(await failing.catch(String)).toBe('Error: no disk')
})

test('a stop ends the waiting, also one from before it began', async () => {
  const stop = new AbortController()
  const waiting = within(never, LONG_MS, stop.signal)
  stop.abort()
  expect(await waiting).toBe(false)
  expect(await within(never, LONG_MS, stop.signal)).toBe(false)
})

test('nothing of it is left at the signal, however often it was waited for', async () => {
  const { signal } = new AbortController()
  await within(Promise.resolve(), LONG_MS, signal)
  await within(never, 1, signal)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})
