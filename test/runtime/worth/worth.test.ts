/** What instances are worth, over a market of the test's own: every amount by hand. */
import { expect, test } from 'bun:test'
import { cpSync, mkdtempSync } from 'node:fs'
import { BTC, type House, until } from '../house'
import { houses } from '../houses'
import { buyer } from '../strategies'

const { openHouse } = houses()
const page = { offset: 0, limit: 100 }

async function withTape(house: House, name = 'tape', paper: Record<string, unknown> = { feeBps: 10 }): Promise<void> {
  await house.runtime.providers.create({ name, adapter: { identifier: 'tape', config: { paper } } }, 'test')
}

const body = (id: string, selector = 'buyer', provider = 'tape') => ({
  id,
  strategy: { identifier: selector, config: { dry_run: false, quantity: '2' } },
  scope: { [provider]: { symbols: [BTC] } },
  autostart: true,
})

/** Bought 2 at 100, with a fee of 0.2. */
async function bought(house: House, id: string, selector?: string, provider = 'tape'): Promise<void> {
  await house.runtime.instances.create(body(id, selector, provider), 'test')
  house.tape.trades(provider, BTC, '100')
  await until(() => house.runtime.instanceIndex.get(id).stats.orders === 1)
  house.tape.trades(provider, BTC, '100')
  await until(() => house.runtime.instanceIndex.get(id).stats.fills === 1)
}

const nothing = { drawdownPct: 0, maxDrawdownPct: 0, drawdownPctToday: 0, maxDrawdownPctToday: 0 }

test('a position with what it is worth, and the equity of its account', async () => {
  await using house = await openHouse()
  await house.upload(buyer)
  await withTape(house)
  await bought(house, 'b1')
  house.tape.trades('tape', BTC, '110')
  const { worth } = house.runtime
  expect(worth.positions('b1', page)).toEqual({
    items: [
      {
        provider: 'tape',
        symbol: BTC,
        quantity: '2',
        averagePrice: '100',
        lastPrice: '110',
        unrealizedPnl: '20',
        realizedPnl: '0',
        fees: '0.2',
        turnover: '200',
        currency: 'USDT',
      },
    ],
    total: 1,
    ...page,
  })
  await until(() => worth.equity('b1', { points: 10 }).points.at(-1)?.[1] === '10019.8')
  house.tape.trades('tape', BTC, '90')
  await until(() => worth.equity('b1', { points: 10 }).points.at(-1)?.[1] === '9979.8')
  const { points: _, since, drawdownPct, maxDrawdownPct, ...curve } = worth.equity('b1', { points: 10 })
  expect(curve).toEqual({
    currency: 'USDT',
    startEquity: '10000',
    equity: '9979.8',
    pnl: '-20.2',
    pnlToday: '-20.2',
    drawdownPctToday: drawdownPct,
    maxDrawdownPctToday: maxDrawdownPct,
    currencies: ['USDT'],
  })
  // 40 of 10019.8
  expect(drawdownPct).toBe(-0.39920957)
  expect(maxDrawdownPct).toBe(drawdownPct)
  expect(Date.parse(since)).toBeLessThanOrEqual(Date.now())
  expect(() => worth.equity('b1', { points: 10, currency: 'EUR' })).toThrow('has no account in "EUR", but in USDT')
  expect(() => worth.equity('b2', { points: 10 })).toThrow('no instance "b2"')
})

test('sums by instance, strategy, revision and provider; amounts of two currencies are never added', async () => {
  await using house = await openHouse()
  const v1 = await house.upload(buyer)
  const v2 = await house.upload(buyer.replace("tag: 'v1'", "tag: 'v2'"))
  await withTape(house)
  await withTape(house, 'other', { feeBps: 0, cash: { USDT: '500' } })
  await bought(house, 'b1', 'buyer:v1')
  await bought(house, 'b2', 'buyer:v2')
  await bought(house, 'b3', 'buyer:v2', 'other')
  house.tape.trades('tape', BTC, '120')
  house.tape.trades('other', BTC, '130')
  const { worth } = house.runtime
  const groups = (by: Parameters<typeof worth.portfolio>[0]) =>
    worth.portfolio(by).groups.map(({ key, currency, instances, equity, pnl, fees, turnover, unrealizedPnl }) => {
      return [key, currency, instances, equity, pnl, fees, turnover, unrealizedPnl]
    })
  expect(groups('instance')).toEqual([
    ['b1', 'USDT', 1, '10039.8', '39.8', '0.2', '200', '40'],
    ['b2', 'USDT', 1, '10039.8', '39.8', '0.2', '200', '40'],
    ['b3', 'USDT', 1, '560', '60', '0', '200', '60'],
  ])
  expect(groups('revision')).toEqual([
    [`buyer@${v1}`, 'USDT', 1, '10039.8', '39.8', '0.2', '200', '40'],
    [`buyer@${v2}`, 'USDT', 2, '10599.8', '99.8', '0.2', '400', '100'],
  ])
  expect(groups('provider')).toEqual([
    ['tape', 'USDT', 2, '20079.6', '79.6', '0.4', '400', '80'],
    ['other', 'USDT', 1, '560', '60', '0', '200', '60'],
  ])
  expect(groups('strategy')).toEqual([['buyer', 'USDT', 3, '20639.6', '139.6', '0.4', '600', '140']])
  expect(worth.portfolio('strategy').total).toEqual([
    {
      currency: 'USDT',
      instances: 3,
      equity: '20639.6',
      realizedPnl: '0',
      unrealizedPnl: '140',
      fees: '0.4',
      turnover: '600',
      pnl: '139.6',
      pnlToday: '139.6',
      ...nothing,
      positions: [
        { provider: 'tape', symbol: BTC, quantity: '4', unrealizedPnl: '80' },
        { provider: 'other', symbol: BTC, quantity: '2', unrealizedPnl: '60' },
      ],
    },
  ])
})

