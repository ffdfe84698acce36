/**
 * Hosts that die again while their instances are started again, at every step of it and several in a row, beside
 * launches, rolls and stops: who did no harm runs in the end, and whoever asks for something gets it.
 */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { until } from '../until'
import { built } from './built'
import { filled, Heard, Hosts, orderOf, scope, strategy } from './hosts'

// Processes come up in their own time when the machine is busy.
setDefaultTimeout(240_000)

/** A host takes this many to revive what these tests run, and some more to work. */
const STEPS = 44
/** That share them out. */
const TRIALS = 2
const INSTANCES = 4

const body = (version: number) => `const seen = (evt, payload, what) =>
  helpers.log(['v${version}', evt.type, evt.provider, evt.symbol, payload.side, what].join(' '))
return {
  onTrade(ctx, evt, payload, price) { helpers.state.last = price; seen(evt, payload, price) },
  onOrderFilled(ctx, evt, payload) { seen(evt, payload, payload.state + ' ' + payload.commissionAsset) },
}`

interface Act {
  readonly what: 'launch' | 'roll' | 'stop' | 'compile' | 'report' | 'flags'
  /** Which of the instances. */
  readonly which: number
  /** It waits for so many of the instances that are about to be started again. */
  readonly after: number
}

const plan = fc.record({
  lives: fc.array(fc.nat(STEPS), { maxLength: 2 }),
  acts: fc.array(
    fc.record({
      what: fc.constantFrom<Act['what'][]>('launch', 'launch', 'roll', 'roll', 'stop', 'compile', 'report', 'flags'),
      which: fc.nat(100),
      after: fc.nat(2 * INSTANCES),
    }),
    { minLength: 2, maxLength: 6 },
  ),
})

let home: string
let command: string[]
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'meltica-revival-'))
  command = await built('mortal-host', home)
})
afterAll(() => rm(home, { recursive: true, force: true }))

/** What runs, and which words tell of it. */
interface Running {
  readonly heard: Heard
  readonly symbol: string
  readonly provider: string
  version: number
}

class Trial implements AsyncDisposable {
  readonly running = new Map<string, Running>()
  private launched = 0
  private probes = 0
  private lives = 0
  /** Instances that were about to be started again, so far. */
  private revivals = 0
  private readonly waiting = new Set<{ until: number; go: () => void }>()

  private constructor(
    readonly hosts: Hosts,
    private readonly folder: string,
  ) {}

  static async start(name: string): Promise<Trial> {
    const folder = join(home, name)
    await mkdir(folder)
    const options = { command: [...command, folder], saveEveryMs: 60_000_000, heartbeatMs: 60_000 }
    const trial = new Trial(await Hosts.start(options), folder)
    while (trial.running.size < INSTANCES) await trial.launch()
    return trial
  }

  /** Kills the host, which is idle, and those that follow it at their steps. */
  async round(lives: readonly number[], acts: readonly Act[]): Promise<void> {
    const { pool } = this.hosts
    for (const life of lives) {
      const name = `${String(++this.lives).padStart(6, '0')}-${life}`
      await Bun.write(join(this.folder, name), '')
    }
    // What is asked of it from here on is lost with it.
    const pid = await this.up()
    process.kill(pid, 'SIGKILL')
    const targets = [...this.running.keys()]
    const free = () => targets.splice(0, 1)[0]
    const under = acts.map(async ({ what, which, after }) => {
      targets.push(...targets.splice(0, which % (targets.length + 1)))
      const id = what === 'launch' || what === 'compile' ? undefined : free()
      await this.moment(after)
      if (what === 'launch') await this.launch()
      if (what === 'compile')
        await pool.compiler.compile(new TextEncoder().encode(strategy(`${body(which)} //${after}`)))
      if (id === undefined) return
      if (what === 'roll') await this.roll(id)
      if (what === 'stop') await this.stop(id)
      if (what === 'report') this.report(id)
      if (what === 'flags') pool.flags(id, { tradingActive: which % 2 === 0 })
    })
    await until(() => this.hosts.pid !== pid)
    await Promise.all([...under, this.settle()])
    await this.probe()
    while (this.running.size > 2 * INSTANCES) await this.stop([...this.running.keys()][0]!)
    while (this.running.size < INSTANCES) await this.launch()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hosts[Symbol.asyncDispose]()
  }

