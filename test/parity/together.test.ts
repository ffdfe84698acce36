/** Several strategies in one backtest, each with its own account, do what as many instances do on one replay. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionItem, OrderItem } from '../../src/schema/instance-records'
import { Decimal, ZERO } from '../../src/trading/decimal'
import { meltica } from '../cli/meltica'
import { startGateway, type TestGateway } from '../gateway'
import { trades } from './recordings'

// Processes come up in their own time when the machine is busy.
setDefaultTimeout(60_000)

/** A ladder around each price that is new, and once in a while a market order. */
const LADDER = `module.exports = {
  metadata: {
    name: 'ladder', tag: 'v1', displayName: 'Ladder', events: ['Trade', 'ExecReport'],
    config: [{ name: 'every', type: 'int', default: 5 }, { name: 'quantity', type: 'float', default: 1 }],
  },
  create({ config, runtime }) {
    let seen = 0
    return {
      onTrade(ctx, evt, trade, price) {
        seen++
        if (seen % config.every === 0) {
          runtime.cancelAll()
          for (const step of [1, 2]) {
            runtime.submitOrder('', 'buy', config.quantity, price - step)
            runtime.submitOrder('', 'sell', config.quantity, price + step)
          }
        }
        if (seen % 17 === 0) runtime.submitMarketOrder('', seen % 2 ? 'buy' : 'sell', config.quantity)
      },
      onOrderFilled(ctx, evt, report, price) {
        if (seen % 3 === 0) runtime.submitOrder('', report.side === 'Buy' ? 'sell' : 'buy', config.quantity, price)
      },
    }
  },
}`
const MEMBERS = {
  first: { every: 5, quantity: 1 },
  second: { every: 5, quantity: 1.5 },
  third: { every: 7, quantity: 2 },
}
const DATA = trades(
  // a price that wanders by whole steps, in trades large enough for the orders of all: who of several instances is first
  // in a queue is as it comes on a gateway
  ...Array.from({ length: 600 }, (_, i) => [100 + ((i * i * 7 + i * 3) % 11) - ((i >> 4) % 5), 100 + (i % 3)] as const),
)
const PAPER = { takerBps: '5', makerBps: '2', cash: { USDT: '10000' } }

/** An order and what became of it; ids by their number, those of an owner count from 1. */
interface Done {
  readonly number: number
  readonly terms: readonly (string | undefined)[]
  readonly filled: string
  readonly averagePrice: string
  readonly fees: string
}

const numberOf = (clientOrderId: string) => Number(/\d+$/.exec(clientOrderId)![0])

