/** What waits for one instance: portions, what of it is handled, and what is left out of it. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { OwnRecord } from '../../src/protocol/messages'
import { type HandlerName, NEVER_WAITS } from '../../src/sandbox/layout'
import { RecordWriter } from '../../src/sandbox/records'
import type { Chunk } from '../../src/sandbox-host/chunk'
import { ChunkQueue, type QueueBounds } from '../../src/sandbox-host/chunk-queue'
import { Fanout, type Receiver } from '../../src/sandbox-host/fanout'
import { priceOf } from '../../src/sandbox-host/prices'
import { REPORT, read, recordsOf, type Told, waits } from './records'

const BOUNDS: QueueBounds = { maxWaiting: 1e6, maxWaitingBytes: 1e9, maxAgeMs: 1000 }
/** At most so many bytes go into a sandbox at once. */
const PORTION_BYTES = 32_768

/** The queue of an instance that wants trades, tickers and bars of BTC-USDT and ETH-USDT. */
class Waiting implements Receiver {
  readonly queue: ChunkQueue
  readonly chunks: Chunk[] = []
  private readonly writer = new RecordWriter()
  private readonly fanout = new Fanout<Receiver>(this.writer.words)

  constructor(bounds: Partial<QueueBounds> = {}, handlers: HandlerName[] = ['onTrade', 'onTicker', 'onKlineSummary']) {
    this.queue = new ChunkQueue({ ...BOUNDS, ...bounds })
    const scope = [{ provider: 'sim', symbols: ['BTC-USDT', 'ETH-USDT'] }]
    this.fanout.join(1, this, { scope, handlers, crossProvider: false }, new Map())
  }

  push(chunk: Chunk): void {
    this.chunks.push(chunk)
    this.queue.push(chunk)
  }

  /** Reports and flags are for the instance alone. */
  deal(told: readonly Told[], atMs = 0): Chunk {
    const isOwn = ({ kind }: Told) => kind === 'report' || kind === 'flags'
    const own = told.flatMap((one, at): OwnRecord[] => {
      if (!isOwn(one)) return []
      return [{ at, number: 1, ...(one.kind === 'report' && { effect: { provider: 'sim', report: REPORT } }) }]
    })
    this.fanout.deal(recordsOf(told, this.writer), own, atMs)
    return this.chunks.at(-1)!
  }

  /** All that is left, as an instance takes it. */
  drain(): string[] {
    const lines: string[] = []
    while (this.queue.first) {
      const portion = read(this.queue.portion)
      lines.push(...portion)
      this.queue.consume(portion.length)
    }
    return lines
  }
}

const trades = (...prices: (string | number)[]): Told[] => prices.map((price) => ({ price: String(price) }))
const numbered = (count: number, from = 1): Told[] => trades(...Array.from({ length: count }, (_, at) => from + at))

