/** A stage for strategies in tests: a real sandbox, and a holder that writes down what it hears. */

import { type Engine, loadEngine } from '../../src/sandbox/engine'
import type { Environment } from '../../src/sandbox/environment'
import type { Fault } from '../../src/sandbox/fault'
import type { StrategyHost } from '../../src/sandbox/host'
import type { Outcome } from '../../src/sandbox/lift'
import type { Limits } from '../../src/sandbox/limits'
import { RecordWriter } from '../../src/sandbox/records'
import { Sandbox } from '../../src/sandbox/sandbox'
import type { StrategyEvent } from '../../src/schema/events'
import type { OrderRequest } from '../../src/schema/orders'

/** 2023-11-14T22:13:20.000Z */
export const START_MS = 1_700_000_000_000

export const ENVIRONMENT: Environment = {
  config: { threshold: 3 },
  providers: ['sim', 'okx'],
  symbols: ['BTC-USDT', 'ETH-USDT'],
  dryRun: false,
  tradingActive: true,
}

/** What a strategy did, in its order. */
export interface Heard {
  readonly logs: string[]
  readonly orders: OrderRequest[]
  /** Every call that concerns orders, accounts and sleeps, with the record that it came from. */
  readonly calls: string[]
}

export interface Stage extends Disposable {
  readonly sandbox: Sandbox
  readonly heard: Heard
  /** Delivers events to the last, over orders and faults. */
  play(...events: StrategyEvent[]): Outcome[]
}

export function recordingHost(overrides: Partial<StrategyHost> = {}): { host: StrategyHost; heard: Heard } {
  const heard: Heard = { logs: [], orders: [], calls: [] }
  const host: StrategyHost = {
    wantsLog: () => true,
    log: (message) => void heard.logs.push(message),
    submitOrder(order, record) {
      heard.calls.push(`submit ${record}`)
      return `order-${heard.orders.push(order)}`
    },
    cancelOrder(id, record) {
      heard.calls.push(`cancel ${id} ${record}`)
      return id === 'order-1'
    },
    cancelAll(symbol, record) {
      heard.calls.push(`cancel all ${symbol} ${record}`)
      return 2
    },
    query(what, argument, record) {
      heard.calls.push(`${what} ${argument} ${record}`)
      return what === 'equity' ? 1234.5 : { asked: argument }
    },
    sleep: (ms, record) => void heard.calls.push(`sleep ${ms} ${record}`),
    now: () => START_MS,
    randomSeed: () => 42n,
    ...overrides,
  }
  return { host, heard }
}

/** Compiles, loads and starts. @throws Error with the fault when any of them fails. */
export async function stage(
  source: string,
  options: { host?: Partial<StrategyHost>; limits?: Limits; environment?: Partial<Environment> } = {},
): Promise<Stage> {
  const engine = await loadEngine()
  const { host, heard } = recordingHost(options.host)
  const sandbox = load(engine, host, source, options.limits)
  const started = sandbox.start({ ...ENVIRONMENT, ...options.environment })
  if ('fault' in started) throw new Error(`start: ${started.fault.message}`)
  const writer = new RecordWriter()
  return {
    sandbox,
    heard,
    play(...events) {
      writer.clear()
      for (const event of events) writer.event(event)
      return deliverAll(sandbox, writer)
    },
    [Symbol.dispose]: () => sandbox[Symbol.dispose](),
  }
}

export function load(engine: Engine, host: StrategyHost, source: string, limits?: Limits): Sandbox {
  const sandbox = new Sandbox(engine, host, limits)
  const compiled = sandbox.compile(source, 'strategy.js')
  if ('diagnostic' in compiled) throw new Error(`compile: ${compiled.diagnostic.message}`)
  const loaded = sandbox.load(compiled.bytecode)
  if ('fault' in loaded) throw new Error(`load: ${loaded.fault.message}`)
  return sandbox
}

/** Delivers all that the writer holds, going on after orders and faults. */
export function deliverAll(sandbox: Sandbox, writer: RecordWriter): Outcome[] {
  const outcomes: Outcome[] = []
  for (let at = 0; at < writer.count && sandbox.alive; ) {
    const outcome = sandbox.deliver(writer.from(at), writer.words)
    outcomes.push(outcome)
    at += outcome.consumed
  }
  return outcomes
}

/** A strategy of one onTrade handler; `env` is in reach. */
export function onTrade(body: string): string {
  return `module.exports = { create(env) {
  const { helpers, runtime, config } = env;
  return { onTrade(ctx, evt, payload, price) { ${body} } };
} };`
}

/** What a handler logs at one trade, or its fault. */
export async function logsOf(body: string): Promise<string[]> {
  using running = await stage(onTrade(body))
  const faults = running.play(trade(0)).flatMap(({ fault }) => (fault ? [fault.message] : []))
  return [...running.heard.logs, ...faults]
}

export function trade(n: number, price = '100.5', symbol = 'BTC-USDT'): StrategyEvent {
  const timeMs = START_MS + n * 1000
  return {
    type: 'Trade',
    ...head(n, symbol),
    payload: { tradeId: `t-${n}`, side: n % 2 ? 'Buy' : 'Sell', price, quantity: '0.015', timestamp: timeMs },
  }
}

export function ticker(n: number, lastPrice: string, bidPrice: string, askPrice: string): StrategyEvent {
  const payload = { lastPrice, bidPrice, askPrice, volume24h: '12', timestamp: START_MS }
  return { type: 'Ticker', ...head(n), payload }
}

export function head(n: number, symbol = 'BTC-USDT') {
  return { eventId: `sim-${n}`, provider: 'sim', symbol, sequence: n, timeMs: START_MS + n * 1000 }
}

export function placeOf({ line, column }: Fault): string {
  return `${line}:${column}`
}
