/** `meltica sweep` as an author calls it: real processes, real files. */
import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { appendFile, mkdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { figureText } from '../../src/backtest/result/figure-text'
import { runBacktest } from '../../src/backtest/run'
import type { RunFlags } from '../../src/cli/run/flags'
import { openRun } from '../../src/cli/run/opening'
import { runOptions } from '../../src/cli/run/options'
import { writeSample } from '../../src/market/sample'
import { folder } from '../backtest/backtests'
import { PROGRAM } from '../binary'
import { until } from '../until'
import { type Finished, meltica, melticaOnTerminal, start } from './meltica'

/** Its runs differ in all that a line holds: it trades, trades nothing, is stopped, or cannot be created. */
const STRATEGY = `module.exports = {
  metadata: {
    name: 'tester', tag: 'v1', displayName: 'Tester', events: ['KlineSummary'],
    config: [
      { name: 'lookback', type: 'int', default: 10 },
      { name: 'threshold', type: 'float', default: 0.1 },
      { name: 'mode', type: 'enum', default: 'follow', options: ['follow', 'fade', 'random', 'hold'] },
      { name: 'strict', type: 'bool', default: false },
      { name: 'pace', type: 'duration', default: '1s' },
      { name: 'fault', type: 'string', default: '' },
    ],
  },
  create({ config, runtime, helpers }) {
    if (config.fault === 'create') throw new Error('not with me')
    const closes = []
    return {
      onKlineSummary(ctx, evt, payload) {
        const close = Number(payload.closePrice)
        closes.push(close)
        if (config.fault === 'endless' && closes.length === 50) for (;;);
        if (closes.length <= config.lookback) return
        const change = 100 * (close / closes[closes.length - 1 - config.lookback] - 1)
        const draw = config.mode === 'random' ? Math.random() - 0.5 : change
        if (config.mode === 'hold' || Math.abs(change) < config.threshold) return
        const side = (draw > 0) === (config.mode === 'fade') ? 'sell' : 'buy'
        const held = runtime.position().quantity
        if (config.strict && held !== 0) return
        if ((side === 'buy' ? held : -held) < 0.02) runtime.submitMarketOrder('', side, 0.01)
        helpers.log(evt.seqProvider, config.pace)
      },
    }
  },
}`

/** A folder with the strategy and some hours of candles that look like a market. */
async function prepared(source = STRATEGY, rows = 400) {
  const home = await folder()
  await writeFile(join(home.path, 'tester.js'), source)
  writeSample(join(home.path, 'BTC-USDT.csv'), { kind: 'klines', rows })
  const run = (...args: string[]) => meltica(home.path, 'sweep', 'tester.js', '--data', 'BTC-USDT.csv', ...args)
  const read = (name: string) => readFile(join(home.path, name), 'utf8')
  return {
    path: home.path,
    run,
    read,
    lines: async (name: string) => (await read(name)).trimEnd().split('\n'),
    has: (name: string) => existsSync(join(home.path, name)),
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  }
}

const expectFailed = ({ status, stderr }: Finished, code: number, ...words: string[]) => {
  for (const word of words) expect(stderr).toContain(word)
  expect(status).toBe(code)
}

/** The line that a plain backtest of the same config comes to. */
function lineOf(json: string): string {
  const part = (name: string) => new RegExp(`^  ("${name}": .*?),?$`, 'm').exec(json)![1]
  return `{${['config', 'stats', 'orders', 'stopped'].map(part).join(', ')}}`
}

async function plainLine(strategy: string, args: readonly string[]): Promise<string> {
  const flags = runOptions(new Command()).parse(args, { from: 'user' }).opts<RunFlags>()
  await using stack = new AsyncDisposableStack()
  const run = await openRun(strategy, flags, stack)
  const { stats, orders, stopped } = await runBacktest(run)
  const parts = Object.entries({ config: run.config, stats, orders, stopped })
  return `{${parts.map(([name, value]) => `"${name}": ${JSON.stringify(value)}`).join(', ')}}`
}

const LOOKBACKS = Array.from({ length: 12 }, (_, i) => String(3 + 4 * i))
const MODES = ['follow', 'fade', 'random', 'hold']

test('each of a hundred random runs equals a plain backtest of its config, byte for byte', async () => {
  await using at = await prepared(STRATEGY, 300)
  const settings = ['--fee-bps', '2', '--slippage-bps', '1.5', '--leverage', '3', '--seed', '7']
  const set = [
    '--set',
    `lookback=${LOOKBACKS.join()}`,
    '--set',
    'threshold=0.05:0.2:0.05',
    '--set',
    `mode=${MODES.join()}`,
  ]
  const swept = await at.run(
    ...set,
    '--set',
    'strict=true,false',
    '--random',
    '100',
    ...settings,
    '--runs',
    'runs.jsonl',
  )
  expect(swept.status).toBe(0)
  const lines = await at.lines('runs.jsonl')
  expect(lines).toHaveLength(100)
  const came = lines.map((line) => JSON.parse(line).stats.finalEquity)
  expect(new Set(came).size).toBeGreaterThan(40)
  // all by the room of backtests, whose command is started for some of them alone
  for (const [run, line] of lines.entries()) {
    const { config } = JSON.parse(line) as { config: Record<string, string | number | boolean> }
    const values = Object.entries(config).flatMap(([name, value]) => ['--set', `${name}=${value}`])
    const args = ['--data', join(at.path, 'BTC-USDT.csv'), ...settings, ...values]
    if (run % 20 === 0) {
      await meltica(at.path, 'backtest', 'tester.js', ...args, '--json', 'one.json')
      expect(line).toBe(lineOf(await at.read('one.json')))
    } else expect(line).toBe(await plainLine(join(at.path, 'tester.js'), args))
  }
}, 120_000)

const GRID = ['--set', 'lookback=3:17:2', '--set', 'mode=follow,fade,random']

test('one process or three write the same bytes, in the order of the grid', async () => {
  await using at = await prepared()
  for (const jobs of ['1', '3'])
    await at.run(...GRID, '--jobs', jobs, '--runs', `${jobs}.jsonl`, '--csv', `${jobs}.csv`)
  const lines = await at.lines('1.jsonl')
  expect(await at.read('3.jsonl')).toBe(await at.read('1.jsonl'))
  expect(await at.read('3.csv')).toBe(await at.read('1.csv'))
  expect(lines.map((line) => JSON.parse(line).config).map(({ lookback, mode }) => [lookback, mode])).toEqual(
    [3, 5, 7, 9, 11, 13, 15, 17].flatMap((lookback) => ['follow', 'fade', 'random'].map((mode) => [lookback, mode])),
  )
  const [head = '', first = ''] = await at.lines('1.csv')
  expect(head).toStartWith('run,config.lookback,config.mode,start,end,')
  expect(head).toEndWith(',orders,stopped')
  const { stats, orders } = JSON.parse(lines[0]!)
  expect(first).toBe(['1', '3', 'follow', ...Object.values(stats).map((value) => value ?? ''), orders, ''].join())
  expect(at.has('1.jsonl.partial')).toBe(false)
})

test('data that are too large to keep are read for each run, and said to be; the runs are the same', async () => {
  await using at = await prepared()
  await at.run(...GRID, '--runs', 'kept.jsonl')
  const { stderr } = await at.run(...GRID, '--runs', 'read.jsonl', '--cache-mb', '0')
  expect(stderr).toContain('each run reads them again')
  expect(await at.read('read.jsonl')).toBe(await at.read('kept.jsonl'))
})

/** Starts a sweep and waits until its journal has some runs. */
async function underWay(at: Awaited<ReturnType<typeof prepared>>, runs: number, ...args: string[]) {
  const child = start(at.path, 'sweep', 'tester.js', '--data', 'BTC-USDT.csv', ...args)
  const stderr = new Response(child.stderr).text()
  const journal = join(at.path, 'runs.jsonl.partial')
  await until(async () => existsSync(journal) && (await readFile(journal, 'utf8')).split('\n').length > runs + 1)
  return { child, stderr }
}

/** It takes long enough to be interrupted. */
const LONG = ['--set', 'lookback=3:17:1', '--set', 'mode=follow,fade', '--runs', 'runs.jsonl']
const LONG_RUNS = 30
const LONG_ROWS = 1500

test('two sweeps do not write one journal', async () => {
  await using at = await prepared(STRATEGY, LONG_ROWS)
  const { child, stderr } = await underWay(at, 2, ...LONG)
  // it is not to be done before the other one begins
  child.kill('SIGSTOP')
  const other = await at.run(...LONG, '--resume')
  child.kill('SIGCONT')
  expect(new Set([await child.exited, other.status])).toEqual(new Set([0, 1]))
  expect(`${await stderr}${other.stderr}`).toContain('runs.jsonl.partial is being written by another sweep')
  const made = (await at.lines('runs.jsonl')).map(
    (line) => (JSON.parse(line) as { config: { lookback: number; mode: string } }).config,
  )
  expect(made.map(({ lookback, mode }) => `${lookback} ${mode}`)).toEqual(
    Array.from({ length: LONG_RUNS }, (_, run) => `${3 + Math.floor(run / 2)} ${run % 2 === 0 ? 'follow' : 'fade'}`),
  )
})

test('a sweep that was killed goes on, whatever its last words were, and comes to the same bytes', async () => {
  await using at = await prepared(STRATEGY, LONG_ROWS)
  const { child } = await underWay(at, 5, ...LONG)
  child.kill('SIGKILL')
  await child.exited
  const journal = await at.lines('runs.jsonl.partial')
  expect(at.has('runs.jsonl')).toBe(false)
  const [head, first = '', ...others] = journal
  const altered = first.replace(/"trades":(\d)/, (_, digit: string) => `"trades":${(Number(digit) + 1) % 10}`)
  const unfinished = '{"crc":"00000000","run":77,"line":{"config": {"look'
  await writeFile(join(at.path, 'runs.jsonl.partial'), [head, altered, ...others, '\0\0', unfinished].join('\n'))
  const resumed = await at.run(...LONG, '--resume')
  expect(resumed.status).toBe(0)
  expect(resumed.stderr).toMatch(/[23] lines of runs.jsonl.partial are broken: their runs are made again/)
  const kept = Number(/note: (\d+) runs are there already/.exec(resumed.stderr)?.[1])
  expect(kept).toBeGreaterThanOrEqual(4)
  expect(kept).toBeLessThanOrEqual(journal.length)
  expect(resumed.stderr).toContain(`note: ${LONG_RUNS - kept} runs in`)
  expect(at.has('runs.jsonl.partial')).toBe(false)
  const bytes = await at.read('runs.jsonl')
  expect((await at.run(...LONG)).status).toBe(0)
  expect(await at.read('runs.jsonl')).toBe(bytes)
}, 60_000)

/** Hourly candles of so many days. */
function hourly(days: number): string {
  const price = (hour: number) => (1000 + 80 * Math.sin(hour / 37) + 30 * Math.sin(hour / 5)).toFixed(2)
  const rows = Array.from({ length: 24 * days }, (_, hour) => {
    const [open, close] = [price(hour), price(hour + 1)]
    const [low, high] = Number(open) < Number(close) ? [open, close] : [close, open]
    return [Date.UTC(2024, 0, 1, hour), open, high, low, close, '10'].join()
  })
  return `timestamp,open,high,low,close,volume\n${rows.join('\n')}\n`
}

test('a sweep that was resumed tells the same of its best as one that nothing disturbed', async () => {
  const args = [...LONG, '--report', 'report.html', '--jobs', '1']
  const told: string[][] = []
  for (const isKilled of [false, true]) {
    await using at = await prepared()
    await writeFile(join(at.path, 'BTC-USDT.csv'), hourly(40))
    if (isKilled) {
      const { child } = await underWay(at, 20, ...args)
      child.kill('SIGKILL')
      await child.exited
      expect(at.has('report.html')).toBe(false)
    }
    const { stdout, status } = await at.run(...args, ...(isKilled ? ['--resume'] : []))
    expect(status).toBe(0)
    told.push([stdout, await at.read('report.html'), await at.read('runs.jsonl')])
  }
  expect(told[1]).toEqual(told[0]!)
  expect(told[0]![0]).toMatch(/Probability of overfitting +[01]\.\d{4}/)
}, 60_000)

test('a file of rules that is another one is noticed when a sweep goes on', async () => {
  await using at = await prepared(STRATEGY, LONG_ROWS)
  const rules = join(at.path, 'rules.yaml')
  await writeFile(rules, 'BTC-USDT: { stepSize: 0.001 }')
  const args = [...LONG, '--rules', 'rules.yaml']
  const { child } = await underWay(at, 2, ...args)
  child.kill('SIGKILL')
  await child.exited
  await writeFile(rules, 'BTC-USDT: { stepSize: 0.01 }')
  expectFailed(await at.run(...args, '--resume'), 2, 'what is in the file of --rules was "sha256:')
  await writeFile(rules, 'BTC-USDT: { stepSize: 0.001 }')
  expect((await at.run(...args, '--resume')).status).toBe(0)
}, 60_000)

test('Ctrl-C says how to go on, with status 130, and no file stands under the final name', async () => {
  await using at = await prepared(STRATEGY, LONG_ROWS)
  const { child, stderr } = await underWay(at, 2, ...LONG)
  child.kill('SIGINT')
  expect(await child.exited).toBe(130)
  expect(await stderr).toMatch(
    /of 30 runs were made, and are kept in runs.jsonl.partial: the same command with --resume goes on/,
  )
  expect(at.has('runs.jsonl')).toBe(false)
  expectFailed(await at.run(...LONG), 2, 'runs.jsonl.partial has runs of a sweep that was not finished', '--resume')
  const other = await at.run(...LONG, '--resume', '--fee-bps', '3', '--seed', '9')
  expectFailed(other, 2, 'is of another sweep', '--fee-bps was absent, and is "3"', '--seed was 1, and is 9')
  await appendFile(join(at.path, 'BTC-USDT.csv'), '')
  await writeFile(join(at.path, 'tester.js'), `${STRATEGY}\n`)
  expectFailed(await at.run(...LONG, '--resume'), 2, 'strategy was "sha256:')
  await writeFile(join(at.path, 'tester.js'), STRATEGY)
  writeSample(join(at.path, 'BTC-USDT.csv'), { kind: 'klines', rows: LONG_ROWS + 1 })
  expectFailed(await at.run(...LONG, '--resume'), 2, 'file 1 of --data was {')
  writeSample(join(at.path, 'BTC-USDT.csv'), { kind: 'klines', rows: LONG_ROWS })
  expectFailed(await at.run(...LONG.slice(0, 2), '--runs', 'runs.jsonl', '--resume'), 2, '--set was [')
  expect((await at.run(...LONG, '--resume')).status).toBe(0)
}, 60_000)

test('a run that cannot begin or is stopped says why, and the sweep goes on', async () => {
  await using at = await prepared()
  const { status, stdout } = await at.run('--set', 'fault="",create,endless', '--set', 'threshold=0.02', '--runs', '-')
  expect(status).toBe(0)
  const [good, uncreated, endless] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(good.stopped).toBeNull()
  expect(good.orders).toBeGreaterThan(0)
  expect(uncreated.stopped).toContain('not with me')
  expect(uncreated.orders).toBe(0)
  expect(new Set(Object.values(uncreated.stats))).toEqual(new Set([null]))
  expect(Object.keys(uncreated.stats)).toEqual(Object.keys(good.stats))
  expect(endless.stopped).toContain('out of time')
  expect(endless.stats.events).toBeLessThan(good.stats.events)
})

/** Processes that a process has started. */
const childrenOf = async (pid: number): Promise<number[]> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean).map(Number)

