/** All that a gateway has of an instance in the end, made comparable: only what cannot be the same in two runs is left out. */
import type { BalanceItem, ExecutionItem, LogItem, OrderItem } from '../../src/schema/instance-records'
import type { Instance } from '../../src/schema/instances'
import type { EquityCurve, PositionItem } from '../../src/schema/worth'
import type { TestGateway } from '../gateway'

/** So many lines of a log are kept, at least. */
export const KEPT_LINES = 1000
const PAGE = 500

export interface Story {
  readonly id: string
  readonly instance: Omit<Instance, 'createdAt' | 'updatedAt' | 'stats' | 'usage'> & {
    readonly stats: Omit<Instance['stats'], 'eventsPerSecond' | 'lagMs' | 'cpuMs'>
  }
  /** How often it was started anew, by the ids of its orders. */
  readonly starts: number
  /** Oldest first, as all lists. */
  readonly orders: readonly OrderItem[]
  readonly executions: readonly Omit<ExecutionItem, 'executionId'>[]
  readonly lines: readonly Omit<LogItem, 'time'>[]
  readonly positions: readonly PositionItem[]
  readonly balances: readonly BalanceItem[]
  readonly worth: Pick<EquityCurve, 'currency' | 'startEquity' | 'equity' | 'pnl'>
}

/** Once nothing is to come any more. */
export async function storyOf(gateway: TestGateway, id: string): Promise<Story> {
  const path = `/strategy/instances/${id}`
  const { createdAt: _, updatedAt: __, stats, usage: ___, ...instance }: Instance = await answer(gateway, path)
  // how fast it went, and not what it did
  const { eventsPerSecond: _____, lagMs: ______, cpuMs: _______, ...counts } = stats
  const orders = await pages<OrderItem>(gateway, `${path}/orders`)
  const executions = await pages<ExecutionItem>(gateway, `${path}/executions`)
  const lines = await pages<LogItem>(gateway, `${path}/logs`)
  const { currency, startEquity, equity, pnl }: EquityCurve = await answer(gateway, `${path}/equity`)
  return neutral({
    id,
    instance: { ...instance, stats: counts },
    starts: new Set(orders.map(({ clientOrderId }) => startOf(id, clientOrderId))).size,
    orders,
    // a number that all instances share
    executions: executions.map(({ executionId: _________, ...execution }) => execution),
    // printed at a time of the gateway's clock
    lines: lines.slice(-KEPT_LINES).map(({ time: ________, ...line }) => line),
    positions: (await answer(gateway, `${path}/positions`)).items,
    balances: (await answer(gateway, `${path}/balances`)).items,
    worth: { currency, startEquity, equity, pnl },
  })
}

/** What tells the starts of an instance apart. */
const startOf = (id: string, clientOrderId: string) =>
  clientOrderId.slice(id.length + 1, clientOrderId.lastIndexOf('-'))

/** An id of an order begins with its owner and tells its starts apart, for it is unique for ever; its last number counts. */
export const neutralId = (id: string, text: string) =>
  text.replaceAll(new RegExp(String.raw`\b${id}-(?:[0-9a-z]+-)?(\d+)(?![\w-])`, 'g'), 'order-$1')

const neutral = <T extends { readonly id: string }>(story: T): T =>
  JSON.parse(neutralId(story.id, JSON.stringify(story)))

export async function answer(gateway: TestGateway, path: string): Promise<ReturnType<typeof JSON.parse>> {
  const { status, text, body } = await gateway.get(path)
  if (status !== 200) throw new Error(`${path} answered ${status}: ${text}`)
  return body
}

/** A list, oldest first. */
export async function pages<T>(gateway: TestGateway, path: string): Promise<T[]> {
  const items: T[] = []
  for (let before = ''; ; ) {
    const body = await answer(gateway, `${path}?limit=${PAGE}${before}`)
    items.push(...body.items)
    if (body.next === undefined) return items.reverse()
    before = `&before=${body.next}`
  }
}
