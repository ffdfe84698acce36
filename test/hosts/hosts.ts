/** Real sandbox hosts with instances in them, and what came out of each. */
import { fileURLToPath } from 'node:url'
import { BUILD } from '../../src/cli/build'
import { sandboxHostCommandLine } from '../../src/cli/sandbox-host'
import type { InstanceListener } from '../../src/hosts/instance-listener'
import { type ProcessSettings, processLinks } from '../../src/hosts/links/process-link'
import { HostPool, type PoolOptions } from '../../src/hosts/pool'
import type { JournalledOrder } from '../../src/hosts/repeated'
import type { LaunchSpec, ProviderScope } from '../../src/protocol/launch'
import type { InstanceStats, LogLine, RefusedOrder } from '../../src/protocol/reported'
import type { Instrument, MarketEvent, TickerPayload } from '../../src/schema/events'
import type { InstanceProgress } from '../../src/schema/instance-progress'
import type { ExecutionReport, Order } from '../../src/schema/orders'
import type { RiskTerms } from '../../src/trading/risk/gate'

export const HOST_COMMAND = sandboxHostCommandLine(
  process.execPath,
  fileURLToPath(new URL('../../src/main.ts', import.meta.url)),
)

const UNBOUND: RiskTerms = { limits: {}, halts: {} }

/** What the listener heard of one instance. */
export class Heard implements InstanceListener {
  readonly orders: Order[] = []
  readonly cancels: string[] = []
  /** At which provider each of these was cancelled. */
  readonly cancelledAt: string[] = []
  readonly dry: Order[] = []
  readonly refusals: RefusedOrder[] = []
  /** When orders were made, skipped and cancelled, in this order, ms. */
  readonly times: number[] = []
  readonly lines: LogLine[] = []
  readonly states: string[] = []
  /** Numbers of reports. */
  readonly toldOf: number[] = []
  /** Out of its handlers. */
  exceptions = 0
  readonly restarts: string[] = []
  readonly failures: string[] = []
  /** When it had failed. */
  lastStats: InstanceStats | undefined
  /** How it would do something else than it did. */
  readonly differences: string[] = []
  /** Orders that are journalled, by id. */
  readonly journal = new Map<string, JournalledOrder>()
  /** Why what its host is told is not kept, and that it is again. */
  readonly problems: (string | undefined)[] = []
  /** How far it has come. */
  progress: InstanceProgress | undefined
  /** What the accounts are said to be when a host has died. */
  scope: readonly ProviderScope[]
  /** What binds it when it is launched, also in another host. */
  terms = UNBOUND
  /** Called after each order. */
  onOrder: (order: Order) => void = () => undefined
  private readonly waiting = new Set<() => void>()

  constructor(scope: readonly ProviderScope[]) {
    this.scope = scope
  }

  accounts(): readonly ProviderScope[] {
    return this.scope
  }

  risk(): RiskTerms {
    return this.terms
  }

  progressed(progress: InstanceProgress): void {
    this.progress = progress
  }

  kept(problem: string | undefined): void {
    this.problems.push(problem)
    this.changed()
  }

  refused(order: RefusedOrder): void {
    this.refusals.push(order)
    this.changed()
  }

  ordered(order: Order, timeMs: number): void {
    this.orders.push(order)
    this.times.push(timeMs)
    this.onOrder(order)
    this.changed()
  }

  cancelled(provider: string, clientOrderId: string, timeMs: number): void {
    this.cancels.push(clientOrderId)
    this.cancelledAt.push(provider)
    this.times.push(timeMs)
    this.changed()
  }

  journalled(clientOrderId: string): JournalledOrder | undefined {
    return this.journal.get(clientOrderId)
  }

  differed(how: string): void {
    this.differences.push(how)
    this.changed()
  }

  skipped(order: Order, timeMs: number): void {
    this.dry.push(order)
    this.times.push(timeMs)
    this.changed()
  }

  logged(line: LogLine): void {
    this.lines.push(line)
    this.changed()
  }

  threw(exceptions: number): void {
    this.exceptions += exceptions
    this.changed()
  }

  told(seq: number): void {
    this.toldOf.push(seq)
    this.changed()
  }

  saved(state: string): void {
    this.states.push(state)
    this.changed()
  }

  restarted(reason: string): void {
    this.restarts.push(reason)
    this.changed()
  }

  failed(reason: string, stats: InstanceStats): void {
    this.failures.push(reason)
    this.lastStats = stats
    this.changed()
  }

  /** What the strategy printed. */
  get printed(): string[] {
    return this.lines.filter(({ source }) => source === 'strategy').map(({ message }) => message)
  }

  /** What the host says of it. */
  get notices(): string[] {
    return this.lines.filter(({ source }) => source === 'host').map(({ message }) => message)
  }

  /** Looks again after each thing heard. */
  until(condition: (heard: this) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!condition(this)) return
        this.waiting.delete(look)
        resolve()
      }
      this.waiting.add(look)
      look()
    })
  }

  private changed(): void {
    for (const look of Array.from(this.waiting)) look()
  }
}

export type HostsOptions = Partial<PoolOptions & ProcessSettings>

/** Processes of this program. */
export const processes = (change: Partial<ProcessSettings> = {}) =>
  processLinks({ command: HOST_COMMAND, build: BUILD, ...change })

