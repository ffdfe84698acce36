/** How amounts, times and hashes are written: exact, with the sign for minus, which is as wide as a digit. */

const formats = new Map<string, Intl.NumberFormat>()

/** A number, or a decimal as text: that is rounded as the decimal that it is, never as a float. */
export function amount(value: string | number, digits = 2, signed = false): string {
  const key = `${digits} ${signed}`
  const format =
    formats.get(key) ??
    new Intl.NumberFormat('en-US', {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      signDisplay: signed ? 'exceptZero' : 'negative',
    })
  formats.set(key, format)
  return format.format(value as `${number}`).replace('-', '−')
}

/** From here on nobody misses the cents, and digits that are cut would lie. */
const LARGE = 1_000_000
const HUGE = 10_000_000_000
const short = new Intl.NumberFormat('en-US', {
  notation: 'compact',
  minimumFractionDigits: 3,
  maximumFractionDigits: 3,
})

/** As much of an amount as a narrow column holds, never with a digit cut off. */
export function narrow(value: string): string {
  if (Math.abs(Number(value)) < HUGE) return amount(value, digitsOf(value))
  return short.format(Number(value)).replace('-', '−')
}

/** How many decimals there is room for. */
export const digitsOf = (value: string): number => (Math.abs(Number(value)) < LARGE ? 2 : 0)

/** All its digits. */
export const exact = (text: string): string => amount(text, text.split('.')[1]?.length ?? 0)

/** A quantity with its sign, as a position is written. */
export const signed = (text: string): string =>
  Number(text) === 0 ? '0' : text.startsWith('-') ? exact(text) : `+${exact(text)}`

export const percent = (value: number): string => `${amount(value)} %`

/** By what is written: nothing but zeros is neither. */
export function toneOf(value: string | number | undefined, digits = 2): string {
  const text = amount(value ?? 0, digits)
  if (!/[1-9]/.test(text)) return 'faint'
  return text.startsWith('−') ? 'loss' : 'gain'
}

/** The first digits of a digest: with 12 of them calls may name it. */
export const shortHash = (hash: string, digits = 12): string => hash.replace('sha256:', '').slice(0, digits)

/** `12:04:31`, UTC. */
export const clock = (at: string | number): string => new Date(at).toISOString().slice(11, 19)

/** `2026-01-31 12:04:31`, UTC. */
export const dateTime = (at: string | number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ')

/** `1.4 s` */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${amount(ms / 1000, 1)} s`
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min`
  return ms < 86_400_000 ? `${Math.floor(ms / 3_600_000)} h` : `${Math.floor(ms / 86_400_000)} d`
}

export const count = (number: number, one: string, many = `${one}s`): string =>
  `${amount(number, 0)} ${number === 1 ? one : many}`

/** Any value as it is written in an answer. */
export const written = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
