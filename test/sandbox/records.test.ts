/** Packed records: both descriptions of their layout agree, and what is written comes out of the sandbox's other end. */
import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { RecordCursor } from '../../src/sandbox/cursor'
import { AT, FIELDS, FLAG, HANDLERS, HEADER_BYTES, KIND } from '../../src/sandbox/layout'
import { DEFAULT_LIMITS } from '../../src/sandbox/limits'
import { RecordWriter } from '../../src/sandbox/records'
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
  })
})