/** 0 while it comes up. @param index of the host. */
export const pidOf = (pool: HostPool, index = 0): number =>
  Number(/^process (\d+)$/.exec(pool.hosts()[index]!.place ?? '')?.[1] ?? 0)

export class Hosts implements AsyncDisposable {
  private readonly programs = new Map<string, Promise<Uint8Array>>()
  private sequence = 0

  private constructor(readonly pool: HostPool) {}

  static async start(options: HostsOptions = {}): Promise<Hosts> {
    // a slow machine is no reason to leave anything out, but where that is what is tested
    const patient = { maxAgeMs: 600_000 }
    const pool = await HostPool.start({
      connect: processes(options),
      count: 1,
      log: () => undefined,
      now: Date.now,
      elapsed: () => performance.now(),
      ...patient,
      ...options,
    })
    return new Hosts(pool)
  }

  /** @param body of `create({ helpers, runtime, config })`. */
  async launch(id: string, body: string, change: Partial<LaunchSpec> = {}, terms = UNBOUND): Promise<Heard> {
    const spec = await this.spec(id, body, change)
    const heard = new Heard(spec.scope)
    heard.terms = terms
    await this.pool.launch(spec, heard)
    return heard
  }

  async spec(id: string, body: string, change: Partial<LaunchSpec> = {}): Promise<LaunchSpec> {
    return specOf(id, await this.program(body), change)
  }

  /** A trade of BTC-USDT at `sim`, unless told otherwise. */
  trade(price: string, change: Partial<Pick<MarketEvent, 'provider' | 'symbol'>> = {}): MarketEvent {
    const payload = { tradeId: '1', side: 'Buy', price, quantity: '1', timestamp: 0 } as const
    return { ...this.head(), ...change, type: 'Trade', payload }
  }

  ticker(prices: Partial<TickerPayload>): MarketEvent {
    const payload = { lastPrice: '0', bidPrice: '0', askPrice: '0', volume24h: '0', timestamp: 0, ...prices }
    return { ...this.head(), type: 'Ticker', payload }
  }

  /** One after the other. */
  publish(...events: MarketEvent[]): void {
    this.pool.publish(events)
  }

  get pid(): number {
    return pidOf(this.pool)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.pool[Symbol.asyncDispose]()
  }

  private program(body: string): Promise<Uint8Array> {
    const known = this.programs.get(body)
    if (known) return known
    const program = this.compile(strategy(body))
    this.programs.set(body, program)
    return program
  }

  private async compile(source: string): Promise<Uint8Array> {
    const compilation = await this.pool.compiler.compile(new TextEncoder().encode(source))
    if ('diagnostics' in compilation) throw new Error(compilation.diagnostics.map(({ message }) => message).join('; '))
    return compilation.program
  }

  private head() {
    const sequence = ++this.sequence
    const timeMs = Date.UTC(2026, 0, 1) + sequence
    return { eventId: `e${sequence}`, provider: 'sim', symbol: 'BTC-USDT', sequence, timeMs }
  }
}

/** The launch of an instance that trades BTC-USDT at `sim`, unless told otherwise. */
export function specOf(instanceId: string, program: Uint8Array, change: Partial<LaunchSpec> = {}): LaunchSpec {
  return {
    instanceId,
    program,
    config: {},
    dryRun: false,
    scope: [scope('sim', ['BTC-USDT'])],
    state: '{}',
    seed: 1n,
    recorded: false,
    awaited: true,
    rates: { ordersPerSecond: 1000, logsPerSecond: 10_000, logBytesPerSecond: 1 << 24 },
    ...change,
  }
}

/** The body begins in line 3. */
export function strategy(body: string): string {
  return `module.exports = { metadata: { name: 'probe', displayName: 'Probe', events: ['Trade'] },
create({ helpers, runtime, config }) {
${body}
} }`
}

export function scope(provider: string, symbols: string[], rules: Partial<Instrument> = {}): ProviderScope {
  return {
    provider,
    symbols,
    instruments: symbols.map((symbol) => {
      const [baseCurrency = '', quoteCurrency = ''] = symbol.split('-')
      return { symbol, type: 'spot', baseCurrency, quoteCurrency, venue: provider, ...rules }
    }),
    account: { model: 'linear', cash: { USDT: '10000' }, leverage: '1', checkMargin: true },
    fills: [],
    openOrders: [],
  }
}

/** To buy one BTC-USDT at `sim`, unless told otherwise. */
export function orderOf(clientOrderId: string, change: Partial<Order> = {}): Order {
  const asked = { provider: 'sim', symbol: 'BTC-USDT', side: 'buy', type: 'market', quantity: '1' } as const
  return { ...asked, timeInForce: 'GTC', postOnly: false, reduceOnly: false, clientOrderId, ...change }
}

/** Filled whole, at a price, for a fee of 1. */
export function filled(order: Order, price: string): ExecutionReport {
  const { clientOrderId, symbol, side, quantity } = order
  const payload = {
    clientOrderId,
    exchangeOrderId: `x-${clientOrderId}`,
    state: 'FILLED',
    side: side === 'buy' ? 'Buy' : 'Sell',
    orderType: 'Market',
    price: '0',
    quantity,
    filledQuantity: quantity,
    remainingQty: '0',
    avgFillPrice: price,
    timestamp: 0,
  } as const
  const fill = { symbol, side, price, quantity, fee: '1', feeCurrency: 'USDT', liquidity: 'taker', timeMs: 0 } as const
  return { order, payload, fill }
}
