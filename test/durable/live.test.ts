/**
 * On a live market what nobody was there to see is missed, and nothing else: whatever is killed, each instance goes on with
 * what it knew, its orders reach the venue once and what is reported of them reaches it once, in order.
 */
import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionItem, LogItem, OrderItem } from '../../src/schema/instance-records'
import type { Instance } from '../../src/schema/instances'
import { Decimal, ZERO } from '../../src/trading/decimal'
import { startGateway, type TestGateway } from '../gateway'
import { until } from '../until'
import { CHAIN, readChain, type ToldReport } from './chain'
import { differenceOf } from './difference'
import { Killer } from './kills'
import { randomOf } from './random'
import { answer, pages } from './story'

const KILLS = 4
/** Events that an instance handles between two kills. */
const LEAST_EVENTS = 3
const MOST_EVENTS = 20
const INSTANCES = {
  quick: { every: 5 },
  calm: { every: 11 },
  sleepy: { every: 8, sleep: '30ms' },
  sluggish: { every: 9, sleep: '200ms' },
}
const IDS = Object.keys(INSTANCES)
const adapter = { identifier: 'sim', config: { seed: 5, intervalMs: 20, paper: { cash: { USDT: '1000000' } } } }
const scope = { sim: { symbols: ['BTC-USDT'] } }

test('killed again and again, what an instance says goes on from line to line, and no order or report is lost or doubled', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-durable-'))
  let gateway = await startGateway({ folder })
  try {
    await gateway.upload(CHAIN)
    await ok(gateway.post('/providers', { name: 'sim', adapter }))
    for (const [id, config] of Object.entries(INSTANCES)) {
      const strategy = { identifier: 'chain', config: { ...config, dry_run: false } }
      await ok(gateway.post('/strategy/instances', { id, strategy, scope, autostart: true }))
    }
    const random = randomOf(3)
    const killer = new Killer(random)
    for (let kill = 0; kill < KILLS; kill++) {
      await work(gateway, LEAST_EVENTS + random() * MOST_EVENTS)
      await Bun.sleep(random() * 20)
      ;({ gateway } = await killer.kill(gateway))
    }
    await work(gateway, LEAST_EVENTS)
    await ok(gateway.post('/providers/sim/stop'))
    for (const id of IDS) await check(gateway, id)
  } finally {
    await gateway.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}, 120_000)

/** Until each has handled some more events. */
async function work(gateway: TestGateway, events: number): Promise<void> {
  const handled = async (id: string) => (await answer(gateway, `/strategy/instances/${id}`)).stats.events as number
  const before = await Promise.all(IDS.map(handled))
  for (const [at, id] of IDS.entries()) await until(async () => (await handled(id)) >= before[at]! + events)
}

/** Looks at one instance whose market stands still; what it had begun may still be on its way. */
async function check(gateway: TestGateway, id: string): Promise<void> {
  let seen = await lookAt(gateway, id)
  await until(async () => {
    seen = await lookAt(gateway, id)
    return problemOf(seen) === undefined
  }).catch(() => undefined)
  expect(problemOf(seen)).toBeUndefined()
  const { orders, executions, events, instance } = seen
  expect([id, instance.state, instance.stats.errors, instance.stats.droppedLogs]).toEqual([id, 'running', 0, 0])
  const start = orders[0]!.clientOrderId.replace(/1$/, '')
  expect(orders.map(({ clientOrderId }) => clientOrderId)).toEqual(orders.map((_, at) => `${start}${at + 1}`))
  const uniques = [
    events,
    orders.map((order) => order.exchangeOrderId),
    executions.map(({ executionId }) => executionId),
  ]
  for (const list of uniques) expect(new Set(list).size).toBe(list.length)
  expect(orders.length).toBeGreaterThan(KILLS)
}

async function lookAt(gateway: TestGateway, id: string) {
  const path = `/strategy/instances/${id}`
  const lines = await pages<LogItem>(gateway, `${path}/logs`)
  const orders = await pages<OrderItem>(gateway, `${path}/orders`)
  const executions = await pages<ExecutionItem>(gateway, `${path}/executions`)
  const instance: Instance = await answer(gateway, path)
  // that the market was too fast for a busy machine, and nothing else
  const notices = lines.filter(({ source }) => source === 'host').map(({ message }) => message)
  expect(notices.filter((notice) => !notice.startsWith('it cannot keep up: '))).toEqual([])
  const said = readChain(lines.filter(({ source }) => source === 'strategy').map(({ message }) => message))
  return { ...said, orders, executions, instance }
}

/** How what it was told differs from what the journal has, at first. */
function problemOf({ orders, executions, reports }: Awaited<ReturnType<typeof lookAt>>): string | undefined {
  const told = Map.groupBy(reports, ({ clientOrderId }) => clientOrderId)
  const fills = Map.groupBy(executions, ({ clientOrderId }) => clientOrderId)
  const known = orders.map(
    (order) => [expectedOf(order, fills.get(order.clientOrderId) ?? []), order.clientOrderId] as const,
  )
  const difference = known.map(([expected, id]) => differenceOf(expected, told.get(id) ?? [], id)).find((one) => one)
  const ids = new Set(known.map(([, id]) => id))
  return difference ?? [...told.keys()].find((id) => !ids.has(id))
}

/** The reports of an order, as the journal has it and its fills: one when it is there, one for each fill, and its end. */
function expectedOf(order: OrderItem, fills: readonly ExecutionItem[]): ToldReport[] {
  const { clientOrderId, quantity, state } = order
  let filled = ZERO
  const reports: ToldReport[] = [{ clientOrderId, state: 'ACK', filledQuantity: '0' }]
  for (const fill of fills) {
    filled = filled.plus(Decimal.parse(fill.quantity))
    const filledQuantity = filled.toString()
    reports.push({ clientOrderId, state: filledQuantity === quantity ? 'FILLED' : 'PARTIAL', filledQuantity })
  }
  const isOver = ['CANCELLED', 'EXPIRED', 'REJECTED'].includes(state)
  return isOver ? [...reports, { clientOrderId, state, filledQuantity: filled.toString() }] : reports
}

async function ok(call: Promise<{ status: number; text: string }>): Promise<void> {
  const { status, text } = await call
  if (status >= 300) throw new Error(`the gateway answered ${status}: ${text}`)
}
