/** `meltica sweep` as an author calls it: real processes, real files. */
import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { random } from '../../src/market/random'
import { writeSample } from '../../src/market/sample'
import { folder } from '../backtest/backtests'
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
        const held = Number(runtime.position())
        if (config.strict && held !== 0) return
        if ((side === 'buy' ? held : -held) < 0.02) runtime.submitMarketOrder('', side, 0.01)
        helpers.log(evt.seqProvider, config.pace)
      },
    }
  },
}`

/** A folder with the strategy and three days of candles that look like a market. */
async function prepared(source = STRATEGY, rows = 900) {
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

const LOOKBACKS = Array.from({ length: 12 }, (_, i) => String(3 + 4 * i))
const THRESHOLDS = ['0.02', '0.05', '0.1', '0.15', '0.2']
const MODES = ['follow', 'fade', 'random', 'hold']

test('each of a hundred random runs equals a plain backtest of its config, byte for byte', async () => {
  await using at = await prepared(STRATEGY, 4500)
  const settings = ['--fee-bps', '2', '--slippage-bps', '1.5', '--leverage', '3', '--seed', '7']
  const set = ['--set', `lookback=${LOOKBACKS}`, '--set', 'threshold=0.05:0.2:0.05', '--set', `mode=${MODES}`]
  const swept = await at.run(...set, '--set', 'strict=true,false', '--random', '100', ...settings, '--runs', 'runs.jsonl')
  expect(swept.status).toBe(0)
  const lines = await at.lines('runs.jsonl')
  expect(lines).toHaveLength(100)
  expect(new Set(lines).size).toBeGreaterThan(60)
  // a tenth of them by the real command, another tenth each time the sources change: the rest in the long run
  const draw = random(new Date().getUTCDate(), 'which')
  const some = new Set(process.env.MELTICA_ALL_RUNS === '1' ? lines.keys() : Array.from({ length: 10 }, () => Math.floor(draw() * 100)))
  for (const run of some) {
    const { config } = JSON.parse(lines[run]!)
    const values = Object.entries(config).flatMap(([name, value]) => ['--set', `${name}=${value}`])
    await meltica(at.path, 'backtest', 'tester.js', '--data', 'BTC-USDT.csv', ...settings, ...values, '--json', 'one.json')
    expect(lines[run]).toBe(lineOf(await at.read('one.json')))
  }
}, 300_000)
