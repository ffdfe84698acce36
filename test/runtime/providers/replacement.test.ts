/** A provider that is replaced: what runs on it goes on there, with its memory, its orders and its account. */
import { expect, test } from 'bun:test'
import { finish } from '../../../src/store/reading'
import { BTC, everything, type House, refusal, until } from '../house'
import { houses } from '../houses'
import { buyer, counter, rester } from '../strategies'

const { openHouse } = houses()

const body = (config: Record<string, unknown> = {}) => ({ adapter: { identifier: 'tape', config } })
const scope = { tape: { symbols: [BTC] } }

async function furnished(house: House): Promise<House> {
  await house.runtime.providers.create({ name: 'tape', ...body({ key: 'hunter2' }) }, 'test')
  return house
}
const launch = (house: House, id: string, identifier: string, config: Record<string, unknown> = {}) =>
  house.runtime.instances.create({ id, strategy: { identifier, config }, scope, autostart: true }, 'test')
const fees = (house: House, id: string) =>
  finish(house.runtime.records.executions(id, everything)).items.map(({ fee }) => fee)

test('an order that rests is filled at the one that took its place, on its terms, and the account goes on', async () => {
  await using house = await furnished(await openHouse())
  await house.upload(buyer)
  await house.upload(rester)
  await launch(house, 'b1', 'buyer', { dry_run: false, times: 1 })
  await launch(house, 'r1', 'rester', { dry_run: false })
  await launch(house, 'r2', 'rester', { dry_run: false })
  house.tape.trades('tape', BTC, '100')
  await until(() => ['b1', 'r1', 'r2'].every((id) => finish(house.runtime.records.orders(id, everything)).total === 1))
  house.tape.trades('tape', BTC, '100')
  await until(() => fees(house, 'b1').length === 1)
  await until(() =>
    ['r1', 'r2'].every((id) => finish(house.runtime.records.orders(id, everything)).items[0]?.state === 'ACK'),
  )
  await house.runtime.instances.stop('r2', 'test')
  const former = house.tape.providers.get('tape')!
  const shown = await house.runtime.providers.replace('tape', body({ paper: { makerBps: 50, takerBps: 50 } }), 'ann')
  expect(shown).toMatchObject({
    status: 'running',
    settings: { paper: { makerBps: 50, takerBps: 50 } },
    symbols: [BTC],
    dependentInstances: ['b1', 'r1', 'r2'],
  })
  expect(house.runtime.instanceIndex.list().map(({ running }) => running)).toEqual([true, true, false])
  expect(former.state).toBe('stopped')

  const { eventsEmitted } = house.runtime.providers.get('tape')
  former.trades(BTC, ['80'])
  expect(house.runtime.providers.get('tape').eventsEmitted).toBe(eventsEmitted)
  expect(finish(house.runtime.records.executions('r1', everything)).total).toBe(0)

  house.tape.trades('tape', BTC, '95', '80')
  await until(() => ['r1', 'r2'].every((id) => fees(house, id).length === 1))
  expect(['b1', 'r1', 'r2'].map((id) => fees(house, id))).toEqual([['0.1'], ['0.45'], ['0.45']])
  await until(() => house.lines('b1').some((line) => line.startsWith('trade 80')))
  expect(house.lines('b1').findLast((line) => line.startsWith('trade'))).toBe('trade 80 position 1 active true')
  const [entry] = finish(house.runtime.records.audit(everything, { what: 'provider_replaced' })).items
  expect(entry).toMatchObject({
    who: 'ann',
    subject: 'tape',
    before: { adapter: 'tape', config: {} },
    after: { adapter: 'tape', config: { paper: { makerBps: 50, takerBps: 50 } } },
  })
})

test('what runs on it keeps its state and its memory; what is stopped stays stopped; all of it over a restart', async () => {
  const directory = await (async () => {
    await using house = await furnished(await openHouse())
    await house.runtime.providers.create({ name: 'later', ...body() }, 'test')
    await house.upload(counter('v1'))
    await launch(house, 'c1', 'counter')
    await launch(house, 'c2', 'counter')
    await house.runtime.instances.stop('c2', 'test')
    house.tape.trades('tape', BTC, '1', '2')
    await until(() => house.lines('c1').includes('v1 2 state 2 memory 2'))
    await house.runtime.providers.replace('tape', { ...body({ paper: { feeBps: 1 } }), name: 'tape' }, 'test')
    house.tape.trades('tape', BTC, '3')
    await until(() => house.lines('c1').includes('v1 3 state 3 memory 3'))
    expect(house.runtime.instanceIndex.get('c2')).toMatchObject({ state: 'stopped', running: false })
    return house.directory
  })()
  await using house = await openHouse(directory)
  expect(house.runtime.providers.list()).toMatchObject([
    { name: 'tape', status: 'running', settings: { paper: { feeBps: 1 } } },
    { name: 'later', status: 'running' },
  ])
  expect(house.runtime.instanceIndex.list().map(({ state }) => state)).toEqual(['running', 'stopped'])
})

test('it runs when the one before was to run, unless it is said', async () => {
  await using house = await furnished(await openHouse())
  const replace = async (enabled?: boolean) =>
    (await house.runtime.providers.replace('tape', { ...body(), ...(enabled !== undefined && { enabled }) }, 'test'))
      .status
  expect(await replace()).toBe('running')
  expect(await replace(false)).toBe('stopped')
  expect(await replace()).toBe('stopped')
  expect(await replace(true)).toBe('running')
  house.tape.providers.get('tape')!.fail('the line is dead')
  expect(house.runtime.readiness.look().problems.map(({ provider, message }) => [provider, message])).toEqual([
    ['tape', 'provider tape failed: the line is dead'],
  ])
  expect(await replace()).toBe('running')
  expect(house.runtime.readiness.look().problems).toEqual([])
})

test('what cannot take its place is refused, and it goes on as it was', async () => {
  await using house = await furnished(await openHouse())
  await house.upload(counter('v1'))
  const lower = { tape: { symbols: ['btc-usdt'] } }
  await house.runtime.instances.create(
    { id: 'c1', strategy: { identifier: 'counter' }, scope: lower, autostart: true },
    'test',
  )
  const before = [house.runtime.providers.get('tape'), finish(house.runtime.records.audit(everything)).total]
  const refusals = [
    ['none', body(), '404 provider_not_found'],
    ['tape', { ...body(), name: 'other' }, '400 invalid_request'],
    ['tape', body({ broken: true }), '422 invalid_provider'],
    ['tape', body({ paper: { colour: 'red' } }), '422 invalid_provider'],
    ['tape', { adapter: { identifier: 'nyse' } }, '404 adapter_not_found'],
    ['tape', { adapter: { identifier: 'sim' } }, '422 symbol_refused: the instance "c1" would be without a symbol'],
  ] as const
  for (const [name, sent, wanted] of refusals) {
    expect(await refusal(house.runtime.providers.replace(name, sent, 'test'))).toStartWith(wanted)
  }
  expect([house.runtime.providers.get('tape'), finish(house.runtime.records.audit(everything)).total]).toEqual(before)
})
