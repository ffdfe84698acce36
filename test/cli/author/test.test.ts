/** `meltica test`, and what the module `meltica` gives to tests. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Finished, meltica, type Place } from '../meltica'
import { AuthorFolder, CANDLES, TURNS } from './author-folder'

let scratch: string
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'meltica-test-command-'))
})
afterAll(() => rmSync(scratch, { recursive: true }))

const IMPORT = `import { backtest, check, describe, expect, sweep, test } from 'meltica'\n`
const RUN = `{ strategy: './turns.js', data: 'BTC-USDT.csv', cash: '10000', feeBps: 0 }`

function run(folder: AuthorFolder, args: readonly string[] = [], env: Place['env'] = {}): Promise<Finished> {
  return meltica({ cwd: folder.path, env: { TMPDIR: scratch, ...env } }, 'test', ...args)
}

/** Runs one test with this body, and what it prints. */
async function printed(body: string, files: Readonly<Record<string, string>> = {}): Promise<unknown> {
  using folder = new AuthorFolder({ ...files, 'a.test.ts': `${IMPORT}test('it', async () => {\n${body}\n})\n` })
  const { stdout, stderr, status } = await run(folder)
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
  return JSON.parse(stdout.slice(stdout.indexOf('\n') + 1))
}

test('a result has all that the JSON of the command has, but for the logs, and what a test asks about', async () => {
  using folder = new AuthorFolder()
  const args = ['./turns.js', '--data', 'BTC-USDT.csv', '--cash', '10000', '--fee-bps', '0', '--set', 'every=3']
  await meltica(folder.path, 'backtest', ...args, '--json', 'r.json')
  const command = JSON.parse(readFileSync(join(folder.path, 'r.json'), 'utf8')) as Record<string, unknown>
  const tested = (await printed(
    `const r = await backtest({ ...${RUN}, config: { every: 3 } }); console.log(JSON.stringify(r))`,
  )) as Record<string, unknown>
  const { logs, fills, faults, warnings, ...rest } = tested
  expect<Record<string, unknown>>({ ...rest, logs: 6 }).toEqual(command)
  expect(Object.keys(rest).filter((key) => !(key in command))).toEqual([])
  expect(logs).toEqual(
    [1, 2, 3, 4, 5, 6].map((seen) => ({ time: `2024-01-01T00:0${seen - 1}:59.999Z`, message: `seen ${seen} ` })),
  )
  expect([faults, warnings]).toEqual([[], []])
  expect(fills).toEqual([
    fill('2024-01-01T00:01:00.000Z', 'buy', '101'),
    fill('2024-01-01T00:02:00.000Z', 'sell', '102'),
    fill('2024-01-01T00:04:00.000Z', 'buy', '104'),
    fill('2024-01-01T00:05:00.000Z', 'sell', '105'),
  ])
})

const fill = (time: string, side: string, price: string) => ({
  time,
  symbol: 'BTC-USDT',
  side,
  price,
  quantity: '1',
  fee: '0',
  clientOrderId: expect.stringMatching(/./),
})

test('positions are those after all fills up to a time, and a symbol or a time that is none is told', async () => {
  const body = `
    const r = await backtest(${RUN})
    const tell = (act) => { try { return act() } catch (error) { return error.message } }
    const times = ['2024-01-01', '2024-01-01T00:01:00Z', Date.UTC(2024, 0, 1, 0, 1, 59, 999), new Date('2024-01-01T00:02:00Z')]
    console.log(JSON.stringify([...times.map((at) => r.position(at)), r.position('2025-01-01', 'BTC-USDT'),
      tell(() => r.position('2024-01-01', 'ETH-USDT')), tell(() => r.position('soon'))]))`
  expect(await printed(body)).toEqual([
    '0',
    '1',
    '1',
    '0',
    '1',
    'the data have no symbol ETH-USDT: BTC-USDT',
    'soon is no time: write 2022-01-31T12:30:00Z, or ms since 1970',
  ])
})

