/** Sums and comparisons of decimal texts that lose nothing. */

/** So many digits always fit into a double. */
const SAFE_DIGITS = 15

/** A sum of decimals, in whole units of the last digit of the finest of them. */
export class ExactSum {
  #units: number | bigint = 0
  #places = 0

  add(text: string): void {
    const point = text.indexOf('.')
    const places = point < 0 ? 0 : text.length - point - 1
    if (places > this.#places) this.#refine(places)
    const digits = point < 0 ? text : text.slice(0, point) + text.slice(point + 1)
    const padded = places < this.#places ? digits + '0'.repeat(this.#places - places) : digits
    const units = this.#units
    if (typeof units === 'number' && padded.length <= SAFE_DIGITS) {
      const sum = units + Number(padded)
      if (sum <= Number.MAX_SAFE_INTEGER) {
        this.#units = sum
        return
      }
    }
    this.#units = BigInt(units) + BigInt(padded)
  }

  clear(): void {
    this.#units = 0
    this.#places = 0
  }

  /** With as many digits behind the point as the finest of what was added. */
  toString(): string {
    const digits = String(this.#units).padStart(this.#places + 1, '0')
    const whole = digits.length - this.#places
    return this.#places === 0 ? digits : `${digits.slice(0, whole)}.${digits.slice(whole)}`
  }

  #refine(places: number): void {
    const text = String(this.#units) + '0'.repeat(places - this.#places)
    this.#units = text.length <= SAFE_DIGITS ? Number(text) : BigInt(text)
    this.#places = places
  }
}

/** Negative when the first is smaller, 0 when both are worth the same; neither has a sign. */
export function compareDecimals(one: string, other: string): number {
  const difference = Number(one) - Number(other)
  if (difference !== 0 || (one.length <= SAFE_DIGITS && other.length <= SAFE_DIGITS)) return difference
  const [mine, theirs] = [parts(one), parts(other)]
  const width = Math.max(mine.whole.length, theirs.whole.length)
  const [a, b] = [mine, theirs].map(({ whole, fraction }) => whole.padStart(width, '0') + fraction) as [string, string]
  const length = Math.max(a.length, b.length)
  const [left, right] = [a.padEnd(length, '0'), b.padEnd(length, '0')]
  return left < right ? -1 : left > right ? 1 : 0
}

function parts(text: string): { readonly whole: string; readonly fraction: string } {
  const [whole = '', fraction = ''] = text.split('.')
  return { whole, fraction }
}
