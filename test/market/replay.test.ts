/** The replay of recorded data. */
import { expect, test } from 'bun:test'
import { dirname } from 'node:path'
import type { Provider } from '../../src/market/provider'
import { symbolRefusal } from '../../src/market/recording'
import { replayOf } from '../../src/market/replay'
import type { MarketEvent } from '../../src/schema/events'
import { until } from '../until'
import { type Folder, folder } from './folder'

const BEGIN_MS = 1_704_067_200_000
const trade = (ms: number, symbol = 'BTCUSDT') => `${BEGIN_MS + ms},${symbol},${ms + 1},2,buy\n`
const tape = (at: Folder, ...times: number[]) =>
  at.write('tape.csv', `timestamp,symbol,price,quantity,side\n${times.map((ms) => trade(ms)).join('')}`)

/** A replay with what it emitted, and a wait for its state or its events. */
function play(
  config: Record<string, unknown>,
  elapsed: () => number = () => performance.now(),
  drained: () => Promise<void> = async () => undefined,
) {
  const events: MarketEvent[] = []
  const batches: number[] = []
  let check: () => void = () => undefined
  const directory = dirname(String(config.file).split(',')[0]!)
  const provider: Provider = replayOf(directory).create(
    {
      name: 'tape',
      emit: (batch) => {
        events.push(...batch)
        batches.push(batch.length)
        check()
      },
      drained,
      changed: () => check(),
      now: () => 0,
      elapsed,
    },
    config,
  )
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      check = () => {
        if (condition()) resolve()
      }
      check()
    })
  return { provider, events, batches, until, [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose]() }
}

test('it emits the events of the file at their own times and finishes', async () => {
  await using at = await folder()
  await using player = play({ file: await tape(at, 0, 10, 5000), speed: 0 })
  player.provider.subscribe(['BTC-USDT'])
  await player.provider.start()
  await player.until(() => player.provider.state === 'finished')
  expect(player.events.map(({ timeMs, provider, sequence }) => [timeMs, provider, sequence])).toEqual([
    [BEGIN_MS, 'tape', 1],
    [BEGIN_MS + 10, 'tape', 2],
    [BEGIN_MS + 5000, 'tape', 3],
  ])
})

test('at its own pace it waits when too many of its events are not handled, and none of them may be left out', async () => {
  await using at = await folder()
  const handled = Promise.withResolvers<void>()
  const times = Array.from({ length: 6000 }, () => 0)
  await using player = play({ file: await tape(at, ...times), speed: 1 }, undefined, () => handled.promise)
  expect(player.provider.lossless).toBe(true)
  player.provider.subscribe(['BTC-USDT'])
  await player.provider.start()
  await player.until(() => player.events.length > 4096)
  for (let turns = 0; turns < 100; turns++) await new Promise((resolve) => setImmediate(resolve))
  // in pieces of a thousand
  expect(player.events).toHaveLength(5000)
  handled.resolve()
  await player.until(() => player.provider.state === 'finished')
  expect(player.events).toHaveLength(6000)
})

test('at a speed, an event waits until the clock has reached it', async () => {
  await using at = await folder()
  let now = 0
  await using player = play({ file: await tape(at, 0, 1000, 2000), speed: 100 }, () => now)
  player.provider.subscribe(['BTC-USDT'])
  await player.provider.start()
  await player.until(() => player.events.length === 1)
  now = 10
  await player.until(() => player.events.length === 2)
  expect(player.provider.state).toBe('running')
  now = 20
  await player.until(() => player.provider.state === 'finished')
  expect(player.events).toHaveLength(3)
})

test('faster than recorded, each event waits until the one before has been handled', async () => {
  await using at = await folder()
  const handled: (() => void)[] = []
  const drained = () => new Promise<void>((resolve) => handled.push(resolve))
  let now = 0
  await using player = play({ file: await tape(at, 0, 0, 10), speed: 60 }, () => now, drained)
  player.provider.subscribe(['BTC-USDT'])
  await player.provider.start()
  now = 1000
  for (const count of [1, 2, 3]) {
    await until(() => handled.length === count)
    expect([player.batches, player.provider.state]).toEqual([Array(count).fill(1), 'running'])
    handled.at(-1)!()
  }
  await player.until(() => player.provider.state === 'finished')
})

test('as recorded, what happened at once is passed on at once, a thousand events at most', async () => {
  await using at = await folder()
  await using player = play({ file: await tape(at, ...Array(1001).fill(0)) }, () => 0)
  player.provider.subscribe(['BTC-USDT'])
  await player.provider.start()
  await player.until(() => player.provider.state === 'finished')
  expect(player.batches).toEqual([1000, 1])
})

test('within a long pause of the recording the clock is looked at again', async () => {
  await using at = await folder()
  let now = 0
  await using player = play({ file: await tape(at, 0, 3_600_000) }, () => now)
  player.provider.subscribe(['BTC-USDT'])
  await player.provider.start()
  await player.until(() => player.events.length === 1)
  // The pause has begun by the next turn.
  await new Promise((resolve) => setTimeout(resolve, 10))
  now = 3_600_000
  await player.until(() => player.provider.state === 'finished')
  expect(player.events).toHaveLength(2)
})