test('candles and trades are given in the test, and the positions of several symbols are told apart', async () => {
  const body = `
    const candles = [0, 1, 2].map((minute) => ({ time: Date.UTC(2024, 0, 1, 0, minute), open: 1e-7, high: 2, low: '0.00000005', close: 1 }))
    const r = await backtest({ strategy: './turns.js', data: candles, symbol: 'ETH-USDT' })
    const trades = [1, 2].map((second) => ({ time: '2024-01-01T00:00:0' + second + 'Z', price: second, quantity: '0.5', side: 'sell' }))
    const t = await backtest({ strategy: './turns.js', data: trades, symbol: 'ETH-USDT' })
    console.log(JSON.stringify([r.fills.map(({ symbol, price }) => [symbol, price]), r.data.map(({ rows, format }) => [rows, format]), t.data.map(({ rows }) => rows)]))`
  const [fills, candles, trades] = (await printed(body)) as unknown[]
  expect(fills).toEqual([
    ['ETH-USDT', '0.0000001'],
    ['ETH-USDT', '0.0000001'],
  ])
  expect(candles).toEqual([[3, 'ohlcv']])
  expect(trades).toEqual([2])
})

test('what is refused is rejected in the words of the command', async () => {
  const body = `
    const tell = (options) => backtest(options).then(() => 'ran', (error) => [error.code, error.message.split('\\n')[0]])
    const run = ${RUN}
    const rows = (row) => tell({ ...run, data: [row] })
    console.log(JSON.stringify([
      await tell({ ...run, strategy: './none.js' }), await tell({ ...run, data: 'none.csv' }), await tell({ ...run, feeBps: 'x' }),
      await tell({ ...run, feeBp: 1 }), await tell({ ...run, margin: 'no' }), await tell({ ...run, config: { evry: 1 } }),
      await tell({ ...run, from: '2030-01-01' }), await tell({ ...run, strategy: '-' }), await rows({ time: 'soon', price: 1, quantity: 1 }),
      await rows({ time: 0, price: NaN, quantity: 1 }), await tell({ ...run, data: [] }), await tell({ ...run, strategy: './broken.js' }),
    ]))`
  const files = { 'broken.js': 'module.exports = {\n  metadata: {,\n}' }
  expect(await printed(body, files)).toEqual([
    ['file_unreadable', './none.js cannot be read: there is no such file or folder'],
    ['data_unreadable', 'none.csv does not exist'],
    ['usage', expect.stringMatching(/^option '--fee-bps <bps>' argument 'x' is invalid\. /)],
    ['usage', expect.stringMatching(/^there is no option feeBp: they are symbol, timezone, .*feeBps/)],
    ['usage', 'margin is true or false, not "no"'],
    ['invalid_config', expect.stringContaining('evry')],
    ['data_unreadable', expect.stringMatching(/^the data have no row in the time asked for: BTC-USDT\.csv/)],
    ['usage', 'a test has no standard input: name a file instead of -'],
    ['usage', 'data[0].time is no time: "soon"; write 2024-01-01T00:00:00Z, or ms since 1970'],
    ['usage', 'data[0].price is no decimal number: NaN'],
    ['usage', 'data is the path of a file, or a list of paths, candles or trades that is not empty'],
    ['strategy_validation_failed', 'the strategy is not valid'],
  ])
})

