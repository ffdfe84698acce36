/** An instance that falls behind the market: it must not trade, is told so, and everybody can see it. */
import { expect, test } from 'bun:test'
import type { Log } from '../../../src/telemetry/log'
import { heldIntervals } from '../../intervals'
import { BTC, type House, until } from '../house'
import { houses } from '../houses'

const { openHouse } = houses()

/** Sleeps at a price of 2, so that what comes then waits. */
const LAGGARD = `module.exports = {
  metadata: { name: 'laggard', tag: 'v1', displayName: 'Laggard', config: [], events: ['Trade', 'RiskControl'] },
  create({ runtime, helpers }) {
    return {
      onTrade(ctx, evt, payload, price) {
        helpers.log('trade', price, runtime.isTradingActive())
        if (price === 2) helpers.sleep('1h')
        if (price === 3) helpers.sleep('700ms')
      },
      onRiskControl(ctx, evt, { status, breachType, reason, metrics, killSwitchEngaged, circuitBreakerOpen, provider, symbol }) {
        helpers.log(status, breachType, reason.replace(metrics?.lagMs, 'so many'), Number(metrics?.lagMs) > 200, killSwitchEngaged, circuitBreakerOpen, provider, symbol)
      },
    }
  },
}`

async function laggardIn(house: House): Promise<House> {
  await house.upload(LAGGARD)
  await house.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'test')
  await launch(house, 'l1', BTC)
  return house
}

async function launch({ runtime }: House, id: string, symbol: string): Promise<void> {
  const strategy = { identifier: 'laggard', config: { dry_run: false } }
  await runtime.instances.create({ id, strategy, scope: { tape: { symbols: [symbol] } }, autostart: true }, 'test')
}

const lagOf = (house: House) => house.runtime.instanceIndex.get('l1').stats.lagMs
const problemsOf = (house: House) => house.runtime.readiness.look().problems
const series = async (house: House, name: string) =>
  (await house.metrics.text()).split('\n').filter((line) => line.startsWith(`strategy_instance_${name}{`))

test('who is too far behind must not trade and is told so, and may and is told again when it has caught up', async () => {
  await using house = await laggardIn(await openHouse(undefined, { maxLagMs: 200 }))
  house.tape.trades('tape', BTC, '3')
  await until(() => house.lines('l1').length === 1)
  house.tape.trades('tape', BTC, '4')
  await Bun.sleep(300)
  house.tape.trades('tape', BTC, '5')
  await until(() => problemsOf(house).length === 1)
  await until(() => house.lines('l1').some((line) => line.startsWith('CLEARED')))
  house.tape.trades('tape', BTC, '6')
  await until(() => house.lines('l1').at(-1)?.startsWith('trade 6') === true)
  expect(house.lines('l1')).toEqual([
    'trade 3 true',
    'trade 4 true',
    'trade 5 true',
    'TRIGGERED LAG so many ms behind the market true false false tape BTC-USDT',
    'CLEARED LAG caught up with the market false false false tape BTC-USDT',
    'trade 6 true',
  ])
  expect(problemsOf(house)).toEqual([])
})

test('how far an instance is behind shows in its stats, the readiness and the metrics, while it runs', async () => {
  await using house = await laggardIn(await openHouse(undefined, { maxLagMs: 200 }))
  expect(await series(house, 'lag_seconds')).toEqual([
    'strategy_instance_lag_seconds{strategy="laggard",instance="l1"} 0',
  ])
  house.tape.trades('tape', BTC, '2')
  await until(() => house.lines('l1').length === 1)
  await Bun.sleep(300)
  house.tape.trades('tape', BTC, '4')
  await until(() => problemsOf(house).length === 1)
  const lagMs = lagOf(house)
  expect(lagMs).toBeGreaterThan(200)
  expect(problemsOf(house)).toEqual([
    {
      instance: 'l1',
      message: expect.stringMatching(/^instance l1 is \d{3,} ms behind the market and must not trade$/),
      hint: 'GET /strategy/instances/l1 tells what was left out; lighten its handlers, its scope or the machine',
    },
  ])
  // it is late, and goes on
  expect(house.runtime.readiness.look().ready).toBe(true)
  const names = ['cpu_seconds_total', 'dropped_events_total', 'conflated_events_total']
  const labels = '{strategy="laggard",instance="l1"}'
  expect((await series(house, 'lag_seconds'))[0]).toBe(`strategy_instance_lag_seconds${labels} ${lagMs / 1000}`)
  for (const name of names) expect(await series(house, name)).toHaveLength(1)
  expect((await series(house, 'dropped_events_total'))[0]).toBe(`strategy_instance_dropped_events_total${labels} 0`)
  await house.runtime.instances.stop('l1', 'test')
  expect(lagOf(house)).toBe(0)
  expect(problemsOf(house)).toEqual([])
  for (const name of ['lag_seconds', ...names]) expect(await series(house, name)).toEqual([])
})

