/** The simulator. */
import { beforeEach, describe, expect, test } from 'bun:test'
import type { Provider } from '../../src/market/provider'
import { writeSample } from '../../src/market/sample'
import { sim } from '../../src/market/sim'
import { digestOf } from '../../src/schema/digest'
import type { MarketEvent } from '../../src/schema/events'
import { until } from '../until'
import { folder, only, readData } from './folder'

const START_MS = Date.UTC(2024, 0, 1)

/** Runs as fast as possible until it has finished by itself. */
async function run(symbols: string[], config: Record<string, unknown> = {}, name = 'sim'): Promise<MarketEvent[]> {
  const events: MarketEvent[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  await using provider = sim.create(
    {
      name,
      emit: (batch) => events.push(...batch),
      drained: async () => undefined,
      changed: () => {
        if (provider.state === 'finished') resolve()
      },
      now: () => START_MS,
      elapsed: () => 0,
    },
    { speed: 0, maxEvents: 5000, ...config },
  )
  provider.subscribe(symbols)
  await provider.start()
  await promise
  return events
}

test('another seed makes other events', async () => {
  expect(await run(['BTC-USDT', 'ETH-USDT'], { seed: 43 })).not.toEqual(await run(['BTC-USDT', 'ETH-USDT']))
})

/** What a seed makes is the same on every machine and in every release: a change of these is one that users notice. */
test.each([
  [
    'of known symbols',
    ['BTC-USDT', 'DOGE-USDT', 'XRP-USDT'],
    {},
    'sha256:3dee7931daff66b366e09fc6c8e01f9874ab692ade5144b24f26c0ec2da06750',
  ],
  [
    'of a symbol that nobody knows',
    ['NEW-USDT'],
    {},
    'sha256:7fce17f0ba8143cb10346dc7fa6e5e7a8e6620b3dffc1f29767827851b07f27f',
  ],
  [
    'with settings of its own',
    ['ETH-USDT', 'SOL-USDT'],
    { seed: 7, volatility: 0.05, startPrice: 0.002, klineMs: 700 },
    'sha256:d13adc24b8f7c13957d99b0c6d224e0ccfe8c4659d6a6c15e73de0bdeac9f8ee',
  ],
  [
    'of a price so low that a tick is a step',
    ['BTC-USDT'],
    { startPrice: 0.00000001, volatility: 0.05 },
    'sha256:7f32d774ac796b380ab4e7f12f3cb3be02f747d31950036f80a68ade0123a1c1',
  ],
])('the events %s are these', async (_, symbols, config, digest) => {
  const events = await run(symbols, { maxEvents: 3000, ...config })
  expect<string>(digestOf(new TextEncoder().encode(JSON.stringify(events)))).toBe(digest)
})

test('a further symbol changes nothing of the others', async () => {
  const bare = (events: MarketEvent[]) =>
    events.filter(({ symbol }) => symbol === 'BTC-USDT').map(({ type, timeMs, payload }) => ({ type, timeMs, payload }))
  const alone = bare(await run(['BTC-USDT'], { maxEvents: 1000 }))
  const together = bare(await run(['ETH-USDT', 'BTC-USDT', 'SOL-USDC'], { maxEvents: 4000 }))
  expect(together.slice(0, 900)).toEqual(alone.slice(0, 900))
})

test('the rules of each symbol come first; then trades, tickers, books and candles', async () => {
  const events = await run(['BTC-USDT', 'DOGE-USDT'])
  expect(events.slice(0, 2).map(({ type }) => type)).toEqual(['InstrumentUpdate', 'InstrumentUpdate'])
  const types = ['Trade', 'Ticker', 'BookSnapshot', 'KlineSummary', 'InstrumentUpdate'] as const
  expect(new Set(events.map(({ type }) => type))).toEqual(new Set(types))
})

test('books have ten levels a side, in order and not crossed, and trades happen at their best', async () => {
  const events = await run(['XRP-USDT'])
  for (const { payload } of only(events, 'BookSnapshot')) {
    const bids = payload.bids.map(({ price }) => Number(price))
    const asks = payload.asks.map(({ price }) => Number(price))
    expect([bids.length, asks.length]).toEqual([10, 10])
    expect(bids).toEqual(bids.toSorted((a, b) => b - a))
    expect(asks).toEqual(asks.toSorted((a, b) => a - b))
    expect(bids[0]!).toBeLessThan(asks[0]!)
  }
  const [ticker] = only(events, 'Ticker')
  const [trade] = only(events, 'Trade')
  expect([ticker?.payload.bidPrice, ticker?.payload.askPrice]).toContain(trade?.payload.price)
})

test('candles are made of the trades that lie in them', async () => {
  const events = await run(['BTC-USDT'], { intervalMs: 100, klineMs: 1000 })
  const klines = only(events, 'KlineSummary')
  expect(klines.length).toBeGreaterThan(50)
  for (const { payload, timeMs } of klines) {
    const trades = only(events, 'Trade').filter((t) => t.timeMs >= payload.openTime && t.timeMs <= payload.closeTime)
    const prices = trades.map((t) => Number(t.payload.price))
    expect(timeMs).toBe(payload.closeTime)
    expect(payload.closeTime - payload.openTime).toBe(999)
    expect([payload.openPrice, payload.closePrice]).toEqual([trades[0]!.payload.price, trades.at(-1)!.payload.price])
    expect([Number(payload.highPrice), Number(payload.lowPrice)]).toEqual([Math.max(...prices), Math.min(...prices)])
  }
})

test('trades follow the best prices of the step that they are of', async () => {
  const events = await run(['ETH-USDT'], { intervalMs: 2000 })
  const tickers = new Map(only(events, 'Ticker').map(({ timeMs, payload }) => [timeMs, payload]))
  const books = new Map(only(events, 'BookSnapshot').map(({ timeMs, payload }) => [timeMs, payload]))
  for (const { timeMs, payload } of only(events, 'Trade')) {
    const ticker = tickers.get(timeMs)!
    expect(payload.price).toBe(payload.side === 'Buy' ? ticker.askPrice : ticker.bidPrice)
    const { bids, asks } = books.get(timeMs)!
    expect([bids[0]!.price, asks[0]!.price]).toEqual([ticker.bidPrice, ticker.askPrice])
  }
})

test('a sample tells of the trades that the simulator makes of the same seed', async () => {
  await using at = await folder()
  const path = `${at.path}/BTC-USDT.csv`
  writeSample(path, { kind: 'trades', rows: 2000, seed: 9 })
  const events = await run(['BTC-USDT'], { seed: 9, intervalMs: 2000, volatility: 0.00015, maxEvents: 5000 })
  const told = (all: readonly MarketEvent[]) =>
    only(all, 'Trade').map(({ payload: { side, price, quantity } }) => `${side} ${quantity} at ${price}`)
  const sample = told((await readData([path])).events)
  const simulated = told(events)
  expect(simulated.length).toBeGreaterThan(2000)
  expect(sample).toEqual(simulated.slice(0, sample.length))
})

describe('time', () => {
  const clocks = { now: START_MS, elapsed: 7 }
  const pass = (ms: number) => {
    clocks.now += ms
    clocks.elapsed += ms
  }

  /** Its market goes by the clocks; `next` waits for more of it. */
  function running(intervalMs: number) {
    const events: MarketEvent[] = []
    let told: () => void = () => undefined
    const provider = sim.create(
      {
        name: 'sim',
        emit: (batch) => {
          events.push(...batch)
          told()
        },
        drained: async () => undefined,
        changed: () => undefined,
        now: () => clocks.now,
        elapsed: () => clocks.elapsed,
      },
      { intervalMs },
    )
    provider.subscribe(['BTC-USDT'])
    const next = () => new Promise<void>((resolve) => (told = resolve))
    const times = () => only(events, 'Ticker').map(({ timeMs }) => timeMs - START_MS)
    return { provider, next, times }
  }

  beforeEach(() => Object.assign(clocks, { now: START_MS, elapsed: 7 }))

  test('that its timer missed is made up for evenly, and it stands still while stopped', async () => {
    const { provider, next, times } = running(100)
    await using _ = provider
    await provider.start()
    await next()
    pass(1000)
    await next()
    await provider.stop()
    expect(times()).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000])
    expect(provider.state).toBe('stopped')
    pass(60_000)
    await provider.start()
    await next()
    await provider.stop()
    expect(times().at(-1)).toBe(61_000)
  })

  test('goes on when the clock of the machine is set back, and is never earlier than it was', async () => {
    const { provider, next, times } = running(100)
    await using _ = provider
    await provider.start()
    await next()
    pass(200)
    await next()
    clocks.now -= 3_600_000
    pass(200)
    await next()
    await provider.stop()
    await provider.start()
    await next()
    await provider.stop()
    expect(times()).toEqual([0, 100, 200, 300, 400, 500])
  })

  test('follows a clock that is set forward', async () => {
    const { provider, next, times } = running(100)
    await using _ = provider
    await provider.start()
    await next()
    clocks.now += 3_600_000
    pass(100)
    await next()
    pass(100)
    await next()
    await provider.stop()
    expect(times()).toEqual([0, 3_600_100, 3_600_200])
  })
})

