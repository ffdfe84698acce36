/** What is noted is read again as it was, in few bytes; and what is no entry is said to be none. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { frameOf } from '../../../src/protocol/frames'
import { WordTable } from '../../../src/sandbox/words'
import type { Entry } from '../../../src/sandbox-host/inputs/entry'
import { entriesIn } from '../../../src/sandbox-host/inputs/entry-reader'
import { EntryWriter } from '../../../src/sandbox-host/inputs/entry-writer'
import { putVarint, varintAt } from '../../../src/sandbox-host/inputs/varint'

const words = new WordTable()
for (const text of ['sim', 'BTC-USDT']) words.number(text)
const bytes = (length: number) => Buffer.alloc(length, 7)
const batch = (length: number) => frameOf({ kind: 'batch', atMs: 1234.567, records: bytes(length), own: [] })

function written(...entries: readonly Entry[]): Buffer {
  const writer = new EntryWriter()
  for (const entry of entries) writer.add(entry)
  return Buffer.from(writer.written)
}

const resident = {
  instanceId: 'a',
  startMs: 1,
  handlers: ['onTrade' as const],
  crossProvider: false,
  scope: [{ provider: 'sim', symbols: ['BTC-USDT'] }],
}

const ALL: readonly Entry[] = [
  { kind: 'head', log: 0xfedc_ba98_7654_3210n, batches: 70_000, from: 0, words: words.from(0) },
  { kind: 'head', log: 1n, batches: 0, from: 2, words: new Uint8Array(0) },
  { kind: 'message', frame: batch(100) },
  { kind: 'drained' },
  { kind: 'drained' },
  {
    kind: 'message',
    frame: frameOf({ kind: 'batch', atMs: 5, records: bytes(64), own: [{ at: 0, number: 3, report: 9 }] }),
  },
  { kind: 'turn', number: 0x7fff_ffff, length: 0xffff_ffff },
  { kind: 'drained' },
  { kind: 'message', frame: frameOf({ kind: 'words', records: words.from(1) }) },
  { kind: 'saved', number: 1 },
  { kind: 'relieved', number: 300, nowMs: 1_700_000_000_000.25 },
  { kind: 'slept', number: 2, nowMs: -1 },
  { kind: 'woke', number: 2 },
  { kind: 'asked', number: 2, nowMs: 0 },
  { kind: 'silenced', number: 128 },
  { kind: 'refused', number: 127 },
  { kind: 'renewed', number: 16_384 },
  { kind: 'resident', number: 4, resident, before: bytes(200_000) },
]

const read = (block: Uint8Array) => [...entriesIn(block)].map(plain)
/** Whatever memory it is in. */
const plain = (entry: Entry) => ({
  ...entry,
  ...('frame' in entry && { frame: Buffer.from(entry.frame) }),
  ...('words' in entry && { words: Buffer.from(entry.words) }),
  ...('before' in entry && { before: Buffer.from(entry.before) }),
})

test('entries are read as they were written, one by one and together', () => {
  for (const entry of ALL) expect(read(written(entry))).toEqual([plain(entry)])
  expect(read(written(...ALL))).toEqual(ALL.map(plain))
})

test('an event for everybody, alone in its batch, takes ten bytes and not much more than its own', () => {
  expect(written({ kind: 'message', frame: batch(100) }, { kind: 'drained' }).length - 100).toBe(10)
  expect(written({ kind: 'message', frame: batch(300) }, { kind: 'drained' }).length - 300).toBe(11)
})

describe('turns', () => {
  const turnsOf = (numbers: readonly number[], lengths: readonly number[]) => {
    const writer = new EntryWriter()
    writer.turns(numbers, lengths)
    return Buffer.from(writer.written)
  }
  const expected = (numbers: readonly number[], lengths: readonly number[]) =>
    numbers.map((number, at) => ({ kind: 'turn' as const, number, length: lengths[at]! }))

  test('are read as they were, whoever had them', () => {
    const turn = fc.tuple(fc.integer({ min: 1, max: 0x7fff_ffff }), fc.constantFrom(88, 88, 88, 1, 0xffff_ffff))
    fc.assert(
      fc.property(fc.array(turn), (turns) => {
        const [numbers, lengths] = [turns.map(([number]) => number), turns.map(([, length]) => length)]
        expect([...entriesIn(turnsOf(numbers, lengths))]).toEqual(expected(numbers, lengths))
      }),
    )
  })

  test('of a thousand who were launched one after the other take no more than one has', () => {
    for (const step of [1, 3, -2]) {
      const numbers = Array.from({ length: 1000 }, (_, at) => 5000 + at * step)
      const all = turnsOf(
        numbers,
        numbers.map(() => 88),
      )
      expect(all.length).toBeLessThan(12)
      expect([...entriesIn(all)]).toEqual(
        expected(
          numbers,
          numbers.map(() => 88),
        ),
      )
    }
  })
})

test('more turns than an entry may say are several entries, and one that says more is none', () => {
  const numbers = Array.from({ length: 40_000 }, (_, at) => at)
  const writer = new EntryWriter()
  writer.turns(
    numbers,
    numbers.map(() => 88),
  )
  const turns = read(Buffer.from(writer.written))
  expect(turns).toEqual(numbers.map((number) => ({ kind: 'turn', number, length: 88 })))
  const endless = Buffer.alloc(40)
  endless[0] = 15
  let end = putVarint(endless, Number.MAX_SAFE_INTEGER, 1)
  for (const value of [88, 5, Number.MAX_SAFE_INTEGER]) end = putVarint(endless, value, end)
  expect(() => entriesIn(endless.subarray(0, end)).next()).toThrow('no entry says 9007199254740991 turns')
})

test('numbers are read as they were written, and none that is cut off', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      const bytes = Buffer.alloc(8)
      const end = putVarint(bytes, value, 0)
      expect(varintAt(bytes, 0)).toEqual({ value, end })
      expect(varintAt(bytes.subarray(0, end - 1), 0)).toBeUndefined()
    }),
  )
  expect(varintAt(Buffer.alloc(20, 0xff), 0)).toBeUndefined()
})

test.each([
  ['of a code that there is not', Buffer.of(99), 'no entries of code 99'],
  ['of another release', Buffer.from(written(ALL[0]!)).fill(1, 1, 2), 'another release'],
  ['that is cut off', written(ALL[2]!).subarray(0, 50), 'cut off'],
  ['without its numbers', Buffer.of(2), 'cut off'],
])('an entry %s is none', (_, block, reason) => {
  expect(() => [...entriesIn(block)]).toThrow(reason)
})
