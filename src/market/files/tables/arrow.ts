/** Arrow files (Feather of version 2), a record batch at a time. */
import {
  TimeUnit as ArrowUnit,
  CompressionType,
  type DataType,
  Endianness,
  type Field,
  Precision,
  setCompressionCodec,
  Type,
  tableFromIPC,
  Version,
} from '@uwdata/flechette'
import { compress } from 'lz4js'
import { CODECS } from './arrow-buffers'
import { checkedMessage, type Message } from './arrow-message'
import { type CellType, cellWriter, type TimeUnit } from './cells'
import { type Block, readFooter } from './footer'
import { type Batch, type Bytes, damaged, holdable, type Table, TableProblem } from './table'

/** All numbers as they lie in the file. */
const RAW = { useBigInt: true, useBigIntTimestamp: true, useDecimalInt: true }
const UNITS: Record<number, TimeUnit> = {
  [ArrowUnit.SECOND]: 's',
  [ArrowUnit.MILLISECOND]: 'ms',
  [ArrowUnit.MICROSECOND]: 'us',
  [ArrowUnit.NANOSECOND]: 'ns',
}
/** All words are held, as long as the file is read. */
const MOST_OF_DICTIONARIES = 64 * 1024 * 1024
/** Bytes that are worth the asking. */
const LEAST_AT_ONCE = 65_536
const SMALLER = 'write it in smaller ones, or as Parquet'

const { LZ4_FRAME, ZSTD } = CompressionType
setCompressionCodec(LZ4_FRAME, { decode: CODECS[LZ4_FRAME], encode: compress })
setCompressionCodec(ZSTD, { decode: CODECS[ZSTD], encode: Bun.zstdCompressSync })

/** @throws Error, here and from the batches, for what is damaged or too large. */
export async function openArrow(bytes: Bytes): Promise<Table> {
  const { schema, schemaSize, ...blocks } = await readFooter(bytes)
  const { fields, endianness, version = Version.V1 } = tableFromIPC([schema]).schema
  if (endianness === Endianness.Big) throw new TableProblem('its numbers are big-endian; write it on another machine')
  const types = fields.map(({ type }) => cellType(type))
  const words = dictionaryTypes(fields)
  const met = new Set<number>()

  async function message({ start, end }: Block): Promise<Message> {
    holdable(end - start, 'one of its record batches has', SMALLER)
    const part = new Uint8Array(await bytes.slice(start, end))
    const checked = checkedMessage(part, version, (id) => {
      if (id === undefined) return fields.map(({ type }) => type)
      met.add(id)
      const type = words.get(id)
      if (!type) throw damaged()
      return [type]
    })
    holdable(checked.unpacked, 'one of its record batches has', SMALLER)
    bytes.spend(checked.cost)
    return checked
  }

  return {
    names: fields.map(({ name }) => name ?? ''),
    async *batches() {
      const first: Uint8Array[] = [schema]
      let again = LEAST_AT_ONCE + schemaSize
      for (const block of blocks.dictionaries) {
        const { bytes: dictionary, cost } = await message(block)
        first.push(dictionary)
        again += cost
        holdable(again, 'its dictionaries have', 'write it without them', MOST_OF_DICTIONARIES)
      }
      // What is read again each time is read for as many batches at once as are no less to read.
      let waiting: Message[] = []
      let size = 0
      for (const [i, block] of blocks.batches.entries()) {
        const batch = await message(block)
        waiting.push(batch)
        size += batch.cost
        if (size < again && i < blocks.batches.length - 1) continue
        if ([...words.keys()].some((id) => !met.has(id))) throw damaged()
        yield* read(first, waiting, types)
        waiting = []
        size = 0
      }
    },
  }
}

function* read(
  first: readonly Uint8Array[],
  batches: readonly Message[],
  types: readonly CellType[],
): Generator<Batch> {
  const { children } = tableFromIPC([...first, ...batches.map(({ bytes }) => bytes)], RAW)
  const writers = types.map(cellWriter)
  for (const [i, { rows }] of batches.entries()) {
    const cells = children.map(({ data }, column) => {
      const type = types[column]!
      const write = writers[column]!
      if (type.is === 'other') return () => type.what
      const values = data[i]!
      return (row: number) => {
        const value = values.at(row)
        // A word that is in no dictionary.
        if (value === undefined) throw damaged()
        return write(value)
      }
    })
    yield { rows, cells }
  }
}

/** What the dictionaries have, by their ids, found in the order in which the library finds them. */
function dictionaryTypes(fields: readonly Field[]): ReadonlyMap<number, DataType> {
  const types = new Map<number, DataType>()
  const visit = ({ type }: Field) => {
    if (type.typeId === Type.Dictionary) {
      if (cellType(type.dictionary).is === 'other') throw new TableProblem('its dictionaries have lists or structures')
      types.set(type.id, type.dictionary)
    } else if ('children' in type) for (const child of type.children) visit(child)
  }
  for (const field of fields) visit(field)
  return types
}

function cellType(type: DataType): CellType {
  switch (type.typeId) {
    case Type.Dictionary:
      return cellType(type.dictionary)
    case Type.RunEndEncoded:
      return cellType(type.children[1].type)
    case Type.Null:
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Utf8View:
    case Type.Binary:
    case Type.LargeBinary:
    case Type.BinaryView:
    case Type.FixedSizeBinary:
      return { is: 'text' }
    case Type.Int:
    case Type.Duration:
      return { is: 'whole' }
    case Type.Bool:
      return { is: 'truth' }
    case Type.Float:
      return {
        is: type.precision === Precision.DOUBLE ? 'double' : type.precision === Precision.SINGLE ? 'single' : 'half',
      }
    case Type.Decimal:
      return { is: 'decimal', scale: type.scale }
    case Type.Timestamp:
      return { is: 'moment', unit: UNITS[type.unit]!, utc: type.timezone !== null && type.timezone !== '' }
    case Type.Date:
      // The library gives milliseconds for dates in days and in milliseconds alike.
      return { is: 'date', countMs: 1 }
    case Type.Time:
      return { is: 'clock', unit: UNITS[type.unit]! }
    default:
      return { is: 'other', what: 'nested' }
  }
}
