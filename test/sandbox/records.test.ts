/** Packed records: both descriptions of their layout agree, and what is written comes out of the sandbox's other end. */
import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import fc from 'fast-check'
import { RecordCursor } from '../../src/sandbox/cursor'
import { AT, FIELDS, FLAG, HANDLERS, HEADER_BYTES, KIND, LONGEST_WAIT_MS, NEVER_WAITS } from '../../src/sandbox/layout'
import { DEFAULT_LIMITS } from '../../src/sandbox/limits'
import { RecordWriter } from '../../src/sandbox/records'
import type { ExecReportPayload, StrategyEvent, UncutTrade } from '../../src/schema/events'
import { filled, orderOf } from '../hosts/hosts'
import { deliverAll, onTrade, stage, trade } from './stage'

const rust = await Bun.file(join(import.meta.dir, '../../sandbox/engine/src/records.rs')).text()

describe('the layout in TypeScript and in Rust', () => {
  const constant = (name: string) => Number(new RegExp(`const ${name}: \\w+ = (\\w+);`).exec(rust)?.[1])

  test('names the same handlers in the same order', () => {
    const names = /HANDLERS: \[&str; \d+\] = \[([^\]]+)\]/.exec(rust)?.[1]?.match(/\w+/g)
    expect(names).toEqual([...HANDLERS])
  })

  test('has the same kinds with the same fields', () => {
    const kinds = [...rust.matchAll(/name: "(\w+)",\s+fields: &\[([^\]]+)\]/g)].map(([, name, fields]) => [
      name,
      [...(fields ?? '').matchAll(/(Text|Time)\("(\w+)"\)/g)].map(([, type, field]) => [field, type === 'Time']),
    ])
    const ours = Object.entries(FIELDS).map(([name, fields]) => [
      name,
      fields.map(([field, type]) => [field, type === 'time']),
    ])
    expect(kinds).toEqual(ours)
    expect(Object.keys(FIELDS).map((name) => KIND[name as keyof typeof FIELDS])).toEqual([0, 1, 2, 3])
  })

  test('has the same numbers', () => {
    expect({
      header: constant('HEADER'),
      json: constant('KIND_JSON'),
      word: constant('KIND_WORD'),
      flags: constant('KIND_FLAGS'),
      active: constant('FLAG_TRADING_ACTIVE'),
      dryRun: constant('FLAG_DRY_RUN'),
    }).toEqual({
      header: HEADER_BYTES,
      json: KIND.Json,
      word: KIND.Word,
      flags: KIND.Flags,
      active: FLAG.tradingActive,
      dryRun: FLAG.dryRun,
    })
    const offsets = [
      ...rust.matchAll(/^\/\/!\s+(\d+)\s+\w+\s+(size|kind|handler|provider|time|sequence|symbol)/gm),
    ].map(([, at, name]) => [name, Number(at)])
    expect(Object.fromEntries(offsets)).toEqual({ ...AT })
  })
})

describe('a writer', () => {
  test('grows with what is written', async () => {
    const writer = new RecordWriter(8)
    const long = '😀'.repeat(5000)
    for (let n = 0; n < 3; n++) writer.event({ ...trade(n), eventId: `${n}${long}` })
    using running = await stage(onTrade('helpers.log(evt.eventId.length, evt.eventId[0], evt.symbol)'))
    deliverAll(running.sandbox, writer)
    expect(running.heard.logs).toEqual(['10001 0 BTC-USDT', '10001 1 BTC-USDT', '10001 2 BTC-USDT'])
  })

  test('writes texts of any letters', async () => {
    const texts = ['plain', '\u007f', '\u0080', 'grün', 'ü', '漢字 and 😀', 'ends in ñ', '']
    using running = await stage(onTrade('helpers.log(JSON.stringify([evt.eventId, payload.tradeId, payload.price]))'))
    const events = texts.map((text) => {
      const event = trade(0)
      if (event.type !== 'Trade') throw new Error('it is a trade')
      return { ...event, eventId: text, payload: { ...event.payload, tradeId: `${text}!` } }
    })
    running.play(...events)
    expect(running.heard.logs.map((line) => JSON.parse(line))).toEqual(texts.map((text) => [text, `${text}!`, '100.5']))
  })

  test('sets flags for the records after them', async () => {
    using running = await stage(onTrade('helpers.log(runtime.isTradingActive(), runtime.isDryRun())'))
    const writer = new RecordWriter()
    for (const [tradingActive, dryRun] of [
      [false, false],
      [true, true],
      [false, true],
    ] as const) {
      writer.flags({ tradingActive, dryRun })
      writer.event(trade(writer.count))
    }
    deliverAll(running.sandbox, writer)
    expect(running.heard.logs).toEqual(['false false', 'true true', 'false true'])
  })

  test('teaches its words to a sandbox that joins later', async () => {
    const writer = new RecordWriter()
    writer.event(trade(0))
    writer.clear()
    writer.event(trade(2))
    using late = await stage(onTrade('helpers.log(evt.provider, evt.symbol, payload.side)'))
    late.sandbox.deliver(writer.from(), writer.words)
    expect(late.heard.logs).toEqual(['sim BTC-USDT Sell'])
  })

  test('may be read in another order than it wrote, by several at once, and beside another writer', async () => {
    const [one, other] = [new RecordWriter(), new RecordWriter()]
    for (const n of [0, 1, 2]) one.event(trade(n, '1', `S${n}-USDT`))
    for (const n of [3, 4, 5]) other.event(trade(n, '1', `S${n}-USDT`))
    const source = onTrade('helpers.log(evt.symbol, payload.side)')
    using first = await stage(source)
    using second = await stage(source)
    first.sandbox.deliver(one.slice(2, 3), one.words)
    second.sandbox.deliver(other.slice(1, 2), other.words)
    second.sandbox.deliver(one.slice(0, 1), one.words)
    second.sandbox.deliver(other.slice(2, 3), other.words)
    first.sandbox.deliver(one.slice(0, 2), one.words)
    expect(first.heard.logs).toEqual(['S2-USDT Sell', 'S0-USDT Sell', 'S1-USDT Buy'])
    expect(second.heard.logs).toEqual(['S4-USDT Sell', 'S0-USDT Sell', 'S5-USDT Buy'])
  })

  test('whose words a sandbox has no memory for ends it rather than mislead it', async () => {
    const fill =
      'globalThis.kept = []; for (let n = 16384; n > 0; n >>= 1) { try { for (;;) kept.push(new Uint8Array(n)) } catch {} }'
    using full = await stage(onTrade(`${fill} helpers.log('never')`), {
      limits: { ...DEFAULT_LIMITS, heapBytes: 1 << 20 },
    })
    full.play(trade(0))
    const [outcome] = full.play({ ...trade(1), symbol: 'NEW-USDT'.repeat(100) })
    expect(outcome).toMatchObject({ consumed: 0, ordered: false, fault: { cause: 'trapped' } })
    expect(full.sandbox.alive).toBe(false)
  })
})

