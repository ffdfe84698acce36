/** A gateway that is killed while a tag moves in steps: what was decided is done when it is back, and nothing is in between. */
import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, strategySource, type TestGateway } from '../gateway'

/** Three gateways each. */
const TIMEOUT_MS = 40_000
const CONFIG = 'providers: [{ name: sim, adapter: { identifier: sim } }]'
const IDS = ['c0', 'c1', 'c2', 'c3', 'c4', 'c5']
const ROLLOUT = '/rollouts/grid:prod'

interface Revisions {
  readonly v1: string
  readonly v2: string
}

async function furnish(gateway: TestGateway): Promise<Revisions> {
  const { hash: v1 } = await gateway.upload(strategySource({ tag: 'v1' }), { aliases: ['prod'] })
  const { hash: v2 } = await gateway.upload(strategySource({ tag: 'v2' }))
  for (const id of IDS) {
    const { status } = await gateway.post('/strategy/instances', {
      id,
      strategy: { identifier: 'grid:prod' },
      scope: { sim: { symbols: ['BTC-USDT'] } },
      autostart: true,
    })
    expect(status).toBe(201)
  }
  return { v1, v2 }
}

const begin = async (gateway: TestGateway, hash: string, rollout: object) => {
  const { status, text } = await gateway.put('/strategies/modules/grid/tags/prod', { hash, rollout })
  if (status !== 202) throw new Error(text)
}

const movedTo = (gateway: TestGateway, count: number) =>
  gateway.until(ROLLOUT, ({ body }) => body.moved.length >= count)

/** Where the process is killed. */
const MOMENTS: Readonly<
  Record<
    string,
    { readonly goal: keyof Revisions; readonly kill: (gateway: TestGateway, of: Revisions) => Promise<unknown> }
  >
> = {
  'right after it was begun': {
    goal: 'v2',
    kill: (gateway, { v2 }) => begin(gateway, v2, { steps: [0.5, 1], every: '300ms' }),
  },
  'in the midst of a step': {
    goal: 'v2',
    async kill(gateway, { v2 }) {
      await begin(gateway, v2, { steps: [0.5, 1], every: '300ms' })
      await movedTo(gateway, 1)
    },
  },
  'when a step has just been completed': {
    goal: 'v2',
    async kill(gateway, { v2 }) {
      await begin(gateway, v2, { steps: [0.5, 1], every: '300ms' })
      await movedTo(gateway, 3)
    },
  },
  'in the midst of the promotion': {
    goal: 'v2',
    async kill(gateway, { v2 }) {
      await begin(gateway, v2, { share: 0.1 })
      await movedTo(gateway, 1)
      expect((await gateway.post(`${ROLLOUT}/promote`)).status).toBe(200)
    },
  },
  'in the midst of the way back': {
    goal: 'v1',
    async kill(gateway, { v2 }) {
      await begin(gateway, v2, { share: 0.9 })
      await movedTo(gateway, 6)
      expect((await gateway.post(`${ROLLOUT}/abort`)).status).toBe(200)
    },
  },
}

test.each(Object.entries(MOMENTS))(
  'killed %s',
  async (_, { goal, kill }) => {
    const folder = mkdtempSync(join(tmpdir(), 'meltica-crash-'))
    try {
      let revisions: Revisions
      {
        await using gateway = await startGateway({ folder, config: CONFIG })
        revisions = await furnish(gateway)
        await kill(gateway, revisions)
        await gateway.stop('SIGKILL')
      }
      await using gateway = await startGateway({ folder, config: CONFIG })
      await finishedAt(gateway, revisions[goal])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
  TIMEOUT_MS,
)

test.each([
  ['before the tag is in its place', 'rename registry'],
  ['after the tag is in its place', 'fsync folder of other'],
])(
  'killed %s, the promotion goes on with it',
  async (_, step) => {
    const folder = mkdtempSync(join(tmpdir(), 'meltica-crash-'))
    try {
      let revisions: Revisions
      {
        await using gateway = await startGateway({ folder, config: CONFIG })
        revisions = await furnish(gateway)
        await begin(gateway, revisions.v2, { share: 0.1 })
        await movedTo(gateway, 1)
      }
      {
        await using gateway = await startGateway({ folder, config: CONFIG, env: { MELTICA_FAIL_POINT: step } })
        await gateway.post(`${ROLLOUT}/promote`).catch(() => 'no answer')
        await gateway.exited()
        expect(gateway.child.signalCode).toBe('SIGKILL')
      }
      await using gateway = await startGateway({ folder, config: CONFIG })
      await finishedAt(gateway, revisions.v2)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
  TIMEOUT_MS,
)

test(
  'an exception that was counted stays counted, and one after the kill is added to it',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'meltica-crash-'))
    const errors = (gateway: TestGateway, count: number) =>
      gateway.until(ROLLOUT, ({ body }) => body.sides.to.errors >= count)
    // at its first trade, and once more two seconds later: behind the kill, which it does not notice
    const handlers = `onTrade() {
      env.dueMs ??= Date.now()
      if (Date.now() < env.dueMs) return
      env.dueMs += env.thrown ? 1e9 : 2000
      env.thrown = true
      throw new Error('no such luck')
    }`
    try {
      {
        await using gateway = await startGateway({ folder, config: CONFIG })
        await furnish(gateway)
        const { hash } = await gateway.upload(strategySource({ tag: 'bad' }, handlers))
        await begin(gateway, hash, { share: 0.1, abortIf: { errors: 3 } })
        await errors(gateway, 1)
        await gateway.stop('SIGKILL')
      }
      await using gateway = await startGateway({ folder, config: CONFIG })
      const { body } = await errors(gateway, 2)
      expect([body.state, body.sides.to.errors, body.sides.from.errors]).toEqual(['running', 2, 0])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
  TIMEOUT_MS,
)

/** All run the revision, the tag names it, and each decision is in the audit once. */
async function finishedAt(gateway: TestGateway, hash: string): Promise<void> {
  const { body } = await gateway.until(ROLLOUT, (answer) => answer.body.finished)
  expect(body.failed).toEqual([])
  const { instances } = (await gateway.get('/strategy/instances')).body
  expect(
    instances.map(({ id, running, strategyHash }: Record<string, unknown>) => [id, running, strategyHash]),
  ).toEqual(IDS.map((id) => [id, true, hash]))
  expect((await gateway.get('/strategies/modules/grid')).body.tagAliases.prod).toBe(hash)
  const { items } = (await gateway.get('/audit?limit=1000&subject=grid%3Aprod')).body
  const whats = items.map(({ what }: { what: string }) => what).toSorted()
  // its tag was made before
  const isPromoted = whats.includes('rollout_promoted')
  expect(whats).toEqual([...new Set<string>(whats), ...(isPromoted ? ['tag_moved'] : [])].toSorted())
  expect(isPromoted).toBe(body.to === hash)
}
