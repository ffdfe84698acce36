/** From the records of a batch to the chunks of those who want them. */
import { describe, expect, test } from 'bun:test'
import type { OwnRecord } from '../../src/protocol/messages'
import { HANDLER_NUMBER, NEVER_WAITS } from '../../src/sandbox/layout'
import { RecordWriter } from '../../src/sandbox/records'
import type { Chunk } from '../../src/sandbox-host/chunk'
import { Fanout, pricesIn } from '../../src/sandbox-host/fanout'
import type { KnownSubscription } from '../../src/sandbox-host/group'
import { symbolOf } from '../../src/sandbox-host/instrument-key'
import { priceOf } from '../../src/sandbox-host/prices'
import { REPORT, read, recordsOf, type Told } from './records'

class Member {
  readonly chunks: Chunk[] = []

  push(chunk: Chunk): void {
    this.chunks.push(chunk)
  }

  get last(): Chunk {
    return this.chunks.at(-1)!
  }

  /** All that it was given so far. */
  get lines(): string[] {
    return this.chunks.flatMap(({ bytes }) => read(bytes))
  }
}

const TRADES: KnownSubscription = {
  scope: [{ provider: 'sim', symbols: ['BTC-USDT'] }],
  handlers: ['onTrade'],
  crossProvider: false,
}

class Host {
  readonly writer = new RecordWriter()
  readonly fanout = new Fanout<Member>(this.writer.words)

  join(number: number, change: Partial<KnownSubscription> = {}, market: Told[] = []): Member {
    const member = new Member()
    this.fanout.join(number, member, { ...TRADES, ...change }, pricesIn(recordsOf(market, this.writer)))
    return member
  }

  deal(told: Told[], own: OwnRecord[] = [], atMs = 0): void {
    this.fanout.deal(recordsOf(told, this.writer), own, atMs)
  }

  /** Symbol and price of what is known from before a chunk. */
  before({ before }: Chunk): Record<string, string | undefined> {
    const { words } = this.writer
    return Object.fromEntries([...before].map(([instrument, record]) => [symbolOf(instrument, words), priceOf(record)]))
  }
}

const ETH = { symbol: 'ETH-USDT' }
const BOTH = { scope: [{ provider: 'sim', symbols: ['BTC-USDT', 'ETH-USDT'] }] }

describe('an event goes', () => {
  test('to those who have its provider and symbol in their scope, and a handler', () => {
    const host = new Host()
    const [btc, both, tickers, okx] = [
      host.join(1),
      host.join(2, BOTH),
      host.join(3, { handlers: ['onTicker'] }),
      host.join(4, { scope: [{ provider: 'okx', symbols: ['BTC-USDT'] }] }),
    ]
    host.deal([
      { price: '1' },
      { price: '2', ...ETH },
      { price: '3', kind: 'ticker' },
      { price: '4', provider: 'okx' },
      { price: '5', symbol: 'XRP-USDT' },
      { price: '6' },
      { price: '7', kind: 'ticker' },
    ])
    expect(btc.lines).toEqual(['onTrade 1', 'onTicker 3', 'onTrade 6', 'onTicker 7'])
    expect(both.lines).toEqual(['onTrade 1', 'onTrade 2', 'onTicker 3', 'onTrade 6', 'onTicker 7'])
    expect(tickers.lines).toEqual(['onTrade 1', 'onTicker 3', 'onTrade 6', 'onTicker 7'])
    expect(okx.lines).toEqual(['onTrade 4'])
  })

  test('across providers to who wants that, in its symbols', () => {
    const host = new Host()
    const far = host.join(1, { crossProvider: true })
    host.deal([{ price: '1', provider: 'okx' }, { price: '2', provider: 'okx', ...ETH }, { price: '3' }])
    expect(far.lines).toEqual(['onTrade 1', 'onTrade 3'])
  })

  test('to nobody who has left, and to whoever has come, also in a batch of words that are known', () => {
    const host = new Host()
    const first = host.join(1)
    host.deal([{ price: '1' }])
    host.fanout.leave(1)
    host.fanout.leave(1)
    host.deal([{ price: '2' }])
    const [second, third] = [host.join(2), host.join(3)]
    host.deal([{ price: '3' }])
    host.fanout.leave(2)
    host.deal([{ price: '4' }])
    // in the place of the one before it
    const again = host.join(3, BOTH)
    host.deal([{ price: '5' }, { price: '6', ...ETH }])
    expect([first, second, third, again].map(({ lines }) => lines)).toEqual([
      ['onTrade 1'],
      ['onTrade 3'],
      ['onTrade 3', 'onTrade 4'],
      ['onTrade 5', 'onTrade 6'],
    ])
  })

  test('in bytes of its own to who wants little of a batch, so that who is slow holds on to no more than it is given', () => {
    const host = new Host()
    const isCopied = (wanted: number) => {
      const member = host.join(1)
      const told: Told[] = Array.from({ length: 4 }, (_, at) => (at < wanted ? {} : ETH))
      const records = recordsOf(told, host.writer)
      host.fanout.deal(records, [], 0)
      expect(member.last.count).toBe(wanted)
      return member.last.bytes.buffer !== records.buffer
    }
    expect([1, 2, 3, 4].map(isCopied)).toEqual([true, true, false, false])
  })

  test('as the same bytes to all who want the same', () => {
    const host = new Host()
    const [one, other] = [host.join(1), host.join(2)]
    host.deal([{ price: '1' }, { price: '2', ...ETH }, { price: '3' }])
    expect(one.last).toBe(other.last)
  })
})

