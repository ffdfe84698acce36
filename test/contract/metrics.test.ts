/** The instances of each revision at /metrics, as dashboards count a fleet: the manual §6. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { startGateway, strategySource } from '../gateway'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

const CONFIG = `
providers:
  - { name: sim, adapter: { identifier: sim, config: { seed: 7, intervalMs: 20 } } }
`

/** The samples of a revision, by their metric and action. */
function samplesOf(text: string, hash: string) {
  const samples = text.matchAll(
    /^strategy_revision_instances(?:_total)?\{strategy="grid",hash="([^"]+)"(?:,action="(\w+)")?\} (\d+)$/gm,
  )
  return Object.fromEntries(
    [...samples].filter(([, of]) => of === hash).map(([, , action = 'running', count]) => [action, Number(count)]),
  )
}

test('starts, stops, rolls, failures and removals are counted for the revision that they concern', async () => {
  await using gateway = await startGateway({ config: CONFIG })
  const upload = async (tag: string, handlers = '', more = {}) =>
    (await gateway.upload(strategySource({ tag }, handlers), more)).hash
  const counted = async (hash: string) => samplesOf((await gateway.get('/metrics')).text, hash)
  const act = (id: string, action: 'start' | 'stop') => gateway.post(`/strategy/instances/${id}/${action}`)
  const create = (id: string, identifier: string) =>
    gateway.post('/strategy/instances', {
      id,
      strategy: { identifier, config: {} },
      scope: { sim: { symbols: ['BTC-USDT'] } },
    })
  const v1 = await upload('v1', '', { aliases: ['prod'] })
  const v2 = await upload('v2')

  for (const id of ['a', 'b', 'c']) await create(id, 'grid:prod')
  expect(await counted(v1)).toEqual({})

  for (const id of ['a', 'b', 'c', 'c']) await act(id, 'start')
  expect(await counted(v1)).toEqual({ running: 3, start: 3 })

  for (const id of ['c', 'c']) await act(id, 'stop')
  expect(await counted(v1)).toEqual({ running: 2, start: 3, stop: 1 })

  await gateway.put('/strategies/modules/grid/tags/prod', { hash: v2, refresh: false })
  expect(await counted(v2)).toEqual({})
  await gateway.post('/strategies/refresh')
  expect(await counted(v1)).toEqual({ running: 0, start: 3, stop: 3 })
  expect(await counted(v2)).toEqual({ running: 2, start: 2 })
  await gateway.post('/strategies/refresh')
  expect(await counted(v2)).toEqual({ running: 2, start: 2 })

  await gateway.delete('/strategy/instances/a')
  expect(await counted(v2)).toEqual({ running: 1, start: 2, stop: 1 })
  await gateway.delete('/strategy/instances/c')
  expect(await counted(v2)).toEqual({ running: 1, start: 2, stop: 1 })

  const looping = await upload('v3', 'onTrade() { for (;;) {} }')
  await create('d', 'grid:v3')
  await act('d', 'start')
  await gateway.until('/strategy/instances/d', ({ body }) => body.state === 'failed')
  expect(await counted(looping)).toEqual({ running: 0, start: 1, stop: 1 })

  expect((await gateway.delete('/strategies/modules/grid:v1')).status).toBe(204)
  expect(await counted(v1)).toEqual({ start: 3, stop: 3 })
})

test('after a restart of the gateway the instances that run again are counted again', async () => {
  await using first = await startGateway({ config: CONFIG })
  const { hash } = await first.upload(strategySource())
  const instance = { strategy: { identifier: 'grid', config: {} }, scope: { sim: { symbols: ['BTC-USDT'] } } }
  for (const id of ['a', 'b']) await first.post('/strategy/instances', { id, ...instance, autostart: id === 'a' })
  await first.stop()
  await using second = await startGateway({ config: CONFIG, folder: first.folder })
  await second.until('/strategy/instances/a', ({ body }) => body.running)
  expect(samplesOf((await second.get('/metrics')).text, hash)).toEqual({ running: 1, start: 1 })
})

test('the counts of a tag end with it, and those of a strategy with that', async () => {
  await using gateway = await startGateway()
  const upload = async (name: string, tag: string) => (await gateway.upload(strategySource({ name, tag }))).hash
  const told = async () =>
    (await gateway.get('/metrics')).text
      .split('\n')
      .filter((line) => line.startsWith('strategy_tag_'))
      .map((line) => /strategy="([^"]*)",tag="([^"]*)"/.exec(line)?.slice(1).join(':') ?? '')
      .sort((a, b) => (a < b ? -1 : 1))
  for (const name of ['grid', 'other']) {
    const hashes = [await upload(name, 'v1'), await upload(name, 'v2')]
    for (const tag of ['prod', 'test']) {
      for (const hash of hashes) await gateway.put(`/strategies/modules/${name}/tags/${tag}`, { hash })
    }
  }
  const all = ['grid:latest', 'grid:prod', 'grid:test', 'other:latest', 'other:prod', 'other:test']
  expect(await told()).toEqual(all)
  await gateway.delete('/strategies/modules/grid/tags/prod')
  // that it was deleted is counted by itself
  expect((await gateway.get('/metrics')).text).not.toMatch(/reassigned_total\{.*strategy="grid",tag="prod"/)
  expect((await gateway.get('/metrics')).text).toMatch(/deleted_total\{.*strategy="grid",tag="prod".* 1/)
  await gateway.delete('/strategies/modules/grid')
  expect(await told()).toEqual(['other:latest', 'other:prod', 'other:test'])
})
