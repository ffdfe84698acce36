/** The footer of an Arrow file: where the parts of the file lie, and the types of its columns. */
import { Type } from '@uwdata/flechette'
import { Flatbuffer, type FlatTable } from './flatbuffer'
import { type Bytes, damaged, footerOf, MOST_COLUMNS, TableProblem, tooManyColumns } from './table'

/** Where a message lies: a batch of rows, or of the values of a dictionary. */
export interface Block {
  readonly start: number
  readonly end: number
}

export interface Footer {
  readonly dictionaries: readonly Block[]
  readonly batches: readonly Block[]
  /** The types of the columns, as a message that the library reads in front of the others. */
  readonly schema: Uint8Array
  /** Bytes of it that are read, each time that it is. */
  readonly schemaSize: number
}

const MAGIC = new TextEncoder().encode('ARROW1')
/** What is in front of the first part. */
const HEAD = 8
/** The length of the footer and the magic behind it. */
const TAIL = 4 + MAGIC.length
/** The place of a message, the length of its metadata (padded), the length of its body, 8 bytes each. */
const BLOCK_SIZE = 24
/** Each is added to those before it. */
const MOST_DICTIONARIES = 10_000
/** Digits of the longest decimals. */
const MOST_DIGITS = 76
/** Columns in columns. */
const DEEPEST = 64

/** @throws Error when the file has no sound footer. */
export async function readFooter(bytes: Bytes): Promise<Footer> {
  const { size } = bytes
  const tail = await bytes.slice(Math.max(0, size - TAIL), size)
  if (!isMagic(new Uint8Array(tail).subarray(4))) throw new TableProblem('it is cut short')
  const length = new DataView(tail).getInt32(0, true)
  const footer = await footerOf(bytes, length, size - TAIL, HEAD)
  const root = new Flatbuffer(footer).table(0)
  const schema = root.table(6)
  if (!schema) throw damaged()
  visitFields(schema, 6, { columns: 0 }, 0)
  visitMetadata(schema, 8)
  const schemaSize = root.buffer.visited
  const [dictionaries, batches] = [blocksOf(root, 8), blocksOf(root, 10)]
  if (dictionaries.length > MOST_DICTIONARIES)
    throw new TableProblem(`it has over ${MOST_DICTIONARIES} parts of dictionaries`)
  refuseShared([...dictionaries, ...batches], size - TAIL - length)
  return { dictionaries, batches, schema: schemaMessage(footer, root.int16(4), schema.start), schemaSize }
}

const isMagic = (bytes: Uint8Array) => bytes.length === MAGIC.length && MAGIC.every((byte, i) => bytes[i] === byte)

function blocksOf(root: FlatTable, field: number): Block[] {
  const { buffer } = root
  return root.list(field, BLOCK_SIZE).map((at) => {
    const start = buffer.int64(at)
    return { start, end: start + buffer.view.getInt32(at + 8, true) + buffer.int64(at + 16) }
  })
}

/** What lies in several blocks at once would be read again and again. */
function refuseShared(blocks: readonly Block[], footerStart: number): void {
  let free = HEAD
  for (const { start, end } of blocks.toSorted((a, b) => a.start - b.start)) {
    if (start < free || end < start) throw damaged()
    free = end
  }
  if (free > footerStart) throw damaged()
}

/** Visits all that the library reads of the columns, which a table has in a list. */
function visitFields(table: FlatTable, list: number, seen: { columns: number }, depth: number): void {
  const { buffer } = table
  const places = table.list(list, 4)
  seen.columns += places.length
  if (depth > DEEPEST) throw damaged()
  if (seen.columns > MOST_COLUMNS) throw tooManyColumns()
  for (const place of places) {
    const field = buffer.table(place)
    field.text(4)
    visitType(field.uint8(8), field.table(10))
    field.table(12)?.table(6)
    visitFields(field, 14, seen, depth + 1)
    visitMetadata(field, 16)
  }
}

function visitType(typeId: number, type: FlatTable | undefined): void {
  if (!type) throw damaged()
  switch (typeId) {
    case Type.Decimal:
      // The library raises 10 to the scale.
      if (!(type.int32(6) >= 0 && type.int32(6) <= MOST_DIGITS)) throw damaged()
      break
    case Type.FixedSizeBinary:
      if (type.int32(4) < 0) throw damaged()
      break
    case Type.Timestamp:
      type.text(6)
      break
    case Type.Union:
      type.list(6, 4)
      break
    default:
    // The others have numbers alone.
  }
}

function visitMetadata(table: FlatTable, list: number): void {
  for (const place of table.list(list, 4)) {
    const entry = table.buffer.table(place)
    entry.text(4)
    entry.text(6)
  }
}

/** What stands in front of the footer to make it a message: its length, and a table that refers to the schema. */
function schemaMessage(footer: Uint8Array, version: number, schema: number): Uint8Array {
  const [prefix, front] = [8, 32]
  const message = new Uint8Array(prefix + front + footer.length)
  const view = new DataView(message.buffer)
  view.setInt32(0, -1, true)
  view.setInt32(4, front + footer.length, true)
  message.set(footer, prefix + front)
  const head = new DataView(message.buffer, prefix)
  head.setUint32(0, 16, true)
  // The vtable: its size, that of the table, the places of the version, the kind and the reference.
  for (const [i, value] of [10, 12, 4, 6, 8].entries()) head.setUint16(4 + i * 2, value, true)
  head.setInt32(16, 12, true)
  head.setInt16(20, version, true)
  // 1 is a schema.
  head.setUint8(22, 1)
  head.setUint32(24, front + schema - 24, true)
  return message
}
