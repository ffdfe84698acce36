/** The bytes of a table's file: parts of it from the disk; what is packed is unpacked into memory first. */
import { Failure } from '../../../errors/failure'
import type { Entry } from '../entry'
import { MOST_AT_ONCE, type Source } from './table'

/** @throws Failure data_unreadable for what is too large to be unpacked into memory. */
export async function bytesOf(entry: Entry, onBytes: (count: number) => void = () => undefined): Promise<Source> {
  const { size } = entry
  const slice = entry.slice?.bind(entry)
  if (!slice) return await unpacked(entry, onBytes)
  // What is read twice, or not at all, is no progress: it ends at the file's size.
  let left = size
  return {
    size,
    slice(start, end) {
      const count = Math.min(end - start, left)
      left -= count
      onBytes(count)
      return slice(start, end)
    },
  }
}

async function unpacked(entry: Entry, onBytes: (count: number) => void): Promise<Source> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of entry.open(onBytes)) {
    size += chunk.length
    if (size > MOST_AT_ONCE) {
      const most = MOST_AT_ONCE / 1024 / 1024
      throw new Failure('data_unreadable', `${entry.label} is packed and has over ${most} MiB; unpack it first`)
    }
    chunks.push(chunk)
  }
  const all = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return { size, slice: async (start, end) => all.buffer.slice(start, end) }
}
