/** A message of an Arrow file, checked for all that the library takes from it on trust. */
import { type DataType, Type, UnionMode, Version } from '@uwdata/flechette'
import { type Buffer, bitsOf, packedBuffer, refuseBackwards, sizeOfViews } from './arrow-buffers'
import { Flatbuffer, type FlatTable } from './flatbuffer'
import { CELL, damaged } from './table'

export interface Message {
  /** As the library reads it, without anything behind it. */
  readonly bytes: Uint8Array
  readonly rows: number
  /** Bytes when it is unpacked. */
  readonly unpacked: number
  /** Bytes that are made of it at most before it is text. */
  readonly cost: number
}

/** What the columns of a message are. @param id of a dictionary. @throws Error when there are none. */
export type TypesOf = (id: number | undefined) => readonly DataType[]

const [DICTIONARY_BATCH, RECORD_BATCH] = [2, 3]
const NODE_SIZE = 16

/** @param format version of the schema, by which the library reads. @throws Error for what is damaged. */
export function checkedMessage(part: Uint8Array, format: number, typesOf: TypesOf): Message {
  const view = new DataView(part.buffer, part.byteOffset, part.byteLength)
  const isNew = view.getInt32(0, true) === -1
  const start = isNew ? 8 : 4
  const length = view.getInt32(start - 4, true)
  if (length <= 0 || start + length > part.length) throw damaged()
  const message = new Flatbuffer(part.subarray(start, start + length)).table(0)
  const bodyLength = message.int64(10)
  const end = start + length + bodyLength
  const header = message.table(8)
  if (bodyLength < 0 || end > part.length || message.int16(4) < Version.V4 || !header) throw damaged()
  const isDictionary = message.uint8(6) === DICTIONARY_BATCH
  if (!isDictionary && message.uint8(6) !== RECORD_BATCH) throw damaged()
  const batch = isDictionary ? header.table(6) : header
  if (!batch) throw damaged()
  const contents = new Contents(batch, format, part.subarray(start + length, end))
  const rows = batch.int64(4)
  for (const type of typesOf(isDictionary ? header.int64(4) : undefined)) contents.column(type, rows)
  return { bytes: part.subarray(0, end), rows, unpacked: contents.unpacked, cost: contents.unpacked + contents.made }
}

/** The nodes and buffers of a batch, in the order in which its columns have them. */
class Contents {
  readonly #buffers: readonly Buffer[]
  readonly #nodes: readonly number[]
  readonly #variadic: readonly number[]
  #node = 0
  #buffer = 0
  #counted = 0
  readonly unpacked: number
  made = 0

  constructor(
    readonly batch: FlatTable,
    readonly format: number,
    body: Uint8Array,
  ) {
    this.#nodes = batch.list(6, NODE_SIZE)
    this.#variadic = batch.list(12, 8)
    const compression = batch.table(10)
    this.#buffers = batch.list(8, 16).map((place) => {
      const [offset, length] = [batch.buffer.int64(place), batch.buffer.int64(place + 8)]
      if (offset < 0 || length < 0 || offset + length > body.length) throw damaged()
      const bytes = body.subarray(offset, offset + length)
      return compression && length > 0
        ? packedBuffer(bytes, compression.uint8(4))
        : { size: length, bytes: () => bytes }
    })
    this.unpacked = this.#buffers.reduce((sum, { size }) => sum + size, 0)
  }

  /** Checks a column of so many rows, each of which is read. */
  column(type: DataType, rows: number): void {
    const length = this.#length()
    if (length !== rows) throw damaged()
    this.#values(type, length)
  }

  #length(): number {
    const place = this.#nodes[this.#node++]
    const length = place === undefined ? -1 : this.batch.buffer.int64(place)
    if (!Number.isSafeInteger(length) || length < 0) throw damaged()
    return length
  }

  /** @param rows that are read, each of which has to be there; of what is passed over none is. */
  #values(type: DataType, rows: number): void {
    this.made += rows * CELL
    const bits = bitsOf(type)
    if (bits !== undefined) {
      this.#validity(rows)
      this.#next(Math.ceil((rows * bits) / 8))
      return
    }
    switch (type.typeId) {
      case Type.Null:
        return
      case Type.Utf8:
      case Type.Binary:
        this.#validity(rows)
        refuseBackwards(rows, this.#next(rows === 0 ? 0 : (rows + 1) * 4), this.#next(0).size, 1)
        return
      case Type.LargeUtf8:
      case Type.LargeBinary:
        this.#validity(rows)
        refuseBackwards(rows, this.#next(rows === 0 ? 0 : (rows + 1) * 8), this.#next(0).size, 2)
        return
      case Type.Utf8View:
      case Type.BinaryView:
        this.#views(rows)
        return
      case Type.RunEndEncoded: {
        const [ends, values] = type.children
        this.#runs(ends?.type, values?.type, rows)
        return
      }
      default:
        this.#nested(type)
    }
  }

  #views(rows: number): void {
    const validity = this.#validity(rows)
    const views = this.#next(rows * 16)
    const data = Array.from({ length: this.#nextCount() }, () => this.#next(0).size)
    this.made += sizeOfViews(rows, views, validity, data)
  }

  /** The last run has to end behind the last row. */
  #runs(ends: DataType | undefined, values: DataType | undefined, rows: number): void {
    if (ends?.typeId !== Type.Int || !values) throw damaged()
    const runs = this.#length()
    this.#validity(0)
    const size = (runs * ends.bitWidth) / 8
    const buffer = this.#next(size)
    if (rows > 0) {
      const last = new ends.values(buffer.bytes().slice(0, size).buffer).at(-1)
      if (last === undefined || last < rows) throw damaged()
    }
    this.column(values, runs)
  }

  /** What the columns of columns have is passed over. */
  #nested(type: DataType): void {
    switch (type.typeId) {
      case Type.List:
      case Type.LargeList:
      case Type.Map:
        this.#skip(2)
        break
      case Type.ListView:
      case Type.LargeListView:
        this.#skip(3)
        break
      case Type.FixedSizeList:
      case Type.Struct:
        this.#skip(1)
        break
      case Type.Union:
        this.#skip((this.format < Version.V5 ? 1 : 0) + (type.mode === UnionMode.Sparse ? 1 : 2))
        break
      default:
        throw damaged()
    }
    for (const child of type.children) {
      this.#length()
      this.#values(child.type, 0)
    }
  }

  #skip(buffers: number): void {
    for (let i = 0; i < buffers; i++) this.#next(0)
  }

  /** @returns the bits of the rows that are there; undefined where all are. */
  #validity(rows: number): Buffer | undefined {
    const absent = this.batch.buffer.int64((this.#nodes[this.#node - 1] ?? 0) + 8)
    // None absent: then it may be left out.
    const buffer = this.#next(absent === 0 ? 0 : Math.ceil(rows / 8))
    return absent === 0 ? undefined : buffer
  }

  /** @param least bytes that it has to have. */
  #next(least: number): Buffer {
    const buffer = this.#buffers[this.#buffer++]
    if (!buffer || buffer.size < least) throw damaged()
    return buffer
  }

  #nextCount(): number {
    const place = this.#variadic[this.#counted++]
    const count = place === undefined ? -1 : this.batch.buffer.int64(place)
    if (count < 0 || count > this.#buffers.length) throw damaged()
    return count
  }
}