test('the symbols of a recording are those that it can serve, and asked for no more', async () => {
  await using at = await folder()
  const file = await at.write('two.csv', `timestamp,symbol,price,quantity,side\n${trade(0)}${trade(1, 'ETHUSDT')}`)
  await using player = play({ file })
  await player.provider.serves!(['BTC-USDT'])
  await player.provider.serves!(['ETH-USDT', 'BTC-USDT'])
  expect(player.provider.serves!(['ETH-USDT', 'SOL-USDT'])).rejects.toMatchObject({
    code: 'symbol_refused',
    message: 'the data is of BTC-USDT, ETH-USDT, not of SOL-USDT',
    details: { symbols: ['BTC-USDT', 'ETH-USDT'] },
  })
  const many = Array.from({ length: 21 }, (_, n) => trade(n, `S${String(n).padStart(2, '0')}USDT`)).join('')
  await using other = play({ file: await at.write('many.csv', `timestamp,symbol,price,quantity,side\n${many}`) })
  expect(other.provider.serves!(['X-USDT'])).rejects.toMatchObject({
    message: expect.stringMatching(/^the data is of S00-USDT, .*S19-USDT and 1 more, not of X-USDT$/),
  })
})

test('a refusal of a symbol names twenty that there are, in the order of the alphabet', () => {
  const known = Array.from({ length: 20 }, (_, n) => `S${String(19 - n).padStart(2, '0')}`)
  const told = (symbols: readonly string[]) => symbolRefusal(['X', 'S00', 'Y'], symbols)
  const all = known.toSorted()
  expect(told(known)).toMatchObject({
    code: 'symbol_refused',
    message: `the data is of ${all.join(', ')}, not of X, Y`,
    details: { symbols: all },
  })
  expect(told([...known, 'T', 'U']).message).toBe(`the data is of ${all.join(', ')} and 2 more, not of X, Y`)
  expect(told([]).message).toBe('the data is of no symbol, not of X, S00, Y')
})

test('what is wrong with the files or with how they are to be read is a problem of the setting that says so', async () => {
  await using at = await folder()
  const file = await at.write('BTC-USDT.csv', `timestamp,price,quantity,side\n${BEGIN_MS},1,1,buy\n`)
  const said = async (config: Record<string, unknown>) => {
    await using player = play({ file, ...config })
    return await player.provider.verify!().catch((error: unknown) => error)
  }
  expect(await said({})).toBeUndefined()
  const zone = '"Mars/Olympus" is no time zone; write it as America/New_York'
  expect(() => play({ file, timezone: 'Mars/Olympus' })).toThrow(
    expect.objectContaining({
      code: 'invalid_provider',
      message: `"timezone": ${zone}`,
      details: { problems: [{ path: 'timezone', message: zone }] },
    }),
  )
  expect(await said({ format: 'quotes' })).toMatchObject({
    code: 'invalid_provider',
    details: { problems: [{ path: 'file', message: expect.stringContaining('cannot be read as quotes') }] },
    hint: expect.stringContaining('name the format with --format'),
  })
  expect(await said({ file: `${file}x` })).toMatchObject({ code: 'invalid_provider' })
})

test('symbols that rows name behind the head are found, and searched for no longer than needed', async () => {
  await using at = await folder()
  const rows = Array.from({ length: 3000 }, (_, n) => trade(n)).join('')
  const text = `timestamp,symbol,price,quantity,side\n${rows}${trade(3000, 'ETHUSDT')}`
  await using player = play({ file: await at.write('late.csv', text) })
  await player.provider.serves!(['ETH-USDT'])
  await player.provider.serves!(['BTC-USDT', 'ETH-USDT'])
  expect(player.provider.serves!(['SOL-USDT'])).rejects.toMatchObject({
    message: 'the data is of BTC-USDT, ETH-USDT, not of SOL-USDT',
  })
  await using broken = play({ file: await at.write('broken.csv', `${text}x,ETHUSDT,1,1,buy\n`) })
  await broken.provider.serves!(['BTC-USDT'])
  expect(broken.provider.serves!(['SOL-USDT'])).rejects.toMatchObject({
    code: 'invalid_provider',
    message: 'the recording cannot be replayed: broken.csv, line 3003: time … is not understood',
  })
})

test('it waits for its first subscription, and a stop ends the wait', async () => {
  await using at = await folder()
  await using player = play({ file: await tape(at, 0), speed: 0 })
  await player.provider.start()
  await player.provider.stop()
  expect([player.provider.state, player.events.length]).toEqual(['stopped', 0])
  await player.provider.start()
  player.provider.subscribe(['BTC-USDT'])
  await player.until(() => player.provider.state === 'finished')
  expect(player.events).toHaveLength(1)
})