test('a process that dies is told with its config, and another one goes on', async () => {
  await using at = await prepared(STRATEGY, LONG_ROWS)
  const { child, stderr } = await underWay(at, 2, ...LONG, '--jobs', '1')
  const [worker] = await childrenOf(child.pid)
  process.kill(worker!, 'SIGKILL')
  expect(await child.exited).toBe(0)
  expect(await stderr).toMatch(/warning: the process that made this run was ended by SIGKILL.*"lookback":\d+/)
  const lines = (await at.lines('runs.jsonl')).map((line) => JSON.parse(line))
  expect(lines).toHaveLength(LONG_RUNS)
  expect(lines.filter(({ stopped }) => stopped !== null)).toHaveLength(1)
}, 60_000)

test('a disk that fills is told, and what was made until then is kept', async () => {
  await using at = await prepared()
  const limited = ['--set', 'lookback=3:62:1', '--runs', 'runs.jsonl', '--jobs', '1']
  const { PATH = '', HOME = '' } = process.env
  const command = [...PROGRAM, 'sweep', 'tester.js', '--data', 'BTC-USDT.csv']
  // a file may not grow beyond 20 blocks of 1,024 bytes, and whoever tries is refused, not ended
  const script = 'trap "" XFSZ; ulimit -f 20; exec "$@"'
  const child = Bun.spawn(['bash', '-c', script, 'bash', ...command, ...limited], {
    cwd: at.path,
    env: { PATH, HOME },
    stderr: 'pipe',
    stdout: 'ignore',
  })
  const stderr = await new Response(child.stderr).text()
  expect(await child.exited).toBe(1)
  expect(stderr).toMatch(/runs.jsonl.partial cannot be written: the file would grow too large/)
  expect(stderr).toMatch(/hint: the \d+ runs so far are kept: make room, and go on with --resume/)
  expect(at.has('runs.jsonl')).toBe(false)
  expect((await at.run(...limited, '--resume')).status).toBe(0)
  expect(await at.lines('runs.jsonl')).toHaveLength(60)
}, 60_000)

