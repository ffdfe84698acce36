/** Messages between gateway and host, as bytes and back; and bytes that are none. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { checkFromHost, checkToHost, ProtocolError } from '../../src/protocol/check'
import { FrameReader, frameOf, MAX_BODY_BYTES } from '../../src/protocol/frames'
import type { FromHost, ToHost } from '../../src/protocol/messages'
import { ANSWER_EXAMPLES, FROM_HOST_EXAMPLES, REQUEST_EXAMPLES, TO_HOST_EXAMPLES } from './examples'

const TO_HOST = [...Object.values(TO_HOST_EXAMPLES), ...REQUEST_EXAMPLES]
const FROM_HOST: FromHost[] = [
  ...Object.values(FROM_HOST_EXAMPLES),
  ...Object.values(ANSWER_EXAMPLES).map((answer, id) => ({ kind: 'answer' as const, id, answer })),
]
const joined = (messages: readonly (ToHost | FromHost)[]) => Buffer.concat(messages.map(frameOf))

function readBy<In extends ToHost | FromHost>(check: (message: unknown) => In) {
  const heard: In[] = []
  const reader = new FrameReader<In>(check, (message) => void heard.push(message))
  return { heard, push: (bytes: Uint8Array) => reader.push(bytes) }
}

/** @param cuts where the stream is cut. */
function pieces(stream: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = [...cuts.filter((cut) => cut < stream.length).sort((a, b) => a - b), stream.length]
  return ends.map((to, index) => stream.slice(ends[index - 1] ?? 0, to))
}

test('messages arrive whole and in order, in whatever pieces their bytes come', () => {
  const cuts = fc.array(fc.nat(6000), { maxLength: 40 })
  fc.assert(
    fc.property(fc.subarray(TO_HOST), fc.subarray(FROM_HOST), cuts, (toHost, fromHost, cuts) => {
      const host = readBy(checkToHost)
      for (const piece of pieces(joined(toHost), cuts)) host.push(piece)
      expect(host.heard).toEqual(toHost)
      const gateway = readBy(checkFromHost)
      for (const piece of pieces(joined(fromHost), cuts)) gateway.push(piece)
      expect(gateway.heard).toEqual(fromHost)
    }),
  )
})

test('a batch holds whatever bytes and times', () => {
  const own = fc.array(fc.record({ at: fc.nat(), number: fc.integer({ min: 1 }) }))
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.uint8Array(), own, (atMs, records, own) => {
      const { heard, push } = readBy(checkToHost)
      push(frameOf({ kind: 'batch', atMs, records, own }))
      expect(heard).toEqual([{ kind: 'batch', atMs, records: Buffer.from(records), own }])
    }),
  )
})

test('a message is not heard before its last byte', () => {
  const stream = joined([TO_HOST_EXAMPLES.batch])
  const { heard, push } = readBy(checkToHost)
  for (const byte of stream.subarray(0, -1)) push(Uint8Array.of(byte))
  expect(heard).toEqual([])
  push(stream.subarray(-1))
  expect(heard).toEqual([TO_HOST_EXAMPLES.batch])
})

test('bytes of a buffer that knows how to be JSON are bytes all the same', () => {
  const source = Buffer.from('module.exports = 1')
  const { heard, push } = readBy(checkToHost)
  push(frameOf({ kind: 'request', id: 1, request: { kind: 'compile', number: 1, source } }))
  expect(heard).toMatchObject([{ request: { source: new Uint8Array(source) } }])
})

const frame = (form: number, body: Uint8Array, length = body.length) => {
  const head = Buffer.alloc(5)
  head.writeUInt32LE(length)
  head[4] = form
  return Buffer.concat([head, body])
}
const text = (value: string) => Buffer.from(value)

describe('bytes that are no message are refused with what is wrong', () => {
  test.each([
    ['an unknown form', frame(4, text('{}')), 'there are no messages of the form 4'],
    ['no JSON', frame(0, text('{"kind":')), 'a message is no JSON'],
    ['nothing at all', frame(0, text('')), 'a message is no JSON'],
    ['JSON that is too deep', frame(0, text('['.repeat(1_000_000))), 'a message is no JSON'],
    ['JSON of no object', frame(0, text('[1]')), 'there is no message of the kind of no name'],
    ['a huge length', frame(0, text('{}'), 0xff_ff_ff_ff), 'a message says that it has 4294967295 bytes'],
    [
      'a length too much',
      frame(0, text(''), MAX_BODY_BYTES + 1),
      `a message says that it has ${MAX_BODY_BYTES + 1} bytes`,
    ],
    ['a batch without its head', frame(1, Buffer.alloc(11)), 'a batch is cut off'],
    ['a batch shorter than its own records', frame(1, Buffer.alloc(12, 1)), 'a batch is cut off'],
    ['a request without its head', frame(3, Buffer.alloc(23)), 'a message is cut off'],
    ['a request shorter than its bytes', frame(3, Buffer.alloc(24, 1)), 'a message is cut off'],
    ['another engine of bytes', frame(2, text('x')), 'there is no message of the kind "words"'],
  ])('%s', (_, bytes, reason) => {
    const { heard, push } = readBy(checkFromHost)
    expect(() => push(bytes)).toThrow(new ProtocolError(reason))
    expect(heard).toEqual([])
  })

  test('in pieces as well, and before the frame is there', () => {
    const { push } = readBy(checkFromHost)
    const bytes = frame(0, text(''), 1 << 30)
    for (const byte of bytes.subarray(0, 4)) push(Uint8Array.of(byte))
    expect(() => push(bytes.subarray(4))).toThrow(ProtocolError)
  })

  test('what stood before them is heard', () => {
    const { heard, push } = readBy(checkFromHost)
    expect(() => push(Buffer.concat([frameOf({ kind: 'pong' }), frame(9, text(''))]))).toThrow(ProtocolError)
    expect(heard).toEqual([{ kind: 'pong' }])
  })
})

test('a message of more bytes than a frame may have is not sent', () => {
  expect(() => frameOf({ kind: 'words', records: new Uint8Array(MAX_BODY_BYTES + 1) })).toThrow('is too long')
})

test('whatever becomes of the bytes of messages, what is heard is messages, and what is not is refused', () => {
  const change = fc.record({ at: fc.nat(), byte: fc.nat(255), how: fc.constantFrom('set', 'cut', 'insert') })
  const mutated = (stream: Uint8Array, changes: readonly { at: number; byte: number; how: string }[]) => {
    let bytes = [...stream]
    for (const { at, byte, how } of changes) {
      const index = at % bytes.length
      if (how === 'set') bytes[index] = byte
      else if (how === 'insert') bytes.splice(index, 0, byte)
      else bytes = bytes.slice(0, Math.max(1, index))
    }
    return Uint8Array.from(bytes)
  }
  const survives = <In extends ToHost | FromHost>(check: (message: unknown) => In, stream: Uint8Array) => {
    const { heard, push } = readBy(check)
    try {
      push(stream)
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolError)
    }
    for (const message of heard) expect(check(message)).toBe(message)
  }
  const changes = fc.array(change, { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(fc.constantFrom(...TO_HOST), fc.constantFrom(...FROM_HOST), changes, (toHost, fromHost, changes) => {
      survives(checkToHost, mutated(frameOf(toHost), changes))
      survives(checkFromHost, mutated(frameOf(fromHost), changes))
    }),
    { numRuns: 2000 },
  )
})
