/** Ranges of written values, `from:to:step`, counted in whole units of their last digit: 0.1:0.3:0.1 is 0.1, 0.2, 0.3. */

/** A written value as a whole number of some unit. */
interface Scale {
  /** @returns undefined for what is no such value. */
  readonly parse: (text: string) => { readonly units: bigint; readonly digits: number } | undefined
  readonly format: (units: bigint, digits: number) => string
}

export interface Steps {
  readonly count: number
  /** The value number `index`, as it would be written. */
  at(index: number): string
}

/** @returns the values, or what is wrong, as the end of a sentence. */
export function stepsOf(texts: readonly string[], type: 'int' | 'float' | 'duration'): Steps | { problem: string } {
  const { parse, format } = type === 'duration' ? DURATION : DECIMAL
  const parts = texts.map(parse)
  const [from, to, step] = parts
  const what = type === 'duration' ? 'durations, as 1m:10m:30s' : 'numbers, as 5:50:5'
  if (parts.length !== 3 || !from || !to || !step)
    return { problem: `is no range: write from:to:step of ${what}, or values with commas between` }
  const digits = Math.max(from.digits, to.digits, step.digits)
  const [first, last, by] = [from, to, step].map((part) => part.units * 10n ** BigInt(digits - part.digits))
  if (by! === 0n) return { problem: 'has a step of 0' }
  if (by! > 0n !== last! >= first! && first !== last)
    return { problem: `has no value: from ${texts[0]} a step of ${texts[2]} does not lead to ${texts[1]}` }
  const count = (last! - first!) / by! + 1n
  if (count > BigInt(Number.MAX_SAFE_INTEGER)) return { problem: 'has more values than can be counted' }
  return { count: Number(count), at: (index) => format(first! + BigInt(index) * by!, digits) }
}

const NUMBER = /^([-+]?)(\d+)(?:\.(\d+))?(?:e([-+]?\d{1,3}))?$/i

const DECIMAL: Scale = {
  parse: (text) => {
    const [, sign, whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text.trim()) ?? []
    if (sign === undefined) return undefined
    const shift = Number(exponent) - fraction.length
    const units = BigInt(`${whole}${fraction}`) * 10n ** BigInt(Math.max(0, shift))
    return { units: sign === '-' ? -units : units, digits: Math.max(0, -shift) }
  },
  format: (units, digits) => {
    const text = String(units < 0n ? -units : units).padStart(digits + 1, '0')
    const [whole, fraction] = [text.slice(0, text.length - digits), text.slice(text.length - digits).replace(/0+$/, '')]
    return `${units < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
  },
}

/** In ns, from the largest on. */
const UNITS = [
  ['h', 3_600_000_000_000n],
  ['m', 60_000_000_000n],
  ['s', 1_000_000_000n],
  ['ms', 1_000_000n],
  ['us', 1000n],
  ['ns', 1n],
] as const
const PART = /(\d+)(?:\.(\d+))?(h|ms|m|us|µs|μs|ns|s)/gy

const DURATION: Scale = {
  parse: (text) => {
    const [, sign = '', rest = ''] = /^([-+]?)(.+)$/.exec(text.trim()) ?? []
    if (rest === '0') return { units: 0n, digits: 0 }
    let ns = 0n
    let at = 0
    for (const [part, whole = '', fraction = '', unit = ''] of rest.matchAll(PART)) {
      const size = UNITS.find(([name]) => name === unit.replace(/[µμ]s/, 'us'))![1]
      const scaled = BigInt(`${whole}${fraction}`) * size
      if (scaled % 10n ** BigInt(fraction.length) !== 0n) return undefined
      ns += scaled / 10n ** BigInt(fraction.length)
      at += part.length
    }
    return at === rest.length && at > 0 ? { units: sign === '-' ? -ns : ns, digits: 0 } : undefined
  },
  format: (ns) => {
    if (ns === 0n) return '0s'
    let rest = ns < 0n ? -ns : ns
    let text = ns < 0n ? '-' : ''
    for (const [unit, size] of UNITS) {
      if (rest >= size) text += `${rest / size}${unit}`
      rest %= size
    }
    return text
  },
}
