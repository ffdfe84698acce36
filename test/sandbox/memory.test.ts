/** The guest's memory, of a real WebAssembly.Memory whose owner hands out its bytes one after the other. */
import { describe, expect, test } from 'bun:test'
import { GuestMemory, RecurringText } from '../../src/sandbox/memory'

const PAGE_BYTES = 65_536

/** @param growsTo pages; at an allocation. */
function guest(growsTo = 1) {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const asked: number[][] = []
  let next = 100
  const guest = new GuestMemory(memory, (...request) => {
    asked.push(request)
    const missing = growsTo - memory.buffer.byteLength / PAGE_BYTES
    if (missing > 0) memory.grow(missing)
    const at = next
    next += request[3]
    return at
  })
  return { memory, guest, asked, raw: () => new Uint8Array(memory.buffer) }
}

test('numbers are little-endian, and stand where they are written', () => {
  const { guest: one, raw } = guest()
  one.setU32(8, 0x0102_0304)
  one.setU8(12, 0xff)
  expect([...raw().subarray(7, 14)]).toEqual([0, 4, 3, 2, 1, 0xff, 0])
  expect([one.u32(8), one.u8(8), one.u8(12)]).toEqual([0x0102_0304, 4, 0xff])
})

describe('texts and lists', () => {
  test('lie where their pointer says, as long as it says', () => {
    const { guest: one } = guest()
    one.lowerText(8, 'grün 😀')
    expect([one.u32(8), one.u32(12)]).toEqual([100, 10])
    expect([one.text(8), one.textAt(100, 3), one.textAt(0, 0)]).toEqual(['grün 😀', 'gr\ufffd', ''])
    one.lowerText(16, 'next')
    expect([one.text(8), one.text(16), [...one.list(16)]]).toEqual(['grün 😀', 'next', [110, 101, 120, 116]])
    one.lowerText(24, '')
    expect([one.text(24), one.list(24).length]).toEqual(['', 0])
  })

  test('are given room by their owner, which may grow meanwhile', () => {
    const { guest: one, asked } = guest(3)
    expect(one.u8(0)).toBe(0)
    const at = one.lower(Uint8Array.from([1, 2, 3]))
    expect([at, one.u8(at + 2)]).toEqual([100, 3])
    expect(one.allocate(64)).toBe(103)
    expect(asked).toEqual([
      [0, 0, 1, 3],
      [0, 0, 8, 64],
    ])
    expect(one.size).toBe(3 * PAGE_BYTES)
  })
})

test.each([
  ['Buy', 'Buy', true],
  ['Buy', 'Sell', false],
  ['Buy', 'Bux', false],
  ['Buy', 'xuy', false],
  ['Buy', 'Bu', false],
  ['Buy', 'Buyer', false],
  ['', '', true],
  ['\u007f', '\u007f', true],
  // its bytes are other ones
  ['\u0080', 'Â\u0080', false],
  ['ü', 'Ã¼', false],
  ['ü', 'ü', false],
])('%p is %p, as ASCII: %p', (written, asked, isSame) => {
  const { guest: one } = guest()
  one.lowerText(8, written)
  expect(one.isText(8, asked)).toBe(isSame)
})

test('a text that recurs is the one that is there now', () => {
  const { guest: one } = guest()
  const text = new RecurringText()
  const read = (value: string) => {
    one.lowerText(8, value)
    return text.read(one, 8)
  }
  const values = ['', 'a', 'a', 'b', 'ab', 'ü', 'ü', 'Ã¼', '']
  expect(values.map(read)).toEqual(values)
})

describe('an image', () => {
  test('is a copy of all of it', () => {
    const { guest: one } = guest()
    one.setU8(5, 7)
    const image = one.copy()
    one.setU8(5, 8)
    expect([image.length, image[5]]).toEqual([PAGE_BYTES, 7])
  })

  test.each([
    [PAGE_BYTES, 1],
    [PAGE_BYTES + 1, 2],
    [2 * PAGE_BYTES, 2],
    [3 * PAGE_BYTES, 3],
  ])('of %p bytes is written over a memory of %p pages', (length, pages) => {
    const { guest: one } = guest()
    one.setU8(0, 9)
    const image = new Uint8Array(length).fill(1)
    one.overwrite(image)
    expect([one.size, one.u8(0), one.u8(length - 1)]).toEqual([pages * PAGE_BYTES, 1, 1])
  })

  test('that is smaller leaves what is behind it', () => {
    const { guest: one } = guest()
    one.setU8(10, 9)
    one.overwrite(new Uint8Array(10).fill(1))
    expect([one.size, one.u8(9), one.u8(10)]).toEqual([PAGE_BYTES, 1, 9])
  })
})