test('what was earned stays with the revision that earned it; a restart changes nothing', async () => {
  const first = await openHouse()
  const v1 = await first.upload(buyer)
  await withTape(first)
  await bought(first, 'b1', 'buyer:v1')
  first.tape.trades('tape', BTC, '110')
  const pnls = (house: House) =>
    Object.fromEntries(house.runtime.worth.portfolio('revision').groups.map(({ key, pnl }) => [key, pnl]))
  await until(() => first.runtime.worth.equity('b1', { points: 5 }).points.at(-1)?.[1] === '10019.8')
  const v2 = await first.upload(buyer.replace("tag: 'v1'", "tag: 'v2'"))
  await first.runtime.instances.replace('b1', body('b1', 'buyer:v2'), 'test')
  first.tape.trades('tape', BTC, '115')
  await until(() => pnls(first)[`buyer@${v2}`] === '10')
  const before = first.runtime.worth.equity('b1', { points: 50 })
  const positions = first.runtime.worth.positions('b1', page)
  await first[Symbol.asyncDispose]()

  await using second = await openHouse(first.directory)
  // no price so far: what was known last holds
  expect(second.runtime.worth.equity('b1', { points: 50 })).toEqual({ ...before, points: expect.any(Array) })
  expect(second.runtime.worth.equity('b1', { points: 50 }).points.at(-1)?.[1]).toBe(before.equity)
  second.tape.trades('tape', BTC, '115')
  expect(second.runtime.worth.positions('b1', page)).toEqual(positions)
  expect(pnls(second)).toEqual({ [`buyer@${v2}`]: '10' })
  expect(v1).not.toBe(v2)
  await second.runtime.instances.remove('b1', 'test')
  expect(second.runtime.worth.portfolio('strategy')).toEqual({ groups: [], total: [] })
})

test('what a removed instance has lost stays in the sums, also where the gateway is killed right after', async () => {
  await using first = await openHouse()
  await first.upload(buyer)
  await withTape(first)
  await bought(first, 'b1')
  await bought(first, 'b2')
  const pnl = (house: House) => house.runtime.worth.portfolio('provider').total[0]?.pnl
  first.tape.trades('tape', BTC, '90')
  expect(pnl(first)).toBe('-40.4')
  // before anybody has looked at it
  await first.runtime.instances.remove('b1', 'test')
  expect(pnl(first)).toBe('-40.4')
  // as one would find it whose gateway ends now
  const copy = mkdtempSync(`${first.directory}-copy-`)
  cpSync(first.directory, copy, { recursive: true })

  await using second = await openHouse(copy)
  second.tape.trades('tape', BTC, '90')
  await until(() => pnl(second) === '-40.4')
})

test('metrics tell what an instance is worth, and end with it', async () => {
  await using house = await openHouse()
  await house.upload(buyer)
  await withTape(house)
  await bought(house, 'b1')
  house.tape.trades('tape', BTC, '110')
  await until(() => house.runtime.worth.equity('b1', { points: 10 }).points.at(-1)?.[1] === '10019.8')
  house.tape.trades('tape', BTC, '90')
  await until(() => house.runtime.worth.equity('b1', { points: 10 }).points.at(-1)?.[1] === '9979.8')
  const samples = async () =>
    [
      ...(await house.metrics.text()).matchAll(/^(strategy_instance_(?:equity|pnl|drawdown|pos)\w*)\{(.*)\} (.*)$/gm),
    ].map(([, name, labels, value]) => [name, labels, Number(value).toFixed(4)])
  const labels = 'strategy="buyer",instance="b1",currency="USDT"'
  expect(await samples()).toEqual([
    ['strategy_instance_equity', labels, '9979.8000'],
    ['strategy_instance_pnl_today', labels, '-20.2000'],
    ['strategy_instance_drawdown_ratio', labels, '0.0040'],
    ['strategy_instance_positions', labels, '1.0000'],
  ])
  await house.runtime.instances.stop('b1', 'test')
  expect(await samples()).toEqual([])
})

test('metrics tell how the gateway stands', async () => {
  await using house = await openHouse()
  await house.upload(buyer)
  await withTape(house)
  await house.runtime.instances.create(body('b1'), 'test')
  const lines = (await house.metrics.text()).split('\n')
  for (const line of [
    'meltica_instances{state="running"} 1',
    'meltica_instances_not_durable 0',
    'meltica_provider_up{provider="tape"} 1',
    'meltica_journal_writable 1',
    'meltica_sandbox_hosts_up 1',
    'meltica_event_streams 0',
    `meltica_feed_entries_total ${house.runtime.feed.newest}`,
    'meltica_feed_missed_total 0',
  ]) {
    expect(lines).toContain(line)
  }
})
