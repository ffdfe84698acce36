/** Messages between gateway and host, as bytes and back. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { FrameReader, frameOf } from '../../src/protocol/frames'
import type { FromHost, ToHost } from '../../src/protocol/messages'

type Message = ToHost | FromHost

const bytes = fc.uint8Array({ maxLength: 2000 })
const text = fc.string({ unit: 'binary', maxLength: 50 })
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.constant<Message>({ kind: 'ping' }),
  fc.record({ kind: fc.constant('state' as const), number: fc.nat(), state: text }),
  fc.record({ kind: fc.constant('handled' as const), own: fc.array(fc.tuple(fc.nat(), fc.nat())) }),
  fc.record({
    kind: fc.constant('batch' as const),
    atMs: fc.double({ noNaN: true }),
    records: bytes,
    own: fc.array(fc.record({ at: fc.nat(), number: fc.nat() })),
  }),
  fc.record({ kind: fc.constant('words' as const), records: bytes }),
  fc.record({
    kind: fc.constant('request' as const),
    id: fc.nat(),
    request: fc.record({ kind: fc.constant('compile' as const), number: fc.nat(), source: bytes }),
  }),
  fc.record({
    kind: fc.constant('answer' as const),
    id: fc.nat(),
    answer: fc.record({ state: text, checkpoint: bytes }),
  }),
)

const joined = (messages: readonly Message[]) => Buffer.concat(messages.map(frameOf))

test('messages arrive whole and in order, in whatever pieces their bytes come', () => {
  fc.assert(
    fc.property(fc.array(message, { minLength: 1, maxLength: 5 }), fc.array(fc.nat(5000)), (messages, cuts) => {
      const stream = joined(messages)
      const reader = new FrameReader<Message>()
      const heard: Message[] = []
      let from = 0
      for (const to of [...cuts.filter((cut) => cut < stream.length).sort((a, b) => a - b), stream.length]) {
        heard.push(...reader.push(stream.subarray(from, to)))
        from = to
      }
      // not as bytes again: a structured clone leaves some of its own to chance
      expect(heard).toEqual(messages)
    }),
  )
})

test('a message is not heard before its last byte', () => {
  const stream = joined([{ kind: 'batch', atMs: 1.5, records: new Uint8Array(3), own: [{ at: 0, number: 1 }] }])
  const reader = new FrameReader<ToHost>()
  for (const byte of stream.subarray(0, -1)) expect(reader.push(Uint8Array.of(byte))).toEqual([])
  expect(reader.push(stream.subarray(-1))).toHaveLength(1)
})