test('rows are refused by number, field and value as the author wrote it, and options likewise', async () => {
  const body = `
    const tell = (options) => backtest({ ...${RUN}, ...options }).then(() => 'ran', (error) => error.message.split('\\n')[0])
    const trade = { time: 0, price: 1, quantity: 1 }
    const candle = { time: 0, open: 2, high: 3, low: 1, close: 2 }
    const prices = [NaN, Infinity, undefined, null, '1e5', 5n, () => 1, -1, 0]
    const said = []
    for (const price of prices) said.push(await tell({ data: [trade, { ...trade, price }] }))
    said.push(await tell({ data: [{ ...trade, quantity: NaN }] }), await tell({ data: [trade, , trade] }))
    said.push(await tell({ data: [{ ...trade, time: NaN }] }), await tell({ data: [{ ...trade, time: -1 }] }))
    said.push(await tell({ data: [candle, { ...candle, time: 1, high: '1.5' }] }), await tell({ data: [candle, candle] }))
    said.push(await tell({ cash: NaN }), await tell({ config: { every: Infinity } }), await tell({ seed: () => 1 }))
    const s = await sweep({ ...${RUN}, set: { every: [2, NaN] } }).then(() => 'ran', (error) => error.message.split('\\n')[0])
    console.log(JSON.stringify([...said, s]))`
  expect(await printed(body)).toEqual([
    'data[1].price is no decimal number: NaN',
    'data[1].price is no decimal number: Infinity',
    'data[1].price is no decimal number: undefined',
    'data[1].price is no decimal number: null',
    'data[1].price is no decimal number: "1e5"',
    'data[1].price is no decimal number: 5n',
    'data[1].price is no decimal number: a function',
    'data[1].price is below zero: -1',
    'data[1].price is not above zero: 0',
    'data[0].quantity is no decimal number: NaN',
    'data[1] is undefined, no candle and no trade',
    'data[0].time is no time: NaN; write 2024-01-01T00:00:00Z, or ms since 1970',
    'data[0].time is not of the years 1970 to 9999: -1',
    'data[1].open is above its high: 2',
    'data[1].time is that of another candle: 0',
    'cash is a text or a number, not NaN',
    'config.every is a text or a number, not Infinity',
    'seed is a text or a number, not a function',
    'set.every is a text or a number, not NaN',
  ])
})

test('times of rows are ms since 1970, however small or alike to other notations they are', async () => {
  const body = `
    const times = [0, 1, 60000, 202001130930, 20200113093000, 1704067200000]
    const r = await backtest({ ...${RUN}, data: times.map((time) => ({ time, price: 1, quantity: 1 })) })
    const c = await backtest({ ...${RUN}, data: [0, 1, 2].map((n) => ({ time: n * 60000, open: 1, high: 1, low: 1, close: 1 })) })
    console.log(JSON.stringify([r.data, c.data].flat().map(({ rows, from, to }) => [rows, from, to])))`
  expect(await printed(body)).toEqual([
    [6, '1970-01-01T00:00:00.000Z', '2610-02-12T14:31:33.000Z'],
    [3, '1970-01-01T00:00:00.000Z', '1970-01-01T00:02:59.999Z'],
  ])
})

test('what is refused points at the line of the test, and shows no line of ours', async () => {
  const calls = [
    `await backtest({ ...run, cahs: 1 })`,
    `await backtest({ ...run, data: 'none.csv' })`,
    `await backtest({ ...run, strategy: './broken.js' })`,
    `await backtest(null)`,
    `await check('./none.js')`,
    `await check(5)`,
    `await sweep({ ...run, set: { evry: [1] } })`,
    `r.position('soon')`,
    `expect(r).toMatchGolden(5)`,
    `expect(r).toMatchGolden('broken.json')`,
    `expect(r).toMatchGolden('.')`,
    `expect(r).toMatchGolden('other.json')`,
    `expect(r).toMatchGolden('BTC-USDT.csv/golden.json')`,
  ]
  const tests = calls.map((call, index) => `test('number ${index}', async () => {\n  ${call}\n})\n`)
  const head = `${IMPORT}const run = ${RUN}\ntype T = 1\nconst r = await backtest(run)\n`
  const golden = {
    ran: { data: [] },
    stats: {},
    trades: [],
    fills: [],
    orders: 7,
    errors: 0,
    liquidated: null,
    stopped: null,
  }
  using folder = new AuthorFolder({
    'a.test.ts': head + tests.join(''),
    'broken.js': 'module.exports = {',
    'broken.json': '{',
    'other.json': JSON.stringify(golden),
  })
  const { stderr } = await run(folder)
  const lines = stderr.split('\n')
  const failed = lines.flatMap((line, at) => (line.startsWith('(fail) number') ? [at] : []))
  expect(failed).toHaveLength(calls.length)
  for (const [index, end] of failed.entries()) {
    const part = lines.slice(index === 0 ? 0 : failed[index - 1]! + 1, end)
    const number = head.split('\n').length + index * 3 + 1
    const caret = part.findIndex((line) => /^ +\^$/.test(line))
    expect(part[caret - 1]).toBe(`${number} |   ${calls[index]}`)
    expect(part.filter((line) => /^ +at /.test(line)).map((line) => /([^/]*):\d+\)?$/.exec(line)?.[1])).toEqual([
      `a.test.ts:${number}`,
    ])
  }
  expect(stderr).not.toContain('meltica.js')
})

