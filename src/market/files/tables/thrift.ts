/**
 * Structures of Thrift's compact protocol, in which Parquet files say what is where, looked through before the library
 * reads them: it takes numbers of any length, and structures however deep. What lies outside throws a RangeError.
 */
import { damaged } from './table'

const DEEPEST = 16
/** Bytes of 64 bits, 7 each. */
const LONGEST_NUMBER = 10
/** Structures and lists: each takes far more memory than bytes. */
const MOST_PARTS = 1_000_000

/** @returns where the structure that begins at `start` ends. @throws Error for what is no structure. */
export function endOfStruct(bytes: Uint8Array, start: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = start
  let parts = 0

  function number(): number {
    let value = 0
    for (let i = 0; i < LONGEST_NUMBER; i++) {
      const byte = view.getUint8(at++)
      value += (byte & 0x7f) * 2 ** (7 * i)
      if (byte < 0x80) return value
    }
    throw damaged()
  }

  function skip(count: number): void {
    at += count
    if (at > bytes.length) throw damaged()
  }

  function struct(depth: number): void {
    if (depth > DEEPEST || ++parts > MOST_PARTS) throw damaged()
    for (;;) {
      const head = view.getUint8(at++)
      if ((head & 15) === 0) return
      if (head >> 4 === 0) number()
      element(head & 15, depth)
    }
  }

  function list(depth: number): void {
    const head = view.getUint8(at++)
    const count = head >> 4 === 15 ? number() : head >> 4
    if (depth > DEEPEST || ++parts > MOST_PARTS || count > bytes.length - at) throw damaged()
    const type = head & 15
    for (let i = 0; i < count; i++) {
      // A truth value has a byte of its own here.
      if (type === 1 || type === 2) skip(1)
      else element(type, depth + 1)
    }
  }

  function element(type: number, depth: number): void {
    switch (type) {
      case 1:
      case 2:
        return
      case 3:
        skip(1)
        return
      case 4:
      case 5:
      case 6:
        number()
        return
      case 7:
        skip(8)
        return
      case 8:
        skip(number())
        return
      case 9:
        list(depth + 1)
        return
      case 12:
        struct(depth + 1)
        return
      default:
        throw damaged()
    }
  }

  struct(0)
  return at
}
