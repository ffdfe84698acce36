/** What happens to the orders of an instance that does not run is told to it at its next start: all of it, once, in order. */
import { expect, test } from 'bun:test'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MOST_UNTOLD } from '../../src/store/journal'
import { finish } from '../../src/store/reading'
import { BTC, everything, type House, until } from './house'
import { houses } from './houses'
import { teller } from './strategies'

const { openHouse } = houses()

const CASH = { cash: { USDT: '10000000' } }

/** Buys 1 at each of the prices at its first trade. */
async function withOrders(house: House, prices: string, config: Record<string, unknown> = {}): Promise<void> {
  await house.upload(teller('v1'))
  const adapter = { identifier: 'tape', config: { paper: { feeBps: 0, ...CASH } } }
  await house.runtime.providers.create({ name: 'tape', adapter }, 'test')
  await house.runtime.instances.create(body({ prices, ...config }), 'test')
  house.tape.trades('tape', BTC, '100')
  const count = prices.split(' ').length
  await until(() => house.lines('t').filter((line) => line.startsWith('ACK')).length === count)
  await until(() => house.lines('t').includes('trade 100 told 0 position 0 open 0'))
}

const body = (config: Record<string, unknown>) => ({
  id: 't',
  strategy: { identifier: 'teller', config: { dry_run: false, ...config } },
  scope: { tape: { symbols: [BTC] } },
  autostart: true,
})

/** The lines of the strategy from one on. */
const linesFrom = (house: House, first: number) => house.lines('t').slice(first)

test('reports from while it was stopped come before the first trade, and its position agrees with them', async () => {
  await using house = await openHouse()
  await withOrders(house, '90 80 70')
  await house.runtime.instances.stop('t', 'test')
  house.tape.trades('tape', BTC, '85', '75')
  expect(finish(house.runtime.records.orders('t', everything)).items.map(({ state }) => state)).toEqual([
    'ACK',
    'FILLED',
    'FILLED',
  ])
  const before = house.lines('t').length
  await house.runtime.instances.start('t', 'test')
  house.tape.trades('tape', BTC, '76')
  await until(() => linesFrom(house, before).some((line) => line.startsWith('trade')))
  expect(linesFrom(house, before)).toEqual([
    'order reports from while it did not run, told first: 2',
    'FILLED 90 filled 1 position 2 open 1',
    'FILLED 80 filled 1 position 2 open 1',
    'trade 76 told 2 position 2 open 1',
  ])
  // and never again
  await house.runtime.instances.stop('t', 'test')
  const again = house.lines('t').length
  await house.runtime.instances.start('t', 'test')
  house.tape.trades('tape', BTC, '77')
  await until(() => linesFrom(house, again).length > 0)
  expect(linesFrom(house, again)).toEqual(['trade 77 told 2 position 2 open 1'])
})

test('partial fills and the end of an order are told one by one: when they were is in them, handled they are now', async () => {
  await using house = await openHouse()
  await withOrders(house, '90', { quantity: '8', clock: true })
  await house.runtime.instances.stop('t', 'test')
  house.tape.trades('tape', BTC, '85')
  house.runtime.risk.kill({ instance: 't' }, 'test')
  const { tradedAt } = finish(house.runtime.records.executions('t', everything)).items[0]!
  // it is told in the time of the market, which stands at its last trade
  const quietMs = Date.now()
  await until(() => Date.now() > quietMs)
  const marketMs = Date.now()
  house.tape.trades('tape', BTC, '86')
  const before = house.lines('t').length
  await house.runtime.instances.start('t', 'test')
  await until(() => linesFrom(house, before).length === 5)
  const [told, partial, first, cancelled, second] = linesFrom(house, before)
  expect([told, partial, cancelled]).toEqual([
    'order reports from while it did not run, told first: 2',
    'PARTIAL 90 filled 5 position 5 open 0',
    'CANCELLED 90 filled 5 position 5 open 0',
  ])
  const [timestamp, ...moments] = JSON.parse(first!)
  expect(timestamp).toBe(tradedAt)
  for (const moment of [...moments, ...JSON.parse(second!).slice(1)].map((text) => Date.parse(text))) {
    expect(moment).toBeGreaterThanOrEqual(marketMs)
    expect(moment).toBeLessThanOrEqual(Date.now())
  }
})

