/** How many events are delivered at once shows in nothing that a strategy sees, in a backtest and in a sandbox host. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import fc from 'fast-check'
import { runBacktest } from '../../src/backtest/run'
import { DEFAULT_SETTINGS } from '../../src/backtest/settings'
import { compileForBacktest } from '../../src/backtest/strategy'
import type { DataFeed } from '../../src/market/files/open'
import { loadEngine } from '../../src/sandbox/engine'
import { digestOf } from '../../src/schema/digest'
import type { BalanceUpdateEvent, ExecReportPayload, MarketEvent, RiskControlEvent } from '../../src/schema/events'
import type { ExecutionReport, Order } from '../../src/schema/orders'
import { filled, Hosts, scope, strategy } from '../hosts/hosts'
import { instrumentOf, marketOf, START_MS, WITNESS } from './witness'

// Processes come up in their own time when the machine is busy.
setDefaultTimeout(120_000)

const SIZES = [1, 2, 7, 64, 256]
const MARKETS: [name: string, symbols: string[]][] = [
  ['one symbol', ['BTC-USDT']],
  ['several symbols', ['BTC-USDT', 'ETH-USDT', 'SOL-USDT']],
]

const engine = await loadEngine()
const source = new TextEncoder().encode(strategy(WITNESS))
const compiled = await compileForBacktest(engine, { bytes: source, hash: digestOf(source), tag: undefined })
if ('diagnostics' in compiled) throw new Error(compiled.diagnostics.map(({ message }) => message).join('; '))

async function inBacktest(
  events: readonly MarketEvent[],
  symbols: readonly string[],
  batch: number,
): Promise<string[]> {
  const lines: string[] = []
  const feed: DataFeed = {
    kind: 'trades',
    intervalMs: 0,
    symbolsKnown: true,
    symbols,
    instrument: instrumentOf,
    async *batches() {
      yield events.slice(0, 130)
      yield events.slice(130)
    },
    progress: { bytesRead: 0, bytesTotal: 0 },
    sources: [],
    problems: [],
    contradictions: [],
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
  await runBacktest({
    engine,
    strategy: compiled as Exclude<typeof compiled, { diagnostics: unknown }>,
    config: { dry_run: false },
    settings: DEFAULT_SETTINGS,
    feed,
    provider: 'sim',
    batch,
    observers: [
      {
        logged: (timeMs, message) => lines.push(`${timeMs} ${message}`),
        faulted: ({ message }) => lines.push(`fault ${message}`),
      },
    ],
  })
  return lines
}

/** What the market alone shows, and not the account. */
const marketLines = (lines: readonly string[]) =>
  lines.flatMap((line) => /event (\["on(?:Trade|Ticker|Kline|Book|Instrument|Extension).*)/.exec(line)?.[1] ?? [])

describe.each(MARKETS)('a backtest of %s', (_, symbols) => {
  test('logs the same whatever is delivered at once, and leaves no field out', async () => {
    let reports = 0
    await fc.assert(
      fc.asyncProperty(marketOf(symbols), async (events) => {
        const [one, ...others] = await Promise.all(SIZES.map((size) => inBacktest(events, symbols, size)))
        for (const other of others) expect(other).toEqual(one!)
        expect(one!.filter((line) => line.includes('<absent>') || line.includes('fault'))).toEqual([])
        expect(marketLines(one!)).toHaveLength(events.length)
        reports += one!.filter((line) => line.includes('"ExecReport"')).length
      }),
      { numRuns: 8, seed: 16, endOnFailure: true },
    )
    expect(reports).toBeGreaterThan(100)
  })
})

describe.each(MARKETS)('a sandbox host with %s', (name, symbols) => {
  let pools: { size: number; hosts: Hosts }[]
  beforeAll(async () => {
    pools = await Promise.all(
      SIZES.map(async (size) => ({
        size,
        hosts: await Hosts.start({ now: () => START_MS }),
      })),
    )
  })
  afterAll(() => Promise.all(pools.map(({ hosts }) => hosts[Symbol.asyncDispose]())))

  test('logs the same whatever is delivered at once, and of the market the same as a backtest', async () => {
    await fc.assert(
      fc.asyncProperty(marketOf(symbols), async (events) => {
        const [one, ...others] = await Promise.all(pools.map(({ size, hosts }) => inHost(hosts, events, symbols, size)))
        for (const other of others) expect(other).toEqual(one!)
        expect(one!.filter((line) => line.includes('<absent>'))).toEqual([])
        expect(one!.filter((line) => line.includes('"onOrder'))).toHaveLength(5 * Math.ceil(events.length / 10))
        expect(marketLines(one!)).toEqual(marketLines(await inBacktest(events, symbols, 256)))
      }),
      { numRuns: 3, seed: name.length, endOnFailure: true },
    )
  })
})

/** Reports and the like stand at fixed places among the events. */
async function inHost(
  hosts: Hosts,
  events: readonly MarketEvent[],
  symbols: string[],
  size: number,
): Promise<string[]> {
  const { pool } = hosts
  const heard = await hosts.launch('witness', WITNESS, { scope: [scope('sim', symbols)] })
  for (let first = 0; first < events.length; first += size) {
    for (let n = first; n < Math.min(first + size, events.length); n++) {
      pool.publish([events[n]!], true)
      if (n % 10 === 0) for (const report of reportsAt(n, events[n]!)) pool.report('witness', 'sim', report)
      if (n % 15 === 4) pool.tell('witness', balanceAt(n, events[n]!))
      if (n % 15 === 9) pool.tell('witness', riskAt(n, events[n]!))
      if (n % 25 === 1) pool.flags('witness', { tradingActive: n % 2 === 0 })
    }
    await pool.drained()
  }
  await pool.stop('witness')
  expect(heard.failures).toEqual([])
  return heard.printed
}

const headAt = (n: number, { symbol, timeMs }: MarketEvent) => ({
  eventId: `own-${n}`,
  provider: 'sim',
  symbol,
  sequence: n,
  timeMs,
})

/** Every state that a report can have, each of an order of its own but for the first two. */
function reportsAt(n: number, { symbol, timeMs: timestamp }: MarketEvent): ExecutionReport[] {
  const order = (name: string): Order => ({
    clientOrderId: `${name}-${n}`,
    provider: 'sim',
    symbol,
    side: n % 4 ? 'buy' : 'sell',
    type: 'limit',
    price: '1.5',
    quantity: '0.001',
    timeInForce: 'GTC',
    postOnly: false,
    reduceOnly: false,
  })
  const first = filled(order('first'), '1.5')
  const acknowledged = { ...first.payload, state: 'ACK', filledQuantity: '0', avgFillPrice: '0' } as const
  const ended = (state: ExecReportPayload['state'], more: Partial<ExecReportPayload> = {}): ExecutionReport => {
    const own = order(state)
    const { clientOrderId } = own
    return { order: own, payload: { ...acknowledged, clientOrderId, state, timestamp, ...more } }
  }
  return [
    { order: first.order, payload: acknowledged },
    { ...first, payload: { ...first.payload, timestamp, commissionAmount: '1', commissionAsset: `USDT` } },
    ended('CANCELLED'),
    ended('EXPIRED'),
    ended('REJECTED', { rejectReason: `reason ${n}`, orderType: 'Limit' }),
  ]
}

function balanceAt(n: number, event: MarketEvent): BalanceUpdateEvent {
  const payload = { currency: `C${n}`, total: '2', available: '1', timestamp: event.timeMs }
  return { type: 'BalanceUpdate', ...headAt(n, event), payload }
}

function riskAt(n: number, event: MarketEvent): RiskControlEvent {
  const payload = {
    strategyId: 'witness',
    provider: 'sim',
    symbol: event.symbol,
    status: `status ${n}`,
    reason: 'a reason',
    breachType: 'a breach',
    killSwitchEngaged: false,
    circuitBreakerOpen: n % 2 === 0,
    timestamp: event.timeMs,
  }
  return { type: 'RiskControl', ...headAt(n, event), payload }
}
