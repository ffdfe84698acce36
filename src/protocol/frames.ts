/**
 * The bytes of the channel between gateway and host: frames of a length, a form, and a message in that form. What goes
 * with every event is JSON, or the bytes that it is already: a structured clone takes ten times as long.
 */
import { deserialize, serialize } from 'node:v8'
import type { FromHost, ToHost } from './messages'

type Message = ToHost | FromHost
type Batch = Extract<ToHost, { kind: 'batch' }>

const FORM = { json: 0, batch: 1, clone: 2, words: 3 } as const
/** Length of the body, uint32, and its form. */
const HEAD_BYTES = 5
const LENGTH_BYTES = 4
const TIME_BYTES = 8

export function frameOf(message: Message): Uint8Array {
  switch (message.kind) {
    case 'batch':
      return framed(FORM.batch, batchBody(message))
    case 'words':
      return framed(FORM.words, [message.records])
    // they carry bytes and big integers, and are rare
    case 'request':
    case 'answer':
      return framed(FORM.clone, [serialize(message)])
    default:
      return framed(FORM.json, [Buffer.from(JSON.stringify(message))])
  }
}

/** Puts messages together from whatever pieces arrive. */
export class FrameReader<In extends Message> {
  private pieces: Uint8Array[] = []
  private held = 0
  private wanted = HEAD_BYTES

  /** @returns what is complete now. */
  push(piece: Uint8Array): In[] {
    this.pieces.push(piece)
    this.held += piece.length
    if (this.held < this.wanted) return []
    const bytes = this.pieces.length === 1 ? piece : Buffer.concat(this.pieces)
    const messages: In[] = []
    let at = 0
    for (this.wanted = wantedAt(bytes, at); bytes.length - at >= this.wanted; this.wanted = wantedAt(bytes, at)) {
      messages.push(messageOf(bytes[at + LENGTH_BYTES]!, bytes.subarray(at + HEAD_BYTES, at + this.wanted)) as In)
      at += this.wanted
    }
    this.pieces = at < bytes.length ? [bytes.subarray(at)] : []
    this.held = bytes.length - at
    return messages
  }
}

/** Length of the frame that begins there, as far as it is known. */
const wantedAt = (bytes: Uint8Array, at: number): number =>
  bytes.length - at < HEAD_BYTES ? HEAD_BYTES : HEAD_BYTES + uint32(bytes, at)

function framed(form: number, body: readonly Uint8Array[]): Uint8Array {
  const length = body.reduce((sum, { length }) => sum + length, 0)
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
  if (form === FORM.batch) return batchOf(body)
  if (form === FORM.words) return { kind: 'words', records: body }
  return form === FORM.clone ? deserialize(body) : JSON.parse(textOf(body))
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

function batchOf(body: Uint8Array): Batch {
  const begin = TIME_BYTES + LENGTH_BYTES
  const atMs = new DataView(body.buffer, body.byteOffset, body.byteLength).getFloat64(0, true)
  const end = begin + uint32(body, TIME_BYTES)
  const own = end === begin ? [] : JSON.parse(textOf(body.subarray(begin, end)))
  return { kind: 'batch', atMs, records: body.subarray(end), own }
}

const uint32 = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true)

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
