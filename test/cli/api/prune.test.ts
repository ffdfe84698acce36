/** `meltica prune`: old orders and executions go, and the command says how many. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { strategySource, type TestGateway } from '../../gateway'
import { meltica } from '../meltica'
import { launch, printed, run, startTrading } from './shell'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTrading()
  await gateway.upload(strategySource())
  await launch(gateway, 'grid-1', 'grid')
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('says what went and what there is, and is in the audit', async () => {
  expect(await printed(gateway, 'prune', '--days', '7')).toMatch(
    /^pruned 0 orders and 0 executions; 0 and 0 are kept\nthe database has \d+\.\d MB, of which \d+\.\d MB are free\n$/,
  )
  const [entry] = (await gateway.get('/audit?what=history_pruned')).body.items
  expect(entry).toMatchObject({ subject: 'history', after: { orders: { days: 7 }, executions: { days: 7 } } })
  const view = JSON.parse(await printed(gateway, 'prune', '--format', 'json'))
  expect(view).toEqual({
    pruning: false,
    orders: { total: 0, days: 30 },
    executions: { total: 0, days: 30 },
    fileBytes: expect.any(Number),
    freeBytes: expect.any(Number),
    last: { at: expect.any(String), orders: 0, executions: 0 },
  })
  expect((await gateway.get('/retention')).body).toEqual(view)
  expect((await gateway.post('/retention/prune')).status).toBe(202)
  await gateway.until('/retention', ({ body }) => !body.pruning)
})

test('waits until it is done, and says what it was asked for and what is kept', async () => {
  const kept = {
    pruning: false,
    orders: { total: 30 },
    executions: { total: 40 },
    fileBytes: 5_250_000,
    freeBytes: 49_999,
  }
  const asked: unknown[] = []
  let left = 2
  using slow = Bun.serve({
    port: 0,
    fetch: async (request) => {
      const { pathname } = new URL(request.url)
      asked.push([request.method, pathname, await request.text()])
      const last = { at: '2026-01-31T12:00:00.000Z', orders: 10, executions: 20 }
      return Response.json(left-- > 0 ? { ...kept, pruning: true } : { ...kept, last })
    },
  })
  const place = { cwd: gateway.folder, env: { MELTICA_API: slow.url.href } }
  const { stdout } = await meltica(place, 'prune', '--rows', '5', '--days', '0.5')
  expect(stdout).toBe(
    'pruned 10 orders and 20 executions; 30 and 40 are kept\nthe database has 5.3 MB, of which 0.0 MB are free\n',
  )
  expect(asked).toEqual([
    ['POST', '/retention/prune', '{"days":0.5,"rows":5}'],
    ['GET', '/retention', ''],
    ['GET', '/retention', ''],
  ])
})

test('refuses what is no number above zero, and prunes nothing', async () => {
  const before = (await gateway.get('/audit')).body.total
  for (const flags of [
    ['--days', '0'],
    ['--days', 'week'],
    ['--rows', '-1'],
  ]) {
    const { status, stderr } = await run(gateway, 'prune', ...flags)
    expect([status, stderr]).toEqual([2, expect.stringContaining('It is not a number above zero.')])
  }
  for (const body of [{ rows: 0 }, { rows: 1.5 }, { days: 0 }, { days: 'forever' }, { days: 1, hours: 2 }]) {
    expect((await gateway.post('/retention/prune', body)).status).toBe(400)
  }
  expect((await gateway.get('/audit')).body.total).toBe(before)
})
