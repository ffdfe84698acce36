/** `meltica order` and `meltica flatten`. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { strategySource, type TestGateway } from '../../gateway'
import { until } from '../../until'
import { melticaOnTerminal } from '../meltica'
import { beside, launch, printed, rows, run, startTrading } from './shell'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTrading()
  await gateway.upload(strategySource())
  await launch(gateway, 'grid-1', 'grid')
  await gateway.post('/strategy/instances/grid-1/stop', {})
  await gateway.put('/strategy/instances/grid-1', {
    id: 'grid-1',
    strategy: { identifier: 'grid', config: { dry_run: false } },
    scope: { sim: { symbols: ['BTC-USDT'] } },
  })
})
afterAll(() => gateway[Symbol.asyncDispose]())

const positions = async () => (await gateway.get('/strategy/instances/grid-1/positions')).body.items
const open = (quantity: string) => until(async () => (await positions())[0]?.quantity === quantity)
const buy = async () => {
  await until(async () => (await run(gateway, 'order', 'grid-1', 'buy', '0.01', '-q')).status === 0)
  await open('0.01')
}

test('an order is shown as the journal has it, and placed once under its id', async () => {
  await buy()
  const args = ['order', 'grid-1', 'sell', '0.01', '--price', '90000', '--client-id', 'high']
  const [order] = await rows(gateway, ...args)
  expect(order).toMatchObject({ PROVIDER: 'sim', SYMBOL: 'BTC-USDT', SIDE: 'Sell', TYPE: 'limit', STATE: 'ACK' })
  const again = JSON.parse(await printed(gateway, ...args, '--format', 'json'))
  expect([again.status, again.order.clientOrderId]).toEqual(['known', order?.ORDER])
  const refused = await run(gateway, 'order', 'grid-1', 'sell', '0.02', '--price', '90000', '--client-id', 'high')
  expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('another order was placed as "high"')])
  const body = { side: 'buy', type: 'market', quantity: '0.01', size: '1' }
  expect((await gateway.post('/strategy/instances/grid-1/orders', body)).body).toMatchObject({
    error: 'invalid_request',
    message: expect.stringContaining('size'),
  })
})

test('a flatten asks on a terminal, and wants to be told to elsewhere', async () => {
  const { status, stderr } = await run(gateway, 'flatten', 'grid-1')
  expect([status, stderr]).toEqual([
    2,
    expect.stringMatching(/grid-1 +sim +BTC-USDT +0\.01 +0\nerror: there is no term/),
  ])
  const asked = await melticaOnTerminal(beside(gateway), 'flatten', 'grid-1', '--yes')
  expect(asked).toContain('grid-1: orders cancelled: 1, orders to close positions: 1')
  await open('0')
  const [entry] = (await gateway.get('/audit?what=instance_flattened')).body.items
  expect(entry).toMatchObject({ subject: 'grid-1', after: { orders: [{ side: 'Sell', quantity: '0.01' }], left: [] } })
})

test('one that is refused holds up no other', async () => {
  await buy()
  const { status, stdout, stderr } = await run(gateway, 'flatten', 'none', 'grid-1', '--yes')
  expect([status, stderr]).toEqual([1, expect.stringContaining('error: none: no instance "none"')])
  expect(stdout).toContain('grid-1: orders cancelled: 0, orders to close positions: 1')
  await open('0')
})