test('runs that cannot be put into their place at the end are kept, and put there by --resume', async () => {
  await using at = await prepared(STRATEGY, LONG_ROWS)
  const { child, stderr } = await underWay(at, 2, ...LONG)
  await mkdir(join(at.path, 'runs.jsonl'))
  expect(await child.exited).toBe(1)
  expect(await stderr).toMatch(
    /error: runs\.jsonl cannot be written: .*\nhint: all runs are kept in runs\.jsonl\.partial: once runs\.jsonl can be written, the same command with --resume does it\n/,
  )
  await rmdir(join(at.path, 'runs.jsonl'))
  const resumed = await at.run(...LONG, '--resume')
  expect({ status: resumed.status, said: resumed.stderr.split('\n')[0] }).toEqual({
    status: 0,
    said: 'note: 30 runs are there already',
  })
  expect(await at.lines('runs.jsonl')).toHaveLength(LONG_RUNS)
  expect(at.has('runs.jsonl.partial')).toBe(false)
}, 60_000)

test('the best ten are shown, by any figure and in its direction', async () => {
  await using at = await prepared()
  const ranked = async (objective: string) => {
    const { stdout } = await at.run(...GRID, '--set', 'fault="",create', '--runs', 'r.jsonl', '--objective', objective)
    const values = (await at.lines('r.jsonl')).map((line) => JSON.parse(line).stats[objective] as number | null)
    const shown = stdout
      .split('\n')
      .flatMap((line) => /^│ +(\d+) │ +(\d+) │ +(\w+) │/.exec(line)?.slice(1, 4).join(' ') ?? [])
    return { values: values.filter((value) => value !== null), shown, stdout, lines: await at.lines('r.jsonl') }
  }
  for (const [objective, sign] of [
    ['maxDrawdownPct', -1],
    ['fees', 1],
  ] as const) {
    const { shown, values, lines } = await ranked(objective)
    expect(values).toHaveLength(24)
    const best = lines
      .map((line) => JSON.parse(line))
      .filter(({ stats }) => stats[objective] !== null)
      .sort((a, b) => sign * (a.stats[objective] - b.stats[objective]))
      .slice(0, 10)
    expect(shown).toEqual(best.map(({ config }, i) => `${i + 1} ${config.lookback} ${config.mode}`))
  }
}, 60_000)

