/** What Prometheus reads. */
import { expect, test } from 'bun:test'
import { Metrics } from '../../src/telemetry/metrics'

test('the four metrics of the manual have its names and labels', async () => {
  const metrics = new Metrics({ environment: 'prod' })
  metrics.instanceStarted('grid', 'sha256:1', 2)
  metrics.instanceStopped('grid', 'sha256:1', 1)
  metrics.tagReassigned('grid', 'latest')
  metrics.tagDeleted('grid', 'old', true)
  const lines = (await metrics.text()).split('\n')
  expect(lines).toContain('strategy_revision_instances{strategy="grid",hash="sha256:1"} 1')
  expect(lines).toContain('strategy_revision_instances_total{strategy="grid",hash="sha256:1",action="start"} 1')
  expect(lines).toContain('strategy_revision_instances_total{strategy="grid",hash="sha256:1",action="stop"} 1')
  expect(lines).toContain('strategy_tag_reassigned_total{environment="prod",strategy="grid",tag="latest"} 1')
  expect(lines).toContain(
    'strategy_tag_deleted_total{environment="prod",strategy="grid",tag="old",allowOrphan="true"} 1',
  )
})

test('a deleted revision takes its gauge along', async () => {
  const metrics = new Metrics({ environment: 'dev' })
  metrics.instanceStarted('grid', 'sha256:1', 1)
  metrics.instanceStopped('grid', 'sha256:1', 0)
  expect(await metrics.text()).toContain('strategy_revision_instances{')
  metrics.revisionDeleted('grid', 'sha256:1')
  expect(await metrics.text()).not.toContain('strategy_revision_instances{')
})

test('process metrics are there, those that Bun gets wrong are not', async () => {
  const text = await new Metrics({ environment: 'dev' }).text()
  for (const name of ['process_resident_memory_bytes', 'process_cpu_seconds_total', 'nodejs_eventloop_lag_seconds']) {
    expect(text).toContain(`\n${name} `)
  }
  for (const name of [
    'nodejs_active_',
    'nodejs_gc_',
    'process_heap_bytes',
    'nodejs_heap_space_',
    'nodejs_version_info',
  ]) {
    expect(text).not.toContain(name)
  }
  expect(text).toContain(`bun_info{version="${Bun.version}"} 1`)
})

test('two sets of metrics do not mix', async () => {
  const first = new Metrics({ environment: 'dev' })
  const second = new Metrics({ environment: 'dev' })
  first.filled('sim')
  expect(await first.text()).toContain('meltica_fills_total{provider="sim"} 1')
  expect(await second.text()).not.toContain('meltica_fills_total{')
})