describe('what waits', () => {
  test('is counted in records and in bytes until its chunk is handled', () => {
    const waiting = new Waiting()
    const { queue } = waiting
    const seen = () => [queue.waiting, queue.bytes, queue.isLong, queue.done]
    expect([queue.first, ...seen()]).toEqual([undefined, 0, 0, false, 0])
    const [first, second] = [waiting.deal(numbered(3)), waiting.deal(numbered(2))]
    const all = first.bytes.length + second.bytes.length
    expect(seen()).toEqual([5, all, true, 0])
    expect(queue.consume(2)).toBeUndefined()
    expect(seen()).toEqual([5, all, true, 2])
    expect(queue.consume(1)).toBe(first)
    expect(seen()).toEqual([2, second.bytes.length, false, 0])
    expect(queue.first).toBe(second)
    expect(queue.consume(2)).toBe(second)
    expect(seen()).toEqual([0, 0, false, 0])
  })

  test('goes on where it was left, whatever is handled at once, in portions of a size', () => {
    const record = fc.record({
      padding: fc.constantFrom(0, 9000, 20_000, 40_000),
      kind: fc.constantFrom('trade', 'trade', 'flags'),
    })
    fc.assert(
      fc.property(
        fc.array(fc.array(record, { maxLength: 12 }), { maxLength: 4 }),
        fc.infiniteStream(fc.nat(5)),
        (all, steps) => {
          const waiting = new Waiting()
          let count = 0
          for (const chunk of all)
            if (chunk.length > 0) waiting.deal(chunk.map((one) => ({ ...one, price: `${++count}` }) as Told))
          const expected = waiting.chunks.flatMap(({ bytes }) => read(bytes))
          const lines: string[] = []
          while (waiting.queue.first) {
            const { portion } = waiting.queue
            const some = read(portion)
            expect(some.length === 1 || portion.length <= PORTION_BYTES).toBe(true)
            const handled = Math.min(some.length, 1 + Number(steps.next().value))
            lines.push(...some.slice(0, handled))
            const chunk = waiting.queue.consume(handled)
            if (!chunk) expect(waiting.queue.atCut).toBe(handled === some.length)
          }
          expect(lines).toEqual(expected)
        },
      ),
      { numRuns: 50 },
    )
  })

  test('goes as one portion that is full, and one more record is another', () => {
    const waiting = new Waiting()
    const { bytes } = waiting.deal([{ padding: 8 }])
    waiting.queue.consume(1)
    const padding = 8 + PORTION_BYTES / 2 - bytes.length
    waiting.deal([{ padding }, { padding }, {}])
    expect(waiting.queue.portion.length).toBe(PORTION_BYTES)
    expect(waiting.queue.atCut).toBe(false)
    waiting.queue.consume(2)
    expect([waiting.queue.atCut, waiting.queue.portion.length]).toEqual([true, bytes.length - 8])
  })

  test('for it alone is passed once, and counted until then', () => {
    const waiting = new Waiting()
    expect([waiting.queue.ownLeft, waiting.queue.passOwn(5)]).toEqual([0, 0])
    const [report, flags]: Told[] = [{ kind: 'report' }, { kind: 'flags' }]
    waiting.deal([report!, {}, flags!, report!, {}])
    waiting.deal([{}, flags!])
    const passed = (index: number) => [waiting.queue.passOwn(index), waiting.queue.ownLeft]
    expect(waiting.queue.ownLeft).toBe(4)
    expect(passed(0)).toEqual([0, 4])
    expect(passed(2)).toEqual([1, 3])
    expect(passed(2)).toEqual([0, 3])
    expect(passed(4)).toEqual([2, 1])
    waiting.queue.consume(5)
    expect(passed(1)).toEqual([0, 1])
    expect(passed(2)).toEqual([1, 0])
    waiting.queue.consume(2)
    expect(waiting.queue.ownLeft).toBe(0)
  })

  test('lags by what its oldest event is older than the newest that was ever there', () => {
    const waiting = new Waiting()
    expect(waiting.queue.lagMs).toBe(0)
    waiting.deal([{ waitedMs: 40 }, { waitedMs: 10 }], 1000)
    expect(waiting.queue.lagMs).toBe(30)
    waiting.deal([{ kind: 'flags' }], 5000)
    waiting.deal([{ waitedMs: NEVER_WAITS }], 6000)
    waiting.deal([{ waitedMs: 0 }], 2000)
    expect(waiting.queue.lagMs).toBe(1040)
    // up to the record that is next
    waiting.queue.consume(1)
    expect(waiting.queue.lagMs).toBe(1010)
    waiting.queue.consume(1)
    expect(waiting.queue.lagMs).toBe(0)
    for (let i = 0; i < 3; i++) waiting.queue.consume(1)
    expect([waiting.queue.first, waiting.queue.lagMs]).toEqual([undefined, 0])
  })

  test('lags by the oldest of a chunk, wherever it stands, and whatever is before the chunk', () => {
    const waiting = new Waiting()
    waiting.deal([{ kind: 'flags' }, { kind: 'flags' }], 500)
    waiting.queue.consume(1)
    waiting.deal([{ waitedMs: 10 }, { waitedMs: 40 }, { waitedMs: 20 }], 1000)
    expect(waiting.queue.lagMs).toBe(30)
    waiting.queue.consume(1)
    expect(waiting.queue.lagMs).toBe(30)
  })

  test('lags by the clock of the gateway that there is, whatever waits of one before', () => {
    const waiting = new Waiting()
    waiting.deal([{ waitedMs: 40 }, { waitedMs: 10 }], 300_000)
    waiting.deal([{ waitedMs: 5 }], 300_100)
    waiting.deal([{ waitedMs: 20 }], 1000)
    waiting.deal([{ waitedMs: 0 }], 1100)
    const lags = [waiting.queue.lagMs]
    for (const records of [2, 1, 1, 1]) {
      waiting.queue.consume(records)
      lags.push(waiting.queue.lagMs)
    }
    expect(lags).toEqual([0, 0, 120, 0, 0])
  })

  test('lags from the beginning of a chunk whose next record may not be left out', () => {
    const waiting = new Waiting()
    waiting.deal([{ waitedMs: 40 }, { kind: 'flags' }, { waitedMs: 10 }], 1000)
    waiting.queue.consume(1)
    expect(waiting.queue.lagMs).toBe(30)
    waiting.queue.consume(1)
    expect(waiting.queue.lagMs).toBe(0)
  })
})