test('unless it is said otherwise a second is too far, and who goes on falling behind is told once', async () => {
  await using house = await openHouse(undefined, { isStrict: true })
  await house.upload(LAGGARD)
  await house.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'test')
  await launch(house, 'l0', 'ETH-USDT')
  await launch(house, 'l1', BTC)
  house.tape.trades('tape', BTC, '2')
  await until(() => house.lines('l1').length === 1)
  const goesOn = () => house.tape.trades('tape', BTC, '4')
  await until(() => {
    goesOn()
    return problemsOf(house).length === 1
  })
  const firstMs = Number(/is (\d+) ms/.exec(problemsOf(house)[0]!.message)?.[1])
  expect(firstMs).toBeGreaterThan(1000)
  const problems: number[] = []
  await until(() => {
    goesOn()
    problems.push(problemsOf(house).length)
    return lagOf(house) > firstMs + 600
  })
  expect(new Set(problems)).toEqual(new Set([1]))
  // the furthest behind comes first
  expect((await series(house, 'lag_seconds')).map((line) => /instance="(\w+)"/.exec(line)?.[1])).toEqual(['l1', 'l0'])
})

test('what was left out is in its log, each time what came since the last time, and with the next start from the beginning', async () => {
  using seconds = heldIntervals(10_000)
  const warned: unknown[] = []
  const log: Log = (level, message, fields) => void (level === 'warn' && warned.push([message, fields]))
  await using house = await laggardIn(await openHouse(undefined, { log }))
  await launch(house, 'l0', 'ETH-USDT')
  const statsOf = () => house.runtime.instanceIndex.get('l1').stats
  const stall = async () => {
    const { length } = house.lines('l1')
    house.tape.trades('tape', BTC, '2')
    await until(() => house.lines('l1').length > length)
  }
  /** More than may wait for an instance is left out. */
  const flood = async (batches: number, leastDropped: number) => {
    for (let i = 0; i < batches; i++) house.tape.trades('tape', BTC, ...Array.from({ length: 100 }, () => '4'))
    await until(() => statsOf().dropped >= leastDropped)
  }
  /** What was left out by the time that it is looked at. */
  const looked = () => {
    seconds.pass(10_000)
    return statsOf().dropped
  }
  await stall()
  expect(looked()).toBe(0)
  await flood(50, 5000 - 4096)
  const first = looked()
  await flood(100, first + 1)
  const second = looked()
  expect(looked()).toBe(second)
  const texts = (counts: number[]) =>
    counts.map((dropped) => `it cannot keep up: market events dropped ${dropped}, replaced by newer ones 0; behind`)
  const told = () =>
    house
      .lines('l1')
      .filter((line) => line.startsWith('it cannot keep up'))
      .map((line) => line.replace(/\d+ ms behind$/, 'behind'))
  await until(() => told().length >= 2)
  expect(told()).toEqual(texts([first, second - first]))
  await house.runtime.instances.stop('l1', 'test')
  expect(looked()).toBe(second)
  await house.runtime.instances.start('l1', 'test')
  await stall()
  await flood(50, 5000 - 4096)
  const third = looked()
  await until(() => told().at(-1) === texts([third])[0])
  expect(warned).toEqual(
    [first, second - first, third].map((dropped) => [
      'market events were left out: instances cannot keep up',
      { instances: 1, dropped, conflated: 0 },
    ]),
  )
})
