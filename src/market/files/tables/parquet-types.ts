/** What Parquet's types say of the values that lie in the file. */
import type { SchemaElement, SchemaTree } from 'hyparquet'
import { type CellType, DAY_MS, type TimeUnit, type Value } from './cells'

interface Cell {
  readonly type: CellType
  /** The value that a value in the file means. */
  readonly value: (raw: Value) => Value
}

const UNITS: Record<string, TimeUnit> = { MILLIS: 'ms', MICROS: 'us', NANOS: 'ns' }

/** Columns of single values. */
export const isFlat = ({ element, children }: SchemaTree) =>
  children.length === 0 && element.repetition_type !== 'REPEATED'

export function cellOf(field: SchemaTree): Cell {
  const { element } = field
  if (!isFlat(field)) return asIs({ is: 'other', what: 'nested' })
  const { type, converted_type: older = '', logical_type: logical } = element
  if (logical?.type === 'DECIMAL') return { type: { is: 'decimal', scale: logical.scale }, value: signed }
  if (older === 'DECIMAL') return { type: { is: 'decimal', scale: element.scale ?? 0 }, value: signed }
  if (logical?.type === 'TIMESTAMP') {
    return asIs({ is: 'moment', unit: UNITS[logical.unit]!, utc: logical.isAdjustedToUTC })
  }
  if (older.startsWith('TIMESTAMP_')) return asIs({ is: 'moment', unit: UNITS[older.slice(10)]!, utc: true })
  if (type === 'INT96') return asIs({ is: 'moment', unit: 'ns', utc: true })
  if (logical?.type === 'TIME') return asIs({ is: 'clock', unit: UNITS[logical.unit]! })
  if (older.startsWith('TIME_')) return asIs({ is: 'clock', unit: UNITS[older.slice(5)]! })
  if (logical?.type === 'DATE' || older === 'DATE') return asIs({ is: 'date', countMs: DAY_MS })
  if (logical?.type === 'FLOAT16') return { type: { is: 'half' }, value: half }
  if (isUnsigned(element)) return { type: { is: 'whole' }, value: unsigned }
  switch (type) {
    case 'DOUBLE':
      return asIs({ is: 'double' })
    case 'FLOAT':
      return asIs({ is: 'single' })
    case 'BOOLEAN':
      return asIs({ is: 'truth' })
    case 'INT32':
    case 'INT64':
      return asIs({ is: 'whole' })
    default:
      return asIs({ is: 'text' })
  }
}

const asIs = (type: CellType): Cell => ({ type, value: (raw) => raw })

const isUnsigned = ({ logical_type: logical, converted_type: older }: SchemaElement) =>
  logical?.type === 'INTEGER' ? !logical.isSigned : (older?.startsWith('UINT_') ?? false)

const unsigned = (raw: Value): Value => (typeof raw === 'bigint' ? BigInt.asUintN(64, raw) : Number(raw) >>> 0)

/** Reads decimals in bytes, which are big-endian and in two's complement. */
function signed(raw: Value): Value {
  if (!(raw instanceof Uint8Array)) return raw
  let value = 0n
  for (const byte of raw) value = (value << 8n) | BigInt(byte)
  return BigInt.asIntN(raw.length * 8, value)
}

function half(raw: Value): Value {
  if (!(raw instanceof Uint8Array)) return raw
  return new DataView(raw.buffer, raw.byteOffset, raw.byteLength).getFloat16(0, true)
}