describe('what is left out', () => {
  const old = (told: readonly Told[], waitedMs: number) => told.map((one) => ({ ...one, waitedMs }))

  test('is nothing while it is neither too much nor too old', () => {
    const waiting = new Waiting({ maxWaiting: 4 })
    waiting.deal(numbered(2), 1000)
    waiting.deal(numbered(2, 3), 1000)
    expect(waiting.queue.relieve(2000, false)).toBeUndefined()
    expect(waiting.drain()).toEqual(['onTrade 1', 'onTrade 2', 'onTrade 3', 'onTrade 4'])
  })

  test('is the oldest trades when there are too many, down to a half of what may wait', () => {
    const waiting = new Waiting({ maxWaiting: 8 })
    waiting.deal([...numbered(4), { kind: 'ticker', price: '50' }], 1000)
    waiting.deal([...numbered(4, 5), { kind: 'ticker', price: '51' }], 1000)
    expect(waiting.queue.relieve(1000, false)).toEqual({ conflated: 1, dropped: 4, handled: 0 })
    expect(waiting.queue.waiting).toBe(5)
    expect(waiting.drain()).toEqual([5, 6, 7, 8].map((price) => `onTrade ${price}`).concat('onTicker 51'))
  })

  test('is the oldest trades when their bytes are too many', () => {
    const sample = new Waiting()
    const size = sample.deal([{}]).bytes.length
    const waiting = new Waiting({ maxWaitingBytes: 8 * size })
    waiting.deal(numbered(4), 1000)
    waiting.deal(numbered(4, 5), 1000)
    expect(waiting.queue.relieve(1000, false)).toBeUndefined()
    waiting.deal(trades(9), 1000)
    expect(waiting.queue.relieve(1000, false)).toEqual({ conflated: 0, dropped: 5, handled: 0 })
    expect(waiting.queue.bytes).toBe(4 * size)
    expect(waiting.drain()).toEqual(['onTrade 6', 'onTrade 7', 'onTrade 8', 'onTrade 9'])
  })

  test('is what is too old, but never a report, a flag, the event of a recording, nor the newest of a kind and symbol', () => {
    const waiting = new Waiting()
    waiting.deal(
      [
        ...old(trades(1), 1),
        { kind: 'report' },
        ...old(
          [
            { price: '2', symbol: 'ETH-USDT' },
            { price: '3', kind: 'ticker' },
          ],
          0,
        ),
        { price: '4', waitedMs: NEVER_WAITS },
        { kind: 'flags' },
      ],
      1000,
    )
    waiting.deal([...old([{ price: '5', kind: 'ticker' }], 0), { kind: 'report' }, ...old(trades(6), 0)], 1000)
    expect(waiting.queue.relieve(1999, false)).toBeUndefined()
    expect(waiting.queue.relieve(2000, false)).toEqual({ conflated: 1, dropped: 1, handled: 0 })
    const { first, waiting: count, bytes, ownLeft } = waiting.queue
    expect(read(first!.bytes)).toEqual([
      'onOrderFilled',
      'onTrade 2',
      'onTrade 4',
      'flags',
      'onTicker 5',
      'onOrderFilled',
      'onTrade 6',
    ])
    const effect = { provider: 'sim', report: REPORT }
    expect(first).toMatchObject({
      count: 7,
      events: 6,
      own: [0, 3, 5],
      effects: [
        { at: 0, ...effect },
        { at: 5, ...effect },
      ],
      handlers: waiting.chunks[0]!.handlers,
      atMs: 2000,
      oldestMs: 1000,
      newestMs: 1000,
    })
    expect([count, bytes, ownLeft]).toEqual([7, first!.bytes.length, 3])
    // what they have waited counts from now on
    expect(waits(first!.bytes)).toEqual([NEVER_WAITS, 1000, NEVER_WAITS, NEVER_WAITS, 1000, NEVER_WAITS, 1000])
  })

  test('is counted rightly once more of what was left over before, behind a report and beside what has no handler', () => {
    const waiting = new Waiting({}, ['onTrade', 'onBookSnapshot'])
    waiting.deal([...trades(1), { kind: 'ticker' }, ...trades(2)], 1000)
    waiting.deal([{ kind: 'ticker' }, ...trades(3)], 1000)
    waiting.deal([{ kind: 'report' }, { kind: 'flags' }], 1500)
    expect(waiting.queue.relieve(2001, false)).toEqual({ conflated: 1, dropped: 2, handled: 0 })
    expect(waiting.queue.first).toMatchObject({ count: 4, events: 2, handlers: waiting.chunks[0]!.handlers })
    waiting.deal(trades(4), 2500)
    expect(waiting.queue.relieve(2600, false)).toEqual({ conflated: 0, dropped: 1, handled: 0 })
    expect(waiting.queue.first).toMatchObject({ count: 4, events: 2 })
    expect(waiting.drain()).toEqual(['onTicker 1', 'onOrderFilled', 'flags', 'onTrade 4'])
  })

  test('has waited for nothing when it was sent later than now', () => {
    const waiting = new Waiting({ maxWaiting: 2 })
    waiting.deal(numbered(3), 1000)
    waiting.queue.relieve(990, false)
    expect(waits(waiting.queue.first!.bytes)).toEqual([0])
    expect(waiting.queue.first!.atMs).toBe(990)
  })

  test('is looked for again only when it is older by half of the age that it may have', () => {
    const waiting = new Waiting()
    waiting.deal(old(trades(1, 2), 0), 1000)
    expect(waiting.queue.relieve(2001, false)).toEqual({ conflated: 0, dropped: 1, handled: 0 })
    waiting.deal(trades(3), 1000)
    expect(waiting.queue.relieve(2500, false)).toBeUndefined()
    expect(waiting.queue.relieve(2501, false)).toEqual({ conflated: 0, dropped: 1, handled: 0 })
    expect(waiting.drain()).toEqual(['onTrade 3'])
  })

  test('is nothing of a chunk that is under way', () => {
    const waiting = new Waiting()
    const first = waiting.deal([...trades(1, 2), { kind: 'flags' }], 1000)
    waiting.deal([...trades(3), { kind: 'report' }], 1000)
    waiting.deal(trades(4, 5), 1000)
    waiting.queue.consume(1)
    expect(waiting.queue.passOwn(1)).toBe(0)
    expect(waiting.queue.relieve(2001, true)).toEqual({ conflated: 0, dropped: 2, handled: 0 })
    expect([waiting.queue.first, waiting.queue.done, waiting.queue.waiting]).toEqual([first, 1, 5])
    expect(waiting.queue.ownLeft).toBe(2)
    expect(waiting.queue.passOwn(3)).toBe(1)
    const lines = [read(waiting.queue.portion), waiting.queue.consume(2)]
    expect(lines).toEqual([['onTrade 2', 'flags'], first])
    expect(waiting.queue.first).toMatchObject({ events: 2, own: [0] })
    // those from before what was left out
    expect([...waiting.queue.first!.before.values()].map(priceOf)).toEqual(['2'])
    expect(waiting.drain()).toEqual(['onOrderFilled', 'onTrade 5'])
  })

  test('is nothing of a chunk that is done in part; its prices are those from before, and its events are told', () => {
    const waiting = new Waiting()
    waiting.deal(trades(7), 0)
    waiting.queue.consume(1)
    waiting.deal([...trades(1), { kind: 'report' }, ...trades(2, 3)], 1000)
    waiting.deal(trades(4), 1000)
    waiting.queue.passOwn(2)
    waiting.queue.consume(2)
    expect(waiting.queue.relieve(2001, false)).toEqual({ conflated: 0, dropped: 2, handled: 2 })
    const { first, done, waiting: count, ownLeft } = waiting.queue
    expect([read(first!.bytes), done, count, ownLeft]).toEqual([['onTrade 4'], 0, 1, 0])
    // without the trade and the report that were handled before
    expect([first!.events, first!.own, first!.effects]).toEqual([1, [], []])
    expect([...first!.before.values()].map(priceOf)).toEqual(['1'])
  })

  test('is of candles never the newest of an interval', () => {
    const waiting = new Waiting()
    const candle = (price: string, interval?: string): Told => ({
      kind: 'kline',
      price,
      ...(interval !== undefined && { interval }),
    })
    waiting.deal(old([candle('1', '5m'), candle('2', '1m'), candle('3', '5m'), candle('4')], 1000), 1000)
    waiting.deal(old([candle('5', '1m'), candle('6'), candle('7', '1m')], 1000), 1000)
    expect(waiting.queue.relieve(2000, false)).toEqual({ conflated: 0, dropped: 4, handled: 0 })
    expect(waiting.drain()).toEqual(['onKlineSummary 3', 'onKlineSummary 6', 'onKlineSummary 7'])
  })

  test('is nothing when all of it is the newest, and the chunks stay as they are', () => {
    const waiting = new Waiting()
    const [first] = [waiting.deal(trades(1), 1000), waiting.deal([{ kind: 'ticker' }], 1000)]
    expect(waiting.queue.relieve(2001, false)).toBeUndefined()
    expect([waiting.queue.first, waiting.queue.waiting]).toEqual([first, 2])
  })

  test('leaves a lag that is told from what stays', () => {
    const waiting = new Waiting()
    waiting.deal([...old(trades(1), 300), ...old([{ price: '2', symbol: 'ETH-USDT' }], 200)], 1000)
    waiting.deal([...old(trades(3), 100), { kind: 'flags' }], 2000)
    expect(waiting.queue.lagMs).toBe(1200)
    expect(waiting.queue.relieve(2100, false)).toEqual({ conflated: 0, dropped: 1, handled: 0 })
    expect(waiting.queue.lagMs).toBe(1100)
    expect([waiting.queue.first!.oldestMs, waiting.queue.first!.newestMs]).toEqual([800, 1900])
  })
})
