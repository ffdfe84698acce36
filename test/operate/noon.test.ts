/**
 * An operator's noon over 200 instances: a canary that goes wrong takes itself back, a good one goes on by steps and over
 * a kill of the gateway, one instance is closed by hand, the kill switch holds, and all of it is there on another machine.
 */
import { expect, test } from 'bun:test'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { printed } from '../cli/api/shell'
import { startGateway, strategySource, type TestGateway } from '../gateway'
import { until } from '../until'

/** Four gateways. */
const TIMEOUT_MS = 120_000
const IDS = Array.from({ length: 200 }, (_, n) => `desk-${String(n).padStart(3, '0')}`)
const AT_ONCE = 8
/** Nobody is too far behind the market on a slow machine, or calls too often. */
const LIMITS = `rateLimit: { perSecond: 100000, burst: 100000 }
marketData: { maxLag: 10m }
`
const CONFIG = `${LIMITS}providers: [{ name: sim, adapter: { identifier: sim, config: { seed: 12, intervalMs: 100 } } }]`
const ROLLOUT = '/rollouts/desk:prod'

/** These trade all the time; the others buy once and keep what they have. */
const TRADERS = new Set(IDS.slice(0, 20))
const HOLDER = IDS[100]!
/** How many are looked at by themselves. */
const SAMPLE = IDS.slice(0, 8)

/** Buys, then sells what it has and buys again, every tenth trade; or only buys. */
const desk = (tag: string) =>
  strategySource(
    { name: 'desk', tag, config: [{ name: 'hold', type: 'bool', default: false }] },
    `onTrade() {
      const { helpers, runtime, config } = env
      const trades = helpers.state.trades = (helpers.state.trades ?? 0) + 1
      if (config.hold ? trades > 1 : trades % 10 !== 1) return
      runtime.submitMarketOrder('', Number(runtime.position().quantity) > 0 ? 'sell' : 'buy', '0.01')
    }`,
  )
const bad = strategySource(
  { name: 'desk', tag: 'bad', config: [{ name: 'hold', type: 'bool', default: false }] },
  `onTrade() { throw new Error('no such luck') }`,
)

interface Shown {
  readonly id: string
  readonly strategyHash: string
  readonly strategySelector: string
  readonly running: boolean
}

const instances = async (gateway: TestGateway): Promise<Shown[]> =>
  (await gateway.get('/strategy/instances?limit=1000')).body.instances
const pins = async (gateway: TestGateway) =>
  Object.fromEntries((await instances(gateway)).map(({ id, strategyHash }) => [id, strategyHash]))
const on = async (gateway: TestGateway, hash: string) =>
  (await instances(gateway))
    .filter(({ strategyHash }) => strategyHash === hash)
    .map(({ id }) => id)
    .toSorted()
const rollout = async (gateway: TestGateway) => (await gateway.get(ROLLOUT)).body
const tags = async (gateway: TestGateway) => (await gateway.get('/strategies/modules/desk')).body.tagAliases
const limits = async (gateway: TestGateway) => (await gateway.get('/risk/limits')).body.limits
/** Executions since the gateway was started. */
const fills = async (gateway: TestGateway): Promise<number> =>
  Number(/^meltica_fills_total\{[^}]*\} (\d+)/m.exec((await gateway.get('/metrics')).text)?.[1] ?? 0)

/** What one instance is worth, without what passes. */
const worthOf = async (gateway: TestGateway, id: string) => {
  const at = `/strategy/instances/${id}`
  const [positions, balances, curve] = await Promise.all([
    gateway.get(`${at}/positions`),
    gateway.get(`${at}/balances`),
    gateway.get(`${at}/equity`),
  ])
  return {
    positions: positions.body.items.map(
      ({ lastPrice: _, unrealizedPnl: __, ...lasting }: Record<string, string>) => lasting,
    ),
    balances: balances.body.items.map(({ currency, total }: Record<string, string>) => [currency, total]),
    equity: curve.body.equity,
  }
}

