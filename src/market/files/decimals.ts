/** Decimal texts as files write them, made plain and exact: no number passes through a float. */

const SHAPE = /^\+?(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?([kmbt])?$/i
const GROUPED = /^\+?\d{1,3}(,\d{3})+(\.\d+)?[kmbt]?$/i
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

/** The digits of a whole number with `places` of them behind the point, without needless zeros: `1674100`, 4 → `167.41`. */
export function scaledDown(digits: string, places: number): string {
  const text = shifted(digits, '', -places)
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

function shifted(whole: string, fraction: string, places: number): string {
  if (places === 0) return fraction === '' ? whole || '0' : `${whole || '0'}.${fraction}`
  const digits = whole + fraction
  const point = whole.length + places
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`
  const front = (point >= digits.length ? digits.padEnd(point, '0') : digits.slice(0, point)).replace(/^0+(?=\d)/, '')
  return point >= digits.length ? front : `${front}.${digits.slice(point)}`
}

/** Half of the sum of two plain decimals, exact. */
export function midpoint(a: string, b: string): string {
  const places = Math.max(fractionDigits(a), fractionDigits(b))
  const sum = (unscaled(a, places) + unscaled(b, places)) * 5n
  return scaledDown(sum.toString(), places + 1)
}

function fractionDigits(text: string): number {
  const point = text.indexOf('.')
  return point < 0 ? 0 : text.length - point - 1
}

function unscaled(text: string, places: number): bigint {
  const point = text.indexOf('.')
  if (point < 0) return BigInt(text + '0'.repeat(places))
  return BigInt((text.slice(0, point) + text.slice(point + 1)).padEnd(point + places, '0'))
}
