/** Decimal texts as files write them, made plain and exact: no number passes through a float. */

const SHAPE = /^\+?(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?([kmbt])?$/i
/** A single comma without a point after it may as well be a decimal comma: `1,085` is not read. */
const GROUPED = /^\+?\d{1,3}((,\d{3})+\.\d+|(,\d{3}){2,})[kmbt]?$/i
const MAGNITUDES: Record<string, number> = { k: 3, m: 6, b: 9, t: 12 }

/**
 * `2.25e-05` → `0.0000225`, `35,755.8` → `35755.8`, `1.38M` → `1380000`, `.5` → `0.5`.
 * @returns undefined when the text is not a non-negative decimal number.
 */
export function plainDecimal(text: string): string | undefined {
  let trimmed = text.trim()
  if (GROUPED.test(trimmed)) trimmed = trimmed.replaceAll(',', '')
  const match = SHAPE.exec(trimmed)
  if (!match) return undefined
  const [, whole = '', fraction = '', exponent = '0', magnitude = ''] = match
  if (whole === '' && fraction === '') return undefined
  return shifted(whole, fraction, Number(exponent) + (MAGNITUDES[magnitude.toLowerCase()] ?? 0))
}

/** A decimal with its point moved `places` to the left, without needless zeros: `1674100`, 4 → `167.41`. */
export function scaledDown(text: string, places: number): string {
  const point = text.indexOf('.')
  if (point >= 0) return trimmed(shifted(text.slice(0, point), text.slice(point + 1), -places))
  if (text.length <= places) return trimmed(shifted(text, '', -places))
  return trimmed(`${text.slice(0, -places)}.${text.slice(-places)}`)
}

/** Without the zeros behind the point that say nothing. */
function trimmed(text: string): string {
  let end = text.length
  while (text.charCodeAt(end - 1) === 48) end--
  if (text.charCodeAt(end - 1) === 46) end--
  return end === text.length ? text : text.slice(0, end)
}

function shifted(whole: string, fraction: string, places: number): string {
  if (places === 0) return fraction === '' ? whole || '0' : `${whole || '0'}.${fraction}`
  const digits = whole + fraction
  const point = whole.length + places
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`
  const front = (point >= digits.length ? digits.padEnd(point, '0') : digits.slice(0, point)).replace(/^0+(?=\d)/, '')
  return point >= digits.length ? front : `${front}.${digits.slice(point)}`
}

/** Up to this many characters a number is exact as a float of its digits, and so is five times the sum of two. */
const SAFE_LENGTH = 14

/** Half of the sum of two plain decimals, exact. */
export function midpoint(a: string, b: string): string {
  const places = Math.max(fractionDigits(a), fractionDigits(b))
  const [left, right] = [unscaled(a, places), unscaled(b, places)]
  if (left.length <= SAFE_LENGTH && right.length <= SAFE_LENGTH) {
    return scaledDown(String((Number(left) + Number(right)) * 5), places + 1)
  }
  return scaledDown(((BigInt(left) + BigInt(right)) * 5n).toString(), places + 1)
}

function fractionDigits(text: string): number {
  const point = text.indexOf('.')
  return point < 0 ? 0 : text.length - point - 1
}

/** The digits of a decimal as a whole number of the smallest unit. */
function unscaled(text: string, places: number): string {
  const point = text.indexOf('.')
  if (point < 0) return places === 0 ? text : text + '0'.repeat(places)
  const digits = text.slice(0, point) + text.slice(point + 1)
  return digits.padEnd(point + places, '0')
}