async function launchAll(gateway: TestGateway): Promise<void> {
  const waiting = [...IDS]
  const worker = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const strategy = { identifier: 'desk:prod', config: { dry_run: false, hold: !TRADERS.has(id) } }
      const body = { id, strategy, scope: { sim: { symbols: ['BTC-USDT'] } }, autostart: true }
      const { status, text } = await gateway.post('/strategy/instances', body)
      if (status !== 201) throw new Error(text)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

interface Entry {
  readonly what: string
  readonly subject: string
  readonly after: ReturnType<typeof JSON.parse>
}

/** Oldest first. */
async function audit(gateway: TestGateway): Promise<Entry[]> {
  const entries: Entry[] = []
  for (let total = 1; entries.length < total; ) {
    const { body } = await gateway.get(`/audit?limit=1000&offset=${entries.length}`)
    entries.push(...body.items)
    total = body.total
  }
  return entries.toReversed()
}

/** What is not one of hundreds alike, or of the tags that an upload makes. */
const isAboutAll = ({ what, subject }: Entry) =>
  !/^(instance_(created|started|stopped|moved)|upload|provider_)/.test(what) &&
  !/^tag_moved desk:(?!prod)/.test(`${what} ${subject}`)

test(
  'an operator’s noon',
  async () => {
    const root = mkdtempSync(join(tmpdir(), 'meltica-noon-'))
    const folder = join(root, 'first')
    try {
      let v1: string
      let v2: string
      {
        await using gateway = await startGateway({ folder, config: CONFIG })
        v1 = (await gateway.upload(desk('v1'), { aliases: ['prod'] })).hash
        await gateway.upload(bad)
        v2 = (await gateway.upload(desk('v2'))).hash
        writeFileSync(join(folder, 'limits.yaml'), 'maxPositionSize: 5\n')
        await printed(gateway, 'risk', 'set', 'limits.yaml')
        await launchAll(gateway)
        expect((await printed(gateway, 'ps', '-q')).trimEnd().split('\n').toSorted()).toEqual(IDS)

        // a tenth of them throws, and goes back by itself
        const canary = ['--rollout', 'share=0.1,every=1h', '--rollout', 'abort-errors=25,max-unavailable=20']
        await printed(gateway, 'tag', 'desk:bad', 'prod', ...canary)
        await gateway.until(ROLLOUT, ({ body }) => body.finished)
        const aborted = await rollout(gateway)
        expect(aborted).toMatchObject({
          state: 'aborted',
          failed: [],
          reason: expect.stringMatching(/^errors: \d+, it ends at 25$/),
        })
        expect(aborted.sides.to.errors).toBeGreaterThanOrEqual(25)
        expect(await on(gateway, v1)).toEqual(IDS)

        // a good one goes on by steps
        await printed(gateway, 'tag', 'desk:v2', 'prod', '--rollout', 'steps=0.1/0.5,every=20ms,max-unavailable=8')
        await gateway.until(ROLLOUT, ({ body }) => body.moved.length > 25)
        await gateway.stop('SIGKILL')
      }
      const another = join(root, 'second')
      const fresh = join(root, 'third')
      const saved = join(root, 'gateway.json')
      let noted: Awaited<ReturnType<typeof note>>
      {
        await using gateway = await startGateway({ folder, config: CONFIG })
        await gateway.until(ROLLOUT, ({ body }) => body.share === 0.5 && body.moved.length === 100)
        expect((await instances(gateway)).filter(({ running }) => !running)).toEqual([])

        // one is closed by hand
        const quantity = async () => (await worthOf(gateway, HOLDER)).positions[0]?.quantity
        await until(async () => (await quantity()) === '0.01')
        await printed(gateway, 'flatten', HOLDER, '--yes')
        await until(async () => (await quantity()) === '0')
        const { items } = (await gateway.get(`/strategy/instances/${HOLDER}/orders?limit=1000`)).body
        expect(items).toMatchObject([
          { side: 'Sell', quantity: '0.01', state: 'FILLED', placedBy: '127.0.0.1' },
          { side: 'Buy', quantity: '0.01', state: 'FILLED' },
        ])
        expect(items[1].placedBy).toBeUndefined()

        // behind the kill switch nothing trades, whatever the market does
        await printed(gateway, 'risk', 'kill', '-m', 'lunch')
        const before = await fills(gateway)
        expect(before).toBeGreaterThan(0)
        const { body: seen } = await gateway.get(`/strategy/instances/${IDS[0]}`)
        // each of them would have ordered again by then
        await gateway.until(`/strategy/instances/${IDS[0]}`, ({ body }) => body.stats.events > seen.stats.events + 20)
        expect(await fills(gateway)).toBe(before)
        expect(await printed(gateway, 'rollout', 'status', 'desk:prod')).toContain('held')
        await printed(gateway, 'risk', 'resume')
        await until(async () => (await fills(gateway)) > before)

        // the evening: nothing changes any more
        expect((await gateway.post('/risk/kill', { reason: 'moved to another machine' })).status).toBe(200)
        expect((await gateway.post('/providers/sim/stop')).status).toBe(200)
        await gateway.until('/providers/sim', ({ body }) => body.status === 'stopped')
        // what does not run holds up no stop of the gateway
        await printed(gateway, 'stop', ...IDS)
        // what was traded last is counted
        await Promise.all(
          SAMPLE.map((id) => gateway.until(`/strategy/instances/${id}/equity`, ({ body }) => body.pnl !== '0')),
        )
        await printed(gateway, 'backup', '-o', saved)
        noted = await note(gateway)
        await gateway.stop()
      }
      expect(noted.rollout.moved).toHaveLength(100)
      for (const part of ['data', 'strategies']) cpSync(join(folder, part), join(another, part), { recursive: true })
      cpSync(join(folder, 'strategies'), join(fresh, 'strategies'), { recursive: true })
      rmSync(folder, { recursive: true })

      // another machine, with both folders: everything is as it was
      {
        await using gateway = await startGateway({ folder: another, config: CONFIG })
        expect(await note(gateway)).toEqual(noted)
        expect((await gateway.post('/providers/sim/start')).status).toBe(200)
        expect((await gateway.post('/risk/resume')).status).toBe(200)
        await printed(gateway, 'rollout', 'promote', 'desk:prod')
        await gateway.until(ROLLOUT, ({ body }) => body.finished)
        expect([await on(gateway, v2), (await tags(gateway)).prod]).toEqual([IDS, v2])
        await printed(gateway, 'start', IDS[0]!)
        await until(async () => (await fills(gateway)) > 0)
        const entries = await audit(gateway)
        const moves = entries.filter(({ what, after }) => what === 'instance_moved' && after.hash === v2)
        expect(moves.map(({ subject }) => subject).toSorted()).toEqual(IDS)
        expect(entries.filter(isAboutAll).map(({ what, subject }) => `${what} ${subject}`)).toEqual([
          'tag_moved desk:prod',
          'risk_limits_set risk',
          'rollout_started desk:prod',
          'rollout_aborted desk:prod',
          'rollout_finished desk:prod',
          'rollout_started desk:prod',
          'rollout_advanced desk:prod',
          'instance_flattened desk-100',
          'trading_killed risk',
          'trading_resumed risk',
          'trading_killed risk',
          'trading_resumed risk',
          'rollout_promoted desk:prod',
          'tag_moved desk:prod',
          'rollout_finished desk:prod',
        ])
      }

      // and one with a backup alone: the same to run, with fresh accounts, and nothing moves by itself
      await using gateway = await startGateway({ folder: fresh, config: LIMITS })
      expect(await printed(gateway, 'restore', saved)).toMatch(/rollout +desk:prod +restored/)
      expect([await pins(gateway), await tags(gateway), await limits(gateway)]).toEqual([
        noted.pins,
        noted.tags,
        noted.limits,
      ])
      const { moved, waiting, sides, ...restored } = sorted(await rollout(gateway))
      expect({ moved, waiting }).toEqual({ moved: noted.rollout.moved, waiting: noted.rollout.waiting })
      expect(sides).toEqual(noted.rollout.sides)
      expect(restored).toMatchObject({ state: 'paused', share: 0.5, from: v1, to: v2, since: noted.rollout.since })
      expect((await instances(gateway)).filter(({ running }) => running)).toEqual([])
      expect((await worthOf(gateway, IDS[0]!)).positions).toEqual([])
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  },
  TIMEOUT_MS,
)

/** All that has to be the same elsewhere. */
async function note(gateway: TestGateway) {
  const { groups } = (await gateway.get('/portfolio?by=instance')).body
  const worth = groups.map(({ key, equity, realizedPnl, fees, turnover }: Record<string, string>) => {
    return { key, equity, realizedPnl, fees, turnover }
  })
  return {
    pins: await pins(gateway),
    tags: await tags(gateway),
    limits: await limits(gateway),
    rollout: sorted(await rollout(gateway)),
    worth,
    sample: await Promise.all(SAMPLE.map((id) => worthOf(gateway, id))),
  }
}

/** A rollout without the lag of its sides, which is of the moment. */
function sorted(shown: ReturnType<typeof JSON.parse>) {
  const side = ({ lagMs: _, ...lasting }: Record<string, unknown>) => lasting
  return { ...shown, sides: { from: side(shown.sides.from), to: side(shown.sides.to) } }
}
