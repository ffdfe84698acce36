/** Which instances run which revision, since when, over a restart. */
import { expect, test } from 'bun:test'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UsageIndex } from '../../../src/runtime/instances/usage'
import { Store } from '../../../src/store/store'
import { Metrics } from '../../../src/telemetry/metrics'

function openUsage(clock: { ms: number }, directory = mkdtempSync(join(tmpdir(), 'usage-'))) {
  const store = Store.open({ directory, log: () => undefined })
  const metrics = new Metrics({ environment: 'test' })
  const index = new UsageIndex(store, metrics, () => clock.ms)
  const series = async () => (await metrics.text()).split('\n').filter((line) => /^strategy_revision_.*{/.test(line))
  return { directory, store, index, series, [Symbol.dispose]: () => store[Symbol.dispose]() }
}

const time = (ms: number) => new Date(ms).toISOString()
const revision = { strategy: 'grid', hash: 'sha256:1' }

test('first seen is the first start, last seen the last start or stop; both outlive the gateway, who runs it does not', () => {
  const clock = { ms: 1000 }
  let directory: string
  {
    using at = openUsage(clock)
    directory = at.directory
    const { index } = at
    expect(index.get('grid', 'sha256:1')).toEqual({ ...revision, instances: [], count: 0, running: false })
    expect(index.all()).toEqual([])
    index.started('grid', 'sha256:1', 'b')
    clock.ms = 2000
    index.started('grid', 'sha256:1', 'a')
    const both = { ...revision, instances: ['a', 'b'], count: 2, running: true }
    expect(index.all()).toEqual([{ ...both, firstSeen: time(1000), lastSeen: time(2000) }])
    clock.ms = 3000
    // neither of these runs it
    index.stopped('grid', 'sha256:1', 'c')
    index.stopped('grid', 'sha256:2', 'a')
    expect(index.get('grid', 'sha256:1').lastSeen).toBe(time(2000))
    index.stopped('grid', 'sha256:1', 'b')
    const one = { ...revision, instances: ['a'], count: 1, running: true }
    expect(index.all()).toEqual([{ ...one, firstSeen: time(1000), lastSeen: time(3000) }])
  }
  clock.ms = 9000
  using again = openUsage(clock, directory)
  const none = { ...revision, instances: [], count: 0, running: false }
  expect(again.index.all()).toEqual([{ ...none, firstSeen: time(1000), lastSeen: time(3000) }])
  again.index.started('grid', 'sha256:1', 'a')
  expect(again.index.get('grid', 'sha256:1')).toMatchObject({ firstSeen: time(1000), lastSeen: time(9000) })
})

test('of a deleted revision nothing is left, now and after a restart', () => {
  const clock = { ms: 1000 }
  let directory: string
  {
    using at = openUsage(clock)
    directory = at.directory
    for (const hash of ['sha256:1', 'sha256:2']) at.index.started('grid', hash, 'a')
    at.index.forget('grid', 'sha256:1')
    at.index.forget('grid', 'sha256:3')
    expect(at.index.all().map(({ hash }) => hash)).toEqual(['sha256:2'])
  }
  using again = openUsage(clock, directory)
  expect(again.index.all().map(({ hash }) => hash)).toEqual(['sha256:2'])
})

test('the metrics tell how many run it, and nothing of it once it is deleted', async () => {
  using at = openUsage({ ms: 0 })
  const { index, series } = at
  for (const id of ['a', 'b']) index.started('grid', 'sha256:1', id)
  index.stopped('grid', 'sha256:1', 'a')
  index.stopped('grid', 'sha256:1', 'a')
  const of = '{strategy="grid",hash="sha256:1"'
  expect(await series()).toEqual([
    `strategy_revision_instances${of}} 1`,
    `strategy_revision_instances_total${of},action="start"} 2`,
    `strategy_revision_instances_total${of},action="stop"} 1`,
  ])
  index.forget('grid', 'sha256:1')
  expect((await series()).filter((line) => line.startsWith('strategy_revision_instances{'))).toEqual([])
})
