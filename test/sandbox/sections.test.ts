/** The wasm binary format, as far as it is read and written here. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  ByteReader,
  customSection,
  findSection,
  leb,
  PREAMBLE_BYTES,
  replaceSections,
  section,
  sections,
} from '../../src/sandbox/sections'

const PREAMBLE = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])
const wasm = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat([PREAMBLE, ...parts]))
const bytes = (...values: number[]) => Uint8Array.from(values)

describe('a number', () => {
  test.each([
    [0, [0]],
    [1, [1]],
    [127, [0x7f]],
    [128, [0x80, 1]],
    [16_383, [0xff, 0x7f]],
    [16_384, [0x80, 0x80, 1]],
    [624_485, [0xe5, 0x8e, 0x26]],
    [0xffff_ffff, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])('%p is written as LEB128 and read again', (value, written) => {
    expect(leb(value)).toEqual(written)
    const reader = new ByteReader(bytes(...written, 9))
    expect([reader.u32(), reader.at, reader.byte()]).toEqual([value, written.length, 9])
  })

  test('of five bytes is the longest', () => {
    expect(new ByteReader(bytes(0x80, 0x80, 0x80, 0x80, 1)).u32()).toBe(1 << 28)
    expect(() => new ByteReader(bytes(0x80, 0x80, 0x80, 0x80, 0x80, 0)).u32()).toThrow(
      'a number of the wasm is too long',
    )
  })

  test('that is not there is missed', () => {
    expect(() => new ByteReader(bytes(0x80)).u32()).toThrow('the wasm ends too early')
    expect(() => new ByteReader(bytes()).byte()).toThrow('the wasm ends too early')
  })
})

test('bytes are taken up to the last one and not beyond', () => {
  const reader = new ByteReader(bytes(1, 2, 3, 4), 1)
  expect([...reader.take(2)]).toEqual([2, 3])
  expect(() => reader.take(2)).toThrow('the wasm ends too early')
  expect([...reader.take(1), ...reader.take(0)]).toEqual([4])
  expect(new ByteReader(bytes(2, 0x68, 0x69, 0x21)).text()).toBe('hi')
})

describe('sections', () => {
  const all = wasm(section(1, bytes(7)), section(3, bytes()), section(1, bytes(8, 9)), customSection('nm', bytes(5)))

  test('are walked over from the preamble to the end, each with its bytes', () => {
    expect(PREAMBLE_BYTES).toBe(PREAMBLE.length)
    const seen = [...sections(all)].map(({ id, body, whole }) => [id, [...body], [...whole]])
    expect(seen).toEqual([
      [1, [7], [1, 1, 7]],
      [3, [], [3, 0]],
      [1, [8, 9], [1, 2, 8, 9]],
      [0, [2, 0x6e, 0x6d, 5], [0, 4, 2, 0x6e, 0x6d, 5]],
    ])
    expect([...sections(wasm())]).toEqual([])
    expect(() => [...sections(all.subarray(0, -1))]).toThrow('the wasm ends too early')
  })

  test('are found by their id, the first of several', () => {
    expect([findSection(all, 1), findSection(all, 3), findSection(all, 9)]).toEqual([bytes(7), bytes(), undefined])
  })

  test('are replaced in their order, and the others stay', () => {
    const replaced = replaceSections(all, 1, [bytes(1, 2), bytes(3)])
    expect([...sections(replaced)].map(({ id, body }) => [id, [...body]])).toEqual([
      [1, [1, 2]],
      [3, []],
      [1, [3]],
      [0, [2, 0x6e, 0x6d, 5]],
    ])
    expect(replaced.subarray(0, PREAMBLE_BYTES)).toEqual(PREAMBLE)
    expect(replaceSections(all, 9, [])).toEqual(all)
  })

  test('are not replaced by more or fewer', () => {
    expect(() => replaceSections(all, 1, [bytes(1)])).toThrow('2 sections of id 1, not 1')
    expect(() => replaceSections(all, 1, [bytes(1), bytes(2), bytes(3)])).toThrow('2 sections of id 1, not 3')
  })

  test('of any lengths come back', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(12), fc.uint8Array({ maxLength: 300 }))), (some) => {
        const walked = [...sections(wasm(...some.map(([id, body]) => section(id, body))))]
        expect(walked.map(({ id, body }) => [id, Buffer.from(body)])).toEqual(
          some.map(([id, body]) => [id, Buffer.from(body)]),
        )
      }),
    )
  })
})