describe('without a handler', () => {
  test('of trades and tickers the newest of each kind and symbol goes along with the next event that has one', () => {
    const host = new Host()
    const member = host.join(1, { ...BOTH, handlers: ['onExtensionEvent'] })
    host.deal([
      { price: '1' },
      { price: '2', ...ETH },
      { price: '3' },
      { price: '4', kind: 'kline' },
      { kind: 'extension' },
      { price: '5' },
      { price: '6', kind: 'kline' },
    ])
    expect(member.lines).toEqual(['onTrade 2', 'onTrade 3', 'onExtensionEvent', 'onTrade 5'])
    expect(member.last).toMatchObject({ count: 4, events: 1 })
    host.deal([{ price: '7', kind: 'kline' }])
    expect(member.chunks).toHaveLength(1)
  })
})

describe('a chunk says', () => {
  test('how many records it has, which of them are events, which handlers and when it was sent', () => {
    const host = new Host()
    const member = host.join(1, { handlers: ['onTrade', 'onKlineSummary'] })
    host.deal([{}, { kind: 'ticker' }, { kind: 'kline' }, { kind: 'extension' }], [], 77)
    const handlers = (1 << HANDLER_NUMBER.onTrade) | (1 << HANDLER_NUMBER.onKlineSummary)
    expect(member.last).toMatchObject({ count: 3, events: 2, own: [], effects: [], handlers, atMs: 77 })
  })

  test('when the first and the last of its events were published, of those alone that may be left out', () => {
    const host = new Host()
    const member = host.join(1)
    const waited = (...all: number[]) => {
      host.deal(
        all.map((waitedMs) => ({ waitedMs })),
        [],
        1000,
      )
      return [member.last.oldestMs, member.last.newestMs]
    }
    expect(waited(30, 50, 10, 20)).toEqual([950, 990])
    expect(waited(7)).toEqual([993, 993])
    expect(waited(NEVER_WAITS, 5, NEVER_WAITS)).toEqual([995, 995])
    expect(waited(NEVER_WAITS)).toEqual([Infinity, -Infinity])
    // without a handler it is in no queue of its own
    host.deal([{ waitedMs: 90, kind: 'ticker' }, { waitedMs: 3 }], [], 1000)
    expect([member.last.oldestMs, member.last.newestMs]).toEqual([997, 997])
  })

  test('what the last prices were before it', () => {
    const host = new Host()
    const member = host.join(1, BOTH, [{ price: '1' }, { price: '2' }, { price: '9', ...ETH }])
    host.deal([{ price: '3' }])
    expect(host.before(member.last)).toEqual({ 'BTC-USDT': '2', 'ETH-USDT': '9' })
    host.deal([
      { price: '4', kind: 'kline' },
      { price: '5', kind: 'extension' },
    ])
    host.deal([
      { price: '6', ...ETH },
      { price: '7', ...ETH },
    ])
    expect(host.before(member.last)).toEqual({ 'BTC-USDT': '4', 'ETH-USDT': '9' })
    host.deal([{ price: '8' }])
    expect(host.before(member.last)).toEqual({ 'BTC-USDT': '4', 'ETH-USDT': '7' })
  })

  test('what its group has seen itself, and nothing of what a newcomer brings along, who knows it anyway', () => {
    const host = new Host()
    host.join(1, BOTH)
    host.deal([{ price: '5' }])
    const late = host.join(2, BOTH, [{ price: '1' }, { price: '2', ...ETH }])
    host.deal([{ price: '6' }])
    expect(host.before(late.last)).toEqual({ 'BTC-USDT': '5' })
  })
})

