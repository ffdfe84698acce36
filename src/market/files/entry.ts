/** A file of market data on the disk, and the texts inside it. */

/** One text or table inside a file: the file itself, or an entry of a zip. */
export interface Entry {
  /** The entry's name in a zip, else the file's, without folders and compression suffix. */
  readonly name: string
  /** What refusals call it: the file, with the entry where the file has several. */
  readonly label: string
  /** What the progress is measured against: bytes on the disk, of an entry of a zip its bytes unpacked. */
  readonly size: number
  /** Opens it from its start; an `onBytes` is told of the progress in bytes of `size`. */
  open(onBytes?: (count: number) => void): ReadableStream<Uint8Array>
  /** Reads its bytes from `start` to before `end`; absent where only unpacking from the start gives them. */
  slice?(start: number, end: number): Promise<ArrayBuffer>
}

export interface Container extends AsyncDisposable {
  readonly path: string
  /** The base name. */
  readonly file: string
  readonly entries: readonly Entry[]
  /** SHA-256 of the bytes on the disk, hex; of a plain or gzip file free once it was read to its end. */
  digest(): Promise<string>
}
