/** Market data that unpacks to far more than it is: memory is bounded, the rest goes on, and a stop ends it. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { replayOf } from '../../src/market/replay'
import { PROGRAM } from '../binary'
import { type Folder, folder, readData } from './folder'

// to unpack all of it takes longer than this
setDefaultTimeout(30_000)

const MIB = 1 << 20
const HEAD = 'timestamp,symbol,price,quantity,side\n'
const ROW = '1704067200000,BTC-USDT,100,1,buy\n'

/** Gzip takes members one behind the other: some kilobytes stand for gigabytes. */
function write(at: Folder, name: string, head: string, repeated: string, mebibytes: number): Promise<string> {
  const member = Bun.gzipSync(repeated.repeat(Math.ceil(MIB / repeated.length)))
  const members = Array.from({ length: mebibytes }, () => member)
  return at.write(name, new Uint8Array(Buffer.concat([Bun.gzipSync(head), ...members])))
}

test('a line of 4 GiB is refused with its place, in little memory', async () => {
  await using at = await folder()
  const before = process.memoryUsage.rss()
  const file = await write(at, 'bomb.csv.gz', HEAD + ROW, 'a', 4096)
  const refused = readData([file])
  expect(refused).rejects.toThrow('bomb.csv.gz, line 3: it is longer than 1 MiB')
  await refused.catch(() => undefined)
  expect(process.memoryUsage.rss() - before).toBeLessThan(400 * MIB)
})

test('in each kind of text a row of 1 MiB is read, and a longer one refused', async () => {
  await using at = await folder()
  const candle = (t: number, filler = '') => `[${1704067200000 + t * 60000},"1","2","1","2","5"${filler}]`
  const trade = (t: number, filler = '') =>
    `{"timestamp":${1704067200000 + t},"price":"1","amount":"1","side":"buy","info":"${filler}"}`
  const message = (t: number, filler = '') =>
    `{"stream":"btcusdt@trade","data":{"e":"trade","E":${1704067200000 + t},"s":"BTCUSDT","t":${t},"p":"1","q":"1","T":${1704067200000 + t},"m":true,"x":"${filler}"}}`
  const kinds: Record<string, (filler: string) => string> = {
    'lines.csv': (filler) => `${HEAD}${ROW}1704067200001,BTC-USDT,100,1,buy${filler && `,${filler}`}\n`,
    'lists.json': (filler) => `[${candle(0)},${candle(1)},${candle(2)},${candle(3, filler && `,"${filler}"`)}]`,
    'objects.json': (filler) => `[${trade(0)},${trade(1, filler)}]`,
    'messages.jsonl': (filler) => `${message(1)}\n${message(2, filler)}\n`,
  }
  for (const [name, text] of Object.entries(kinds)) {
    expect((await readData([await at.write(name, text(''))])).events.length).toBeGreaterThan(0)
    const long = readData([await at.write(name, text('x'.repeat(MIB + 1)))])
    expect(long).rejects.toThrow(/(line|element) \d: it is longer than 1 MiB/)
    await long.catch(() => undefined)
  }
})

test('a field that can be nothing is refused, and quoted in part', async () => {
  await using at = await folder()
  for (const row of [
    `1704067200001,BTC-USDT,${'1'.repeat(100_000)},1,buy`,
    `1704067200001,BTC-USDT,1,${'9'.repeat(100_000)},buy`,
    `1704067200001,${'S'.repeat(100_000)},1,1,buy`,
    `${'1'.repeat(100_000)},BTC-USDT,1,1,buy`,
    `1704067200001,BTC-USDT,1,1,${'b'.repeat(100_000)}`,
  ]) {
    const file = await at.write('field.csv', `${HEAD}${ROW}${row}\n`)
    const { message } = await readData([file]).then(
      () => new Error('it was read'),
      (error: Error) => error,
    )
    expect(message).toMatch(/^field\.csv, line 3: /)
    expect(message.length).toBeLessThan(500)
  }
})

test('symbols without end are refused', async () => {
  await using at = await folder()
  const rows = Array.from({ length: 100_002 }, (_, i) => `1704067200000,S${i}-USDT,1,1,buy\n`)
  const symbols = await at.write('symbols.csv', HEAD + rows.join(''))
  expect(readData([symbols])).rejects.toThrow(/symbols\.csv, line \d+: it is of the 100001th symbol/)
})

/** A replay of what has no end within the time of a test. */
function play(at: Folder, file: string, config: object = {}) {
  const events: unknown[] = []
  const provider = replayOf(at.path).create(
    {
      name: 'tape',
      emit: (batch) => events.push(...batch),
      drained: async () => undefined,
      changed: () => undefined,
      now: () => performance.now(),
      elapsed: () => performance.now(),
    },
    { file, speed: 0, ...config },
  )
  return { provider, events }
}

/** The rest of the process has had its turn so often. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resume) => setTimeout(resume, 1))
}

test('a replay of blank lines without end is stopped, and lets the rest go on', async () => {
  await using at = await folder()
  const { provider } = play(at, await write(at, 'blank.csv.gz', HEAD + ROW, '\n', 8192))
  provider.subscribe(['BTC-USDT'])
  await provider.start()
  await turns(20)
  expect(provider.state).toBe('running')
  await provider.stop()
  expect(provider.state).toBe('stopped')
})

test('a symbol is looked for within bounds, in slices', async () => {
  await using at = await folder()
  const { provider } = play(at, await write(at, 'endless.csv.gz', HEAD + ROW, ROW, 8192))
  let done = false
  const served = provider.serves!(['SOL-USDT']).then(() => {
    done = true
  })
  await turns(20)
  expect(done).toBe(false)
  await served
})

test('what a run has emitted of an endless recording is no more than was due', async () => {
  await using at = await folder()
  const later = ROW.replace('1704067200000', '1704070800000')
  const { provider, events } = play(at, await write(at, 'later.csv.gz', HEAD + ROW, later, 8192), { speed: 1 })
  provider.subscribe(['BTC-USDT'])
  await provider.start()
  await turns(200)
  expect(events).toHaveLength(1)
  await provider.stop()
  expect(provider.state).toBe('stopped')
})

test('a backtest of it ends with one sentence', async () => {
  await using at = await folder()
  await write(at, 'BTC-USDT.csv.gz', HEAD + ROW, 'a', 4096)
  await at.write(
    's.js',
    "module.exports = { metadata: { name: 's', displayName: 'S', events: ['Trade'] }, create: () => ({}) }",
  )
  const child = Bun.spawnSync([...PROGRAM, 'backtest', 's.js', '--data', 'BTC-USDT.csv.gz'], {
    cwd: at.path,
    env: { PATH: process.env.PATH ?? '' },
  })
  expect([child.exitCode, child.stderr.toString()]).toEqual([
    1,
    expect.stringContaining('BTC-USDT.csv.gz, line 3: it is longer than 1 MiB\n'),
  ])
})
