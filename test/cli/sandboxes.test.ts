/** The process of a sandbox host, when its gateway does not keep to the protocol, or is another one. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { closeSync } from 'node:fs'
import { BUILD } from '../../src/cli/build'
import { HOST_END } from '../../src/protocol/channel'
import { checkFromHost } from '../../src/protocol/check'
import { FrameReader, frameOf } from '../../src/protocol/frames'
import type { FromHost } from '../../src/protocol/messages'
import { RunningMarker } from '../../src/protocol/running-marker'
import { PROTOCOL_VERSION } from '../../src/protocol/version'
import { HOST_COMMAND } from '../hosts/hosts'

// Processes come up in their own time when the machine is busy.
setDefaultTimeout(60_000)

/** @returns how it ends when it is sent these bytes, and what it has said. */
async function told(...frames: readonly Uint8Array[]) {
  const { page } = RunningMarker.create()
  const child = Bun.spawn(HOST_COMMAND, { stdio: ['ignore', 'ignore', 'pipe', 'socket-fd', page] })
  closeSync(page)
  const heard: FromHost[] = []
  const reader = new FrameReader<FromHost>(checkFromHost, (message) => void heard.push(message))
  const ended = Promise.withResolvers<void>()
  await Bun.connect({
    fd: child.stdio[HOST_END]!,
    socket: {
      open: (socket) => void socket.write(Buffer.concat(frames)),
      data: (_, bytes) => reader.push(bytes),
      close: () => ended.resolve(),
    },
  })
  await ended.promise
  return { heard, status: await child.exited, stderr: await new Response(child.stderr).text() }
}

const settings = { saveEveryMs: 1000, maxWaiting: 10, maxWaitingBytes: 1000, mostRedoMs: 500 }
const own = { kind: 'hello', protocol: PROTOCOL_VERSION, build: BUILD } as const
const hello = frameOf({ ...own, settings })
/** As JSON. */
function frame(message: unknown): Uint8Array {
  const body = Buffer.from(JSON.stringify(message))
  const head = Buffer.alloc(5)
  head.writeUInt32LE(body.length)
  return Buffer.concat([head, body])
}

const REMEDY = 'run both from one build, and restart a gateway whose program was replaced'

test.each([
  [
    'of a newer version',
    [frame({ kind: 'hello', protocol: PROTOCOL_VERSION + 1, build: BUILD, settings })],
    `the sandbox host speaks version ${PROTOCOL_VERSION} of the protocol, and its gateway version ${PROTOCOL_VERSION + 1}: ${REMEDY}`,
  ],
  [
    'of another build',
    [frame({ ...own, build: 'another', settings })],
    `the sandbox host is of the build "${BUILD}", and its gateway of "another": ${REMEDY}`,
  ],
])('a host ends when its gateway is %s, and has said what it is itself', async (_, frames, reason) => {
  const { heard, status, stderr } = await told(...frames)
  expect({ heard, status, stderr }).toEqual({ heard: [own], status: 76, stderr: `a sandbox host ends: ${reason}\n` })
})

test.each([
  ['does not greet', [frame({ kind: 'ping' })], 'the gateway says "ping" before "hello"'],
  ['greets in no words', [frame({ kind: 'hello' })], 'a message "hello" breaks its schema: protocol is missing'],
  ['greets twice', [hello, hello], 'the gateway says "hello" a second time'],
  ['says a message of no kind', [hello, frame({ kind: 'dance' })], 'there is no message of the kind "dance"'],
  [
    'breaks a schema',
    [hello, frame({ kind: 'risk', number: 0 })],
    'a message "risk" breaks its schema: terms is missing',
  ],
  [
    'sends bytes that are no message',
    [hello, Uint8Array.of(255, 255, 255, 255, 0)],
    'a message says that it has 4294967295 bytes',
  ],
])('a host ends when its gateway %s, with a sentence and a status', async (_, frames, reason) => {
  const { status, stderr } = await told(...frames)
  expect({ status, stderr }).toEqual({ status: 76, stderr: `a sandbox host ends: ${reason}\n` })
})

test('without a gateway there is no host', async () => {
  const child = Bun.spawn(HOST_COMMAND, { stderr: 'pipe' })
  expect([await child.exited, await new Response(child.stderr).text()]).toEqual([
    1,
    expect.stringContaining('a sandbox host is started by a gateway'),
  ])
})
