/** A file of columns (Arrow, Parquet) as its format's reader gives it, and how much of it is held at once. */

export interface Table {
  /** The names of its columns. */
  readonly names: readonly string[]
  /** Its rows in their order, as many at once as the file keeps together. */
  batches(): AsyncIterable<Batch>
}

export interface Batch {
  readonly rows: number
  /** For each column, the text of its cell in a row of the batch, from 0. */
  readonly cells: readonly ((row: number) => string)[]
}

/** The bytes of such a file, of which any part can be read. */
export interface Source {
  readonly size: number
  /** From `start` to before `end`. */
  slice(start: number, end: number): Promise<ArrayBuffer>
}

/** Bytes of which only so much is made as a file of their size can have. */
export interface Bytes extends Source {
  /** Counts bytes unpacked, or characters of text. @throws Error when they are too many. */
  readonly spend: (count: number) => void
}

/** Why a file cannot be read: it goes on after `cannot be read: `. */
export class TableProblem extends Error {
  override readonly name = 'TableProblem'
}

const MIB = 1024 * 1024
/** Bytes that are held in memory at once, packed and unpacked each. */
export const MOST_AT_ONCE = 512 * MIB
const MOST_OF_FOOTER = 16 * MIB
/** Columns, with those inside of structures. */
export const MOST_COLUMNS = 4096
/** What a cell takes before it is text, in bytes, whatever its column takes in the file. */
export const CELL = 8

/** What the file says of itself cannot be. */
export const damaged = () => new TableProblem('it is damaged')

export const tooManyColumns = () => new TableProblem(`it has over ${MOST_COLUMNS} columns`)

/** @throws Error, which says what has more bytes than are held at once, and what to do. */
export function holdable(size: number, what: string, advice: string, most = MOST_AT_ONCE): void {
  if (size > most) throw new TableProblem(`${what} over ${most / MIB} MiB; ${advice}`)
}

/** The footer, which ends at `end`. @throws Error for a length that cannot be. */
export async function footerOf(bytes: Source, length: number, end: number, head: number): Promise<Uint8Array> {
  if (length <= 0 || end - length < head) throw new TableProblem('its footer is damaged')
  if (length > MOST_OF_FOOTER) throw new TableProblem(`its footer has over ${MOST_OF_FOOTER / MIB} MiB`)
  return new Uint8Array(await bytes.slice(end - length, end))
}
