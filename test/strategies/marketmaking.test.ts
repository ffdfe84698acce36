/** The shipped market maker where it is slow: its quotes fill while they are being cancelled. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { Glob } from 'bun'
import { startGateway } from '../gateway'

const HOME = join(import.meta.dir, '../../strategies/marketmaking')
const QUANTITY = 0.001
const MOST = 3
const adapter = { identifier: 'sim', config: { seed: 11, intervalMs: 5, paper: { cash: { USDT: '1000000' } } } }
const config = { spread: 2, requote: 1, quantity: QUANTITY, maxInventory: MOST * QUANTITY, dry_run: false }

/** The same strategy, which takes its time over every ticker: what it hears of its orders is old by then. */
async function slowed(): Promise<string> {
  const [path] = await Array.fromAsync(new Glob('*/marketmaking.js').scan({ cwd: HOME, absolute: true }))
  const shipped = await Bun.file(path!).text()
  return `${shipped.replace('module.exports =', 'const shipped =')}
    module.exports = { ...shipped, create(env) {
      const handlers = shipped.create(env)
      return { ...handlers, onTicker(...about) {
        env.helpers.sleep(15)
        handlers.onTicker(...about)
      } }
    } }`
}

/** What it held after each of its executions, in multiples of an order. */
const heldAfterEach = (executions: readonly { side: string; quantity: string }[]): number[] => {
  let held = 0
  return executions.map(({ side, quantity }) => {
    held += (side === 'Buy' ? 1 : -1) * Math.round(Number(quantity) / QUANTITY)
    return held
  })
}

test('it never holds more than its largest position, however late it hears of fills', async () => {
  await using gateway = await startGateway()
  await gateway.post('/strategies/modules', { source: await slowed() })
  await gateway.post('/providers', { name: 'sim', adapter })
  const scope = { sim: { symbols: ['BTC-USDT'] } }
  const strategy = { identifier: 'marketmaking', config }
  const { status } = await gateway.post('/strategy/instances', { id: 'maker', strategy, scope, autostart: true })
  expect(status).toBe(201)
  const path = '/strategy/instances/maker/executions?limit=1000'
  const { body } = await gateway.until(path, ({ body }) => body.total >= 8)
  expect(heldAfterEach(body.items.reverse()).filter((held) => Math.abs(held) > MOST)).toEqual([])
})
