/** Files of columns with something changed at random, the same for the same seed. */
import { CompressionType, dictionary, timestamp, utf8 } from '@uwdata/flechette'
import { feather, parquet } from '../../tables'
import { trades } from './parquet'

export interface Mutant {
  readonly name: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

const START = 1_704_067_200_000
const ROWS = 60
const many = <T>(of: (i: number) => T) => Array.from({ length: ROWS }, (_, i) => of(i))
const columns = {
  time: many((i) => BigInt(START + i * 1000)),
  price: many((i) => 100 + i / 8),
  quantity: many((i) => (i % 7) + 1),
  side: many((i) => (i % 3 === 0 ? 'buy' : 'sell')),
  note: many((i) => (i % 5 === 0 ? null : `n${i}`)),
}
const INT64 = { type: 'INT64' } as const
const words = { side: dictionary(utf8()), time: timestamp(1, 'UTC') }

/** The files before they are changed. */
export const SOUND: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  'plain.feather': feather(columns),
  'batches.feather': feather({ ...columns, time: columns.time.map(Number) }, { batch: 16, types: words }),
  'lz4.feather': feather(columns, { codec: CompressionType.LZ4_FRAME }),
  'zstd.feather': feather(columns, { codec: CompressionType.ZSTD }),
  'plain.parquet': parquet(columns, { codec: 'UNCOMPRESSED', types: { time: INT64 } }),
  'snappy.parquet': parquet(columns, { group: 25, types: { time: INT64 } }),
  'gzip.parquet': parquet(columns, { codec: 'GZIP', types: { time: INT64 } }),
  'zstd.parquet': parquet(columns, { codec: 'ZSTD', types: { time: INT64 } }),
  'brotli.parquet': parquet(columns, { codec: 'BROTLI', types: { time: INT64 } }),
  'encoded.parquet': parquet(columns, {
    codec: 'UNCOMPRESSED',
    types: { time: INT64 },
    encodings: {
      time: 'DELTA_BINARY_PACKED',
      price: 'BYTE_STREAM_SPLIT',
      side: 'RLE_DICTIONARY',
      note: 'DELTA_BYTE_ARRAY',
    },
  }),
  // With pages of version 1.
  'older.parquet': trades(),
}

/** Lengths and places as nobody would write them. */
const ODD = [0n, 1n, -1n, 0x7fn, 0xffn, 0xffffn, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 2n ** 40n, 2n ** 63n - 1n]

/** @param each how many of each file. */
export function* mutants(seed: number, each: number): Generator<Mutant> {
  const random = generator(seed)
  const below = (end: number) => Math.floor(random() * end)
  for (const [name, sound] of Object.entries(SOUND)) {
    // In front are the values, behind is what says where they are.
    const place = (length: number) =>
      Math.max(0, random() < 0.5 ? below(length) : length - 1 - below(Math.min(length, 1200)))
    const kinds: Record<string, (bytes: Buffer) => Buffer> = {
      bits(bytes) {
        for (let i = below(4); i >= 0; i--) bytes[place(bytes.length)]! ^= 1 << below(8)
        return bytes
      },
      cut: (bytes) => bytes.subarray(0, below(bytes.length)),
      hole(bytes) {
        const at = place(bytes.length)
        return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(40))])
      },
      insertion(bytes) {
        const at = place(bytes.length)
        return Buffer.concat([bytes.subarray(0, at), Buffer.alloc(1 + below(12), below(256)), bytes.subarray(at)])
      },
      length(bytes) {
        const size = random() < 0.5 ? 4 : 8
        const at = Math.min(place(bytes.length) & ~3, bytes.length - size)
        const odd = BigInt.asUintN(64, ODD[below(ODD.length)]!)
        if (size === 4) bytes.writeUInt32LE(Number(odd & 0xffff_ffffn), at)
        else bytes.writeBigUInt64LE(odd, at)
        return bytes
      },
      varint(bytes) {
        const at = place(bytes.length)
        return Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from([255, 255, 255, 255, below(16)]),
          bytes.subarray(at + 1 + below(5)),
        ])
      },
    }
    for (let i = 0; i < each; i++) {
      const [kind, change] = Object.entries(kinds)[i % 6]!
      const bytes = change(Buffer.from(sound))
      // Without the magic behind it a file is refused before anything else is read.
      if (kind !== 'cut') bytes.set(sound.subarray(-4), Math.max(0, bytes.length - 4))
      yield { name: `${name} with ${kind} ${i} of seed ${seed}`, bytes: new Uint8Array(bytes) }
    }
  }
}

/** Numbers from 0 to before 1, evenly. */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
