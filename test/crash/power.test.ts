/** A loss of power: what was answered, or shown, is there when the machine is back. */
import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, strategySource, type TestGateway } from '../gateway'
import { lacks } from '../tools'
import { DiskImage } from './disk-image'

const TIMEOUT_MS = 60_000
const ROUNDS = 2
const CONFIG = `
providers: [{ name: sim, adapter: { identifier: sim, config: { intervalMs: 10, seed: 7 } } }]
listen: 127.0.0.1:0
`
const TRADER = strategySource(
  { name: 'trader', tag: 'v1', config: [{ name: 'dry_run', type: 'bool', required: false, default: true }] },
  `onTrade(ctx, event) {
     const { state } = env.helpers
     state.seen = (state.seen ?? 0) + 1
     env.helpers.log(state.seen)
     if (state.seen % 5 === 0) env.runtime.submitMarketOrder('', state.seen % 10 === 0 ? 'sell' : 'buy', '0.001')
   },`,
)

/** All that a client was answered or shown, and must find again. */
interface Told {
  readonly revisions: string[]
  readonly instances: string[]
  readonly orders: Map<string, string>
  readonly fills: string[]
  readonly lines: string[]
  audit: unknown[]
  limits: unknown
}

const list = async (gateway: TestGateway, what: string) =>
  (await gateway.get(`/strategy/instances/t-0/${what}?limit=1000`)).body.items as Record<string, string>[]

async function act(gateway: TestGateway, told: Told, round: number): Promise<void> {
  const tag = `v${round + 2}`
  const { hash } = await gateway.upload(strategySource({ name: 'trader', tag }), {
    aliases: ['prod'],
    reassignTags: ['prod'],
  })
  told.revisions.push(`${tag} ${hash}`)
  const strategy = { identifier: 'trader:v1', config: { dry_run: false } }
  const id = `t-${round}`
  const body = { id, strategy, scope: { sim: { symbols: ['BTC-USDT'] } }, autostart: true }
  const { status, text } = await gateway.post('/strategy/instances', body)
  if (status !== 201) throw new Error(text)
  told.instances.push(id)
  const limits = { maxPositionSize: String(100 + round) }
  expect((await gateway.put('/risk/limits', limits)).status).toBe(200)
  told.limits = (await gateway.get('/risk/limits')).body.limits
  await gateway.until('/strategy/instances/t-0/executions', ({ body: { total } }) => total >= 5 * (round + 1))
  const order = { side: 'buy', type: 'market', quantity: '0.002', clientId: `own-${round}` }
  expect((await gateway.post('/strategy/instances/t-0/orders', order)).status).toBe(202)
  told.audit = (await gateway.get('/audit?limit=1000')).body.items
  for (const { clientOrderId, placedBy } of await list(gateway, 'orders'))
    told.orders.set(clientOrderId!, placedBy ?? '')
  told.fills.push(...(await list(gateway, 'executions')).map((fill) => JSON.stringify(fill)))
  told.lines.push(...(await list(gateway, 'logs')).map((line) => JSON.stringify(line)))
}

async function find(gateway: TestGateway, told: Told): Promise<void> {
  const { body } = await gateway.get('/strategies/modules/trader')
  for (const revision of told.revisions) {
    const [tag, hash] = revision.split(' ')
    expect([tag, body.tagAliases[tag!]]).toEqual([tag, hash])
  }
  const ids = (await gateway.get('/strategy/instances')).body.instances.map(({ id }: { id: string }) => id)
  expect(ids.toSorted()).toEqual(told.instances.toSorted())
  expect((await gateway.get('/risk/limits')).body.limits).toEqual(told.limits)
  const orders = new Map((await list(gateway, 'orders')).map((order) => [order.clientOrderId, order.placedBy ?? '']))
  for (const [id, by] of told.orders) expect([id, orders.get(id)]).toEqual([id, by])
  const there = async (what: string) => new Set((await list(gateway, what)).map((item) => JSON.stringify(item)))
  const [fills, lines] = [await there('executions'), await there('logs')]
  expect(told.fills.filter((fill) => !fills.has(fill))).toEqual([])
  expect(told.lines.filter((line) => !lines.has(line))).toEqual([])
  const audit = (await gateway.get('/audit?limit=1000')).body.items.map((item: unknown) => JSON.stringify(item))
  for (const entry of told.audit) expect(audit).toContain(JSON.stringify(entry))
}

test.skipIf(lacks('mount', 'ext4'))(
  'what was answered or shown outlasts a loss of power, and what runs goes on',
  async () => {
    const root = mkdtempSync(join(tmpdir(), 'meltica-power-'))
    try {
      const told: Told = {
        revisions: [],
        instances: [],
        orders: new Map(),
        fills: [],
        lines: [],
        audit: [],
        limits: undefined,
      }
      let disk = DiskImage.make(root)
      for (let round = 0; round <= ROUNDS; round++) {
        const gateway = await startGateway({
          folder: join(root, `round-${round}`),
          config: CONFIG,
          command: disk.command,
          args: ['--config', join(root, `round-${round}`, 'meltica.yaml')],
        })
        try {
          if (round === 0) await gateway.upload(TRADER)
          else await find(gateway, told)
          if (round < ROUNDS) await act(gateway, told, round)
        } finally {
          disk = disk.lose(gateway.child.pid, `disk-${round + 1}`)
          await gateway.exited()
        }
      }
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  },
  TIMEOUT_MS,
)
