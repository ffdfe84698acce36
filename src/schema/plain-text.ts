/** Text from outside made fit for a log or a terminal: no escape sequences, one line. */

const ESC = String.fromCharCode(27)
const BELL = String.fromCharCode(7)
/** Colours and cursor moves, window titles, and escapes of two characters (ECMA-48). */
const ESCAPES = new RegExp(
  `${ESC}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${BELL}${ESC}]*(?:${BELL}|${ESC}\\\\)?|[@-Z\\\\-_])`,
  'g',
)
const BREAKS = /\s*[\r\n\u2028\u2029]+\s*|\t/g
/** Controls, and the marks that turn the direction of text. */
const CONTROLS = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** Line breaks and tabs become a space; every other control character goes. */
export function plainText(text: string): string {
  return text.replace(ESCAPES, '').replace(BREAKS, ' ').replace(CONTROLS, '')
}

/** The same for every string inside a JSON-like value, keys included. */
export function plainValue(value: unknown): unknown {
  if (typeof value === 'string') return plainText(value)
  if (Array.isArray(value)) return value.map(plainValue)
  if (typeof value !== 'object' || value === null || value instanceof Error) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [plainText(key), plainValue(inner)]))
}
