/** The simulator. */
import { beforeEach, describe, expect, test } from 'bun:test'
import { Value } from '@sinclair/typebox/value'
import { sim } from '../../src/market/sim'
import { type MarketEvent, PAYLOADS } from '../../src/schema/events'
import { only } from './folder'

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

test('the same seed and symbols make the same events, another seed makes others', async () => {
  const events = await run(['BTC-USDT', 'ETH-USDT'])
  expect(await run(['BTC-USDT', 'ETH-USDT'])).toEqual(events)
  expect(await run(['BTC-USDT', 'ETH-USDT'], { seed: 43 })).not.toEqual(events)
})

test('a further symbol changes nothing of the others', async () => {
  const bare = (events: MarketEvent[]) =>
    events.filter(({ symbol }) => symbol === 'BTC-USDT').map(({ type, timeMs, payload }) => ({ type, timeMs, payload }))
  const alone = bare(await run(['BTC-USDT'], { maxEvents: 1000 }))
  const together = bare(await run(['ETH-USDT', 'BTC-USDT', 'SOL-USDC'], { maxEvents: 4000 }))
  expect(together.slice(0, 900)).toEqual(alone.slice(0, 900))
})

test('the rules of each symbol come first; then trades, tickers, books and candles that fit their schema', async () => {
  const events = await run(['BTC-USDT', 'DOGE-USDT'])
  expect(events.slice(0, 2).map(({ type }) => type)).toEqual(['InstrumentUpdate', 'InstrumentUpdate'])
  const types = ['Trade', 'Ticker', 'BookSnapshot', 'KlineSummary', 'InstrumentUpdate'] as const
  expect(new Set(events.map(({ type }) => type))).toEqual(new Set(types))
  for (const event of events) expect(Value.Check(PAYLOADS[event.type], event.payload)).toBe(true)
})

test('events are numbered from 1 and their time never goes back', async () => {
  const events = await run(['BTC-USDT', 'ETH-USDT'])
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1))
  expect(events[6]?.eventId).toBe('sim-7')
  expect(events.every(({ timeMs }, i) => i === 0 || timeMs >= events[i - 1]!.timeMs)).toBe(true)
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

test('prices trend and turn, and stay within bounds over a long time', async () => {
  const events = await run(['BTC-USDT'], { maxEvents: 60_000 })
  const prices = only(events, 'KlineSummary').map(({ payload }) => Number(payload.closePrice))
  const start = prices[0]!
  expect(Math.max(...prices)).toBeLessThan(start * 2)
  expect(Math.min(...prices)).toBeGreaterThan(start / 2)
  // Moves of 20 s: as many as a tenth go further than a percent, in both directions.
  const moves = prices.slice(20).map((price, i) => price / prices[i]! - 1)
  expect(moves.filter((move) => move > 0.01).length).toBeGreaterThan(moves.length / 20)
  expect(moves.filter((move) => move < -0.01).length).toBeGreaterThan(moves.length / 20)
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

test('a symbol that is subscribed while it runs joins in', async () => {
  const seen = new Set<string>()
  const { promise, resolve } = Promise.withResolvers<void>()
  await using provider = sim.create(
    {
      name: 'sim',
      emit: (batch) => {
        for (const { symbol } of batch) seen.add(symbol)
        if (seen.has('BTC-USDT')) provider.subscribe(['BTC-USDT', 'ETH-USDT'])
        if (seen.has('ETH-USDT')) resolve()
      },
      drained: async () => undefined,
      changed: () => undefined,
      now: () => START_MS,
      elapsed: () => 0,
    },
    { speed: 0 },
  )
  provider.subscribe(['BTC-USDT'])
  await provider.start()
  await promise
  expect(provider.symbols).toEqual(['BTC-USDT', 'ETH-USDT'])
})

test('it serves any BASE-QUOTE, with rules, and refuses what is none', () => {
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
  expect(() => provider.instrument('btc usdt')).toThrow('the simulator cannot serve "btc usdt"; write it as BTC-USDT')
  expect(() => provider.subscribe(['BTC-USDT', '../x'])).toThrow('cannot serve')
  expect(provider.symbols).toEqual([])
})

test('all wrong settings are named at once', () => {
  const context = {
    name: 'sim',
    emit: () => undefined,
    drained: async () => undefined,
    changed: () => undefined,
    now: () => 0,
    elapsed: () => 0,
  }
  expect(() => sim.create(context, { seed: 'x', intervalMs: 0, speed: 1.5, color: 'red' })).toThrow(
    /"color" is no setting.*"seed" must be a number.*"intervalMs" must be from 1/,
  )
})
