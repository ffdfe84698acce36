/** Traces of a real gateway, as a collector of OpenTelemetry receives them. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { wantsTraces } from '../../src/telemetry/traces'
import { TestReceiver } from '../alerts/receiver'
import { startGateway } from '../gateway'
import { until } from '../until'

setDefaultTimeout(60_000)

const SIM = 'providers: [{ name: sim, adapter: { identifier: sim, config: { seed: 1, intervalMs: 20 } } }]\n'
const TRADER = `module.exports = {
  metadata: { name: 'trader', tag: 'v1', displayName: 'Trader', description: '', events: ['Trade'], config: [{ name: 'dry_run', type: 'bool', default: true }] },
  create({ runtime }) {
    let done = false
    return {
      onTrade() {
        if (done) return
        done = true
        runtime.submitMarketOrder('', 'buy', '0.01')
      },
    }
  },
}`

interface OtlpSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[]
  readonly events: readonly { readonly name: string }[]
}

const spansOf = ({ received }: TestReceiver): OtlpSpan[] =>
  received.flatMap(({ body }) =>
    body.resourceSpans.flatMap(({ scopeSpans }: { scopeSpans: { spans: OtlpSpan[] }[] }) =>
      scopeSpans.flatMap(({ spans }) => spans),
    ),
  )

const attributesOf = ({ attributes }: OtlpSpan) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'

test('an upload, a launch, and an order from its event to its fill are traced', async () => {
  using collector = new TestReceiver()
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
  }
  await using gateway = await startGateway({ config: SIM, env })
  const traceparent = { traceparent: `00-${TRACE}-${PARENT}-01` }
  await gateway.call('POST', '/strategies/modules', { source: TRADER }, traceparent)
  await gateway.post('/strategy/instances', {
    id: 'once',
    strategy: { identifier: 'trader', config: { dry_run: false } },
    scope: { sim: { symbols: ['BTC-USDT'] } },
    autostart: true,
  })
  const named = (name: string) => spansOf(collector).find((span) => span.name === name)
  await until(() => named('order') !== undefined && named('POST /strategy/instances') !== undefined)
  expect(collector.received[0]).toMatchObject({ method: 'POST', path: '/v1/traces' })
  const resource = collector.received[0]!.body.resourceSpans[0].resource.attributes
  const about = Object.fromEntries(
    resource.map(({ key, value }: { key: string; value: object }) => [key, Object.values(value)[0]]),
  )
  expect(about).toMatchObject({ 'service.name': 'meltica', 'deployment.environment': 'test' })

  const upload = named('POST /strategies/modules')!
  expect([upload.traceId, upload.parentSpanId]).toEqual([TRACE, PARENT])
  expect(attributesOf(upload)).toEqual({
    'http.request.method': 'POST',
    'http.route': '/strategies/modules',
    'http.response.status_code': 201,
  })
  const compile = named('compile')!
  expect([compile.traceId, compile.parentSpanId]).toEqual([TRACE, upload.spanId])
  const [create, launch] = [named('POST /strategy/instances')!, named('launch')!]
  expect([launch.traceId, launch.parentSpanId]).toEqual([create.traceId, create.spanId])
  expect(attributesOf(launch)).toMatchObject({ 'meltica.instance': 'once', 'meltica.strategy': 'trader' })

  const order = named('order')!
  expect(attributesOf(order)).toMatchObject({
    'meltica.instance': 'once',
    'meltica.provider': 'sim',
    'meltica.symbol': 'BTC-USDT',
    'meltica.quantity': '0.01',
    'meltica.state': 'FILLED',
  })
  expect(order.events.map(({ name }) => name)).toContain('FILLED')
  for (const name of ['event to order', 'fill']) expect(named(name)?.parentSpanId).toBe(order.spanId)
  expect(named('event to order')?.startTimeUnixNano).toBe(order.startTimeUnixNano)
  for (const { name, startTimeUnixNano: start, endTimeUnixNano: end } of spansOf(collector)) {
    expect([name, BigInt(end) >= BigInt(start)]).toEqual([name, true])
  }
})

test('nothing is sent where nobody asks for it, and a collector that is away holds nobody up', async () => {
  using collector = new TestReceiver()
  collector.answer = () => Promise.withResolvers<Response>().promise
  const off = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SDK_DISABLED: 'true' }
  await using quiet = await startGateway({ env: off })
  await quiet.upload(TRADER)
  expect(await quiet.stop()).toBe(0)
  expect(collector.received).toEqual([])
  const on = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '10' }
  await using gateway = await startGateway({ env: on })
  await gateway.upload(TRADER)
  await until(() => collector.received.length > 0)
  expect((await gateway.get('/healthz')).status).toBe(200)
  expect(await gateway.stop()).toBe(0)
})

test('the environment says whether there are traces', () => {
  expect(wantsTraces({})).toBe(false)
  expect(wantsTraces({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a' })).toBe(true)
  expect(wantsTraces({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://a/v1/traces' })).toBe(true)
  expect(wantsTraces({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_SDK_DISABLED: 'TRUE' })).toBe(false)
  expect(wantsTraces({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_TRACES_EXPORTER: 'none' })).toBe(false)
})
