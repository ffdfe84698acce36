/** What entries are in a log: one byte of their code, then their fields. */

/** By number. Besides the kinds of entries: a batch that is for everybody, and turns of several who were each given as much. */
export const CODES = [
  'head',
  'message',
  'turn',
  'drained',
  'saved',
  'relieved',
  'slept',
  'woke',
  'asked',
  'silenced',
  'refused',
  'renewed',
  'gone',
  'resident',
  'batch',
  'turns',
] as const
export type Code = (typeof CODES)[number]

export const NUMBER_OF = Object.fromEntries(CODES.map((code, number) => [code, number])) as Record<Code, number>
/** Beside the code of a message or a batch: behind it all was drained. */
export const DRAINED_BIT = 0x80
export const TIME_BYTES = 8
/** No entry says more of them: a few bytes must not keep who reads them at work for ever. */
export const MOST_TURNS = 1 << 14
const FORM_BYTES = 4
/** Who reads and who writes entries agree on what they are, and on what an instance makes of them. */
const FORM = 0x4d_49_00_03
const LOG_BYTES = 8
/** With so many bytes a head begins, the same throughout a log. */
export const ID_BYTES = 1 + FORM_BYTES + LOG_BYTES

/** What each head of a log begins with. */
export function idBytes(log: bigint): Buffer {
  const bytes = Buffer.alloc(ID_BYTES)
  bytes[0] = NUMBER_OF.head
  bytes.writeUInt32LE(FORM, 1)
  bytes.writeBigUInt64LE(log, 1 + FORM_BYTES)
  return bytes
}

/** The inverse. @throws RangeError for bytes that are no such beginning. */
export function logOf(beginning: Uint8Array): bigint {
  const bytes = Buffer.from(beginning.buffer, beginning.byteOffset, beginning.length)
  if (!beginsAsHead(bytes)) throw new RangeError('it does not begin as a segment')
  if (bytes.readUInt32LE(1) !== FORM) throw new RangeError('it is of another release')
  return bytes.readBigUInt64LE(1 + FORM_BYTES)
}

export const beginsAsHead = (block: Uint8Array): boolean => block[0] === NUMBER_OF.head

export const OTHER_RELEASE = 'cannot be read: it is of another release'

/** Whether a segment begins as those of another one: each has its form near its beginning, whatever stands before it. */
export function isOfOtherRelease(segment: Uint8Array): boolean {
  const at = Buffer.from(segment.subarray(0, 32)).indexOf(FAMILY)
  return at > 0 && segment[at - 1] !== (FORM & 0xff)
}

/** What all forms end with. */
const FAMILY = Uint8Array.of(0x00, 0x49, 0x4d)