test('the report has the best runs and a heatmap of each pair of fields', async () => {
  await using at = await prepared()
  const sets = [...GRID, '--set', 'strict=true,false']
  await at.run(...sets, '--objective', 'fees', '--runs', 'r.jsonl', '--report', 'r.html')
  const html = await at.read('r.html')
  const { sections } = JSON.parse(/id="document">(.*?)<\/script>/.exec(html)![1]!)
  expect(sections.map(({ title }: { title: string }) => title)).toEqual([
    'What was run',
    'Best runs',
    'Beside the best of them',
    'lookback and mode',
    'lookback and strict',
    'mode and strict',
  ])
  const runs = (await at.lines('r.jsonl')).map((line) => JSON.parse(line))
  const { columns, rows } = sections[3].data
  expect(columns).toEqual(['follow', 'fade', 'random'])
  expect(rows.map(({ label }: { label: string }) => label)).toEqual(['3', '5', '7', '9', '11', '13', '15', '17'])
  for (const { label, cells } of rows) {
    for (const [index, { text }] of cells.entries()) {
      const fees = runs
        .filter(({ config }) => String(config.lookback) === label && config.mode === columns[index])
        .map(({ stats }) => stats.fees)
      expect(fees).toHaveLength(2)
      expect(text).toBe(figureText(Math.min(...fees), 'money', 'USDT'))
    }
  }
  expect(sections[1].data.rows).toHaveLength(10)
  const terms = sections[0].data.rows.map(({ term }: { term: string }) => term)
  expect(terms).toEqual(['Strategy', 'Fields', 'Runs', 'Data', 'Account', 'Fills', 'Engine', 'Command'])
  const linesOf = (term: string) => sections[0].data.rows[terms.indexOf(term)].lines
  expect(linesOf('Data')[0]).toMatch(/ · \d[\d,]* rows · 0 gaps · 20\S+ \S+ → 20/)
  expect(linesOf('Account')).toEqual(['linear, 10000 USDT to begin with, leverage 1'])
  expect(linesOf('Engine')[0]).toMatch(/ · Meltica .+ · seed \d+$/)
}, 30_000)

