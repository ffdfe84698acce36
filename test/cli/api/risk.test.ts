/** `meltica risk`: limits and the kill switch from a shell. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { strategySource, type TestGateway } from '../../gateway'
import { launch, printed, run, startTrading } from './shell'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTrading()
  await gateway.upload(strategySource())
  await launch(gateway, 'grid-1', 'grid')
})
afterAll(() => gateway[Symbol.asyncDispose]())

const file = (name: string, text: string): string => {
  writeFileSync(join(gateway.folder, name), text)
  return name
}

test('shows what is set and what is stopped', async () => {
  expect(await printed(gateway, 'risk')).toBe('no limits are set\n\nnothing is stopped\n')
  const limits = `maxPositionSize: 5
allowedOrderTypes: [Limit, Market]
circuitBreaker: { enabled: true, threshold: 4, cooldown: 90s }
instances: { grid-1: { orderThrottle: 2.5 } }
`
  const table = `LIMITS OF         LIMIT               VALUE
all               maxPositionSize     5
all               allowedOrderTypes   Limit Market
all               circuitBreaker      90s after 4 breaches
instance grid-1   orderThrottle       2.5
`
  expect(await printed(gateway, 'risk', 'set', file('limits.yaml', limits))).toBe(`${table}\nnothing is stopped\n`)
  expect(JSON.parse(await printed(gateway, 'risk', '--format', 'json'))).toMatchObject({
    limits: { maxPositionSize: '5' },
    killSwitches: [],
  })
})

test('limits as they are answered can be set again from JSON; in YAML a value that is missing is refused', async () => {
  const { limits } = JSON.parse(await printed(gateway, 'risk', '--format', 'json'))
  const again = await printed(gateway, 'risk', 'set', file('limits.json', JSON.stringify(limits)), '--format', 'json')
  expect(JSON.parse(again).limits).toEqual(limits)
  const { status, stderr } = await run(gateway, 'risk', 'set', file('empty.yaml', 'maxPositionSize:\n'))
  expect([status, stderr]).toEqual([1, expect.stringContaining('empty.yaml:1:17: maxPositionSize must be a decimal')])
  const odd = file('odd.json', JSON.stringify({ ...limits, circuitBreaker: { enabled: true, threshold: null } }))
  expect((await run(gateway, 'risk', 'set', odd)).stderr).toContain('circuitBreaker.threshold must be 1 or more')
})

test('stops trading and lets it go on, saying what is stopped now', async () => {
  const stopped = await printed(gateway, 'risk', 'kill', '--instance', 'grid-1', '-m', 'too wide')
  expect(stopped).toMatch(/^instance grid-1 is stopped since \d{4}-.*Z by 127\.0\.0\.1: too wide\n$/)
  expect(await printed(gateway, 'risk', 'kill', '--keep-orders', '-q')).toBe('instance grid-1\nall\n')
  const { items } = (await gateway.get('/audit?what=trading_killed')).body
  expect(items.map(({ after }: { after: object }) => after)).toMatchObject([
    { scope: 'all', cancelOrders: false },
    { scope: 'instance', cancelOrders: true },
  ])
  expect(await printed(gateway, 'ps')).toMatch(/^grid-1 .* running, killed /m)
  expect(await printed(gateway, 'risk', 'resume')).toBe(stopped)
  expect(await printed(gateway, 'risk')).toMatch(
    /STOPPED +MODE +SINCE +UNTIL +WHO +REASON\ninstance grid-1 .* too wide\n$/,
  )
  expect(await printed(gateway, 'risk', 'resume', '--instance', 'grid-1')).toBe('nothing is stopped\n')
})

test('lets only orders pass that reduce a position, and closes what is open', async () => {
  const reduced = await printed(gateway, 'risk', 'reduce', '--instance', 'grid-1', '-m', 'news')
  expect(reduced).toMatch(/^instance grid-1 only reduces since .*Z by 127\.0\.0\.1: news\n$/)
  expect(await printed(gateway, 'risk', 'reduce', '--close')).toContain('all is closed since ')
  const { items } = (await gateway.get('/audit?what=trading_reduced')).body
  expect(items.map(({ after }: { after: object }) => after)).toMatchObject([
    { scope: 'all', mode: 'close', cancelOrders: true },
    { scope: 'instance', mode: 'reduce', reason: 'news' },
  ])
  await printed(gateway, 'risk', 'resume')
  expect(await printed(gateway, 'risk', 'resume', '--instance', 'grid-1')).toBe('nothing is stopped\n')
})

test('a name without its option is wrong usage, and stops nothing', async () => {
  for (const args of [['kill', 'grid-1'], ['resume', 'grid-1'], ['nope']]) {
    expect((await run(gateway, 'risk', ...args)).status).toBe(2)
  }
  expect(await printed(gateway, 'risk', '-q')).toBe('')
})

test('names what is wrong with a file of limits by its lines, and sends nothing', async () => {
  const { status, stderr } = await run(gateway, 'risk', 'set', file('wrong.yaml', '\nmaxPosition: 1\norderBurst: -1\n'))
  expect(status).toBe(1)
  expect(stderr).toContain('wrong.yaml:2:1: maxPosition is unknown\n  wrong.yaml:3:13: orderBurst must be')
  expect((await run(gateway, 'risk', 'set', 'none.yaml')).stderr).toContain('none.yaml')
  expect(JSON.parse(await printed(gateway, 'risk', '--format', 'json')).limits).toMatchObject({ maxPositionSize: '5' })
})

test('what is refused is told with the gateway’s words', async () => {
  const { status, stderr } = await run(gateway, 'risk', 'kill', '--provider', 'nope')
  expect([status, stderr]).toEqual([1, expect.stringContaining('error: no provider "nope"')])
})
