/** Numbers as English writes them, with commas between thousands. */

/** What `String` writes without an exponent. */
const [LEAST, MOST] = [1e-6, 1e21]
const FIVE = 53
const GROUP = 3

/**
 * As `toLocaleString('en-US')` writes it, which takes longer than a short backtest has figures: the digits that a double is
 * told by, rounded half away from zero.
 * @param digits decimals, with zeros where there are no more.
 */
export function grouped(value: number, digits: number): string {
  const size = Math.abs(value)
  if (size !== 0 && !(size >= LEAST && size < MOST)) return spelled(value, digits)
  const [whole = '', fraction = ''] = String(size).split('.')
  const cut = whole + fraction.slice(0, digits).padEnd(digits, '0')
  const up = fraction.charCodeAt(digits) >= FIVE
  const units = up ? String(BigInt(cut) + 1n).padStart(digits + 1, '0') : cut
  const end = units.length - digits
  let text = units.slice(0, end)
  for (let at = end - GROUP; at > 0; at -= GROUP) text = `${text.slice(0, at)},${text.slice(at)}`
  if (digits > 0) text += `.${units.slice(end)}`
  return value < 0 ? signed(text) : text
}

/** What is tiny, immense or no number. */
function spelled(value: number, digits: number): string {
  const text = Math.abs(value).toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return value < 0 ? signed(text) : text
}

/** A zero has no sign. */
const signed = (text: string): string => (/[1-9∞]/.test(text) ? `-${text}` : text)
