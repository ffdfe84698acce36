/** Reads the columns of a report, as ../columns.ts writes them. */
import type { ColumnRef } from '../columns'

export class Columns {
  private readonly known = new Map<number, Float64Array>()

  constructor(private readonly block: Uint8Array) {}

  /** The doubles nearest to the values. */
  numbers(ref: ColumnRef): Float64Array {
    // an empty column begins where the next one does
    if (ref.count === 0) return new Float64Array()
    const known = this.known.get(ref.at) ?? (ref.form === 'whole' ? this.wholes(ref) : this.doubles(ref))
    this.known.set(ref.at, known)
    return known
  }

  /** A value as it was written, with as many decimals as the column has. */
  text(ref: ColumnRef, index: number): string {
    const kept = ref.texts?.[index]
    if (kept !== undefined) return kept
    const value = this.numbers(ref)[index]!
    return ref.form === 'whole' ? value.toFixed(ref.scale) : plain(value)
  }

  private wholes({ at, count, scale }: ColumnRef): Float64Array {
    const { block } = this
    const values = new Float64Array(count)
    const factor = 10 ** scale
    let place = at
    let whole = 0
    for (let index = 0; index < count; index++) {
      let zigzag = 0
      let weight = 1
      let byte: number
      do {
        byte = block[place++]!
        zigzag += (byte & 0x7f) * weight
        weight *= 0x80
      } while (byte >= 0x80)
      whole += zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2
      values[index] = whole / factor
    }
    return values
  }

  private doubles({ at, count }: ColumnRef): Float64Array {
    const view = new DataView(this.block.buffer, this.block.byteOffset)
    return Float64Array.from({ length: count }, (_, index) => view.getFloat64(at + 8 * index, true))
  }
}

/** The shortest digits that are this double, without an exponent. */
function plain(value: number): string {
  const text = String(value)
  return text.includes('e-') ? value.toFixed(20).replace(/0+$/, '') : text
}

/** From what the document holds: compressed, as base64. */
export async function unpack(text: string): Promise<Columns> {
  const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Columns(new Uint8Array(await new Response(stream).arrayBuffer()))
}
