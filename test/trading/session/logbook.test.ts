import { beforeEach, describe, expect, test } from 'bun:test'
import { OutgoingLines } from '../../../src/sandbox-host/outgoing-lines'
import { type Line, Logbook } from '../../../src/trading/session/logbook'

let nowMs = 0
let hasRoom = true
let lines: Line[] = []
beforeEach(() => {
  nowMs = 5000
  hasRoom = true
  lines = []
})

const opened = (logsPerSecond: number, logBytesPerSecond: number) =>
  new Logbook(
    { logsPerSecond, logBytesPerSecond },
    {
      hasRoom: () => hasRoom,
      send: (line) => void lines.push(line),
    },
  )

/** @returns how many were taken. */
function write(book: Logbook, count: number, text: string): number {
  let taken = 0
  for (let i = 0; i < count; i++) {
    if (!book.admits(text.length, nowMs)) continue
    book.add('info', 'strategy', text, nowMs)
    taken++
  }
  return taken
}

const said = () => lines.filter(({ source }) => source === 'host').map(({ message }) => message)

test('as many lines pass within a second as may, the rest is counted and said to be left out, once a second', () => {
  const book = opened(3, 1 << 20)
  expect(write(book, 10, 'line')).toBe(3)
  expect(said()).toEqual(['more than 3 lines within a second: the rest of them is left out'])
  expect([book.count, book.leftOut]).toEqual([10, 7])
  nowMs = 5999
  expect(write(book, 1, 'line')).toBe(0)
  nowMs = 6000
  expect(write(book, 4, 'line')).toBe(3)
  expect(said()[1]).toBe('more than 3 lines within a second: the rest of them is left out, besides 8 before')
  expect(said()).toHaveLength(2)
  expect([book.count, book.leftOut]).toEqual([15, 9])
})

test('the bytes of a second are bounded as well, to the last one', () => {
  const book = opened(1000, 2048)
  expect(write(book, 2, 'x'.repeat(1024))).toBe(2)
  expect(said()).toEqual([])
  expect(write(book, 1, 'x')).toBe(0)
  expect(said()).toEqual(['more than 2 KiB of lines within a second: the rest of them is left out'])
  nowMs = 6000
  expect(write(book, 2, 'x'.repeat(1024))).toBe(2)
  expect(write(book, 1, 'x')).toBe(0)
  expect(said()[1]).toBe('more than 2 KiB of lines within a second: the rest of them is left out, besides 1 before')
})

test('what would follow a line that is left out is left out too: a flood has no holes', () => {
  const book = opened(1000, 2048)
  expect(write(book, 1, 'x'.repeat(3000))).toBe(0)
  expect(write(book, 1, 'x')).toBe(0)
  expect(book.leftOut).toBe(2)
})

test('while the gateway does not take lines none are read', () => {
  const book = opened(1000, 1 << 20)
  hasRoom = false
  expect(write(book, 5, 'line')).toBe(0)
  expect(said()).toEqual(['the gateway falls behind with the lines of this host: the rest of them is left out'])
  expect(book.leftOut).toBe(5)
})

test('what is said of each of many counts as a line of its size, at its time', () => {
  const book = opened(2, 1024)
  book.say('warn', 'x'.repeat(1024), 5000)
  book.say('warn', 'y', 5999)
  book.say('error', 'z\u0007', 6000)
  expect(lines.map(({ level, source, message }) => [level, source, message.slice(0, 9)])).toEqual([
    ['warn', 'host', 'xxxxxxxxx'],
    ['warn', 'host', 'more than'],
    ['error', 'host', 'z'],
  ])
  expect([book.count, book.leftOut]).toEqual([3, 1])
})

describe('lines on their way', () => {
  const line = (length: number) => ({ level: 'info', source: 'strategy', message: 'm'.repeat(length) }) as const
  const MIB = 1 << 20

  test('are a mebibyte of all instances together, what the gateway has not taken included', () => {
    let backlog = 0
    const outgoing = new OutgoingLines(
      () => backlog,
      () => 7,
    )
    const [one, other] = [outgoing.of(1, { lines: 0 }), outgoing.of(2, { lines: 0 })]
    one.send(line(MIB / 2), 5)
    expect(other.hasRoom(MIB / 2)).toBe(true)
    expect(other.hasRoom(MIB / 2 + 1)).toBe(false)
    backlog = 1
    expect(other.hasRoom(MIB / 2)).toBe(false)
  })

  test('are taken once, each with its instance and the time of the machine', () => {
    const outgoing = new OutgoingLines(
      () => 0,
      () => 7,
    )
    outgoing.of(1, { lines: 0 }).send(line(MIB), 5)
    outgoing.of(2, { lines: 0 }).send(line(1), 5)
    expect(outgoing.take()).toEqual([
      { ...line(MIB), timeMs: 7, number: 1, place: 0 },
      { ...line(1), timeMs: 7, number: 2, place: 0 },
    ])
    expect(outgoing.take()).toEqual([])
    expect(outgoing.of(3, { lines: 0 }).hasRoom(MIB)).toBe(true)
  })
})
