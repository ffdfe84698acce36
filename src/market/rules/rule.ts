/** What readers of rules have in common. */
import type { Instrument } from '../../schema/events'

/** What a file says of a symbol's market; what it leaves out does not bind. */
export interface MarketRule extends Partial<Omit<Instrument, 'symbol' | 'venue'>> {
  /** It says several things: those of these markets. */
  readonly ambiguous?: readonly string[]
  /** Columns of it that are not used, with what they hold. */
  readonly unused?: readonly string[]
}

/** The file cannot be used; in a sentence that goes on after its name. */
export class RulesProblem extends Error {}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const DECIMAL = /^\d{1,40}(\.\d{1,40})?$/
/** As `5e-05`, which programs write. */
const EXPONENTIAL = /^\d(\.\d{1,20})?e[+-]?\d{1,2}$/i

/** A decimal that is not negative, in its shortest form; of a number its decimal digits. @throws RulesProblem. */
export function decimalIn(value: unknown, name: string): string {
  const text =
    typeof value === 'number' || (typeof value === 'string' && EXPONENTIAL.test(value)) ? plain(String(value)) : value
  if (typeof text === 'string' && DECIMAL.test(text)) return shortest(text)
  throw new RulesProblem(`${name} is ${JSON.stringify(value)}, and must be a decimal number that is not negative`)
}

/** The same; undefined where it does not bind: absent, empty, or 0. @throws RulesProblem. */
export function boundIn(value: unknown, name: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const text = decimalIn(value, name)
  return text === '0' ? undefined : text
}

/** A whole number from 1 on; undefined where it does not bind: absent, empty, or 0. @throws RulesProblem. */
export function countIn(value: unknown, name: string): number | undefined {
  const text = boundIn(value, name)
  if (text === undefined) return undefined
  if (Number.isSafeInteger(Number(text)) && !text.includes('.')) return Number(text)
  throw new RulesProblem(`${name} is ${JSON.stringify(value)}, and must be a whole number`)
}

/** Without what is undefined. */
export function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}

/** In plain digits: `0.00000001` for `1e-8`. */
function plain(text: string): string {
  const [mantissa = '', exponent] = text.toLowerCase().split('e')
  if (exponent === undefined) return text
  const [whole = '', decimals = ''] = mantissa.split('.')
  const places = Number(exponent)
  if (places < 0) return `0.${'0'.repeat(-places - 1)}${whole}${decimals}`
  const digits = decimals.padEnd(places, '0')
  return `${whole}${digits.slice(0, places)}.${digits.slice(places)}0`
}

function shortest(text: string): string {
  const [whole = '', decimals = ''] = text.split('.')
  const kept = decimals.replace(/0+$/, '')
  const digits = whole.replace(/^0+(?=\d)/, '')
  return kept === '' ? digits : `${digits}.${kept}`
}