test('what the commands warn of is among the results', async () => {
  const body = `
    const quiet = await backtest(${RUN})
    const dry = await backtest({ ...${RUN}, config: { dry_run: true } })
    const deaf = await backtest({ ...${RUN}, data: [{ time: 0, price: 1, quantity: 1 }] })
    const bad = await backtest({ ...${RUN}, data: 'bad.csv', skipBadRows: true })
    const runs = await sweep({ ...${RUN}, config: { dry_run: true }, set: { every: [2, 3] } })
    console.log(JSON.stringify([...[quiet, dry, deaf, bad].map(({ warnings }) => warnings), runs.warnings, runs.length]))`
  const lines = CANDLES.split('\n')
  const files = { 'bad.csv': [...lines.slice(0, 3), 'x,y', ...lines.slice(3)].join('\n') }
  expect(await printed(body, files)).toEqual([
    [],
    ['dry run: 6 orders were not sent'],
    ['the data are trades, and turns has no handler for them'],
    [expect.stringMatching(/^skipped: .*bad\.csv/)],
    [expect.stringContaining('no run has the figure sharpe'), 'the best of them ordered nothing'],
    2,
  ])
})

test('errors of handlers are listed, and a run that is stopped has the result of the command', async () => {
  const body = `
    const r = await backtest({ ...${RUN}, config: { word: 'throw' } })
    const s = await backtest({ ...${RUN}, strategy: './loops.js' })
    console.log(JSON.stringify([r.errors, r.faults.length, r.faults[0], s.stopped, s.data[0].rows]))`
  const loops = TURNS.replace("name: 'turns'", "name: 'loops'").replace('helpers.log(', 'for (;;); helpers.log(')
  const [errors, count, first, stopped] = (await printed(body, { 'loops.js': loops })) as unknown[]
  expect([errors, count]).toEqual([6, 6])
  expect(first).toEqual({
    time: '2024-01-01T00:00:59.999Z',
    message: expect.stringMatching(/^turns\.js:21:\d+: .*thrown on purpose/),
  })
  expect(stopped).toEqual(expect.stringMatching(/./))
})

test('check tells name, tag, warnings and diagnostics with their places', async () => {
  const body = `console.log(JSON.stringify([await check('./turns.js'), await check('./broken.js')]))`
  expect(await printed(body, { 'broken.js': 'module.exports = {\n  metadata: {,\n}' })).toEqual([
    { ok: true, name: 'turns', tag: 'v1', diagnostics: [], warnings: [] },
    {
      ok: false,
      name: '',
      tag: '',
      diagnostics: [expect.objectContaining({ stage: 'compile', line: 2 })],
      warnings: [],
    },
  ])
})