  private async launch(): Promise<void> {
    const number = ++this.launched
    const id = `i${number}`
    const provider = number % 2 ? 'sim' : 'okx'
    const symbol = `S${number % 7}-USDT`
    const spec = await this.hosts.spec(id, body(0), { scope: [scope(provider, [symbol])] })
    const heard = new Heard(spec.scope)
    heard.accounts = () => this.revived(spec.scope)
    await this.hosts.pool.launch(spec, heard)
    this.running.set(id, { heard, provider, symbol, version: 0 })
  }

  private async roll(id: string): Promise<void> {
    const running = this.running.get(id)!
    const version = running.version + 1
    const spec = await this.hosts.spec(id, body(version), { scope: running.heard.scope })
    await this.hosts.pool.roll(spec)
    running.version = version
  }

  private async stop(id: string): Promise<void> {
    await this.hosts.pool.stop(id)
    this.running.delete(id)
  }

  private report(id: string): void {
    const { provider, symbol } = this.running.get(id)!
    const report = filled(orderOf(`${id}-1`, { provider, symbol, side: 'sell' }), '1')
    this.hosts.pool.report(id, provider, { ...report, payload: { ...report.payload, commissionAsset: `FEE-${id}` } })
  }

  /** Everybody that is to run hears a trade of its own, and says what it is. */
  private async probe(): Promise<void> {
    const price = `${++this.probes}`
    const all = [...this.running.values()]
    const lines = ({ heard }: Running) => heard.printed.filter((line) => line.endsWith(` ${price}`))
    // What is on its way to a host that dies is lost: it is told again.
    const publish = () => {
      const silent = all.filter((running) => lines(running).length === 0)
      this.hosts.publish(...silent.map(({ provider, symbol }) => this.hosts.trade(price, { provider, symbol })))
      return silent.length === 0
    }
    await until(publish)
    await this.hosts.pool.drained()
    for (const running of all) {
      const { heard, version, provider, symbol } = running
      expect(new Set(lines(running))).toEqual(new Set([`v${version} Trade ${provider} ${symbol} Buy ${price}`]))
      expect(heard.failures).toEqual([])
    }
  }

  /** A host that is left with a step to die at may do so at any time. */
  private async up(): Promise<number> {
    await until(() => this.hosts.pid !== 0)
    return this.hosts.pid
  }

  private async settle(): Promise<void> {
    await this.up()
    for (const moment of this.waiting) moment.go()
    this.waiting.clear()
  }

  private moment(after: number): Promise<void> {
    const { promise, resolve: go } = Promise.withResolvers<void>()
    if (after === 0) go()
    else this.waiting.add({ until: this.revivals + after, go })
    return promise
  }

  private revived<T>(scope: T): T {
    this.revivals++
    for (const moment of this.waiting) {
      if (moment.until > this.revivals) continue
      this.waiting.delete(moment)
      moment.go()
    }
    return scope
  }
}

test('whatever step of a revival a host dies at, and the next ones too, all innocent instances run in the end', async () => {
  const plans = fc.sample(plan, { seed: 8, numRuns: STEPS })
  const restarts = await Promise.all(
    Array.from({ length: TRIALS }, async (_, number) => {
      await using trial = await Trial.start(`${number}`)
      for (const [step, { lives, acts }] of plans.entries()) {
        if (step % TRIALS === number) await trial.round([step, ...lives], acts)
      }
      for (const { heard } of trial.running.values()) {
        for (const line of heard.printed) {
          expect(line).toMatch(
            /^v\d+ (Trade (sim|okx) S\d-USDT Buy \d+|ExecReport (sim|okx) S\d-USDT Sell FILLED FEE-i\d+)$/,
          )
        }
      }
      return trial.hosts.pool.hosts()[0]!.restarts
    }),
  )
  expect(restarts.reduce((sum, one) => sum + one)).toBeGreaterThan(70)
})