test('an order that answers such a report is one of now', async () => {
  await using house = await openHouse()
  await withOrders(house, '90', { answer: true })
  await house.runtime.instances.stop('t', 'test')
  const startedMs = Date.now()
  house.tape.trades('tape', BTC, '85')
  await house.runtime.instances.start('t', 'test')
  await until(() => finish(house.runtime.records.orders('t', everything)).total === 2)
  const [answer] = finish(house.runtime.records.orders('t', everything)).items
  expect(answer).toMatchObject({ side: 'Sell', price: '120', quantity: '1', state: 'ACK' })
  expect(Date.parse(answer!.placedAt)).toBeGreaterThanOrEqual(startedMs)
})

test('they are told after a restart of the gateway, and to another revision that it was moved to meanwhile', async () => {
  const directory = await (async () => {
    await using house = await openHouse()
    await withOrders(house, '90 80')
    await house.runtime.instances.stop('t', 'test')
    house.tape.trades('tape', BTC, '85')
    return house.directory
  })()
  await using house = await openHouse(directory)
  await house.upload(teller('v2'))
  await house.runtime.rollout.refresh(undefined, 'test')
  expect(house.runtime.instanceIndex.get('t')).toMatchObject({ running: false, strategy: { tag: 'v2' } })
  const before = house.lines('t').length
  await house.runtime.instances.start('t', 'test')
  house.tape.trades('tape', BTC, '86')
  await until(() => linesFrom(house, before).length === 3)
  expect(linesFrom(house, before)).toEqual([
    'order reports from while it did not run, told first: 1',
    'FILLED 90 filled 1 position 1 open 1',
    'trade 86 told 1 position 1 open 1',
  ])
})

test('one that runs dry by now is told, and what it orders then is not sent', async () => {
  await using house = await openHouse()
  await withOrders(house, '90', { answer: true })
  await house.runtime.instances.stop('t', 'test')
  house.tape.trades('tape', BTC, '85')
  const { autostart: _, ...dry } = body({ prices: '90', answer: true, dry_run: true })
  await house.runtime.instances.replace('t', dry, 'test')
  await house.runtime.instances.start('t', 'test')
  await until(() => house.runtime.instanceIndex.get('t').stats.skippedOrders === 1)
  expect(house.lines('t')).toContain('FILLED 90 filled 1 position 1 open 0')
  expect(finish(house.runtime.records.orders('t', everything)).total).toBe(1)
})

test('nobody is told of the orders of an instance that was removed, under whatever name', async () => {
  await using house = await openHouse()
  await withOrders(house, '90 80')
  await house.runtime.instances.stop('t', 'test')
  house.tape.trades('tape', BTC, '85')
  await house.runtime.instances.remove('t', 'test')
  await house.runtime.instances.create(body({ prices: '10' }), 'test')
  house.tape.trades('tape', BTC, '86')
  await until(() => house.lines('t').length > 0)
  expect(house.lines('t')[0]).toBe('trade 86 told 0 position 0 open 0')
})

test('a launch that fails has told nothing; the next one does', async () => {
  await using house = await openHouse()
  await withOrders(house, '90')
  await house.runtime.instances.stop('t', 'test')
  house.tape.trades('tape', BTC, '85')
  await house.upload(teller('v2').replace('const { state } = helpers', "throw new Error('no such luck')"))
  await house.runtime.rollout.refresh(undefined, 'test')
  await house.runtime.instances.start('t', 'test').catch(() => undefined)
  expect(house.runtime.instanceIndex.get('t').state).toBe('failed')
  await house.upload(teller('v3'))
  await house.runtime.rollout.refresh(undefined, 'test')
  await house.runtime.instances.start('t', 'test')
  await until(() => house.lines('t').includes('FILLED 90 filled 1 position 1 open 0'))
})

test('more than can be told are given up, the oldest first, and that is said', async () => {
  await using house = await openHouse()
  await withOrders(house, '90', { quantity: String(5 * (MOST_UNTOLD + 2)) })
  await house.runtime.instances.stop('t', 'test')
  house.tape.trades('tape', BTC, ...Array.from({ length: MOST_UNTOLD + 2 }, () => '85'))
  await house.runtime.instances.start('t', 'test')
  house.tape.trades('tape', BTC, '86')
  await until(() => house.lines('t').at(-1)?.startsWith('trade 86') === true)
  const last = `trade 86 told ${MOST_UNTOLD} position ${5 * (MOST_UNTOLD + 2)} open 0`
  expect(house.lines('t').at(-1)).toBe(last)
  expect(house.lines('t')).toContain('order reports from while it did not run, too many to be told: 2')
})

