/** The footer of an Arrow file, a flatbuffer: where the parts of the file lie, and the types of its columns. */
import type { Bytes } from './table'

/** Where a message lies: a batch of rows, or of the values of a dictionary. */
export interface Block {
  readonly start: number
  readonly end: number
}

const MAGIC = new TextEncoder().encode('ARROW1')
/** What is in front of the first part. */
const HEAD = 8
/** The length of the footer and the magic behind it. */
const TAIL = 4 + MAGIC.length
/** Places of the two lists among the footer's fields, as its vtable counts them. */
const [DICTIONARIES, BATCHES] = [8, 10]
/** In the lists: the place of a message, the length of its metadata (padded), the length of its body, 8 bytes each. */
const BLOCK_SIZE = 24

export class Footer {
  readonly dictionaries: readonly Block[]
  readonly batches: readonly Block[]
  readonly #bytes: Uint8Array<ArrayBuffer>

  private constructor(buffer: ArrayBuffer, start: number) {
    this.#bytes = new Uint8Array(buffer)
    const view = new DataView(buffer)
    this.dictionaries = blocksOf(view, DICTIONARIES)
    this.batches = blocksOf(view, BATCHES)
    const all = [...this.dictionaries, ...this.batches]
    if (all.some((block) => block.start < HEAD || block.end > start)) throw damaged()
  }

  /** @throws Error when the file has no sound footer. */
  static async read(bytes: Bytes): Promise<Footer> {
    const { size } = bytes
    const tail = await bytes.slice(Math.max(0, size - TAIL), size)
    if (!isMagic(new Uint8Array(tail).subarray(4))) throw new Error('it is cut short')
    const length = new DataView(tail).getInt32(0, true)
    const start = size - TAIL - length
    if (length <= 0 || start < HEAD) throw damaged()
    return new Footer(await bytes.slice(start, start + length), start)
  }

  /**
   * A file of all dictionaries and of one batch or none: the library wants the whole of a file in memory. It finds the
   * parts by where they begin.
   */
  fileOf(dictionaries: readonly Uint8Array[], batch?: Uint8Array): Uint8Array {
    const footer = this.#bytes.slice()
    const view = new DataView(footer.buffer)
    const parts = batch ? [...dictionaries, batch] : dictionaries
    const starts: number[] = []
    let at = HEAD
    for (const part of parts) {
      starts.push(at)
      at += Math.ceil(part.length / 8) * 8
    }
    const file = new Uint8Array(at + footer.length + TAIL)
    for (const [i, part] of parts.entries()) file.set(part, starts[i]!)
    relocate(view, DICTIONARIES, starts.slice(0, dictionaries.length))
    relocate(view, BATCHES, starts.slice(dictionaries.length))
    file.set(MAGIC)
    file.set(footer, at)
    new DataView(file.buffer).setInt32(at + footer.length, footer.length, true)
    file.set(MAGIC, at + footer.length + 4)
    return file
  }
}

const damaged = () => new Error('its footer is damaged')

const isMagic = (bytes: Uint8Array) => bytes.length === MAGIC.length && MAGIC.every((byte, i) => bytes[i] === byte)

/** Where a list of blocks begins: a field of the root table. */
function listAt(view: DataView, field: number): number | undefined {
  const table = view.getUint32(0, true)
  const vtable = table - view.getInt32(table, true)
  const place = field < view.getUint16(vtable, true) ? view.getUint16(vtable + field, true) : 0
  return place === 0 ? undefined : table + place + view.getUint32(table + place, true)
}

function blocksOf(view: DataView, field: number): Block[] {
  const list = listAt(view, field)
  if (list === undefined) return []
  const length = view.getUint32(list, true)
  if (length * BLOCK_SIZE > view.byteLength) throw damaged()
  return Array.from({ length }, (_, i) => {
    const at = list + 4 + i * BLOCK_SIZE
    const start = Number(view.getBigInt64(at, true))
    return { start, end: start + view.getInt32(at + 8, true) + Number(view.getBigInt64(at + 16, true)) }
  })
}

/** Leaves as many blocks in the list as there are places, and puts these into them. */
function relocate(view: DataView, field: number, starts: readonly number[]): void {
  const list = listAt(view, field)
  if (list === undefined) return
  view.setUint32(list, starts.length, true)
  for (const [i, start] of starts.entries()) view.setBigInt64(list + 4 + i * BLOCK_SIZE, BigInt(start), true)
}
