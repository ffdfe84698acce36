/** `meltica usage` and `refresh`: what runs, and what moves, from a shell. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { strategySource, type TestGateway } from '../../gateway'
import { launch, printed, rows, run, short, startTrading } from './shell'

let gateway: TestGateway
let v1: string
beforeAll(async () => {
  gateway = await startTrading()
  v1 = (await gateway.upload(strategySource({ tag: 'v1' }), { aliases: ['prod'] })).hash
  await launch(gateway, 'runs', 'grid:prod')
  await launch(gateway, 'rests', `grid@${v1}`, false)
})
afterAll(() => gateway[Symbol.asyncDispose]())

describe('usage', () => {
  test('lists the instances that run a revision, and with --all those that rest', async () => {
    const running = {
      INSTANCE: 'runs',
      STATE: 'running',
      SELECTOR: 'grid:prod',
      HASH: short(v1),
      PROVIDERS: 'sim',
      SYMBOLS: 'BTC-USDT',
    }
    expect(await rows(gateway, 'usage', 'grid:v1')).toEqual([running])
    const all = await rows(gateway, 'usage', '--all', 'grid')
    expect(new Map(all.map(({ INSTANCE, STATE }) => [INSTANCE, STATE]))).toEqual(
      new Map([
        ['rests', 'stopped'],
        ['runs', 'running'],
      ]),
    )
  })

  test('-q prints ids, --format json what the gateway answers', async () => {
    expect(await printed(gateway, 'usage', '-q', 'grid')).toBe('runs\n')
    expect(JSON.parse(await printed(gateway, 'usage', 'grid', '--format', 'json'))).toMatchObject({
      hash: v1,
      total: 1,
    })
  })
})

describe('refresh', () => {
  test('says what became of each selector', async () => {
    const { hash } = await gateway.upload(strategySource({ tag: 'v2' }), { aliases: ['prod'], reassignTags: ['prod'] })
    expect(await rows(gateway, 'refresh', 'grid:prod', 'grid:never')).toEqual([
      { SELECTOR: 'grid:prod', REASON: 'refreshed', HASH: short(hash), BEFORE: short(v1), INSTANCES: 'runs' },
      { SELECTOR: 'grid:never', REASON: 'retired', HASH: '', BEFORE: '', INSTANCES: '' },
    ])
    expect((await rows(gateway, 'refresh', short(hash)))[0]).toMatchObject({
      SELECTOR: 'grid:prod',
      REASON: 'alreadyPinned',
    })
    expect((await printed(gateway, 'refresh', '-q')).split('\n')).toContain('grid:prod')
  })

  test('warns of what is not sound in the home, and goes well', async () => {
    await Bun.write(join(gateway.home, 'broken.js'), 'module.exports = ')
    const { status, stderr } = await run(gateway, 'refresh')
    expect([status, stderr]).toEqual([0, expect.stringMatching(/^warning: broken\.js: ./)])
  })

  test('of an instance whose new revision does not start says so and exits with 1', async () => {
    await gateway.upload(strategySource({ name: 'frail', tag: 'v1' }), { aliases: ['prod'] })
    await launch(gateway, 'stays', 'frail:prod')
    const failing = strategySource({ name: 'frail', tag: 'v2' }).replace(
      'return',
      'throw new Error("out of order"); return',
    )
    await gateway.upload(failing, { aliases: ['prod'], reassignTags: ['prod'] })
    const { status, stdout, stderr } = await run(gateway, 'refresh', 'frail:prod')
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: stays runs on as it was: .*out of order/m)])
    expect(stdout).toContain('failed')
  })
})
