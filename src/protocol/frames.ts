/**
 * The bytes between gateway and host: frames of a length, a form, and a message in that form. What goes with every event
 * is JSON, or the bytes that it is already. Nothing of the other side is ever deserialized but JSON: whatever it sends,
 * the worst that comes of it is a `ProtocolError`.
 */
import { isRecord } from '../schema/record'
import { type Check, ProtocolError } from './check'
import type { FromHost, ToHost } from './messages'

type Message = ToHost | FromHost
type Batch = Extract<ToHost, { kind: 'batch' }>

const FORM = { json: 0, batch: 1, words: 2, attached: 3 } as const
/** Length of the body, uint32, and its form. */
const HEAD_BYTES = 5
const LENGTH_BYTES = 4
const TIME_BYTES = 8
/** Twice what the largest sandbox has of memory; a message that says that it is longer is none. */
export const MAX_BODY_BYTES = 64 << 20

type Place = readonly string[]
/** Where messages have bytes in them: these travel beside the JSON of the rest. */
const PLACES: readonly Place[] = [
  ['request', 'source'],
  ['request', 'launch', 'spec', 'program'],
  ['request', 'launch', 'spec', 'checkpoint'],
  ['request', 'launch', 'market'],
  ['answer', 'program'],
  ['answer', 'checkpoint'],
  ['answer', 'words'],
]
/** A big integer, which is a string in JSON. */
const SEED: Place = ['request', 'launch', 'spec', 'seed']
const BIG_INTEGER = /^-?[0-9]{1,40}$/

/** @throws Error for a message that is too long for a frame. */
export function frameOf(message: Message): Uint8Array {
  switch (message.kind) {
    case 'batch':
      return framed(FORM.batch, batchBody(message))
    case 'words':
      return framed(FORM.words, [message.records])
    case 'request':
    case 'answer':
      return framed(FORM.attached, attachedBody(message))
    default:
      return framed(FORM.json, [Buffer.from(JSON.stringify(message))])
  }
}

/** Whether it is of a batch, which is what most frames are of. */
export const isBatchFrame = (frame: Uint8Array): boolean => frame[LENGTH_BYTES] === FORM.batch

export const FRAME_LENGTH_BYTES = LENGTH_BYTES
const OWN_LENGTH_AT = HEAD_BYTES + TIME_BYTES

/** The frame of what stands behind its length. */
export function frameAround(rest: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + rest.length)
  frame.writeUInt32LE(rest.length - 1)
  frame.set(rest, LENGTH_BYTES)
  return frame
}

/** Whether it is of a batch without a record that is for one instance alone. */
export function isBare(frame: Uint8Array): boolean {
  const at = OWN_LENGTH_AT
  return isBatchFrame(frame) && (frame[at]! | frame[at + 1]! | frame[at + 2]! | frame[at + 3]!) === 0
}

/** How long when it was sent and its records are. @param frame of such a batch. */
export const bareLength = (frame: Uint8Array): number => frame.length - HEAD_BYTES - LENGTH_BYTES

/** Puts them there, one behind the other. */
export function putBare(frame: Uint8Array, bytes: Uint8Array, at: number): void {
  for (let index = 0; index < TIME_BYTES; index++) bytes[at + index] = frame[HEAD_BYTES + index]!
  bytes.set(frame.subarray(OWN_LENGTH_AT + LENGTH_BYTES), at + TIME_BYTES)
}

/** The frame that they were of. */
export function bareFrame(part: Uint8Array): Uint8Array {
  return framed(FORM.batch, [part.subarray(0, TIME_BYTES), NO_OWN, part.subarray(TIME_BYTES)])
}

const NO_OWN = new Uint8Array(LENGTH_BYTES)

/** Puts messages together from whatever pieces arrive. */
export class FrameReader<In extends Message> {
  /** What there is of a frame, or of its head, that has come in part. */
  private frame = Buffer.alloc(0)
  private filled = 0

  /** @param heard takes each message as soon as it is whole, with the frame that it came in. */
  constructor(
    private readonly check: Check<In>,
    private readonly heard: (message: In, frame: Uint8Array) => void,
  ) {}

  /** @throws ProtocolError for bytes that are no message of ours; nothing may be pushed after that. */
  push(piece: Uint8Array): void {
    let at = 0
    while (at < piece.length) {
      const left = piece.length - at
      if (this.filled === 0 && left >= HEAD_BYTES) {
        const end = at + HEAD_BYTES + lengthAt(piece, at)
        if (end <= piece.length) {
          this.take(piece.subarray(at, end))
          at = end
          continue
        }
        this.frame = Buffer.allocUnsafeSlow(end - at)
      } else if (this.filled === 0) this.frame = Buffer.alloc(HEAD_BYTES)
      at += this.fill(piece.subarray(at))
    }
  }

