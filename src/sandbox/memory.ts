/** The guest's linear memory, read and written as the canonical ABI lays things out. */
import { apply, differenceOf, sizeIn } from './image'

const decoder = new TextDecoder()
const encoder = new TextEncoder()

export type Realloc = (oldPointer: number, oldSize: number, align: number, size: number) => number

export class GuestMemory {
  private bytes = new Uint8Array(0)
  private view = new DataView(new ArrayBuffer(0))

  constructor(
    private readonly memory: WebAssembly.Memory,
    private readonly realloc: Realloc,
  ) {}

  u8(at: number): number {
    return this.fresh().view.getUint8(at)
  }

  u32(at: number): number {
    return this.fresh().view.getUint32(at, true)
  }

  setU8(at: number, value: number): void {
    this.fresh().view.setUint8(at, value)
  }

  setU32(at: number, value: number): void {
    this.fresh().view.setUint32(at, value, true)
  }

  /** The list whose pointer and length lie at `at`: a view, good until the next call of the guest. */
  list(at: number): Uint8Array {
    const pointer = this.u32(at)
    return this.bytes.subarray(pointer, pointer + this.u32(at + 4))
  }

  /** The string whose pointer and length lie at `at`. */
  text(at: number): string {
    return decoder.decode(this.list(at))
  }

  textAt(pointer: number, length: number): string {
    return length === 0 ? '' : decoder.decode(this.fresh().bytes.subarray(pointer, pointer + length))
  }

  /** Whether the string whose pointer and length lie at `at` is this one; ASCII alone is compared. */
  isText(at: number, text: string): boolean {
    const pointer = this.u32(at)
    const length = this.u32(at + 4)
    if (length !== text.length) return false
    for (let i = 0; i < length; i++) {
      const byte = this.bytes[pointer + i]!
      if (byte !== text.charCodeAt(i) || byte > 0x7f) return false
    }
    return true
  }

  /** Room without content, for the callee to own; answers the pointer. */
  allocate(bytes: number): number {
    return this.realloc(0, 0, 8, bytes)
  }

  /** Copies bytes in, for the callee to own; answers the pointer. */
  lower(bytes: Uint8Array): number {
    const pointer = this.realloc(0, 0, 1, bytes.length)
    this.fresh().bytes.set(bytes, pointer)
    return pointer
  }

  /** Writes a string's pointer and length at `at`. */
  lowerText(at: number, text: string): void {
    const bytes = encoder.encode(text)
    const pointer = this.lower(bytes)
    this.setU32(at, pointer)
    this.setU32(at + 4, bytes.length)
  }

  copy(): Uint8Array {
    return this.fresh().bytes.slice()
  }

  get buffer(): ArrayBuffer {
    return this.memory.buffer
  }

  /** In bytes. */
  get size(): number {
    return this.buffer.byteLength
  }

  overwrite(image: Uint8Array): void {
    this.growTo(image.length)
    this.fresh().bytes.set(image)
  }

  /** See `differenceOf`. */
  difference(fresh: Uint8Array): Uint8Array {
    return differenceOf(this.fresh().bytes, fresh)
  }

  /** Makes it what another one was. @param image the difference of that one. */
  apply(image: Uint8Array): void {
    this.growTo(sizeIn(image))
    apply(image, this.fresh().bytes)
  }

  private growTo(size: number): void {
    const missing = size - this.memory.buffer.byteLength
    if (missing > 0) this.memory.grow(Math.ceil(missing / 65_536))
  }

  /** Growing the memory detaches every view of it. */
  private fresh(): this {
    if (this.bytes.length === 0) {
      this.bytes = new Uint8Array(this.memory.buffer)
      this.view = new DataView(this.memory.buffer)
    }
    return this
  }
}

/** A text that mostly is what it was the time before: to compare it takes a tenth of decoding it. */
export class RecurringText {
  private last = ''

  /** The string whose pointer and length lie at `at`. */
  read(memory: GuestMemory, at: number): string {
    if (!memory.isText(at, this.last)) this.last = memory.text(at)
    return this.last
  }
}