/** A simulator whose clock the test sets; `next` comes back with what it emitted since. */
function timed(config: Record<string, unknown>, handle: (provider: Provider) => void = () => undefined) {
  const clock = { now: START_MS, drained: 0 }
  const batches: MarketEvent[][] = []
  let events: MarketEvent[] = []
  let told: () => void = () => undefined
  const provider: Provider = sim.create(
    {
      name: 'sim',
      emit: (batch) => {
        events.push(...batch)
        batches.push([...batch])
        told()
        handle(provider)
      },
      drained: async () => {
        clock.drained++
      },
      changed: () => undefined,
      now: () => clock.now,
      elapsed: () => clock.now,
    },
    config,
  )
  provider.subscribe(['BTC-USDT'])
  const next = async () => {
    await new Promise<void>((resolve) => (told = resolve))
    const times = only(events, 'Ticker').map(({ timeMs }) => timeMs - START_MS)
    events = []
    return times
  }
  return { provider, clock, batches, next, [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose]() }
}

const every = (from: number, to: number, stepMs: number) =>
  Array.from({ length: (to - from) / stepMs + 1 }, (_, n) => from + n * stepMs)

test('it makes up for ten seconds, and after a longer pause goes on from now', async () => {
  await using market = timed({ intervalMs: 100 })
  await market.provider.start()
  expect(await market.next()).toEqual([0])
  market.clock.now += 10_100
  expect(await market.next()).toEqual(every(100, 10_100, 100))
  market.clock.now += 10_101
  expect(await market.next()).toEqual([20_201])
  market.clock.now += 99
  market.clock.now += 1
  expect(await market.next()).toEqual([20_301])
})