test('with accounts of their own: the same orders and fills', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-together-'))
  using _ = { [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
  const backtested = await inBacktest(folder)
  await using gateway = await startGateway()
  const instances = await onGateway(gateway)
  for (const name of Object.keys(MEMBERS)) {
    expect(instances.get(name)).toEqual(backtested.get(name)!)
    const orders = backtested.get(name)!
    expect(orders.length).toBeGreaterThan(100)
    expect(orders.filter(({ filled }) => filled !== '0').length).toBeGreaterThan(20)
  }
})

async function inBacktest(folder: string): Promise<Map<string, Done[]>> {
  await Bun.write(join(folder, 'ladder.js'), LADDER)
  await Bun.write(join(folder, DATA.file), DATA.text)
  const names = Object.keys(MEMBERS).map((name) => `${name}=./ladder.js`)
  const sets = Object.entries(MEMBERS).flatMap(([name, config]) =>
    Object.entries(config).map(([key, value]) => `${name}.${key}=${value}`),
  )
  const terms = ['--set', ...sets, '--taker-bps', PAPER.takerBps, '--maker-bps', PAPER.makerBps, '--cash', '10000']
  const out = ['--accounts', 'own', '--orders', 'orders.csv']
  const { status, stderr } = await meltica(folder, 'backtest', ...names, '--data', DATA.file, ...terms, ...out)
  expect([status, stderr]).toEqual([0, ''])
  const [header = '', ...rows] = (await Bun.file(join(folder, 'orders.csv')).text()).trim().split('\n')
  const columns = header.split(',')
  const orders = rows.map((row) => {
    const cells = row.split(',')
    return Object.fromEntries(columns.map((column, at) => [column, cells[at]!]))
  })
  const ofName = Map.groupBy(orders, ({ clientOrderId }) => clientOrderId!.replace(/-\d+-\d+$/, ''))
  const done = (order: Record<string, string>): Done => ({
    number: numberOf(order.clientOrderId!),
    // what is open at the end is cancelled there
    terms: [order.side, order.type, order.quantity, order.price, order.state, order.endTime],
    filled: order.filledQuantity!,
    averagePrice: order.averagePrice || '0',
    fees: order.fees!,
  })
  return new Map([...ofName].map(([name, all]) => [name, all.map(done).sort((a, b) => a.number - b.number)]))
}

async function onGateway(gateway: TestGateway): Promise<Map<string, Done[]>> {
  await gateway.upload(LADDER)
  await Bun.write(join(gateway.folder, 'data/replay', DATA.file), DATA.text)
  const adapter = { identifier: 'replay', config: { file: DATA.file, speed: 0, paper: PAPER } }
  await ok(gateway.post('/providers', { name: 'tape', adapter }))
  // all are there before the recording begins
  await ok(gateway.post('/providers/tape/stop'))
  const scope = { tape: { symbols: DATA.symbols } }
  for (const [id, config] of Object.entries(MEMBERS)) {
    const strategy = { identifier: 'ladder', config: { ...config, dry_run: false } }
    await ok(gateway.post('/strategy/instances', { id, strategy, scope, autostart: true }))
  }
  await ok(gateway.post('/providers/tape/start'))
  await gateway.until('/providers/tape', ({ body }) => ['finished', 'failed'].includes(body.status))
  const all = new Map<string, Done[]>()
  for (const id of Object.keys(MEMBERS)) all.set(id, await ordersOf(gateway, id))
  return all
}

async function ordersOf(gateway: TestGateway, id: string): Promise<Done[]> {
  const orders = await pages<OrderItem>(gateway, `/strategy/instances/${id}/orders`)
  const executions = await pages<ExecutionItem>(gateway, `/strategy/instances/${id}/executions`)
  const fees = Map.groupBy(executions, ({ clientOrderId }) => clientOrderId)
  const lastMs = Date.UTC(2024, 0, 1) + (DATA.events - 1) * 1000
  const done = (order: OrderItem): Done => {
    const { clientOrderId, side, type, quantity, price, state, updatedAt, filledQuantity, avgFillPrice } = order
    const isOpen = state === 'ACK' || state === 'PARTIAL'
    const end = isOpen ? ['CANCELLED', new Date(lastMs).toISOString()] : [state, updatedAt]
    return {
      number: numberOf(clientOrderId),
      terms: [side.toLowerCase(), type, quantity, price ?? '', ...end],
      filled: filledQuantity,
      averagePrice: avgFillPrice,
      fees: (fees.get(clientOrderId) ?? []).reduce((sum, { fee }) => sum.plus(Decimal.parse(fee)), ZERO).toString(),
    }
  }
  return orders.map(done).sort((a, b) => a.number - b.number)
}

async function pages<T>(gateway: TestGateway, path: string): Promise<T[]> {
  const items: T[] = []
  for (let before = ''; ; ) {
    const { body } = await ok(gateway.get(`${path}?limit=500${before}`))
    items.push(...body.items)
    if (body.next === undefined) return items
    before = `&before=${body.next}`
  }
}

async function ok<A extends { status: number; text: string }>(call: Promise<A>): Promise<A> {
  const answer = await call
  if (answer.status >= 300) throw new Error(`the gateway answered ${answer.status}: ${answer.text}`)
  return answer
}
