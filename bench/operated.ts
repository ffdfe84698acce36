/**
 * What watching costs: from an event to its order in the journal, with 1,000 instances at 50 events a second, while 20
 * event streams are read and a console is open, and while nobody looks, in turns.
 *
 *   bun bench/operated.ts --instances 100 --seconds 2 --rounds 2     a short try, as JSON
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Access } from '../src/http/access'
import { createApp } from '../src/http/app'
import { Listener } from '../src/http/listen'
import { GatewayServices } from '../src/http/services'
import { Registry } from '../src/registry/registry'
import { openRuntime } from '../src/runtime/runtime'
import { Store } from '../src/store/store'
import { Metrics } from '../src/telemetry/metrics'
import { backtestsIn } from '../test/runtime/house'
import { Tape } from '../test/runtime/tape'
import { folder } from './folder'
import { startPool } from './hosts'
import { percentile, type Row } from './row'

const WATCHERS = join(import.meta.dir, 'watchers.ts')
const BTC = 'BTC-USDT'
const EVENTS_PER_SECOND = 50
const STREAMS = 20
/** So many of them order, each at every fifth event. */
const ORDERING = 10
const EVERY = 5
/** Before each round is measured. */
const SETTLE_MS = 1000
const GOAL = 1.1

interface Sizes {
  readonly instances: number
  /** For each half of a round. */
  readonly seconds: number
  readonly rounds: number
}

/** The quantity of an order tells which event it answers. */
const SOURCE = `module.exports = {
  metadata: {
    name: 'operated', tag: 'v1', displayName: 'Bench', description: '', events: ['Trade'],
    config: [{ name: 'turn', type: 'int', default: -1 }],
  },
  create({ runtime, config }) {
    return {
      onTrade(ctx, evt, payload) {
        const number = Number(payload.tradeId.split('-')[1])
        if (number % ${EVERY} !== config.turn) return
        runtime.submitMarketOrder('', runtime.position().quantity > 0 ? 'sell' : 'buy', String(number / 10000))
      },
    }
  },
}
`

export async function operatedRows(
  { instances, seconds, rounds }: Sizes = { instances: 1000, seconds: 5, rounds: 4 },
): Promise<Row[]> {
  await using gateway = await openGateway()
  await gateway.launch(instances)
  const times = { alone: [] as number[], watched: [] as number[] }
  let seen = { entries: 0, looks: 0 }
  await gateway.run(SETTLE_MS)
  for (let round = 0; round < rounds; round++) {
    await gateway.run(SETTLE_MS)
    times.alone.push(...(await gateway.run(seconds * 1000)))
    const watchers = await watching(gateway.url)
    await gateway.run(SETTLE_MS)
    times.watched.push(...(await gateway.run(seconds * 1000)))
    const { entries, looks } = await watchers.end()
    seen = { entries: seen.entries + entries, looks: seen.looks + looks }
  }
  if (seen.entries === 0 || seen.looks < rounds) throw new Error(`nobody has watched: ${JSON.stringify(seen)}`)
  const [alone, watched] = [times.alone, times.watched].map((some) => some.toSorted((a, b) => a - b))
  const [most = Number.NaN, mostAlone = Number.NaN] = [watched!, alone!].map((some) => percentile(some, 99))
  return [
    {
      what: `event → order in the journal, ${instances} instances at ${EVENTS_PER_SECOND} events/s, ${STREAMS} streams and a console, p50 / p99`,
      figure: `${percentile(watched!, 50).toFixed(1)} / ${most.toFixed(1)} ms`,
      baseline: `nobody looks ${percentile(alone!, 50).toFixed(1)} / ${mostAlone.toFixed(1)} ms`,
      ratio: most / mostAlone,
      goal: `p99 ≤ ${GOAL} of it`,
      reached: most / mostAlone <= GOAL,
    },
  ]
}

async function openGateway() {
  await using stack = new AsyncDisposableStack()
  const home = stack.use(folder())
  const elapsed = () => performance.now()
  const quiet = { log: () => undefined, now: Date.now, elapsed }
  const hosts = stack.use(await startPool())
  const metrics = new Metrics({ environment: 'bench' })
  const services = new GatewayServices(metrics)
  const access = new Access(undefined, { perSecond: 1e6, burst: 1e6 }, elapsed)
  const app = createApp(services, { ...quiet, access, cors: [], bodyTimeoutMs: 30_000 })
  const listener = new Listener(app, { host: '127.0.0.1', port: 0, log: quiet.log })
  stack.defer(() => listener.stop(true))
  const directory = join(home.path, 'strategies')
  const registry = stack.use(await Registry.open({ ...quiet, directory, compiler: hosts.compiler }))
  const store = stack.use(Store.open({ ...quiet, directory: join(home.path, 'data') }))
  const rooms = { backtests: backtestsIn(home.path), build: 'bench' }
  const tape = new Tape()
  // a slow machine is no reason to stop trading
  const patient = { maxLagMs: 600_000 }
  const runtime = stack.use(
    await openRuntime({ ...quiet, ...patient, registry, hosts, store, metrics, ...rooms, adapters: [tape] }),
  )
  services.open({ registry, runtime, others: () => [], alerts: () => ({ alerts: [], receivers: [] }) })
  await registry.upload({ source: SOURCE }, 'bench')
  await runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'bench')

  /** When the events were told, by their number. */
  const toldMs: number[] = [Number.NaN]
  let times: number[] = []
  const { journal } = store
  const journalled = journal.ordered.bind(journal)
  journal.ordered = (...values) => {
    journalled(...values)
    times.push(elapsed() - toldMs[Math.round(Number(values[1].quantity) * 10_000)]!)
  }
  const owned = stack.move()
  return {
    url: `http://127.0.0.1:${listener.port}`,
    async launch(count: number) {
      for (let n = 0; n < count; n++) {
        const turn = n < ORDERING ? n % EVERY : -1
        const strategy = { identifier: 'operated', config: { dry_run: false, turn } }
        await runtime.instances.create(
          { id: `bench-${n}`, strategy, scope: { tape: { symbols: [BTC] } }, autostart: true },
          'bench',
        )
      }
    },
    /** @returns from the event to the order, ms. */
    async run(ms: number): Promise<number[]> {
      times = []
      const start = elapsed()
      for (let n = 0; n < (ms * EVENTS_PER_SECOND) / 1000; n++) {
        await Bun.sleep(Math.max(0, start + (n * 1000) / EVENTS_PER_SECOND - elapsed()))
        toldMs.push(elapsed())
        tape.trades('tape', BTC, '100')
      }
      await hosts.drained()
      return times
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function watching(url: string) {
  const child = Bun.spawn([process.execPath, WATCHERS, url, String(STREAMS)], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const reader = child.stdout.getReader()
  const decoder = new TextDecoder()
  const first = await reader.read()
  if (first.done) throw new Error('the watchers have ended')
  return {
    async end(): Promise<{ readonly entries: number; readonly looks: number }> {
      await child.stdin.end()
      let said = ''
      for (let part = await reader.read(); !part.done; part = await reader.read())
        said += decoder.decode(part.value, { stream: true })
      await child.exited
      return JSON.parse(said)
    },
  }
}

if (import.meta.main) {
  const number = { type: 'string' } as const
  const { values } = parseArgs({ options: { instances: number, seconds: number, rounds: number } })
  const { instances = '1000', seconds = '5', rounds = '4' } = values
  const rows = await operatedRows({ instances: Number(instances), seconds: Number(seconds), rounds: Number(rounds) })
  process.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`)
  process.exit(0)
}