describe('the bytes of a record', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 40 })
  const number = fc.nat(1e15)
  const amount = fc.nat(1e9).map((n) => String(n / 100))
  const eventHead = fc.record({ eventId: text, provider: text, symbol: text, sequence: number, timeMs: number })
  const payloadOf = (state: ExecReportPayload['state']) => ({ ...filled(orderOf('o-1'), '5').payload, state })
  const event: fc.Arbitrary<StrategyEvent> = fc
    .oneof(
      fc.record({
        type: fc.constant('Trade' as const),
        payload: fc.record({
          tradeId: text,
          side: fc.constantFrom('Buy' as const, 'Sell' as const),
          price: amount,
          quantity: amount,
          timestamp: number,
        }),
      }),
      fc.record({
        type: fc.constant('ExecReport' as const),
        payload: fc.constantFrom('ACK' as const, 'FILLED' as const).map(payloadOf),
      }),
      fc.record({ type: fc.constant('Extension' as const), payload: fc.jsonValue() }),
      fc.record({
        type: fc.constant('BookSnapshot' as const),
        payload: fc.record({
          bids: fc.array(fc.record({ price: amount, quantity: amount }), { maxLength: 2 }),
          asks: fc.array(fc.record({ price: amount, quantity: amount }), { maxLength: 2 }),
          checksum: text,
          lastUpdate: fc.nat(1e9),
        }),
      }),
    )
    .chain((rest) => eventHead.map((head) => ({ ...head, ...rest }) as StrategyEvent))

  /** Flags before each, as an event may leave anything behind in a buffer that is used again. */
  function written(writer: RecordWriter, events: readonly StrategyEvent[]): Buffer {
    for (const one of events) {
      writer.flags({ tradingActive: true, dryRun: false })
      writer.event(one)
    }
    return Buffer.from(writer.from().slice())
  }

  test('are the same whatever room the writer had', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 4 }), fc.nat(400), (events, capacity) => {
        expect(written(new RecordWriter(capacity), events).equals(written(new RecordWriter(), events))).toBe(true)
      }),
    )
  })

  test('are whole multiples of eight, and walked over one after the other', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 4 }), (events) => {
        const writer = new RecordWriter()
        const cursor = new RecordCursor(written(writer, events))
        const seen: unknown[] = []
        while (cursor.next()) {
          expect((cursor.end - cursor.start) % 8).toBe(0)
          if (cursor.isEvent) {
            const { providerWord, symbolWord, timeMs } = cursor
            seen.push([writer.words.text(providerWord), writer.words.text(symbolWord), timeMs])
          }
        }
        expect(seen).toEqual(events.map(({ provider, symbol, timeMs }) => [provider, symbol, timeMs]))
      }),
    )
  })

  test('of a trade that still stands in its text are those of the trade that is cut out of it', () => {
    const side = fc.constantFrom('Buy' as const, 'Sell' as const)
    const id = fc.oneof(
      fc.nat(2e6),
      fc.constantFrom(9, 10, 99, 100, 999_999_999_999_999),
      fc.stringMatching(/^[a-z0-9]{1,9}$/),
    )
    fc.assert(
      fc.property(eventHead, side, id, amount, amount, fc.nat(300), (head, side, id, price, quantity, capacity) => {
        const text = `x,${id},${price};${quantity}|`
        const idEnd = 2 + String(id).length
        const priceEnd = idEnd + 1 + price.length
        const uncut: UncutTrade = {
          text,
          idStart: typeof id === 'number' ? id : 2,
          idEnd: typeof id === 'number' ? 0 : idEnd,
          priceStart: idEnd + 1,
          priceEnd,
          quantityStart: priceEnd + 1,
          quantityEnd: priceEnd + 1 + quantity.length,
          side,
          price: Number(price),
        }
        const { provider, sequence, timeMs } = head
        const payload = { tradeId: String(id), side, price, quantity, timestamp: timeMs }
        const cut = { ...head, eventId: `${provider}-${sequence}`, type: 'Trade', payload } as const
        const whole = written(new RecordWriter(), [cut])
        expect(written(new RecordWriter(capacity), [{ ...cut, uncut }]).equals(whole)).toBe(true)
      }),
    )
  })

  test('say how long it has waited, flags too', () => {
    const writer = new RecordWriter()
    const waits = [0, 5, LONGEST_WAIT_MS, NEVER_WAITS]
    for (const waitedMs of waits) {
      writer.waitedMs = waitedMs
      writer.event(trade(0))
      writer.flags({ tradingActive: true, dryRun: true })
    }
    const cursor = new RecordCursor(writer.from())
    const seen: number[] = []
    while (cursor.next()) seen.push(cursor.waitedMs)
    expect(seen).toEqual(waits.flatMap((waitedMs) => [waitedMs, waitedMs]))
  })
})