test('runs that have no figure are told of, and a strategy that never orders', async () => {
  await using at = await prepared(STRATEGY, 200)
  const { status, stderr } = await at.run('--set', 'mode=hold', '--set', 'lookback=1,2')
  expect(status).toBe(0)
  expect(stderr).toContain('no run has the figure sharpe: rank by another with --objective')
  expect(stderr).toContain('ordered nothing')
})

test('bad input is told before anything is made', async () => {
  await using at = await prepared()
  const refused = async (args: string[], code: number, ...words: string[]) =>
    expectFailed(await at.run(...args), code, ...words)
  await refused(
    ['--set', 'lookbak=5:50:5'],
    1,
    '"lookbak" is no field of the strategy',
    'meltica check tester.js lists',
  )
  await refused(['--set', 'lookback'], 2, 'write key=value, key=from:to:step or key=a,b,c')
  await refused(['--set', 'lookback=1:10000000:1'], 2, 'the sweep would make 10,000,000 runs', '--yes makes all')
  await refused(['--random', '5', '--sobol', '5'], 2, 'name one of them')
  await refused(['--random', '0'], 2, 'whole number from 1')
  await refused(['--jobs', '0'], 2, 'whole number from 1')
  await refused(['--objective', 'sharp'], 2, 'sharpe')
  await refused(['--resume'], 2, '--resume goes on with the file of --runs')
  await refused(['--runs', '-', '--csv', '-'], 2, '--runs and --csv both name -')
  await refused(['--runs', 'a', '--csv', 'a.partial'], 2, 'the journal of --runs and --csv both name a.partial')
  await refused(['--runs', 'tester.js'], 2, '--runs would write over tester.js, which is the strategy')
  await refused(['--csv', 'no/such/folder/runs.csv'], 1, 'no/such/folder/runs.csv cannot be written')
  await refused(['--runs', 'no/such/folder/runs.jsonl'], 1, 'no/such/folder/runs.jsonl.partial cannot be written')
  await refused(['--csv', '.'], 1, 'it is a folder')
  await refused(['--from', '2031-01-01'], 1, 'the data have no row in the time asked for')
  await refused(['--margin-per-contract', '5', '--leverage', '3'], 2, '--leverage')
  expectFailed(await meltica(at.path, 'sweep', 'tester.js', '--data', 'none.csv'), 1, 'none.csv')
  await writeFile(
    join(at.path, 'broken.csv'),
    'timestamp,price,quantity,side\n1704067200000,1,1,buy\n1704067201000,x,1,buy\n',
  )
  expectFailed(await meltica(at.path, 'sweep', 'tester.js', '--data', 'broken.csv'), 1, 'broken.csv', 'line 3')
}, 60_000)

test('on a terminal a bar tells how far it is', async () => {
  await using at = await prepared()
  const shown = await melticaOnTerminal({ cwd: at.path }, 'sweep', 'tester.js', '--data', 'BTC-USDT.csv', ...GRID)
  expect(shown).toMatch(/\d+\/24 runs, [\d.,]+ runs\/s, \d+ s left/)
})