test('who comes when all who wanted the same have left brings its own prices along', () => {
  const host = new Host()
  host.join(1)
  host.deal([{ price: '5' }])
  host.fanout.leave(1)
  host.deal([{ price: '6' }])
  const late = host.join(2, {}, [{ price: '7' }])
  host.deal([{ price: '8' }])
  expect(host.before(late.last)).toEqual({ 'BTC-USDT': '7' })
})

describe('what is for one instance alone', () => {
  const effect = { provider: 'sim', report: REPORT }

  test('comes to it in its place among the events, with what it does to the accounts', () => {
    const host = new Host()
    const [mine, other] = [host.join(1), host.join(2)]
    const told: Told[] = [{ kind: 'flags' }, { price: '1' }, { kind: 'report' }, { kind: 'report' }, { price: '2' }]
    host.deal(
      told,
      [
        { at: 0, number: 1 },
        { at: 2, number: 1, effect },
        { at: 3, number: 1 },
      ],
      9,
    )
    expect(mine.lines).toEqual(['flags', 'onTrade 1', 'onOrderFilled', 'onOrderFilled', 'onTrade 2'])
    expect(mine.last).toMatchObject({ count: 5, events: 4, own: [0, 2, 3], effects: [{ at: 2, ...effect }], atMs: 9 })
    expect(mine.last.oldestMs).toBe(9)
    expect(other.lines).toEqual(['onTrade 1', 'onTrade 2'])
    expect(other.last).toMatchObject({ count: 2, events: 2, own: [], effects: [] })
  })

  test('comes to each its own, also without an event, and to nobody who has left', () => {
    const host = new Host()
    const [one, two, gone] = [host.join(1, {}, [{ price: '7' }]), host.join(2), host.join(3)]
    host.fanout.leave(3)
    host.deal(
      [{ kind: 'report' }, { kind: 'flags' }, { kind: 'report' }, { kind: 'report' }],
      [
        { at: 0, number: 1, effect },
        { at: 1, number: 2 },
        { at: 2, number: 3, effect },
        { at: 3, number: 1, effect },
      ],
      9,
    )
    expect([one.lines, two.lines, gone.lines]).toEqual([['onOrderFilled', 'onOrderFilled'], ['flags'], []])
    expect(one.last).toMatchObject({ count: 2, events: 2, own: [0, 1], handlers: 0, atMs: 9 })
    expect(one.last.effects).toEqual([
      { at: 0, ...effect },
      { at: 1, ...effect },
    ])
    expect([one.last.oldestMs, one.last.newestMs]).toEqual([Infinity, -Infinity])
    expect(host.before(one.last)).toEqual({ 'BTC-USDT': '7' })
    expect(two.last).toMatchObject({ count: 1, events: 0, own: [0], effects: [] })
  })

  test('is given with the events of its own group alone, once', () => {
    const host = new Host()
    const [btc, eth] = [host.join(1), host.join(2, { scope: [{ provider: 'sim', symbols: ['ETH-USDT'] }] })]
    host.deal([{ price: '1' }, { kind: 'flags' }, { price: '2', ...ETH }], [{ at: 1, number: 2 }])
    expect([btc.lines, eth.lines]).toEqual([['onTrade 1'], ['flags', 'onTrade 2']])
    expect([btc.chunks, eth.chunks].map(({ length }) => length)).toEqual([1, 1])
  })
})

test('the last prices of some records are those of each symbol', () => {
  expect(pricesIn(new Uint8Array(0)).size).toBe(0)
  const writer = new RecordWriter()
  const prices = pricesIn(
    recordsOf([{ price: '1' }, { price: '2', ...ETH }, { kind: 'extension' }, { price: '3', kind: 'ticker' }], writer),
  )
  expect([...prices].map(([instrument, record]) => [symbolOf(instrument, writer.words), priceOf(record)])).toEqual([
    ['BTC-USDT', '3'],
    ['ETH-USDT', '2'],
  ])
})
