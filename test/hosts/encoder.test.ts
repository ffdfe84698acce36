/** Events as a host is told them: who gets what, how long it has waited, and words before the records that name them. */
import { expect, test } from 'bun:test'
import { HostEncoder, type Launch } from '../../src/hosts/encoder'
import { type Item, NEVER_OLD } from '../../src/hosts/outbox'
import { type OwnItem, Placement } from '../../src/hosts/placement'
import type { ToHost } from '../../src/protocol/messages'
import { RecordCursor } from '../../src/sandbox/cursor'
import { FLAG, LONGEST_WAIT_MS, NEVER_WAITS } from '../../src/sandbox/layout'
import { WordTable } from '../../src/sandbox/words'
import type { MarketEvent } from '../../src/schema/events'
import { filled, Heard, orderOf, specOf } from './hosts'

function stage() {
  const sent: ToHost[] = []
  const words = new WordTable()
  const encoder = new HostEncoder((message) => {
    sent.push(message)
    if (message.kind === 'words') words.learn(message.records)
  })
  return { encoder, sent, words }
}

const trade = (price: string, symbol = 'BTC-USDT'): MarketEvent => ({
  eventId: '',
  provider: 'sim',
  symbol,
  sequence: 0,
  timeMs: 0,
  type: 'Trade',
  payload: { tradeId: '1', side: 'Buy', price, quantity: '1', timestamp: 0 },
})

const placed = (number: number, dryRun = false) => {
  const spec = specOf(`i${number}`, new Uint8Array(0), { dryRun })
  return new Placement(number, spec, new Heard(spec.scope))
}

/** As the host reads it with the words that it was sent until then. */
function read(records: Uint8Array, words: WordTable) {
  const cursor = new RecordCursor(records)
  const seen: unknown[] = []
  while (cursor.next()) {
    seen.push(
      cursor.isEvent
        ? [cursor.handler, words.text(cursor.symbolWord), cursor.waitedMs]
        : ['flags', cursor.handlerNumber],
    )
  }
  return seen
}

const batchOf = (sent: readonly ToHost[]) => sent.filter((message) => message.kind === 'batch').at(-1)!

test('a batch bears the events in their order, and says which of them are for one instance alone', () => {
  const { encoder, sent, words } = stage()
  const [live, dry, gone] = [placed(1), placed(2, true), placed(3)]
  gone.current = false
  const report = filled(orderOf('i1-1'), '5')
  const event = { ...trade('0'), type: 'ExecReport', payload: report.payload } as const
  const effect = { provider: 'sim', report }
  const flags = (placement: Placement, tradingActive: boolean): OwnItem => ({ placement, content: { tradingActive } })
  const items: Item[] = [
    { event: trade('1'), atMs: 100 },
    { placement: live, content: { event }, effect },
    { placement: gone, content: { event }, effect },
    flags(dry, true),
    { event: trade('2', 'ETH-USDT'), atMs: NEVER_OLD },
    flags(live, false),
    flags(live, true),
  ]
  encoder.batch(items, 107)
  expect(sent.map(({ kind }) => kind)).toEqual(['words', 'batch'])
  const { atMs, own, records } = batchOf(sent)
  expect(atMs).toBe(107)
  expect(own).toEqual([
    { at: 1, number: 1, effect },
    { at: 2, number: 2 },
    { at: 4, number: 1 },
    { at: 5, number: 1 },
  ])
  expect(read(records, words)).toEqual([
    ['onTrade', 'BTC-USDT', 7],
    ['onOrderFilled', 'BTC-USDT', NEVER_WAITS],
    ['flags', FLAG.tradingActive | FLAG.dryRun],
    ['onTrade', 'ETH-USDT', NEVER_WAITS],
    ['flags', 0],
    ['flags', FLAG.tradingActive],
  ])
})

test('words are sent once, before the first records that name them', () => {
  const { encoder, sent, words } = stage()
  const kinds = (events: MarketEvent[]) => {
    sent.length = 0
    encoder.batch(
      events.map((event) => ({ event, atMs: 0 })),
      0,
    )
    return sent.map(({ kind }) => kind)
  }
  expect(kinds([trade('1')])).toEqual(['words', 'batch'])
  expect(kinds([trade('2')])).toEqual(['batch'])
  expect(kinds([trade('2'), trade('3', 'ETH-USDT')])).toEqual(['words', 'batch'])
  expect(read(batchOf(sent).records, words)).toEqual([
    ['onTrade', 'BTC-USDT', 0],
    ['onTrade', 'ETH-USDT', 0],
  ])
  expect(words.count).toBe(4)
})

test.each([
  [100, 100, 0],
  [100, 100.4, 0],
  [100, 100.6, 1],
  [100, 99, 0],
  [0, LONGEST_WAIT_MS, LONGEST_WAIT_MS],
  [0, LONGEST_WAIT_MS + 1, LONGEST_WAIT_MS],
  [NEVER_OLD, 5, NEVER_WAITS],
])('what was published at %p and is sent at %p has waited for %p ms', (atMs, nowMs, waitedMs) => {
  const { encoder, sent, words } = stage()
  encoder.batch([{ event: trade('1'), atMs }], nowMs)
  expect(read(batchOf(sent).records, words)).toEqual([['onTrade', 'BTC-USDT', waitedMs]])
})

test('a launch bears the market as its records, and nothing of the batch before it', () => {
  const { encoder, sent, words } = stage()
  encoder.batch([{ event: trade('1'), atMs: 0 }], 500)
  sent.length = 0
  const spec = specOf('i1', new Uint8Array(0))
  const order: Launch = {
    number: 1,
    spec,
    startMs: 5,
    tradingActive: true,
    risk: { limits: {}, halts: {} },
    maxAgeMs: 1000,
    market: [trade('1', 'ETH-USDT'), trade('2')],
  }
  const { market, ...rest } = encoder.order(order)
  expect(sent.map(({ kind }) => kind)).toEqual(['words'])
  expect(rest).toEqual((({ market: _, ...others }) => others)(order))
  expect(read(market, words)).toEqual([
    ['onTrade', 'ETH-USDT', 0],
    ['onTrade', 'BTC-USDT', 0],
  ])
})
