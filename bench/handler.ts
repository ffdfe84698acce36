/** Event to handler: the momentum strategy in a sandbox, records encoded on the way, against plain JavaScript. */
import { loadEngine } from '../src/sandbox/engine'
import type { StrategyHost } from '../src/sandbox/host'
import { RecordWriter } from '../src/sandbox/records'
import { Sandbox } from '../src/sandbox/sandbox'
import { bestUs, type Row } from './row'
import { shipped } from './shipped'
import { type TradeEvent, trades } from './trades'

const BATCH = 256
const CONFIG = { lookback: 20, threshold: 1000, quantity: 0.01, allowShort: true, dry_run: false }
const ENVIRONMENT = { config: CONFIG, providers: ['sim'], symbols: ['BTC-USDT'], dryRun: false, tradingActive: true }

const quietHost: StrategyHost = {
  wantsLog: () => true,
  log: () => undefined,
  submitOrder: () => 'order-1',
  cancelOrder: () => false,
  cancelAll: () => 0,
  query: () => null,
  sleep: () => undefined,
  now: () => 0,
  randomSeed: () => 1n,
}

export async function handlerRows(): Promise<Row[]> {
  const events = trades(BATCH)
  const [momentumSource, noopSource] = await Promise.all([shipped('momentum'), shipped('noop')])
  const plain = plainMomentum(momentumSource)
  warm(() => plain(events))
  const baseline = bestUs(BATCH * 40, () => repeat(40, () => plain(events)))

  const row = (what: string, us: number, goalUs: number): Row => ({
    what,
    figure: `${us.toFixed(2)} µs`,
    baseline: `plain JavaScript ${baseline.toFixed(3)} µs`,
    ratio: us / baseline,
    goal: `≤ ${goalUs} µs`,
    reached: us <= goalUs,
  })
  const momentum = await openStrategy(momentumSource)
  const empty = await openStrategy(noopSource)
  const single = events.slice(0, 1)
  return [
    row('trade → momentum, batch of 256, with encoding', measure(momentum, events), 1.5),
    row('trade → momentum, one by one, with encoding', measure(momentum, single), 1.5),
    row('trade → empty handler, batch of 256, with encoding', measure(empty, events), 0.6),
  ]
}

async function openStrategy(source: string): Promise<Sandbox> {
  const sandbox = new Sandbox(await loadEngine(), quietHost)
  const compiled = sandbox.compile(source, 'bench.js')
  if (!('bytecode' in compiled)) throw new Error(compiled.diagnostic.message)
  sandbox.load(compiled.bytecode)
  const started = sandbox.start(ENVIRONMENT)
  if ('fault' in started) throw new Error(started.fault.message)
  return sandbox
}

function measure(sandbox: Sandbox, events: readonly TradeEvent[]): number {
  const writer = new RecordWriter()
  writer.flags({ tradingActive: true, dryRun: false })
  const deliver = () => {
    for (const event of events) writer.event(event)
    sandbox.deliver(writer.from(), writer.words)
    writer.clear()
  }
  warm(deliver)
  const rounds = Math.ceil(10_000 / events.length)
  return bestUs(rounds * events.length, () => repeat(rounds, deliver))
}

/** The same source as a function of Bun's own engine: the limit of what a sandbox could do. */
function plainMomentum(source: string): (events: readonly TradeEvent[]) => void {
  const module = { exports: {} as { create(env: unknown): { onTrade(...args: unknown[]): void } } }
  // oxlint-disable-next-line typescript/no-implied-eval -- the very text that the sandbox runs
  new Function('module', source)(module)
  const runtime = { isTradingActive: () => true, submit: () => 'order-1', position: () => ({ quantity: 0 }) }
  const strategy = module.exports.create({ config: CONFIG, helpers: { log: () => undefined }, runtime })
  return (events) => {
    for (const event of events) strategy.onTrade({}, event, event.payload, Number(event.payload.price))
  }
}

function repeat(times: number, work: () => void): void {
  for (let i = 0; i < times; i++) work()
}

/** Long enough for the hot code to be compiled in the background. */
function warm(work: () => void): void {
  for (const end = performance.now() + 1500; performance.now() < end; ) work()
}
