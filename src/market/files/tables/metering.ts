/** How much may be made of a file: what it says may cost any time and memory, its size does not lie. */
import { type Bytes, damaged, type Source, TableProblem } from './table'

/**
 * Bytes and characters a byte of the file, many times what market data is packed to: a column may say the same of any
 * number of rows in a few bytes, not all of them do.
 */
const MOST_FROM_BYTE = 256
/** What may be made of the smallest file. */
const MOST_FROM_FEW = 16 * 1024 * 1024
/** Heads, and what is looked at twice. */
const MOST_READ_AGAIN = 4096

/** @param packed the file's size on the disk, in bytes. */
export function metered(source: Source, packed: number): Bytes {
  const { size } = source
  let unread = size * 2 + MOST_READ_AGAIN
  let left = MOST_FROM_FEW + MOST_FROM_BYTE * Math.min(size, packed)
  return {
    size,
    slice(start, end) {
      unread -= end - start
      if (start < 0 || end > size || unread < 0) throw damaged()
      return source.slice(start, end)
    },
    spend(count) {
      left -= count
      if (left < 0) throw new TableProblem('it has more in it than a file of its size can have')
    },
  }
}
