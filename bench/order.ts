/** From an event to its order in the journal, everything being idle: registry, host, runtime and store of a gateway. */
import { Database } from 'bun:sqlite'
import { join } from 'node:path'
import { Registry } from '../src/registry/registry'
import { openRuntime } from '../src/runtime/runtime'
import { Store } from '../src/store/store'
import { Metrics } from '../src/telemetry/metrics'
import { backtestsIn } from '../test/runtime/house'
import { Tape } from '../test/runtime/tape'
import { folder } from './folder'
import { startPool } from './hosts'
import { percentile, type Row, timesMs } from './row'

const WARM = 300
const ORDERS = 500
const REST_MS = 2
const ORDERING = `module.exports = {
  metadata: { name: 'order', tag: 'v1', displayName: 'Order', description: '', config: [], events: ['Trade'] },
  create({ runtime }) {
    return {
      onTrade() {
        runtime.submitMarketOrder('', 'buy', '0.001')
      },
    }
  },
}
`

export async function orderRows(): Promise<Row[]> {
  using home = folder()
  const quiet = { log: () => undefined, now: Date.now, elapsed: () => performance.now() }
  await using hosts = await startPool()
  await using registry = await Registry.open({
    ...quiet,
    directory: join(home.path, 'strategies'),
    compiler: hosts.compiler,
  })
  using store = Store.open({ ...quiet, directory: join(home.path, 'data') })
  const { journal } = store
  const journalled = journal.ordered.bind(journal)
  let written = (): void => undefined
  let committed = (): void => undefined
  let synced = (): void => undefined
  journal.ordered = (...order) => {
    journalled(...order)
    written()
    // behind the commit at the end of this turn
    setImmediate(() => {
      committed()
      void journal.durable().then(() => synced())
    })
  }
  const tape = new Tape()
  const metrics = new Metrics({ environment: 'bench' })
  const rooms = { backtests: backtestsIn(home.path), build: 'bench' }
  await using runtime = await openRuntime({ ...quiet, registry, hosts, store, metrics, ...rooms, adapters: [tape] })
  await registry.upload({ source: ORDERING }, 'bench')
  await runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'bench')
  const strategy = { identifier: 'order', config: { dry_run: false } }
  const scope = { tape: { symbols: ['BTC-USDT'] } }
  await runtime.instances.create({ id: 'order', strategy, scope, autostart: true }, 'bench')

  using echo = await startEcho()
  using disk = openDisk(join(home.path, 'baseline.db'))
  const times = {
    written: [] as number[],
    committed: [] as number[],
    synced: [] as number[],
    echo: [] as number[],
    disk: [] as number[],
  }
  const order = async () => {
    const start = performance.now()
    const at = (kept: number[], resolve: () => void) => () => {
      kept.push((performance.now() - start) * 1000)
      resolve()
    }
    await new Promise<void>((resolve) => {
      written = at(times.written, () => undefined)
      committed = at(times.committed, () => undefined)
      synced = at(times.synced, resolve)
      tape.trades('tape', 'BTC-USDT', '100')
    })
  }
  // between two of them everything comes to rest, as in a quiet market
  for (let round = 0; round < WARM + ORDERS; round++) {
    await order()
    await Bun.sleep(REST_MS)
    times.echo.push(...(await timesMs(1, echo.run)).map(toUs))
    await Bun.sleep(REST_MS)
    times.disk.push(...(await timesMs(1, disk.run)).map(toUs))
    await Bun.sleep(REST_MS)
  }
  const [word] = spread(times.echo)
  const [commit] = spread(times.disk)
  const toProcess = `a message to a process and back ${word.toFixed(0)} µs`
  const toDisk = `${toProcess}, a commit ${commit.toFixed(0)} µs`
  return [
    row('event → order in the journal, idle, p50 / p99', spread(times.written), toProcess, word),
    row('event → order committed, idle, p50 / p99', spread(times.committed), toProcess, word),
    row('event → order on the disk, idle, p50 / p99', spread(times.synced), toDisk, word + commit),
  ]
}

const toUs = (ms: number) => ms * 1000

/** The spread of all but the first, in µs. */
function spread(timesUs: readonly number[]): readonly [p50: number, p99: number] {
  const sorted = timesUs.slice(WARM).sort((a, b) => a - b)
  return [percentile(sorted, 50), percentile(sorted, 99)]
}

const row = (what: string, [half, most]: readonly [number, number], baseline: string, baselineUs: number): Row => ({
  what,
  figure: `${half.toFixed(0)} / ${most.toFixed(0)} µs`,
  baseline,
  ratio: half / baselineUs,
  goal: '≤ 120 / ≤ 500 µs',
  reached: half <= 120 && most <= 500,
})

/** A word to another process and back, over Bun's channel. */
async function startEcho(): Promise<Disposable & { readonly run: () => Promise<void> }> {
  let heard = (): void => undefined
  const up = new Promise<void>((resolve) => {
    heard = resolve
  })
  const child = Bun.spawn(
    [process.execPath, '-e', "process.on('message', (word) => process.send(word)); process.send('up')"],
    { ipc: () => heard() },
  )
  await up
  const run = () =>
    new Promise<void>((resolve) => {
      heard = resolve
      child.send('word')
    })
  return { run, [Symbol.dispose]: () => child.kill() }
}

/** What the disk takes at least: a row of an order's size, committed. */
function openDisk(path: string): Disposable & { readonly run: () => Promise<void> } {
  const database = new Database(path)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE orders (body TEXT) STRICT')
  const insert = database.query('INSERT INTO orders VALUES (?)')
  const run = async () => {
    insert.run('x'.repeat(500))
  }
  return { run, [Symbol.dispose]: () => database.close() }
}
