/** One instance as its page knows it: its records, read once and kept true by its own event stream. */
import type { FeedItem, FeedItemOf } from '../../../schema/feed'
import type { ExecutionItem, LogItem, OrderItem } from '../../../schema/instance-records'
import type { EquityCurve, PositionItem } from '../../../schema/worth'
import { call, part } from '../api/call'
import { Store } from '../store'
import { Looks } from './looks'
import { Stream } from './stream'

/** Lines of the log that are kept, and records. */
const LINES = 500
const RECORDS = 500
const POINTS = 600
/** What one instance is worth costs little. */
const REST = 8
/** How soon what a fill has changed is read. */
const FILLS_SHOWN_MS = 150
/** Prices that were seen while the page was open. */
const PRICES = 2000

export type SeenPrice = readonly [ms: number, price: string]

/** A line of the log, by its place in all that the page has seen of it. */
export interface Line extends LogItem {
  readonly place: number
}

export interface ShownLog {
  /** Oldest first. */
  readonly lines: readonly Line[]
  /** How many there were before them. */
  readonly left: number
}

export class InstanceView {
  /** Newest first. */
  readonly orders = new Store<readonly OrderItem[]>([])
  readonly fills = new Store<readonly ExecutionItem[]>([])
  readonly log = new Store<ShownLog>({ lines: [], left: 0 })
  readonly positions = new Store<readonly PositionItem[]>([])
  /** Undefined while it has no account. */
  readonly equity = new Store<EquityCurve | undefined>(undefined)
  /** By provider and symbol. */
  readonly prices = new Map<string, SeenPrice[]>()
  readonly looks: Looks
  readonly stream: Stream
  private readonly path: string
  /** How often each line that was read is still to be told. */
  private untold = new Map<string, number>()
  /** Records are read with the next look. */
  private wantsRecords = true

  /** @param fromMs from when on the equity is shown. */
  constructor(
    id: string,
    private readonly fromMs: () => number | undefined,
  ) {
    this.path = `/strategy/instances/${part(id)}`
    this.stream = new Stream(`${this.path}/stream`, (items) => this.take(items))
    this.looks = new Looks(() => this.read(), REST)
  }

  close(): void {
    this.looks.close()
    this.stream.close()
  }

  private async read(): Promise<void> {
    const records = this.wantsRecords ? this.readRecords() : undefined
    this.wantsRecords = false
    records?.catch(() => {
      this.wantsRecords = true
    })
    await Promise.all([records, this.readWorth()])
  }

  private async readRecords(): Promise<void> {
    const [orders, fills, log] = await Promise.all([
      call<{ items: OrderItem[] }>('GET', `${this.path}/orders?limit=200`),
      call<{ items: ExecutionItem[] }>('GET', `${this.path}/executions?limit=${RECORDS}`),
      call<{ items: LogItem[]; total: number }>('GET', `${this.path}/logs?limit=200`),
    ])
    // what the stream has told meanwhile is newer
    this.orders.value = newestOf(this.orders.value, orders.items, ({ clientOrderId }) => clientOrderId)
    this.fills.value = newestOf(this.fills.value, fills.items, ({ executionId }) => executionId)
    const { lines, left } = this.log.value
    this.untold = new Map()
    for (const line of log.items) this.untold.set(lineKey(line), (this.untold.get(lineKey(line)) ?? 0) + 1)
    const others = lines.filter((line) => !this.wasRead(line))
    const all = [...log.items.reverse(), ...others].sort(byTime)
    this.log.value = logOf(all, Math.max(log.total, left + lines.length, all.length))
  }

  /** Whether a line that the stream tells has been read already: each that was read stands for one that is told. */
  private wasRead(line: LogItem): boolean {
    const times = this.untold.get(lineKey(line)) ?? 0
    if (times > 0) this.untold.set(lineKey(line), times - 1)
    return times > 0
  }

  private async readWorth(): Promise<void> {
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
    const lines = items
      .filter((item) => item.type === 'log')
      .map(lineOf)
      .filter((line) => !this.wasRead(line))
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
      this.looks.within(FILLS_SHOWN_MS)
    }
    if (lines.length > 0) {
      const { lines: before, left } = this.log.value
      this.log.value = logOf([...before, ...lines], left + before.length + lines.length)
    }
    if (items.some(({ type }) => type === 'missed')) {
      this.wantsRecords = true
      this.looks.within(0)
    }
  }
}

/** Each once, those of the first list before those of the second. */
function newestOf<T>(first: readonly T[], second: readonly T[], keyOf: (item: T) => string): T[] {
  const all = new Map<string, T>()
  for (const item of [...first, ...second]) if (!all.has(keyOf(item))) all.set(keyOf(item), item)
  return [...all.values()].slice(0, RECORDS)
}

/** The last of them. @param total how many there have been. */
function logOf(lines: readonly LogItem[], total: number): ShownLog {
  const shown = lines.slice(-LINES)
  const left = total - shown.length
  return { lines: shown.map((line, index) => ({ ...line, place: left + index })), left }
}

const byTime = (one: LogItem, other: LogItem): number => (one.time < other.time ? -1 : Number(one.time > other.time))

const lineKey = ({ time, message }: LogItem): string => `${time} ${message}`

const orderOf = ({ at, provider, order }: FeedItemOf<'order'>): OrderItem => ({
  ...order,
  provider,
  placedAt: at,
  updatedAt: at,
})

const fillOf = ({ at, provider, fill }: FeedItemOf<'fill'>): ExecutionItem => ({ ...fill, provider, tradedAt: at })

const lineOf = ({ at, level, source, message }: FeedItemOf<'log'>): LogItem => ({ time: at, level, source, message })
