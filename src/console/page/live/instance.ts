/** One instance as its page knows it: its records, read once and kept true by its own event stream. */
import type { FeedItem, FeedItemOf } from '../../../schema/feed'
import type { ExecutionItem, LogItem, OrderItem } from '../../../schema/instance-records'
import type { EquityCurve, PositionItem } from '../../../schema/worth'
import { call, part, Refused } from '../api/call'
import { Store } from '../store'
import { Stream } from './stream'

/** Lines of the log that are kept, and records. */
const LINES = 500
const RECORDS = 500
const POINTS = 600
const LOOK_MS = 2000
/** Prices that were seen while the page was open. */
const PRICES = 2000

export type SeenPrice = readonly [ms: number, price: string]

export class InstanceView {
  /** Newest first. */
  readonly orders = new Store<readonly OrderItem[]>([])
  readonly fills = new Store<readonly ExecutionItem[]>([])
  /** Oldest first. */
  readonly log = new Store<readonly LogItem[]>([])
  readonly positions = new Store<readonly PositionItem[]>([])
  /** Undefined while it has no account. */
  readonly equity = new Store<EquityCurve | undefined>(undefined)
  readonly refusal = new Store<Refused | undefined>(undefined)
  /** By provider and symbol. */
  readonly prices = new Map<string, SeenPrice[]>()
  readonly stream: Stream
  private readonly path: string
  private timer: ReturnType<typeof setTimeout> | undefined
  private isClosed = false

  constructor(
    id: string,
    private readonly fromMs: () => number | undefined,
  ) {
    this.path = `/strategy/instances/${part(id)}`
    this.stream = new Stream(`${this.path}/stream`, (items) => this.take(items))
    void this.safely(() => this.readRecords())
    void this.look()
  }

  close(): void {
    this.isClosed = true
    clearTimeout(this.timer)
    this.stream.close()
  }

  /** Reads what no event tells of, and again after a while. */
  async look(): Promise<void> {
    clearTimeout(this.timer)
    await this.safely(() => this.readWorth())
    clearTimeout(this.timer)
    if (!this.isClosed) this.timer = setTimeout(() => void this.look(), LOOK_MS)
  }

  private async safely(act: () => Promise<void>): Promise<void> {
    try {
      await act()
      this.refusal.value = undefined
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      this.refusal.value = error
    }
  }

  private async readRecords(): Promise<void> {
    const [orders, fills, log] = await Promise.all([
      call<{ items: OrderItem[] }>('GET', `${this.path}/orders?limit=200`),
      call<{ items: ExecutionItem[] }>('GET', `${this.path}/executions?limit=${RECORDS}`),
      call<{ items: LogItem[] }>('GET', `${this.path}/logs?limit=200`),
    ])
    // what the stream has told meanwhile is newer
    this.orders.value = newestOf(this.orders.value, orders.items, ({ clientOrderId }) => clientOrderId)
    this.fills.value = newestOf(this.fills.value, fills.items, ({ executionId }) => executionId)
    const known = new Set(log.items.map(lineKey))
    const later = this.log.value.filter((line) => !known.has(lineKey(line)))
    this.log.value = [...log.items.reverse(), ...later].slice(-LINES)
  }

  private async readWorth(): Promise<void> {
    if (document.hidden && this.equity.value) return
    const fromMs = this.fromMs()
    const from = fromMs === undefined ? '' : `&from=${new Date(fromMs).toISOString()}`
    const [positions, equity] = await Promise.all([
      call<{ items: PositionItem[] }>('GET', `${this.path}/positions`),
      call<EquityCurve>('GET', `${this.path}/equity?points=${POINTS}${from}`),
    ])
    for (const { provider, symbol, lastPrice } of positions.items) if (lastPrice) this.see(provider, symbol, lastPrice)
    this.positions.value = positions.items
    this.equity.value = equity
  }

  private see(provider: string, symbol: string, price: string): void {
    const key = `${provider} ${symbol}`
    const seen = this.prices.get(key) ?? []
    seen.push([Date.now(), price])
    if (seen.length > PRICES) seen.shift()
    this.prices.set(key, seen)
  }

  private take(items: readonly FeedItem[]): void {
    const orders = items.filter((item) => item.type === 'order').map(orderOf)
    const fills = items.filter((item) => item.type === 'fill').map(fillOf)
    const lines = items.filter((item) => item.type === 'log').map(lineOf)
    if (orders.length > 0) {
      const before = new Map(this.orders.value.map((order) => [order.clientOrderId, order]))
      const merged = orders.map((order) => ({
        ...order,
        placedAt: before.get(order.clientOrderId)?.placedAt ?? order.placedAt,
      }))
      this.orders.value = newestOf(merged.reverse(), this.orders.value, ({ clientOrderId }) => clientOrderId)
    }
    if (fills.length > 0) {
      this.fills.value = newestOf(fills.reverse(), this.fills.value, ({ executionId }) => executionId)
    }
    if (lines.length > 0) this.log.value = [...this.log.value, ...lines].slice(-LINES)
    if (items.some(({ type }) => type === 'missed')) void this.safely(() => this.readRecords())
  }
}

/** Each once, those of the first list before those of the second. */
function newestOf<T>(first: readonly T[], second: readonly T[], keyOf: (item: T) => string): T[] {
  const all = new Map<string, T>()
  for (const item of [...first, ...second]) if (!all.has(keyOf(item))) all.set(keyOf(item), item)
  return [...all.values()].slice(0, RECORDS)
}

const lineKey = ({ time, message }: LogItem): string => `${time} ${message}`

const orderOf = ({ at, provider, order }: FeedItemOf<'order'>): OrderItem => ({
  ...order,
  provider,
  placedAt: at,
  updatedAt: at,
})

const fillOf = ({ at, provider, fill }: FeedItemOf<'fill'>): ExecutionItem => ({ ...fill, provider, tradedAt: at })

const lineOf = ({ at, level, source, message }: FeedItemOf<'log'>): LogItem => ({ time: at, level, source, message })
