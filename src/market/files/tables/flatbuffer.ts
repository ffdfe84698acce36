/**
 * Flatbuffers, in which Arrow files say what is where. What lies outside of the bytes throws a RangeError. Parts may be
 * referred to from anywhere, again and again: what is visited has an end that the number of the bytes sets.
 */
import { damaged } from './table'

/** Visited bytes a byte there is: names that are alike may be one. */
const MOST_VISITS = 2
const VISITS_OF_FEW = 4096
/** What a table and a text count besides what is in them: less takes none. */
const OF_PART = 8

export class Flatbuffer {
  readonly view: DataView
  /** Bytes, each time that they are. */
  visited = 0
  readonly #most: number

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#most = bytes.length * MOST_VISITS + VISITS_OF_FEW
  }

  /** Where the reference at this place leads: forward alone. */
  follow(place: number): number {
    return place + this.view.getUint32(place, true)
  }

  /** @param place of a reference to it. */
  table(place: number): FlatTable {
    this.#visit(OF_PART)
    return new FlatTable(this, this.follow(place))
  }

  /** Where the elements of a list lie. @param stride bytes from one to the next. */
  list(place: number, stride: number): readonly number[] {
    const { at, count } = this.#visitList(place, stride)
    return Array.from({ length: count }, (_, i) => at + 4 + i * stride)
  }

  /** Visits a text, which is left to whoever needs it. */
  text(place: number): void {
    this.#visit(OF_PART)
    this.#visitList(place, 1)
  }

  int64(place: number): number {
    return Number(this.view.getBigInt64(place, true))
  }

  #visitList(place: number, stride: number): { readonly at: number; readonly count: number } {
    const at = this.follow(place)
    const count = this.view.getUint32(at, true)
    this.#visit(count * stride)
    if (at + 4 + count * stride > this.view.byteLength) throw damaged()
    return { at, count }
  }

  #visit(bytes: number): void {
    this.visited += bytes
    if (this.visited > this.#most) throw damaged()
  }
}

/** Its fields are named by where its vtable has their places: 4, 6, 8 and so on. */
export class FlatTable {
  readonly #vtable: number
  readonly #vtableSize: number

  constructor(
    readonly buffer: Flatbuffer,
    readonly start: number,
  ) {
    this.#vtable = start - buffer.view.getInt32(start, true)
    this.#vtableSize = buffer.view.getUint16(this.#vtable, true)
  }

  /** Where a field lies; undefined of one that is not there. */
  field(index: number): number | undefined {
    if (index >= this.#vtableSize) return undefined
    const offset = this.buffer.view.getInt16(this.#vtable + index, true)
    if (offset < 0) throw damaged()
    return offset === 0 ? undefined : this.start + offset
  }

  uint8(index: number): number {
    const place = this.field(index)
    return place === undefined ? 0 : this.buffer.view.getUint8(place)
  }

  int16(index: number): number {
    const place = this.field(index)
    return place === undefined ? 0 : this.buffer.view.getInt16(place, true)
  }

  int32(index: number): number {
    const place = this.field(index)
    return place === undefined ? 0 : this.buffer.view.getInt32(place, true)
  }

  int64(index: number): number {
    const place = this.field(index)
    return place === undefined ? 0 : this.buffer.int64(place)
  }

  table(index: number): FlatTable | undefined {
    const place = this.field(index)
    return place === undefined ? undefined : this.buffer.table(place)
  }

  list(index: number, stride: number): readonly number[] {
    const place = this.field(index)
    return place === undefined ? [] : this.buffer.list(place, stride)
  }

  text(index: number): void {
    const place = this.field(index)
    if (place !== undefined) this.buffer.text(place)
  }
}
