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
  for (const name of ['nodejs_active_', 'nodejs_gc_', 'process_heap_b', 'nodejs_heap_space_', 'nodejs_version_info']) {
    expect(text).not.toContain(name)
  }
  expect(text).toContain(`bun_info{version="${Bun.version}"} 1`)
})

/** The samples of one metric: what is in the braces, and the value. */
const samplesOf = (text: string, name: string) =>
  Object.fromEntries([...text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (.+)$`, 'gm'))].map(([, at, n]) => [at, n]))

test('events, orders, fills and breaches are counted for their provider', async () => {
  const metrics = new Metrics({ environment: 'dev' })
  metrics.eventsEmitted('sim', 3)
  metrics.eventsEmitted('sim', 4)
  metrics.eventsEmitted('replay', 1)
  for (const provider of ['sim', 'sim', 'replay']) metrics.orderSent(provider)
  metrics.orderSkipped('sim')
  metrics.filled('sim')
  metrics.filled('sim')
  metrics.riskBreach('sim', 'KILL_SWITCH')
  const text = await metrics.text()
  expect(samplesOf(text, 'meltica_market_events_total')).toEqual({ 'provider="sim"': '7', 'provider="replay"': '1' })
  expect(samplesOf(text, 'meltica_orders_total')).toEqual({
    'provider="sim",outcome="sent"': '2',
    'provider="replay",outcome="sent"': '1',
    'provider="sim",outcome="skipped"': '1',
  })
  expect(samplesOf(text, 'meltica_fills_total')).toEqual({ 'provider="sim"': '2' })
  expect(samplesOf(text, 'meltica_risk_breaches_total')).toEqual({ 'provider="sim",breachType="KILL_SWITCH"': '1' })
})

test('the kill switch of all has a series always, any other while it is set', async () => {
  const metrics = new Metrics({ environment: 'dev' })
  const engaged = async () => samplesOf(await metrics.text(), 'meltica_kill_switch_engaged')
  expect(await engaged()).toEqual({ 'scope="all",subject=""': '0' })
  metrics.killSwitch('all', '', true)
  metrics.killSwitch('provider', 'sim', true)
  metrics.killSwitch('instance', 'sim', true)
  expect(await engaged()).toEqual({
    'scope="all",subject=""': '1',
    'scope="provider",subject="sim"': '1',
    'scope="instance",subject="sim"': '1',
  })
  metrics.killSwitch('provider', 'sim', false)
  metrics.killSwitch('all', '', false)
  expect(await engaged()).toEqual({ 'scope="all",subject=""': '0', 'scope="instance",subject="sim"': '1' })
})

test('requests are counted by the seconds that they took', async () => {
  const metrics = new Metrics({ environment: 'dev' })
  const bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
  for (const seconds of [...bounds, 3]) metrics.requestAnswered('GET', '/strategies', 200, seconds)
  const text = await metrics.text()
  const of = 'method="GET",route="/strategies",status="200"'
  expect(samplesOf(text, 'http_request_duration_seconds_bucket')).toEqual({
    ...Object.fromEntries(bounds.map((bound, index) => [`le="${bound}",${of}`, String(index + 1)])),
    [`le="+Inf",${of}`]: '13',
  })
  expect(samplesOf(text, 'http_request_duration_seconds_count')).toEqual({ [of]: '13' })
  expect(Number(samplesOf(text, 'http_request_duration_seconds_sum')[of])).toBeCloseTo(7.444, 9)
})

test('what is counted elsewhere is brought before each text', async () => {
  const metrics = new Metrics({ environment: 'dev' })
  const asked: string[] = []
  metrics.beforeText(() => {
    asked.push('first')
    metrics.eventsEmitted('sim', 5)
  })
  metrics.beforeText(() => asked.push('second'))
  expect(asked).toEqual([])
  expect(samplesOf(await metrics.text(), 'meltica_market_events_total')).toEqual({ 'provider="sim"': '5' })
  expect(samplesOf(await metrics.text(), 'meltica_market_events_total')).toEqual({ 'provider="sim"': '10' })
  expect(asked).toEqual(['first', 'second', 'first', 'second'])
})

test('two sets of metrics do not mix', async () => {
  const first = new Metrics({ environment: 'dev' })
  const second = new Metrics({ environment: 'dev' })
  first.filled('sim')
  expect(await first.text()).toContain('meltica_fills_total{provider="sim"} 1')
  expect(await second.text()).not.toContain('meltica_fills_total{')
})

const seriesOf = async (metrics: Metrics, name: string) =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(`${name}{`))
const sumOf = (lines: readonly string[]) => lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)

test('a tag takes the count of its moves along, and a strategy all that is counted of it', async () => {
  const metrics = new Metrics({ environment: 'dev' })
  for (const strategy of ['grid', 'other']) {
    metrics.instanceStarted(strategy, 'sha256:1', 1)
    for (const tag of ['prod', 'test']) metrics.tagReassigned(strategy, tag)
    metrics.tagDeleted(strategy, 'old', false)
  }
  metrics.tagGone('grid', 'prod')
  expect(await seriesOf(metrics, 'strategy_tag_reassigned_total')).toEqual([
    'strategy_tag_reassigned_total{environment="dev",strategy="grid",tag="test"} 1',
    'strategy_tag_reassigned_total{environment="dev",strategy="other",tag="prod"} 1',
    'strategy_tag_reassigned_total{environment="dev",strategy="other",tag="test"} 1',
  ])
  metrics.strategyGone('grid')
  const text = await metrics.text()
  expect([text.includes('"grid"'), text.match(/strategy="other"/g)?.length]).toEqual([false, 5])
  metrics.tagReassigned('grid', 'test')
  expect(await seriesOf(metrics, 'strategy_tag_reassigned_total')).toContain(
    'strategy_tag_reassigned_total{environment="dev",strategy="grid",tag="test"} 1',
  )
})

test('there are at most a thousand series of a metric and their sum, and nothing counted is lost', async () => {
  const metrics = new Metrics({ environment: 'dev' })
  const count = 2500
  for (let i = 0; i < count; i++) {
    metrics.tagReassigned('grid', `t${i}`)
    metrics.tagReassigned('grid', 'prod')
    metrics.tagDeleted('grid', `t${i}`, i % 2 === 0)
    metrics.eventsEmitted(`p${i}`, 3)
    metrics.filled(`p${i}`)
    metrics.orderSent(`p${i}`)
    metrics.riskBreach(`p${i}`, 'POSITION')
    metrics.instanceStarted('grid', `sha256:${i}`, 1)
    if (i % 5 !== 0) metrics.instanceStopped('grid', `sha256:${i}`, 0)
  }
  for (const [name, sum] of [
    ['strategy_tag_reassigned_total', 2 * count],
    ['strategy_tag_deleted_total', count],
    ['meltica_market_events_total', 3 * count],
    ['meltica_fills_total', count],
    ['meltica_orders_total', count],
    ['meltica_risk_breaches_total', count],
    ['strategy_revision_instances_total', count + (count * 4) / 5],
    ['strategy_revision_instances', count / 5],
  ] as const) {
    const series = await seriesOf(metrics, name)
    expect([name, sumOf(series)]).toEqual([name, sum])
    expect(series.length).toBeLessThanOrEqual(1002)
  }
  // what is counted all the time is never the one that goes
  expect(await seriesOf(metrics, 'strategy_tag_reassigned_total')).toContain(
    `strategy_tag_reassigned_total{environment="dev",strategy="grid",tag="prod"} ${count}`,
  )
  expect(await seriesOf(metrics, 'strategy_tag_reassigned_total')).toContain(
    `strategy_tag_reassigned_total{environment="dev",strategy="(others)",tag="(others)"} ${count - 999}`,
  )
})

test('durations are counted into buckets, for each way of asking and answering', async () => {
  const metrics = new Metrics({ environment: 'dev' })
  for (const seconds of [0.0001, 0.0005, 0.002, 7]) metrics.requestAnswered('GET', '/strategies', 200, seconds)
  metrics.requestAnswered('GET', '/strategies', 304, 0.01)
  const name = 'http_request_duration_seconds'
  const text = await metrics.text()
  const at = (le: string, status = 200) => `le="${le}",method="GET",route="/strategies",status="${status}"`
  const buckets = samplesOf(text, `${name}_bucket`)
  expect(['0.0005', '0.001', '0.0025', '2.5', '+Inf'].map((le) => buckets[at(le)])).toEqual(['2', '2', '3', '3', '4'])
  expect(['0.005', '0.01', '+Inf'].map((le) => buckets[at(le, 304)])).toEqual(['0', '1', '1'])
  const whole = 'method="GET",route="/strategies",status="200"'
  expect(samplesOf(text, `${name}_count`)[whole]).toBe('4')
  expect(Number(samplesOf(text, `${name}_sum`)[whole])).toBeCloseTo(7.0026, 9)
  // reading counts nothing
  expect(await metrics.text()).toContain(`${name}_count{${whole}} 4`)
})
