/** What begins client order ids only grows. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Store } from '../../src/store/store'
import { order } from '../trading/venue'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'starts-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const open = () => Store.open({ directory, log: () => undefined })
const NOW_MS = 1_700_000_000_000

test('no two starts have the same, within a millisecond and over a restart with a clock that was set back', () => {
  {
    using store = open()
    expect([store.starts.next(NOW_MS), store.starts.next(NOW_MS), store.starts.next(NOW_MS + 9)]).toEqual([
      NOW_MS,
      NOW_MS + 1,
      NOW_MS + 9,
    ])
  }
  using store = open()
  expect([store.starts.next(NOW_MS - 3_600_000), store.starts.next(NOW_MS - 3_600_000)]).toEqual([
    NOW_MS + 10,
    NOW_MS + 11,
  ])
  expect(store.starts.next(NOW_MS + 100)).toBe(NOW_MS + 100)
})

test('of a folder that has kept none the orders tell', () => {
  {
    using store = open()
    const ordered = (clientOrderId: string) => store.journal.ordered(1, order({ clientOrderId }), 1)
    ordered(`a-b-${NOW_MS.toString(36)}-17`)
    ordered(`a-b-${(NOW_MS - 5).toString(36)}-3`)
    ordered('liquidation-12345678-1')
  }
  using store = open()
  expect(store.starts.next(NOW_MS - 1000)).toBe(NOW_MS + 1)
})
