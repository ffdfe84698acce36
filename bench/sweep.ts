/** Sweeps beside as many single runs, by CPU time, and two processes beside one. */
import { join } from 'node:path'
import { folder } from './folder'
import { count, type Row } from './row'
import { writeTrades } from './trades'

const MAIN = join(import.meta.dir, '../src/main.ts')
const HOME = join(import.meta.dir, '../strategies')
const TRADES = 1_000_000
const RUNS = 100
/** Single runs that are measured. */
const SINGLES = 4
/** Momentum that looks for moves which are not there: what remains is the reading, the sandbox and the handler. */
const QUIET = ['--set', 'threshold=100']

export async function sweepRows(): Promise<Row[]> {
  using home = folder()
  const data = join(home.path, 'BTC-USDT-trades.csv')
  await writeTrades(data, TRADES)
  const single = { cpu: 0, seconds: 0 }
  for (let run = 0; run < SINGLES; run++) single.cpu += (await measured('backtest', data, QUIET)).cpu / SINGLES
  const lookbacks = ['--set', `lookback=2:${RUNS + 1}:1`]
  const one = await measured('sweep', data, [...QUIET, ...lookbacks, '--jobs', '1'])
  const two = await measured('sweep', data, [...QUIET, ...lookbacks, '--jobs', '2'])
  const ratio = one.cpu / (RUNS * single.cpu)
  const gain = one.seconds / two.seconds
  return [
    {
      what: `${RUNS} runs of a sweep, momentum, 1 M trades, CPU`,
      figure: `${count(one.cpu)} s`,
      baseline: `${RUNS} single runs ${count(RUNS * single.cpu)} s`,
      ratio,
      goal: '≤ 0.4',
      reached: ratio <= 0.4,
    },
    {
      what: 'the same sweep in two processes',
      figure: `${two.seconds.toFixed(1)} s`,
      baseline: `in one ${one.seconds.toFixed(1)} s`,
      ratio: 1 / gain,
      goal: '≥ 1.8 × as fast',
      reached: gain >= 1.8,
    },
  ]
}

/** CPU of the process and of those that it has started, and the time on the clock; s. @throws Error with what it printed. */
async function measured(command: string, data: string, args: readonly string[]) {
  const start = performance.now()
  const line = [process.execPath, MAIN, command, 'momentum', '--strategies', HOME, '--data', data, ...args]
  const child = Bun.spawn(line, { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' })
  const said = await new Response(child.stderr).text()
  if ((await child.exited) !== 0) throw new Error(said)
  const cpu = Number(child.resourceUsage()!.cpuTime.total) / 1e6
  return { cpu, seconds: (performance.now() - start) / 1000 }
}