test('a stop in a long pause of the recording is obeyed at once', async () => {
  await using at = await folder()
  await using player = play({ file: await tape(at, 0, 3_600_000) })
  player.provider.subscribe(['BTC-USDT'])
  await player.provider.start()
  await player.until(() => player.events.length === 1)
  await player.provider.stop()
  expect(player.provider.state).toBe('stopped')
})

test('several files are merged, and unnamed data takes the name it is given', async () => {
  await using at = await folder()
  const quotes = await at.write('q.csv', `timestamp,bid,ask\n${BEGIN_MS + 5},1,2\n`)
  const trades = await at.write(
    't.csv',
    `timestamp,price,quantity,side\n${BEGIN_MS},1,1,buy\n${BEGIN_MS + 9},1,1,buy\n`,
  )
  await using player = play({ file: `${quotes}, ${trades}`, speed: 0, symbol: 'SOL-USDT' })
  player.provider.subscribe(['SOL-USDT'])
  await player.provider.start()
  await player.until(() => player.provider.state === 'finished')
  expect(player.events.map(({ type }) => type)).toEqual(['Trade', 'Ticker', 'Trade'])
  expect(player.provider.instrument('SOL-USDT')).toMatchObject({ baseCurrency: 'SOL', quoteCurrency: 'USDT' })
})

test.each([
  ['a file that is gone', 'none.csv', '', 'none.csv does not exist'],
  [
    'a row that is broken',
    'broken.csv',
    `timestamp,symbol,price,quantity,side\n${trade(0)}x,BTCUSDT,1,2,buy\n`,
    'line 3: time … is not understood',
  ],
  [
    'data of another symbol',
    'eth.csv',
    `timestamp,symbol,price,quantity,side\n${trade(0, 'ETHUSDT')}`,
    'the data is of ETH-USDT, not of BTC-USDT',
  ],
])('it fails with the reason on %s', async (_what, name, content, reason) => {
  await using at = await folder()
  if (content !== '') await at.write(name, content)
  await using player = play({ file: `${at.path}/${name}`, speed: 0 })
  player.provider.subscribe(['BTC-USDT'])
  await player.provider.start()
  await player.until(() => player.provider.state === 'failed')
  expect(player.provider.reason).toContain(reason)
})

test('a row that contradicts a guess fails it with what overrules the guess, which the setting does', async () => {
  await using at = await folder()
  const file = await at.write('BTC-USDT.csv', `${BEGIN_MS},1,4,2,3,9\n${BEGIN_MS + 60_000},1,4,2,3,9\n`)
  await using guessed = play({ file, speed: 0 })
  guessed.provider.subscribe(['BTC-USDT'])
  await guessed.provider.start()
  await guessed.until(() => guessed.provider.state === 'failed')
  expect(guessed.provider.reason).toMatch(/line 1: open 1 is below low 2: .*coinbase-ohlcv.*the setting format/)
  await using named = play({ file, speed: 0, format: 'coinbase-ohlcv' })
  named.provider.subscribe(['BTC-USDT'])
  await named.provider.start()
  await named.until(() => named.provider.state === 'finished')
  expect(named.events.map(({ payload }) => payload)).toMatchObject([
    { openPrice: '2', highPrice: '4', lowPrice: '1', closePrice: '3' },
    { openPrice: '2', highPrice: '4', lowPrice: '1', closePrice: '3' },
  ])
  expect(() => play({ file, format: 'cvs' })).toThrow(/"format": "cvs" is no format of market data/)
})

test('rules from a file of the same folder are those of its symbols; what is wrong with them is told in time', async () => {
  await using at = await folder()
  const file = await tape(at, 0, 1)
  const encoded = (text: string) => new TextEncoder().encode(text)
  await at.write('rules.yaml', encoded('BTC-USDT: { tickSize: 0.5, multiplier: 2 }'))
  await at.write('others.yaml', encoded('ETH-USDT: { tickSize: 0.5 }'))
  await at.write('broken.yaml', encoded('BTC-USDT: { tick: 0.5 }'))
  const told = async (rules: string) => {
    await using player = play({ file, rules })
    const { provider } = player
    const refusals: string[] = []
    const note = ({ message }: Error) => void refusals.push(message)
    await provider.verify!().catch(note)
    await provider.serves!(['BTC-USDT']).catch(note)
    const { priceIncrement, multiplier } = provider.instrument('BTC-USDT')
    return [...refusals, priceIncrement, multiplier]
  }
  expect(await told('rules.yaml')).toEqual(['0.5', '2'])
  expect(await told('')).toEqual([undefined, undefined])
  expect(await told('others.yaml')).toEqual([
    expect.stringMatching(/^the rules cannot be used: others.yaml has no rules of BTC-USDT, only of ETH-USDT$/),
    undefined,
    undefined,
  ])
  const broken = expect.stringContaining('broken.yaml cannot be used: BTC-USDT: tick is no rule')
  expect(await told('broken.yaml')).toEqual([broken, broken, undefined, undefined])
  const outside = expect.stringContaining('is not in ')
  expect(await told('../rules.yaml')).toEqual([outside, outside, undefined, undefined])
})
