/** `meltica dev` over a month of candles: from a save to what it prints, beside a whole backtest of the same file. */
import { appendFileSync, copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeSample } from '../src/market/sample'
import { folder } from './folder'
import { percentile, type Row } from './row'

/** As it is shipped. */
const PROGRAM = join(import.meta.dir, '../dist/meltica')
const MOMENTUM = join(import.meta.dir, '../strategies/momentum')
const MONTH_ROWS = 45_031
const ROUNDS = 7
/** The kernel counts CPU time in hundredths of a second. */
const TICK_MS = 10

export async function devRows(): Promise<Row[]> {
  using home = folder()
  const data = join(home.path, 'BTC-USDT-candles.csv')
  const strategy = join(home.path, 'momentum.js')
  writeSample(data, { kind: 'klines', rows: MONTH_ROWS })
  copyFileSync([...new Bun.Glob('**/*.js').scanSync({ cwd: MOMENTUM, absolute: true })].sort()[0]!, strategy)
  await using dev = new Dev(strategy, data)
  await dev.printed()
  const [saves, wholes] = [{ ms: [] as number[], cpu: [] as number[] }, [] as number[]]
  for (let round = 0; round < ROUNDS; round++) {
    wholes.push(await wholeCpuMs(strategy, data))
    const [start, cpu] = [performance.now(), dev.cpuMs]
    appendFileSync(strategy, `// ${round}\n`)
    await dev.printed()
    saves.ms.push(performance.now() - start)
    saves.cpu.push(dev.cpuMs - cpu)
  }
  const [ms, cpu, whole] = [saves.ms, saves.cpu, wholes].map((all) =>
    percentile(
      all.toSorted((a, b) => a - b),
      50,
    ),
  ) as [number, number, number]
  const what = 'dev, momentum, a month of candles, from a save to its result'
  const baseline = `a whole backtest ${whole.toFixed(0)} ms of CPU`
  return [
    {
      what: `${what}, CPU`,
      figure: `${cpu.toFixed(0)} ms`,
      baseline,
      ratio: cpu / whole,
      goal: '≤ 0.6 of a backtest',
      reached: cpu <= 0.6 * whole,
    },
    { what, figure: `${ms.toFixed(0)} ms`, baseline, ratio: ms / whole, goal: '≤ 1,000 ms', reached: ms <= 1000 },
  ]
}

class Dev implements AsyncDisposable {
  readonly #child: Bun.Subprocess<'ignore', 'pipe', 'inherit'>
  readonly #read: () => Promise<{ readonly done: boolean }>

  constructor(strategy: string, data: string) {
    const command = [PROGRAM, 'dev', strategy, '--data', data]
    this.#child = Bun.spawn(command, { stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' })
    const output = this.#child.stdout.getReader()
    this.#read = () => output.read()
  }

  /** The result of a run is one piece. */
  async printed(): Promise<void> {
    if ((await this.#read()).done) throw new Error('meltica dev has ended')
  }

  /** So far. */
  get cpuMs(): number {
    const fields = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#child.exited
  }
}

/** @throws Error with what it printed, when it fails. */
async function wholeCpuMs(strategy: string, data: string): Promise<number> {
  const child = Bun.spawn([PROGRAM, 'backtest', strategy, '--data', data], {
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
  })
  const said = await new Response(child.stderr).text()
  if ((await child.exited) !== 0) throw new Error(said)
  return Number(child.resourceUsage()!.cpuTime.total) / 1000
}
