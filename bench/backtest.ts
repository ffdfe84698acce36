/** Backtests as a user runs them: whole processes over generated files. */
import { join } from 'node:path'
import { writeSample } from '../src/market/sample'
import { folder } from './folder'
import { count, type Row } from './row'
import { writeTrades } from './trade-file'

const MAIN = join(import.meta.dir, '../src/main.ts')
const HOME = join(import.meta.dir, '../strategies')
const TRADES = 1_000_000
const MONTH_ROWS = 45_031
/** Momentum then orders some 128,000 times in the file. */
const LIVELY = ['--no-margin', '--cash', '100000000', '--set', 'threshold=0.62']

export async function backtestRows(): Promise<Row[]> {
  using home = folder()
  const ticks = join(home.path, 'BTC-USDT-trades.csv')
  const candles = join(home.path, 'BTC-USDT-candles.csv')
  await writeTrades(ticks, TRADES)
  writeSample(candles, { kind: 'klines', rows: MONTH_ROWS })
  const bare = await plainLoop(ticks)
  const momentum = await best(ticks, 'momentum', LIVELY)
  const noop = await best(ticks, 'noop')
  const month = await best(candles, 'momentum')
  const perSecond = ({ seconds }: Run) => TRADES / seconds
  const rows: Row[] = [
    {
      what: `backtest, momentum, 1 M trades, ${count(momentum.orders)} orders, whole process`,
      figure: `${count(perSecond(momentum))}/s`,
      baseline: `reading the file line by line ${count(TRADES / bare)}/s`,
      ratio: momentum.seconds / bare,
      goal: '≥ 400,000/s (goal 700,000)',
      reached: perSecond(momentum) >= 400_000,
    },
    {
      what: 'backtest, noop, 1 M trades, whole process',
      figure: `${count(perSecond(noop))}/s`,
      baseline: `reading the file line by line ${count(TRADES / bare)}/s`,
      ratio: noop.seconds / bare,
      goal: '≥ 2,000,000/s',
      reached: perSecond(noop) >= 2_000_000,
    },
    {
      what: 'memory of the backtest with orders',
      figure: `${momentum.memoryMb.toFixed(0)} MB`,
      baseline: `that of noop ${noop.memoryMb.toFixed(0)} MB`,
      ratio: momentum.memoryMb / noop.memoryMb,
      goal: '< 200 MB',
      reached: momentum.memoryMb < 200,
    },
    {
      what: 'backtest, momentum, a month of candles, whole process',
      figure: `${month.seconds.toFixed(2)} s`,
      baseline: `reading 1 M lines ${bare.toFixed(2)} s`,
      ratio: month.seconds / bare,
      goal: '< 1.5 s',
      reached: month.seconds < 1.5,
    },
  ]
  return rows
}

interface Run {
  readonly seconds: number
  readonly memoryMb: number
  readonly orders: number
}

async function best(data: string, strategy: string, args: readonly string[] = []): Promise<Run> {
  const runs = [await run(data, strategy, args), await run(data, strategy, args), await run(data, strategy, args)]
  return runs.reduce((least, one) => (one.seconds < least.seconds ? one : least))
}

/** @throws Error with what it printed, when it fails. */
async function run(data: string, strategy: string, args: readonly string[]): Promise<Run> {
  const start = performance.now()
  const child = Bun.spawn(
    [process.execPath, MAIN, 'backtest', strategy, '--strategies', HOME, '--data', data, ...args],
    { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' },
  )
  const [table, said, memoryMb] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    peakMemoryMb(child),
  ])
  if ((await child.exited) !== 0) throw new Error(said)
  const seconds = (performance.now() - start) / 1000
  const orders = Number(/^([\d,]+) orders,/m.exec(table)?.[1]?.replaceAll(',', ''))
  return { seconds, memoryMb, orders: orders }
}

/** The kernel's high-water mark while it runs; what `resourceUsage` tells includes this process from before the exec. */
async function peakMemoryMb(child: { readonly pid: number; readonly exitCode: number | null }): Promise<number> {
  let peak = 0
  while (child.exitCode === null) {
    const status = await Bun.file(`/proc/${child.pid}/status`)
      .text()
      .catch(() => '')
    peak = Math.max(peak, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024)
    await Bun.sleep(20)
  }
  return peak
}

/** What a few lines of JavaScript take that only read the prices; s. */
async function plainLoop(path: string): Promise<number> {
  const start = performance.now()
  let sum = 0
  for (const line of (await Bun.file(path).text()).split('\n')) sum += Number(line.split(',')[1])
  if (sum === 0) throw new Error('the file is empty')
  return (performance.now() - start) / 1000
}
