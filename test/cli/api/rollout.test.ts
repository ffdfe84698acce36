/** `meltica tag --rollout` and `meltica rollout`: tags that move in steps, from a shell. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { strategySource, type TestGateway } from '../../gateway'
import { launch, printed, rows, run, short, startTrading } from './shell'

let gateway: TestGateway
let v1: string
let v2: string
beforeAll(async () => {
  gateway = await startTrading()
  v1 = (await gateway.upload(strategySource({ tag: 'v1' }), { aliases: ['prod'] })).hash
  v2 = (await gateway.upload(strategySource({ tag: 'v2' }))).hash
  for (const id of ['one', 'two']) await launch(gateway, id, 'grid:prod')
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('a rollout is begun, listed, shown, paused, resumed and taken back', async () => {
  const plan = [
    '--rollout',
    'share=0.5,every=1m',
    '--rollout',
    'abort-errors=3,abort-drawdown=2.5,abort-lag=5000,max-unavailable=4',
  ]
  const begun = JSON.parse(await printed(gateway, 'tag', 'grid:v2', 'prod', ...plan, '--format', 'json'))
  expect(begun).toMatchObject({
    steps: [0.5],
    every: '1m',
    maxUnavailable: 4,
    abortIf: { errors: 3, drawdownPct: 2.5, lagMs: 5000 },
  })
  await gateway.until('/rollouts/grid:prod', ({ body }) => body.moved.length === 1)
  const [row] = await rows(gateway, 'rollout')
  expect(row).toEqual({
    TAG: 'grid:prod',
    STATE: 'running',
    SHARE: '50%',
    MOVED: '1',
    WAITING: '1',
    FAILED: '0',
    FROM: short(v1),
    TO: short(v2),
    SINCE: begun.since,
  })
  expect(await rows(gateway, 'rollout', 'ls')).toEqual([row!])
  expect(await printed(gateway, 'rollout', 'ls', '-q')).toBe('grid:prod\n')
  const status = await printed(gateway, 'rollout', 'status', 'grid:prod')
  expect(status).toContain('SIDE   HASH           INSTANCES')
  expect(status).toContain('steps 50%, each watched for 1m')
  expect(await printed(gateway, 'rollout', 'pause', 'grid:prod', '-m', 'lunch')).toBe(
    'grid:prod is paused: 1 moved, 1 waiting, 0 failed\n',
  )
  expect(await printed(gateway, 'rollout', 'status', 'grid:prod')).toContain('paused: lunch')
  expect(await printed(gateway, 'rollout', 'resume', 'grid:prod', '-q')).toBe('running\n')
  expect(await printed(gateway, 'rollout', 'abort', 'grid:prod', '-q')).toBe('aborted\n')
  await gateway.until('/rollouts/grid:prod', ({ body }) => body.finished)
  const late = await run(gateway, 'rollout', 'promote', 'grid:prod')
  expect([late.status, late.stderr]).toEqual([
    1,
    'error: the rollout of grid:prod was aborted by 127.0.0.1\n' +
      'hint: meltica tag --rollout begins another one; meltica rollback NAME:TAG moves a tag back\n',
  ])
})

test('steps end with a promotion', async () => {
  expect(await printed(gateway, 'tag', 'grid:v2', 'prod', '--rollout', 'steps=0.1/1,every=10ms')).toContain(
    'grid:prod   running',
  )
  await gateway.until('/rollouts/grid:prod', ({ body }) => body.finished)
  expect(JSON.parse(await printed(gateway, 'rollout', 'status', 'grid:prod', '--format', 'json'))).toMatchObject({
    state: 'promoted',
    moved: expect.arrayContaining(['one', 'two']),
  })
})

test.each(['share', 'share=', 'share=half', 'pace=1', 'steps=0.1;1', ''])(
  'a plan written as %p is wrong usage',
  async (plan) => {
    const { status, stderr } = await run(gateway, 'tag', 'grid:v1', 'prod', '--rollout', plan)
    expect([status, stderr]).toEqual([2, expect.stringContaining('--rollout')])
  },
)