test('paths count from the folder of the test file, wherever the tests are run', async () => {
  using folder = new AuthorFolder({
    'deep/b.test.ts': `${IMPORT}test('it', async () => expect((await backtest({ strategy: '../turns.js', data: '../BTC-USDT.csv' })).orders).toBe(6))`,
    'a.test.js': `${IMPORT}test('it', async () => expect((await backtest(${RUN})).orders).toBe(6))`,
  })
  const { status, stderr } = await run(folder)
  expect(stderr).toContain('2 pass')
  expect(status).toBe(0)
})

test('the status is that of the runner, its options pass, and nothing is left behind', async () => {
  using folder = new AuthorFolder({
    'a.test.ts': `${IMPORT}describe('a', () => {
      test('passes', () => expect(1).toBe(1))
      test('fails', () => expect(1).toBe(2))
    })`,
  })
  const before = readdirSync(scratch)
  const [all, one] = await Promise.all([run(folder), run(folder, ['-t', 'passes'])])
  expect([all.status, one.status]).toEqual([1, 0])
  expect(all.stderr).toContain('1 fail')
  expect(one.stderr).toContain('1 filtered out')
  expect(readdirSync(scratch)).toEqual(before)
})

test('a process of backtests that is killed is told of, and the next backtest starts another one', async () => {
  const body = `
    const { readdirSync, readFileSync } = await import('node:fs')
    await backtest(${RUN})
    const mine = readdirSync('/proc').filter((pid) => /^\\d+$/.test(pid)).filter((pid) => {
      try { return readFileSync('/proc/' + pid + '/cmdline', 'utf8').includes('backtest-host') && readFileSync('/proc/' + pid + '/status', 'utf8').includes('PPid:\\t' + process.pid + '\\n') } catch { return false }
    })
    process.kill(Number(mine[0]), 'SIGSTOP')
    const lost = backtest(${RUN}).then(() => 'ran', (error) => error.message)
    process.kill(Number(mine[0]), 'SIGKILL')
    console.log(JSON.stringify([mine.length, await lost, (await backtest(${RUN})).orders]))`
  expect(await printed(body)).toEqual([1, 'the process that ran this backtest ended by SIGKILL', 6])
})

test('a golden file is written at first, differs in few lines, and is written anew by -u', async () => {
  using folder = new AuthorFolder({
    'a.test.ts': `${IMPORT}test('it', async () => { expect(await backtest(${RUN})).toMatchGolden('golden/turns.json') })`,
  })
  const golden = join(folder.path, 'golden/turns.json')
  const ci = await run(folder, [], { CI: 'true' })
  expect([ci.status, existsSync(golden)]).toEqual([1, false])
  expect(ci.stderr).toContain('golden/turns.json is not there, and CI is set')
  expect((await run(folder)).stderr).toContain('written: golden/turns.json')
  const first = readFileSync(golden, 'utf8')
  expect((await run(folder, [], { CI: 'true' })).status).toBe(0)

  folder.write({ 'turns.js': TURNS.replace('default: 2', 'default: 3') })
  const other = await run(folder)
  expect(other.status).toBe(1)
  const lines = other.stderr.split('\n').map((line) => line.trimEnd())
  const from = lines.indexOf('the result is not that of golden/turns.json')
  expect(lines[from + 1]).toBe('  config every: 2 → 3')
  expect(lines).toContain('  3 → 2 trades; number 2 is the first that differs:')
  expect(lines).toContain('to accept it: meltica test -u')
  expect(lines.some((line) => /^ {2}orders +6 → 4$/.test(line))).toBe(true)
  expect(lines.lastIndexOf('to accept it: meltica test -u') - from).toBeLessThan(60)
  expect(readFileSync(golden, 'utf8')).toBe(first)

  expect((await run(folder, ['-u'])).status).toBe(0)
  expect(readFileSync(golden, 'utf8')).not.toBe(first)
  expect((await run(folder)).status).toBe(0)
  folder.write({ 'golden/turns.json': '{' })
  expect((await run(folder)).stderr).toContain('golden/turns.json is no golden file')
})