test('a step is made when its time has come, not before', async () => {
  await using market = timed({ intervalMs: 100 })
  await market.provider.start()
  expect(await market.next()).toEqual([0])
  market.clock.now += 299
  expect(await market.next()).toEqual([100, 200])
  market.clock.now += 1
  expect(await market.next()).toEqual([300])
})

test('at a speed its time runs faster, step by step, each once the one before has been handled', async () => {
  await using market = timed({ intervalMs: 1000, speed: 10 })
  await market.provider.start()
  expect(await market.next()).toEqual([0])
  market.clock.now += 300
  await until(() => market.batches.length === 4)
  const steps = market.batches.map((batch) => only(batch, 'Ticker').map(({ timeMs }) => timeMs - START_MS))
  expect(steps).toEqual([[0], [1000], [2000], [3000]])
  await until(() => market.clock.drained === 4)
})

test('slower than real time its steps come later, at market times of their own', async () => {
  await using market = timed({ intervalMs: 100, speed: 0.5 })
  await market.provider.start()
  expect(await market.next()).toEqual([0])
  market.clock.now += 400
  expect(await market.next()).toEqual([100, 200])
  expect(market.clock.drained).toBe(0)
})

test('market time never goes back, whatever the clock does between two starts', async () => {
  await using market = timed({ intervalMs: 100 })
  await market.provider.start()
  await market.next()
  market.clock.now += 500
  await market.next()
  await market.provider.stop()
  market.clock.now -= 60_000
  await market.provider.start()
  expect(await market.next()).toEqual([600])
})

test('it finishes after the step that reaches so many events, and is not started again', async () => {
  const events = await run(['BTC-USDT'], { maxEvents: 100 })
  const last = events.at(-1)!
  expect(events.length).toBeGreaterThanOrEqual(100)
  expect(events.filter(({ timeMs }) => timeMs < last.timeMs).length).toBeLessThan(100)
  expect(last.type).toBe('BookSnapshot')
})

test('it serves any BASE-QUOTE, with rules, and says how to write it', () => {
  const provider = sim.create(
    {
      name: 'sim',
      emit: () => undefined,
      drained: async () => undefined,
      changed: () => undefined,
      now: () => 0,
      elapsed: () => 0,
    },
    {},
  )
  expect(provider.instrument('NEW-USDT')).toMatchObject({ baseCurrency: 'NEW', quoteCurrency: 'USDT' })
  expect(provider.instrument('BTC-USDT')).toMatchObject({ priceIncrement: '0.01', quantityIncrement: '0.00001' })
  expect(provider.instrument('A2345678901234Z9-USDT')).toMatchObject({ baseCurrency: 'A2345678901234Z9' })
  expect(() => provider.instrument('btc usdt')).toThrow('the simulator cannot serve "btc usdt"; write it as BTC-USDT')
  expect(() => provider.subscribe(['BTC-USDT', '../x'])).toThrow('cannot serve')
  expect(provider.symbols).toEqual([])
})

test('stopped by whoever handles its last event, it is stopped and has not finished', async () => {
  await using market = timed({ maxEvents: 1 }, (provider) => void provider.stop())
  await market.provider.start()
  await market.next()
  expect(market.provider.state).toBe('stopped')
  await market.provider.start()
  await until(() => market.provider.state === 'finished')
  expect(market.batches).toHaveLength(1)
})
