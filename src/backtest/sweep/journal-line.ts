/** A run in the journal of a sweep: a line that says of itself whether it is what was written. */

export interface JournalRun {
  readonly run: number
  /** As it stands in the end. */
  readonly text: string
  readonly returns: Float64Array | undefined
}

/** The checksum of what follows it, a run, perhaps its returns, and its line. */
const SHAPE = /^\{"crc":"([0-9a-f]{8})",("run":(\d+),(?:"returns":"([A-Za-z0-9+/=]*)",)?"line":(\{.*\}))\}$/

export function journalLine({ run, text, returns }: JournalRun): string {
  const body = `"run":${run},${returns ? `"returns":"${packed(returns)}",` : ''}"line":${text}`
  return `{"crc":"${checksum(body)}",${body}}`
}

/** @returns undefined for what is not as it was written. */
export function readLine(line: string): JournalRun | undefined {
  const [, crc, body = '', run, returns, text = ''] = SHAPE.exec(line) ?? []
  if (crc === undefined || checksum(body) !== crc) return undefined
  return { run: Number(run), text, returns: returns === undefined ? undefined : unpacked(returns) }
}

const checksum = (text: string): string => Bun.hash.crc32(text).toString(16).padStart(8, '0')

/** Doubles, as base64. */
const packed = ({ buffer, byteOffset, byteLength }: Float64Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64')

const unpacked = (text: string): Float64Array => new Float64Array(Uint8Array.fromBase64(text).buffer)