test('a writer gives out its records from one to another, and forgets them but not its words', () => {
  const writer = new RecordWriter()
  for (const n of [0, 1, 2]) writer.event(trade(n))
  const all = Buffer.from(writer.from().slice())
  expect(writer.count).toBe(3)
  const parts = [writer.slice(0, 1), writer.slice(1, 3)].map((part) => Buffer.from(part.slice()))
  expect(Buffer.concat(parts).equals(all)).toBe(true)
  expect(Buffer.from(writer.from(1)).equals(parts[1]!)).toBe(true)
  expect([writer.from(3), writer.slice(3, 9), writer.slice(1, 1)].map(({ length }) => length)).toEqual([0, 0, 0])
  const words = writer.words.count
  writer.clear()
  expect([writer.count, writer.from().length, writer.words.count]).toEqual([0, 0, words])
  writer.event(trade(0))
  expect(Buffer.from(writer.from()).equals(parts[0]!)).toBe(true)
  // nothing of what stood there before
  const flags = { tradingActive: false, dryRun: true }
  const headers = [writer, new RecordWriter()].map((one) => {
    one.clear()
    one.flags(flags)
    return Buffer.from(one.from().slice(0, HEADER_BYTES))
  })
  expect(headers[0]!.equals(headers[1]!)).toBe(true)
})

describe('a cursor', () => {
  test('walks over records and tells what routing needs', () => {
    const writer = new RecordWriter()
    writer.flags({ tradingActive: true, dryRun: false })
    writer.event(trade(1, '5', 'ETH-USDT'))
    writer.event({ ...trade(2), type: 'Extension', payload: { x: 1 } })
    const { words } = writer
    const bytes = writer.from()
    const cursor = new RecordCursor(bytes)
    const events: unknown[] = []
    let kinds = ''
    while (cursor.next()) {
      kinds += cursor.isWord ? 'w' : cursor.isEvent ? 'e' : 'f'
      if (cursor.isEvent)
        events.push([cursor.handler, words.text(cursor.providerWord), words.text(cursor.symbolWord), cursor.timeMs])
    }
    expect(kinds).toBe('fee')
    expect(events).toEqual([
      ['onTrade', 'sim', 'ETH-USDT', 1_700_000_001_000],
      ['onExtensionEvent', 'sim', 'BTC-USDT', 1_700_000_002_000],
    ])
    expect(cursor.end).toBe(bytes.length)
  })

  test('refuses bytes that are cut off', () => {
    const writer = new RecordWriter()
    writer.event(trade(0))
    const bytes = writer.from()
    const walk = (part: Uint8Array) => {
      const cursor = new RecordCursor(part)
      while (cursor.next());
    }
    expect(() => walk(bytes.subarray(0, bytes.length - 8))).toThrow('a record is cut off')
    expect(() => walk(bytes.subarray(0, 10))).toThrow('a record is cut off')
    for (let length = 1; length < bytes.length; length++) {
      expect(() => walk(bytes.subarray(0, length))).toThrow('a record is cut off')
    }
    expect(() => walk(bytes)).not.toThrow()
    const sized = (size: number) => {
      const record = new Uint8Array(HEADER_BYTES)
      new DataView(record.buffer).setUint32(AT.size, size, true)
      return record
    }
    expect(() => walk(sized(HEADER_BYTES))).not.toThrow()
    // it would go on for ever
    for (const size of [0, HEADER_BYTES - 1, HEADER_BYTES + 1]) {
      expect(() => walk(sized(size))).toThrow('a record is cut off')
    }
  })
})