/** Stops in the midst: reports are journalled, and not all of them told, when the process is killed. */
const SCRIPT = `
  import { finish } from ${JSON.stringify(join(import.meta.dir, '../../src/store/reading'))}
  import { BTC, everything, openHouseOn, startHosts, until } from ${JSON.stringify(join(import.meta.dir, 'house'))}
  import { teller } from ${JSON.stringify(join(import.meta.dir, 'strategies'))}
  const house = await openHouseOn(await startHosts(), process.argv[1])
  const { runtime, tape } = house
  if (runtime.instanceIndex.list().length === 0) {
    await house.upload(teller('v1'))
    const adapter = { identifier: 'tape', config: { paper: { feeBps: 0, cash: { USDT: '1000000' } } } }
    await runtime.providers.create({ name: 'tape', adapter }, 'test')
    const strategy = { identifier: 'teller', config: { dry_run: false, prices: process.argv[2] } }
    await runtime.instances.create({ id: 't', strategy, scope: { tape: { symbols: [BTC] } }, autostart: true }, 'test')
    tape.trades('tape', BTC, '100')
    await until(() => house.lines('t').filter((line) => line.startsWith('ACK')).length === 20)
  }
  const open = () => finish(runtime.records.orders('t', everything)).items.filter(({ state }) => state === 'ACK').map(({ price }) => Number(price))
  const next = Math.max(...open()) - 0.5
  tape.trades('tape', BTC, String(next))
  await until(() => finish(runtime.records.orders('t', everything)).items.some(({ state, price }) => state === 'FILLED' && Number(price) > next))
  for (let turns = Number(process.argv[3]); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve))
  process.kill(process.pid, 'SIGKILL')`

test('a gateway that is killed in the midst of fills has told each of them once when all is done', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'untold-'))
  const prices = Array.from({ length: 20 }, (_, i) => String(90 - i)).join(' ')
  const kills = 8
  for (let kill = 0; kill < kills; kill++) {
    const child = Bun.spawn([process.execPath, '-e', SCRIPT, directory, prices, String(kill * 3)], {
      stderr: 'inherit',
    })
    await child.exited
    expect(child.signalCode).toBe('SIGKILL')
  }
  await using house = await openHouse(directory)
  house.tape.trades('tape', BTC, '100')
  const last = `trade 100 told ${kills} position ${kills} open ${20 - kills}`
  await until(() => house.lines('t').at(-1)?.startsWith('trade 100') === true)
  expect(house.lines('t').at(-1)).toBe(last)
}, 60_000)

test('on a recording it is told in the time of the recording, and so are its answers dated', async () => {
  await using house = await openHouse()
  await house.upload(teller('v1'))
  const beginMs = Date.UTC(2024, 0, 1)
  // two seconds from the beginning: by then it is stopped
  const fill = 200
  const rows = Array.from({ length: 400 }, (_, i) => `${beginMs + i * 1000},${i === fill ? 85 : 100},5,buy`)
  const file = join(house.directory, 'recorded.csv')
  await Bun.write(file, ['timestamp,price,quantity,side', ...rows, ''].join('\n'))
  const config = { file, symbol: BTC, speed: 100, paper: { feeBps: 0 } }
  await house.runtime.providers.create({ name: 'tape', adapter: { identifier: 'replay', config } }, 'test')
  await house.runtime.instances.create(body({ prices: '90', clock: true, answer: true }), 'test')
  await until(() => finish(house.runtime.records.orders('t', everything)).total === 1)
  await house.runtime.instances.stop('t', 'test')
  const stateOf = () => finish(house.runtime.records.orders('t', everything)).items.at(-1)?.state
  await until(() => stateOf() === 'FILLED')
  const before = house.lines('t').length
  await house.runtime.instances.start('t', 'test')
  await until(() => {
    const { items, total } = finish(house.runtime.records.orders('t', everything))
    return total === 2 && items[0]?.state === 'ACK'
  })
  const told = () => {
    const lines = linesFrom(house, before)
    return lines[lines.findIndex((line) => line.startsWith('FILLED')) + 1]
  }
  await until(() => told()?.startsWith('[') === true)
  const [filledAt, ...moments] = JSON.parse(told()!)
  expect(filledAt).toBe(new Date(beginMs + fill * 1000).toISOString())
  const [answer] = finish(house.runtime.records.orders('t', everything)).items
  for (const moment of [...moments, answer!.placedAt].map((text) => Date.parse(text))) {
    expect(moment).toBeGreaterThanOrEqual(beginMs + fill * 1000)
    expect(moment).toBeLessThan(beginMs + 400_000)
  }
  expect(answer).toMatchObject({ side: 'Sell', price: '120', state: 'ACK' })
})
