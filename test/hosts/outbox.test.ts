/** What waits for a host: taken in the order in which it came, left out by age and number, never looked through for reports. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { InstanceListener } from '../../src/hosts/instance-listener'
import { type Item, isOwn, NEVER_OLD, Outbox } from '../../src/hosts/outbox'
import { type OwnItem, Placement } from '../../src/hosts/placement'
import type { LeftOut } from '../../src/protocol/conflation'
import type { MarketEvent } from '../../src/schema/events'
import { Heard, specOf } from './hosts'

const listener: InstanceListener = new Heard([])
const placement = new Placement(1, specOf('owner', new Uint8Array(0)), listener)

let sequence = 0
const head = (symbol = 'BTC-USDT') => ({ eventId: '', provider: 'sim', symbol, sequence: ++sequence, timeMs: 0 })

const trade = (symbol?: string): MarketEvent => ({
  ...head(symbol),
  type: 'Trade',
  payload: { tradeId: '1', side: 'Buy', price: '1', quantity: '1', timestamp: 0 },
})

const ticker = (symbol?: string): MarketEvent => ({
  ...head(symbol),
  type: 'Ticker',
  payload: { lastPrice: '1', bidPrice: '1', askPrice: '1', volume24h: '0', timestamp: 0 },
})

const flag = (): OwnItem => ({ placement, content: { tradingActive: true } })

/** An outbox at a time of its own, and what it has left out. */
function opened() {
  const left: LeftOut[] = []
  const time = { nowMs: 0 }
  const outbox = new Outbox({ maxAgeMs: () => 1000, elapsed: () => time.nowMs, left: (one) => void left.push(one) })
  return { outbox, left, time }
}

function takeAll(outbox: Outbox): Item[] {
  const items: Item[] = []
  while (!outbox.empty) items.push(...outbox.take())
  return items
}

test('market data and what is for one instance alone are taken in the order in which they came, a batch at a time', () => {
  const kind = fc.constantFrom('own' as const, 'market' as const, 'recorded' as const)
  fc.assert(
    fc.property(fc.array(kind, { maxLength: 3000 }), (kinds) => {
      const { outbox, left } = opened()
      const pushed = kinds.map(
        (one): Item => (one === 'own' ? flag() : { event: trade(), atMs: one === 'market' ? 0 : NEVER_OLD }),
      )
      for (const item of pushed) outbox.push(item)
      const first = outbox.take()
      expect(first).toHaveLength(Math.min(1024, pushed.length))
      const taken = [...first, ...takeAll(outbox)]
      expect(taken.every((item, index) => item === pushed[index])).toBe(true)
      expect([taken.length, left]).toEqual([pushed.length, []])
    }),
    { numRuns: 20 },
  )
})

test('a batch is no longer than those who wait for the next one can bear', () => {
  const { outbox } = opened()
  for (let i = 0; i < 2500; i++) outbox.push(flag())
  expect([1, 2, 3, 4].map(() => outbox.take().length)).toEqual([1024, 1024, 452, 0])
  expect(outbox.empty).toBe(true)
})

test('what was not handled goes before all that waits, what was put there last before the rest', () => {
  const { outbox } = opened()
  const [a, b, c, d] = [flag(), flag(), flag(), flag()]
  outbox.push(a)
  outbox.unshift([b, c])
  outbox.unshift([d])
  outbox.unshift([])
  expect([a, b, c, d].map(({ waits }) => waits)).toEqual([true, true, true, true])
  const taken = outbox.take()
  expect([d, b, c, a].map((item) => taken.indexOf(item))).toEqual([0, 1, 2, 3])
  expect([a, b, c, d].map(({ waits }) => waits)).toEqual([false, false, false, false])
  expect(outbox.empty).toBe(true)
})

test('of market data that waits for too long the newest of each kind and symbol stays, and what is young', () => {
  const { outbox, left, time } = opened()
  const [own, recorded] = [flag(), { event: trade(), atMs: NEVER_OLD }]
  const old = [trade(), ticker(), trade('ETH-USDT'), ticker(), trade()].map((event) => ({ event, atMs: 0 }))
  for (const item of [own, recorded, ...old]) outbox.push(item)
  expect(outbox.oldestMs).toBe(0)
  const young = [trade(), trade()].map((event) => ({ event, atMs: 501 }))
  for (const item of young) outbox.push(item)
  time.nowMs = 1000
  // not too old yet
  expect([outbox.oldestMs, left]).toEqual([0, []])
  time.nowMs = 1001
  const taken = outbox.take()
  expect(taken).toEqual([own, recorded, old[2]!, old[3]!, ...young])
  expect(left).toEqual([
    { event: old[4]!.event, duty: 'bounded', count: 2 },
    { event: old[1]!.event, duty: 'newest', count: 1 },
  ])
})

test('candles of each interval are data of their own: the newest of all of them stay', () => {
  const { outbox, left, time } = opened()
  const kline = (interval?: string): MarketEvent => {
    const prices = { openPrice: '1', closePrice: '1', highPrice: '1', lowPrice: '1', volume: '1' }
    const payload = { ...prices, openTime: 0, closeTime: 0, ...(interval !== undefined && { interval }) }
    return { ...head(), type: 'KlineSummary', payload }
  }
  const old = [kline('5m'), kline('1m'), kline('5m'), kline(), kline('1m'), kline(), kline('1m')]
  for (const event of old) outbox.push({ event, atMs: 0 })
  time.nowMs = 1001
  expect(outbox.take().map((item) => isOwn(item) || old.indexOf(item.event))).toEqual([2, 5, 6])
  expect(left.map(({ event, count }) => [old.indexOf(event), count])).toEqual([
    [0, 1],
    [4, 2],
    [3, 1],
  ])
})

test('what is old is looked for again when half of the age has passed that it may have', () => {
  const { outbox, left, time } = opened()
  const push = (atMs: number) => outbox.push({ event: trade(), atMs })
  // the newest of its symbol, which is too old for ever
  outbox.push({ event: trade('ETH-USDT'), atMs: 0 })
  for (const atMs of [1, 600, 1001]) push(atMs)
  expect(left.map(({ count }) => count)).toEqual([1])
  push(1500)
  expect(left).toHaveLength(1)
  push(1501)
  expect(left.map(({ count }) => count)).toEqual([1, 1])
  time.nowMs = 1501
  expect(outbox.take().map((item) => ('atMs' in item ? item.atMs : undefined))).toEqual([0, 1001, 1500, 1501])
})

test('of too many trades the oldest go, also when nobody takes any', () => {
  const { outbox, left } = opened()
  const trades = Array.from({ length: 8193 }, () => ({ event: trade(), atMs: 0 }))
  for (const item of trades.slice(0, -1)) outbox.push(item)
  expect(left).toEqual([])
  outbox.push(trades.at(-1)!)
  expect(left).toEqual([{ event: trades[4096]!.event, duty: 'bounded', count: 4097 }])
  expect(takeAll(outbox)).toEqual(trades.slice(4097))
})

test('two hundred thousand reports wait, and a push takes as long as ever', () => {
  const { outbox } = opened()
  for (let i = 0; i < 200_000; i++) {
    outbox.push(flag())
    outbox.push({ event: trade(), atMs: 0 })
  }
  const taken = takeAll(outbox)
  expect(taken.filter(isOwn)).toHaveLength(200_000)
  expect(taken.length - 200_000).toBeLessThanOrEqual(8192)
})
