/** Rollouts over HTTP: how a tag is asked to move in steps, what is answered, and what is refused. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startGateway, strategySource, type TestGateway } from '../gateway'

let gateway: TestGateway
let v1: string
let v2: string
beforeAll(async () => {
  gateway = await startGateway({ config: 'providers: [{ name: sim, adapter: { identifier: sim } }]' })
  v1 = (await gateway.upload(strategySource({ tag: 'v1' }))).hash
  v2 = (await gateway.upload(strategySource({ tag: 'v2' }))).hash
})
afterAll(() => gateway[Symbol.asyncDispose]())

const tagPath = (tag: string) => `/strategies/modules/grid/tags/${tag}`
const put = (tag: string, body: object, headers = {}) => gateway.call('PUT', tagPath(tag), body, headers)
const post = (tag: string, action: string, headers = {}) =>
  gateway.call('POST', `/rollouts/grid:${tag}/${action}`, undefined, headers)
const finished = (tag: string) => gateway.until(`/rollouts/grid:${tag}`, ({ body }) => body.finished)

/** A tag that names v1, with instances that follow it. */
async function followed(tag: string, ids: readonly string[]): Promise<void> {
  expect((await put(tag, { hash: v1 })).status).toBe(200)
  for (const id of ids) {
    const scope = { sim: { symbols: ['BTC-USDT'] } }
    const body = { id, strategy: { identifier: `grid:${tag}` }, scope, autostart: true }
    expect((await gateway.post('/strategy/instances', body)).status).toBe(201)
  }
}

test('a move in steps is accepted, shown and followed, and ends with the tag where it was to go', async () => {
  await followed('prod', ['p1', 'p2', 'p3'])
  const rollout = {
    steps: [0.3, 1],
    every: '10ms',
    maxUnavailable: 2,
    abortIf: { errors: 3, drawdownPct: 2, lagMs: 60_000 },
  }
  const { status, body } = await put('prod', { hash: v2.slice(7, 27), rollout, message: 'for the test' })
  const side = { realizedPnl: '0', unrealizedPnl: '0', fills: 0, errors: 0 }
  const ids = expect.arrayContaining(['p1', 'p2', 'p3'])
  expect([status, body]).toEqual([
    202,
    {
      status: 'rollout_started',
      strategy: 'grid',
      tag: 'prod',
      hash: v2,
      previousHash: v1,
      refresh: true,
      rollout: {
        strategy: 'grid',
        tag: 'prod',
        from: v1,
        to: v2,
        state: 'running',
        share: 0.3,
        ...rollout,
        moved: [],
        waiting: ids,
        failed: [],
        finished: false,
        since: expect.stringMatching(/Z$/),
        who: '127.0.0.1',
        sides: {
          from: { hash: v1, instances: 3, currency: 'USDT', lagMs: expect.any(Number), ...side },
          to: { hash: v2, instances: 0, lagMs: 0, ...side },
        },
      },
    },
  ])
  const { body: last } = await finished('prod')
  expect(last).toMatchObject({ state: 'promoted', share: 1, moved: ids, waiting: [], reason: 'all instances run it' })
  expect((await gateway.get('/rollouts')).body).toMatchObject({ rollouts: [last], total: 1, offset: 0 })
  expect((await gateway.get('/rollouts?state=running')).body.rollouts).toEqual([])
  const { body: history } = await gateway.get(`${tagPath('prod')}/history`)
  expect(history.history[0]).toMatchObject({ actor: 'gateway', hash: v2, previousHash: v1, message: 'for the test' })
  const metrics = (await gateway.get('/metrics')).text
  expect(metrics).toContain('meltica_rollouts{state="promoted"} 1')
})

/** What a stream told of grid:told. */
const entriesIn = (text: string) =>
  [...text.matchAll(/^data: (.*)\n\n/gm)].map(([, data]) => JSON.parse(data!)).filter(({ tag }) => tag === 'told')

test('the stream of events tells each step', async () => {
  await followed('told', ['t1'])
  const response = await fetch(`${gateway.url}/events?types=rollout`)
  await put('told', { hash: v2, rollout: { share: 1, every: '0' } })
  await finished('told')
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body!) {
    text += decoder.decode(chunk, { stream: true })
    if (entriesIn(text).some(({ what }) => what === 'finished')) break
  }
  const entries = entriesIn(text)
  expect(entries.map(({ what, instance }) => [what, instance])).toEqual([
    ['started', undefined],
    ['moved', 't1'],
    ['promoted', undefined],
    ['finished', undefined],
  ])
  const about = { type: 'rollout', strategy: 'grid', tag: 'told', from: v1, to: v2, share: 1, failed: 0 }
  expect(entries.at(-1)).toMatchObject({ ...about, state: 'promoted', moved: 1, waiting: 0, who: 'gateway' })
})

