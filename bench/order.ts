/** From an event to its order in the journal, the paper exchange being idle: registry, host, runtime and store of a gateway. */
import { join } from 'node:path'
import { Registry } from '../src/registry/registry'
import { Runtime } from '../src/runtime/runtime'
import { Store } from '../src/store/store'
import { Metrics } from '../src/telemetry/metrics'
import { Tape } from '../test/runtime/tape'
import { folder } from './folder'
import { startPool } from './hosts'
import { percentile, type Row, timesMs } from './row'

const WARM = 300
const ORDERS = 500
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
  const quiet = { log: () => undefined, now: Date.now }
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
  journal.ordered = (...order) => {
    journalled(...order)
    written()
  }
  const tape = new Tape()
  const metrics = new Metrics({ environment: 'bench' })
  await using runtime = await Runtime.open({ ...quiet, registry, hosts, store, metrics, adapters: [tape] })
  await registry.upload({ source: ORDERING }, 'bench')
  await runtime.createProvider({ name: 'tape', adapter: { identifier: 'tape' } }, 'bench')
  const strategy = { identifier: 'order', config: { dry_run: false } }
  const scope = { tape: { symbols: ['BTC-USDT'] } }
  await runtime.createInstance({ id: 'order', strategy, scope, autostart: true }, 'bench')

  // between two of them everything comes to rest, as in a quiet market
  const order = () =>
    new Promise<void>((resolve) => {
      written = resolve
      tape.trades('tape', 'BTC-USDT', '100')
    })
  const times: number[] = []
  for (let round = 0; round < WARM + ORDERS; round++) {
    const [ms = Number.NaN] = await timesMs(1, order)
    if (round >= WARM) times.push(ms)
    await Bun.sleep(2)
  }
  times.sort((a, b) => a - b)
  const [half, most] = [percentile(times, 50) * 1000, percentile(times, 99) * 1000]
  const echo = await echoUs()
  return [
    {
      what: 'event → order in the journal, idle, p50 / p99',
      figure: `${half.toFixed(0)} / ${most.toFixed(0)} µs`,
      baseline: `a message to a process and back ${echo.toFixed(0)} µs`,
      ratio: half / echo,
      goal: '≤ 120 / ≤ 500 µs',
      reached: half <= 120 && most <= 500,
    },
  ]
}

/** What a word to another process and back takes over Bun's channel, p50. */
async function echoUs(): Promise<number> {
  let heard = (): void => undefined
  const child = Bun.spawn(
    [process.execPath, '-e', "process.on('message', (word) => process.send(word)); process.send('up')"],
    {
      ipc: () => heard(),
    },
  )
  await new Promise<void>((resolve) => {
    heard = resolve
  })
  const echo = () =>
    new Promise<void>((resolve) => {
      heard = resolve
      child.send('word')
    })
  const times = await timesMs(WARM + ORDERS, echo)
  child.kill()
  await child.exited
  return percentile(times, 50) * 1000
}
