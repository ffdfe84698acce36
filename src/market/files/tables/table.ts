/** A file of columns (Arrow, Parquet) as its format's reader gives it. */

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
export interface Bytes {
  readonly size: number
  /** From `start` to before `end`. */
  slice(start: number, end: number): Promise<ArrayBuffer>
}

/** Bytes that are held in memory at once. */
export const MOST_AT_ONCE = 512 * 1024 * 1024