test('statistics that a golden file does not know are not compared', async () => {
  using folder = new AuthorFolder({
    'a.test.ts': `${IMPORT}test('it', async () => { expect(await backtest(${RUN})).toMatchGolden('golden.json') })`,
  })
  await run(folder)
  const golden = JSON.parse(readFileSync(join(folder.path, 'golden.json'), 'utf8')) as {
    stats: Record<string, unknown>
  }
  const { sharpe: _, ...stats } = golden.stats
  folder.write({ 'golden.json': JSON.stringify({ ...golden, stats }) })
  expect((await run(folder)).status).toBe(0)
  folder.write({ 'golden.json': JSON.stringify({ ...golden, stats: { ...stats, gone: 1 } }) })
  expect((await run(folder)).stderr).toMatch(/gone +1 → absent/)
})

test('a symbol that contradicts the name of the file is warned of', async () => {
  const body = `const r = await backtest({ strategy: './turns.js', data: 'BTC-USDT.csv', symbol: 'ETH-USDT', cash: '10000' })
    const same = await backtest({ strategy: './turns.js', data: 'BTC-USDT.csv', symbol: 'btcusdt', cash: '10000' })
    console.log(JSON.stringify([r.warnings, same.warnings]))`
  const said =
    '--symbol says ETH-USDT, the name of BTC-USDT.csv says BTC-USDT: its rows name none, and are taken as ETH-USDT'
  expect(await printed(body)).toEqual([[said], []])
})

test('a golden difference has figures as the table has them, with as many digits more as show what differs', async () => {
  using folder = new AuthorFolder({
    'a.test.ts': `${IMPORT}test('it', async () => { expect(await backtest(${RUN})).toMatchGolden('golden.json') })`,
  })
  await run(folder)
  const path = join(folder.path, 'golden.json')
  const golden = JSON.parse(readFileSync(path, 'utf8'))
  const { stats } = golden
  Object.assign(golden.ran.config, { every: 0.123456 })
  Object.assign(golden.trades[0], { pnlPct: golden.trades[0].pnlPct + 0.00012 })
  const buyHoldReturnPct = stats.buyHoldReturnPct + 0.00044
  const changed = { returnPct: 87.123456789, sharpe: 1.2555, cagrPct: 1e17, buyHoldReturnPct }
  folder.write({ 'golden.json': JSON.stringify({ ...golden, stats: { ...stats, ...changed } }) })
  const { stderr } = await run(folder)
  expect(stderr).toContain('config every: 0.123456 → 2\n')
  expect(stderr).toMatch(/ returnPct +87\.12 → -?\d+\.\d\d\n/)
  expect(stderr).toMatch(/ sharpe +1\.26 → null\n/)
  expect(stderr).toMatch(/ buyHoldReturnPct +-?\d+\.\d{3,4} → -?\d+\.\d{3,4}\n/)
  expect(stderr).toMatch(/ cagrPct +1\.00e\+17 → \d\.\d\de\+\d+\n/)
  const rows = stderr.split('\n').filter((line) => /^ +[-+] symbol/.test(line))
  expect(rows.length).toBe(2)
  expect(rows[0]).not.toBe(rows[1]!.replace('+', '-'))
  for (const row of rows) expect(row).not.toMatch(/\.\d{7}/)
})

test('tests run in several processes', async () => {
  using folder = new AuthorFolder({
    'a.test.ts': `${IMPORT}test('it', async () => expect((await backtest(${RUN})).orders).toBe(6))`,
    'b.test.ts': `${IMPORT}test('it', async () => expect((await backtest(${RUN})).orders).toBe(6))`,
  })
  const { status, stderr } = await run(folder, ['--parallel=2'])
  expect(stderr).toContain('2 pass')
  expect(status).toBe(0)
})
