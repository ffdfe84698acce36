/** `meltica prune`: old orders and executions go, and the command says how many. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { strategySource, type TestGateway } from '../../gateway'
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
