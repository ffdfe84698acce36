/**
 * Long lists of numbers as bytes, exact: what was a decimal string is the same string again. All columns of a report are
 * one block, compressed together. The page reads them with page/columns.ts.
 *
 * - `whole`: safe integers, each the difference to the one before, zigzag, in groups of 7 bits from the lowest on
 *   (LEB128). With a scale they are decimals: 12.5 at scale 2 is 1250.
 * - `double`: IEEE 754, little-endian, 8 bytes each, where the integers would not be safe.
 * Texts of more digits than a double holds stand in `texts` as they are, by their place.
 */

import type { Decimal } from '../../trading/decimal'

export interface ColumnRef {
  readonly form: 'whole' | 'double'
  /** Where its bytes begin in the block. */
  readonly at: number
  readonly count: number
  /** Decimals. */
  readonly scale: number
  readonly texts?: Readonly<Record<number, string>>
}

/** So many digits always fit into a double and come out again. */
const SAFE_DIGITS = 15
const POWERS = Array.from({ length: SAFE_DIGITS + 1 }, (_, exponent) => 10 ** exponent)
const [POINT, MINUS, ZERO] = [46, 45, 48]
/** Longer than any number here is when written. */
const MOST_BYTES = 10
const LARGEST_INT = 0x7fffffff
/** What four groups of 7 bits hold. */
const FOUR_GROUPS = 2 ** 28

/** Decimal strings as doubles, of which the strings can be had again. */
export class Decimals {
  readonly values: number[] = []
  /** Most decimals of any. */
  scale = 0
  private readonly texts = new Map<number, string>()

  add(text: string): void {
    const { length } = text
    if (length > SAFE_DIGITS) {
      this.addLong(text)
      return
    }
    let units = 0
    let point = -1
    const first = text.charCodeAt(0) === MINUS ? 1 : 0
    for (let index = first; index < length; index++) {
      const code = text.charCodeAt(index)
      if (code === POINT) point = index
      else units = 10 * units + code - ZERO
    }
    const scale = this.seen(point, length)
    // both are exact, so that this is the double nearest to the text
    const value = units / POWERS[scale]!
    this.values.push(first === 1 ? -value : value)
  }

  /** As `add` with its text, which is not made. */
  addExact(amount: Decimal): void {
    if (!amount.isShort) {
      this.add(amount.toString())
      return
    }
    const value = amount.toNumber()
    // trailing zeros count for nothing; of so few digits rounding finds each
    while (this.scale < amount.scale && Math.round(value * POWERS[this.scale]!) / POWERS[this.scale]! !== value)
      this.scale++
    this.values.push(value)
  }

  private addLong(text: string): void {
    const point = text.indexOf('.')
    const digits = text.length - (point < 0 ? 0 : 1) - (text.charCodeAt(0) === MINUS ? 1 : 0)
    if (digits > SAFE_DIGITS) this.texts.set(this.values.length, text)
    this.seen(point, text.length)
    this.values.push(Number(text))
  }

  /** Decimals of a text. */
  private seen(point: number, length: number): number {
    const scale = point < 0 ? 0 : length - point - 1
    if (scale > this.scale) this.scale = scale
    return scale
  }

  get exceptions(): Readonly<Record<number, string>> | undefined {
    return this.texts.size > 0 ? Object.fromEntries(this.texts) : undefined
  }
}

export class ColumnWriter {
  private bytes = new Uint8Array(1 << 16)
  private end = 0

  /** The block; nothing may follow. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.end)
  }

  /** @param values safe integers. */
  wholes(values: readonly number[]): ColumnRef {
    return this.numbers(values, 0)
  }

  decimals(column: Decimals): ColumnRef {
    const { exceptions } = column
    return { ...this.numbers(column.values, column.scale), ...(exceptions && { texts: exceptions }) }
  }

  /** @param scale decimals that are kept; a value that has no more of them comes out as it was. */
  numbers(values: readonly number[], scale: number): ColumnRef {
    return (scale <= SAFE_DIGITS ? this.scaled(values, scale) : undefined) ?? this.doubles(values, scale)
  }

  /** Nothing is written, and undefined answered, where the integers would not be safe. */
  private scaled(values: readonly number[], scale: number): ColumnRef | undefined {
    const at = this.end
    const factor = POWERS[scale]!
    // twice a difference of two is still a safe integer
    const most = Number.MAX_SAFE_INTEGER / 4 / factor
    this.reserve(MOST_BYTES * values.length)
    const { bytes } = this
    let end = at
    let before = 0
    for (let index = 0; index < values.length; index++) {
      const value = values[index]!
      // also for NaN
      if (!(value < most && value > -most)) return undefined
      const whole = Math.round(value * factor)
      const difference = whole - before
      before = whole
      let rest = difference < 0 ? -2 * difference - 1 : 2 * difference
      if (rest > LARGEST_INT) {
        const above = Math.floor(rest / FOUR_GROUPS)
        const four = (rest - above * FOUR_GROUPS) | 0
        bytes[end++] = (four & 0x7f) | 0x80
        bytes[end++] = ((four >> 7) & 0x7f) | 0x80
        bytes[end++] = ((four >> 14) & 0x7f) | 0x80
        bytes[end++] = (four >> 21) | 0x80
        rest = above
      }
      let small = rest | 0
      while (small >= 0x80) {
        bytes[end++] = (small & 0x7f) | 0x80
        small >>>= 7
      }
      bytes[end++] = small
    }
    this.end = end
    return { form: 'whole', at, count: values.length, scale }
  }

  private doubles(values: readonly number[], scale: number): ColumnRef {
    const at = this.end
    this.reserve(8 * values.length)
    const view = new DataView(this.bytes.buffer)
    for (const value of values) {
      view.setFloat64(this.end, value, true)
      this.end += 8
    }
    return { form: 'double', at, count: values.length, scale }
  }

  private reserve(bytes: number): void {
    if (this.end + bytes <= this.bytes.length) return
    const larger = new Uint8Array(2 * (this.end + bytes))
    larger.set(this.bytes)
    this.bytes = larger
  }
}
