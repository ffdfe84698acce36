/** Just enough of the wasm binary format to walk over sections and to write them. */

/** Magic number and version. */
export const PREAMBLE_BYTES = 8
export const COMPONENT_SECTION = { custom: 0, coreModule: 1, component: 4 } as const
export const CORE_SECTION = { memory: 5, export: 7, code: 10, data: 11, dataCount: 12 } as const

export interface Section {
  readonly id: number
  /** The whole section, with its id and size. */
  readonly whole: Uint8Array
  readonly body: Uint8Array
}

/** An unsigned LEB128 number. */
export function leb(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    const low = rest & 0x7f
    rest >>>= 7
    bytes.push(rest ? low | 0x80 : low)
  } while (rest)
  return bytes
}

/** Reads numbers one after the other. @throws RangeError where the bytes end too early. */
export class ByteReader {
  constructor(
    readonly bytes: Uint8Array,
    public at = 0,
  ) {}

  byte(): number {
    const byte = this.bytes[this.at++]
    if (byte === undefined) throw new RangeError('the wasm ends too early')
    return byte
  }

  u32(): number {
    let result = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte()
      result |= (byte & 0x7f) << shift
      if (!(byte & 0x80)) return result >>> 0
    }
    throw new RangeError('a number of the wasm is too long')
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw new RangeError('the wasm ends too early')
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  text(): string {
    return new TextDecoder().decode(this.take(this.u32()))
  }
}

export function* sections(wasm: Uint8Array): Generator<Section> {
  const reader = new ByteReader(wasm, PREAMBLE_BYTES)
  while (reader.at < wasm.length) {
    const start = reader.at
    const id = reader.byte()
    const body = reader.take(reader.u32())
    yield { id, body, whole: wasm.subarray(start, reader.at) }
  }
}

/** The body of the first section of an id. */
export function findSection(wasm: Uint8Array, id: number): Uint8Array | undefined {
  for (const section of sections(wasm)) if (section.id === id) return section.body
  return undefined
}

export function section(id: number, body: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.from([id, ...leb(body.length)]), body])
}

export function customSection(name: string, content: Uint8Array): Uint8Array {
  const nameBytes = new TextEncoder().encode(name)
  return section(COMPONENT_SECTION.custom, Buffer.concat([Uint8Array.from(leb(nameBytes.length)), nameBytes, content]))
}

export function withoutSections(wasm: Uint8Array, ids: readonly number[]): Uint8Array {
  const kept = Array.from(sections(wasm)).filter(({ id }) => !ids.includes(id))
  return Buffer.concat([wasm.subarray(0, PREAMBLE_BYTES), ...kept.map(({ whole }) => whole)])
}

/** Replaces the bodies of the sections of one id, in their order. @throws Error when there are more or fewer of them. */
export function replaceSections(wasm: Uint8Array, id: number, bodies: readonly Uint8Array[]): Uint8Array {
  const parts = [wasm.subarray(0, PREAMBLE_BYTES)]
  let next = 0
  for (const old of sections(wasm)) {
    const body = old.id === id ? bodies[next++] : undefined
    parts.push(body ? section(id, body) : old.whole)
  }
  if (next !== bodies.length) throw new Error(`${next} sections of id ${id}, not ${bodies.length}`)
  return new Uint8Array(Buffer.concat(parts))
}