  /** @returns how many of the bytes belong to the frame that is not whole yet. */
  private fill(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.frame.length - this.filled)
    this.frame.set(bytes.subarray(0, count), this.filled)
    this.filled += count
    if (this.filled < this.frame.length) return count
    const whole = this.frame
    const length = HEAD_BYTES + lengthAt(whole, 0)
    if (whole.length < length) {
      this.frame = Buffer.allocUnsafeSlow(length)
      this.frame.set(whole)
    } else {
      this.filled = 0
      this.take(whole)
    }
    return count
  }

  private take(frame: Uint8Array): void {
    this.heard(this.check(messageOf(frame[LENGTH_BYTES]!, frame.subarray(HEAD_BYTES))), frame)
  }
}

/** The length of the body of the frame that begins there. */
function lengthAt(bytes: Uint8Array, at: number): number {
  const length = uint32(bytes, at)
  if (length > MAX_BODY_BYTES) throw new ProtocolError(`a message says that it has ${length} bytes`)
  return length
}

function framed(form: number, body: readonly Uint8Array[]): Uint8Array {
  const length = body.reduce((sum, { length }) => sum + length, 0)
  if (length > MAX_BODY_BYTES) throw new Error(`a message of ${length} bytes is too long`)
  const frame = Buffer.allocUnsafe(HEAD_BYTES + length)
  frame.writeUInt32LE(length)
  frame[LENGTH_BYTES] = form
  let at = HEAD_BYTES
  for (const bytes of body) {
    frame.set(bytes, at)
    at += bytes.length
  }
  return frame
}

function messageOf(form: number, body: Uint8Array): unknown {
  switch (form) {
    case FORM.json:
      return parsed(body)
    case FORM.batch:
      return batchOf(body)
    case FORM.words:
      return { kind: 'words', records: body }
    case FORM.attached:
      return attachedOf(body)
    default:
      throw new ProtocolError(`there are no messages of the form ${form}`)
  }
}

/** When it was sent, the length of the own records as JSON, those, then the records. */
function batchBody({ atMs, records, own }: Batch): Uint8Array[] {
  const head = Buffer.alloc(TIME_BYTES + LENGTH_BYTES)
  head.writeDoubleLE(atMs)
  if (own.length === 0) return [head, records]
  const text = Buffer.from(JSON.stringify(own))
  head.writeUInt32LE(text.length, TIME_BYTES)
  return [head, text, records]
}

function batchOf(body: Uint8Array): unknown {
  const begin = TIME_BYTES + LENGTH_BYTES
  const end = begin + (body.length < begin ? 0 : uint32(body, TIME_BYTES))
  if (body.length < end) throw new ProtocolError('a batch is cut off')
  const atMs = new DataView(body.buffer, body.byteOffset).getFloat64(0, true)
  const own = end === begin ? [] : parsed(body.subarray(begin, end))
  return { kind: 'batch', atMs, records: body.subarray(end), own }
}

/** For each place the length of its bytes and one more, 0 for none; then those bytes, then the rest as JSON. */
function attachedBody(message: Message): Uint8Array[] {
  const lengths = Buffer.alloc(PLACES.length * LENGTH_BYTES)
  const attached: Uint8Array[] = []
  let rest: unknown = changed(message, SEED, (seed) => String(seed))
  for (const [index, place] of PLACES.entries()) {
    rest = changed(rest, place, (bytes) => {
      if (!(bytes instanceof Uint8Array)) return bytes
      lengths.writeUInt32LE(bytes.length + 1, index * LENGTH_BYTES)
      attached.push(bytes)
      return undefined
    })
  }
  return [lengths, ...attached, Buffer.from(JSON.stringify(rest))]
}

function attachedOf(body: Uint8Array): unknown {
  let at = PLACES.length * LENGTH_BYTES
  if (body.length < at) throw new ProtocolError('a message is cut off')
  const pieces = PLACES.map((_, index) => {
    const length = uint32(body, index * LENGTH_BYTES) - 1
    if (length < 0) return undefined
    if (length > body.length - at) throw new ProtocolError('a message is cut off')
    // a copy: whoever keeps a program is not to keep all of the message
    const bytes = new Uint8Array(body.subarray(at, at + length))
    at += length
    return bytes
  })
  const message = parsed(body.subarray(at))
  const whole = PLACES.reduce((value, place, index) => {
    const bytes = pieces[index]
    return bytes ? changed(value, place, () => bytes) : value
  }, message)
  return changed(whole, SEED, (seed) => (typeof seed === 'string' && BIG_INTEGER.test(seed) ? BigInt(seed) : seed))
}

/** The same with something else in one place, if there is such a place. */
function changed(value: unknown, [name, ...inner]: Place, change: (value: unknown) => unknown): unknown {
  if (name === undefined) return change(value)
  if (!isRecord(value) || (inner.length > 0 && !Object.hasOwn(value, name))) return value
  return { ...value, [name]: changed(value[name], inner, change) }
}

function parsed(text: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(text.buffer, text.byteOffset, text.length).toString())
  } catch {
    throw new ProtocolError('a message is no JSON')
  }
}

const uint32 = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true)
