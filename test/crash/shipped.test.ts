/** The shipped strategies, whose gateway and sandbox hosts are killed again and again: they hold what one run would hold. */
import { expect, test } from 'bun:test'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, type TestGateway } from '../gateway'
import { until } from '../until'

const HOME = join(import.meta.dir, '../../strategies')
const KILLS = 4
/** So little that one trade fills it. */
const QUANTITY = 0.001
const SCOPE = { sim: { symbols: ['BTC-USDT'] } }
const adapter = { identifier: 'sim', config: { seed: 11, intervalMs: 10, paper: { cash: { USDT: '1000000' } } } }
const CONFIGS = {
  momentum: { lookback: 3, threshold: 0.01, quantity: QUANTITY },
  meanreversion: { lookback: 5, entry: 1, exit: 0.5, quantity: QUANTITY },
  grid: { levels: 4, spacing: 0.05, quantity: QUANTITY },
  marketmaking: { spread: 4, requote: 1, quantity: QUANTITY, maxInventory: 3 * QUANTITY },
}
type Name = keyof typeof CONFIGS
const NAMES = Object.keys(CONFIGS) as Name[]

/** In billionths, exact. */
const units = (quantity: string | number | undefined) => Math.round(Number(quantity) * 1e9)

async function all(gateway: TestGateway, path: string): Promise<Record<string, string>[]> {
  const items = []
  for (let total = 1; items.length < total; ) {
    const { body } = await gateway.get(`${path}?limit=1000&offset=${items.length}`)
    items.push(...body.items)
    total = body.total
    if (body.items.length === 0) break
  }
  return items.reverse()
}

/** What it holds, in multiples of an order. */
async function positionOf(gateway: TestGateway, name: Name): Promise<number> {
  const executions = await all(gateway, `/strategy/instances/${name}/executions`)
  const changes = executions.map(({ side, quantity }) => (side === 'Buy' ? units(quantity) : -units(quantity)))
  return changes.reduce((sum, change) => sum + change, 0) / units(QUANTITY)
}

async function restingOf(gateway: TestGateway, name: Name): Promise<number> {
  const orders = await all(gateway, `/strategy/instances/${name}/orders`)
  return orders.filter(({ state }) => state !== undefined && ['PENDING', 'ACK', 'PARTIAL'].includes(state)).length
}

const executed = async (gateway: TestGateway, name: Name): Promise<number> =>
  (await gateway.get(`/strategy/instances/${name}/executions?limit=1`)).body.total

/** Until each has traded some more. */
async function trade(gateway: TestGateway): Promise<void> {
  for (const name of NAMES) {
    const before = await executed(gateway, name)
    await gateway.until(`/strategy/instances/${name}/executions?limit=1`, ({ body }) => body.total >= before + 2)
  }
}

/** Until the grid has answered its last fill: never more than its ladder is open, and not less for long. */
async function wholeLadder(gateway: TestGateway): Promise<void> {
  const whole = 2 * CONFIGS.grid.levels
  await until(async () => {
    const open = await restingOf(gateway, 'grid')
    expect(open).toBeLessThanOrEqual(whole)
    return open === whole
  })
}

function killHosts(gateway: TestGateway): void {
  const { stdout } = Bun.spawnSync(['pgrep', '-P', String(gateway.child.pid)])
  const pids = stdout.toString().trim().split('\n').map(Number)
  expect(pids.length).toBeGreaterThan(0)
  for (const pid of pids) process.kill(pid, 'SIGKILL')
}

test('after kills of the gateway and its hosts, positions and resting orders are those of one run', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-shipped-'))
  cpSync(HOME, join(folder, 'strategies'), { recursive: true })
  try {
    {
      await using gateway = await startGateway({ folder })
      await gateway.post('/providers', { name: 'sim', adapter })
      for (const name of NAMES) {
        const strategy = { identifier: name, config: { ...CONFIGS[name], dry_run: false } }
        const { status } = await gateway.post('/strategy/instances', {
          id: name,
          strategy,
          scope: SCOPE,
          autostart: true,
        })
        expect(status).toBe(201)
      }
      await trade(gateway)
      gateway.child.kill('SIGKILL')
      await gateway.exited()
    }
    for (let kill = 0; kill < KILLS; kill++) {
      await using gateway = await startGateway({ folder })
      killHosts(gateway)
      await trade(gateway)
      await wholeLadder(gateway)
      expect(await restingOf(gateway, 'marketmaking')).toBeLessThanOrEqual(2)
      gateway.child.kill('SIGKILL')
      await gateway.exited()
    }
    await using gateway = await startGateway({ folder })
    await trade(gateway)
    await wholeLadder(gateway)
    for (const name of NAMES) {
      expect((await gateway.get(`/strategy/instances/${name}`)).body.state).toBe('running')
      await gateway.post(`/strategy/instances/${name}/stop`)
    }
    for (const name of ['momentum', 'meanreversion'] as const) {
      await until(async () => (await restingOf(gateway, name)) === 0)
      expect([name, [-1, 0, 1]]).toEqual([name, expect.arrayContaining([await positionOf(gateway, name)])])
    }
    expect(Math.abs(await positionOf(gateway, 'marketmaking'))).toBeLessThanOrEqual(3)
    expect(await restingOf(gateway, 'marketmaking')).toBeLessThanOrEqual(2)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 120_000)