test('a move without a plan is what it was, and a plan that contradicts itself changes nothing', async () => {
  await followed('plain', ['q1'])
  const { status, body } = await put('plain', { hash: v2 })
  expect([status, body]).toEqual([
    200,
    { status: 'tag_assigned', strategy: 'grid', tag: 'plain', hash: v2, previousHash: v1, refresh: true },
  ])
  expect((await gateway.get('/strategy/instances/q1')).body.strategyHash).toBe(v2)
  const plans: [object, string][] = [
    [{}, 'rollout.share'],
    [{ share: 0 }, 'rollout.share'],
    [{ share: 2 }, 'rollout.share'],
    [{ share: '0.1' }, 'rollout.share'],
    [{ share: 0.1, steps: [1] }, 'rollout.steps'],
    [{ steps: [] }, 'rollout.steps'],
    [{ steps: [0.2, 0.2] }, 'rollout.steps[1]'],
    [{ steps: [0.5, 0.2] }, 'rollout.steps[1]'],
    [{ steps: [0.5, 1.5] }, 'rollout.steps[1]'],
    [{ share: 0.1, every: 'soon' }, 'rollout.every'],
    [{ share: 0.1, every: '721h' }, 'rollout.every'],
    [{ share: 0.1, maxUnavailable: 0 }, 'rollout.maxUnavailable'],
    [{ share: 0.1, abortIf: { errors: 0 } }, 'rollout.abortIf.errors'],
    [{ share: 0.1, abortIf: { drawdownPct: -1 } }, 'rollout.abortIf.drawdownPct'],
    [{ share: 0.1, abortIf: { pnl: 1 } }, 'rollout.abortIf.pnl'],
    [{ share: 0.1, speed: 1 }, 'rollout.speed'],
  ]
  for (const [rollout, field] of plans) {
    const refused = await put('plain', { hash: v1, rollout })
    expect([rollout, refused.status, refused.body.error]).toEqual([rollout, 400, 'invalid_request'])
    expect(refused.body.message).toContain(`"${field}"`)
  }
  expect((await put('plain', { hash: v1, rollout: { share: 0.1 }, refresh: false })).body.message).toContain(
    '"refresh"',
  )
  expect((await put('plain', { hash: v2, rollout: { share: 0.1 } })).body.error).toBe('rollout_needless')
  expect((await put('unmade', { hash: v2, rollout: { share: 0.1 } })).body.error).toBe('tag_not_found')
  expect((await put('plain', { hash: 'f'.repeat(64), rollout: { share: 0.1 } })).body.error).toBe('hash_not_found')
  expect((await gateway.get('/rollouts/grid:plain')).body.error).toBe('rollout_not_found')
  expect((await post('plain', 'promote')).status).toBe(404)
  expect((await gateway.get(`/rollouts/grid@${v1}`)).body.error).toBe('invalid_selector')
})

test('of two operators the second is told that it has changed; what is over is over', async () => {
  await followed('shared', ['s1', 's2'])
  const ifTag = (hash: string) => ({ 'if-match': `"${hash}"` })
  const plan = { hash: v2, rollout: { share: 0.1 } }
  expect((await put('shared', plan, ifTag(v2))).body).toMatchObject({ error: 'precondition_failed' })
  expect((await put('shared', { hash: v2 }, ifTag(v2))).status).toBe(412)
  expect((await put('shared', plan, ifTag(v1))).status).toBe(202)
  const over = await put('shared', plan)
  expect([over.status, over.body.error, over.body.hint]).toEqual([
    409,
    'rollout_running',
    'POST /rollouts/grid:shared/promote takes it to its end, POST /rollouts/grid:shared/abort takes it back',
  ])
  for (const answer of [
    await put('shared', { hash: v2 }),
    await gateway.post(`${tagPath('shared')}/rollback`, { to: v2 }),
    await gateway.delete(tagPath('shared')),
    await gateway.post('/strategies/modules', {
      source: strategySource({ tag: 'v9' }),
      aliases: ['shared'],
      reassignTags: ['shared'],
    }),
  ]) {
    expect([answer.status, answer.body.error]).toEqual([409, 'rollout_running'])
  }
  await gateway.until('/rollouts/grid:shared', ({ body }) => body.moved.length === 1)
  const { instances } = (await gateway.get('/strategy/instances')).body
  const sides = instances
    .filter(({ id }: { id: string }) => id.startsWith('s'))
    .map(({ rollout }: { rollout: unknown }) => rollout)
  expect(sides.toSorted((a: { side: string }, b: { side: string }) => a.side.localeCompare(b.side))).toEqual([
    { name: 'grid:shared', state: 'running', side: 'from' },
    { name: 'grid:shared', state: 'running', side: 'to' },
  ])
  const etag = (await gateway.get('/rollouts/grid:shared')).headers.get('etag') ?? ''
  const seen = { 'if-match': etag }
  expect((await post('shared', 'pause', seen)).body.state).toBe('paused')
  expect((await post('shared', 'promote', seen)).status).toBe(412)
  expect((await post('shared', 'pause')).body.state).toBe('paused')
  expect((await gateway.post('/rollouts/grid:shared/abort', { message: 'enough' })).body).toMatchObject({
    state: 'aborted',
    reason: 'enough',
  })
  await finished('shared')
  const late = await post('shared', 'promote')
  expect([late.status, late.body.error, late.body.message]).toEqual([
    409,
    'rollout_over',
    'the rollout of grid:shared was aborted by 127.0.0.1',
  ])
  expect((await post('shared', 'abort')).status).toBe(200)
  expect((await gateway.get('/strategies/modules/grid')).body.tagAliases.shared).toBe(v1)
  for (const id of ['s1', 's2']) {
    expect((await gateway.get(`/strategy/instances/${id}`)).body).toMatchObject({ running: true, strategyHash: v1 })
    expect((await gateway.get(`/strategy/instances/${id}`)).body.rollout).toBeUndefined()
  }
  const { items } = (await gateway.get('/audit?subject=grid%3Ashared')).body
  expect(items.map(({ what }: { what: string }) => what)).toEqual([
    'rollout_finished',
    'rollout_aborted',
    'rollout_paused',
    'rollout_started',
    'tag_moved',
  ])
})
