/**
 * Exact decimals for prices, quantities and money: a whole number of units and a scale.
 * Sums and products lose nothing, however many digits they take. Only a quotient has to be rounded: half to even, at a
 * scale that the caller names. Nothing here ever passes through a float.
 */

const DIGIT_ZERO = 48
const POINT = 46
const MINUS = 45
/** So many digits always fit into a double without loss. */
const SAFE_DIGITS = 15
const SAFE = 10n ** BigInt(SAFE_DIGITS)

const POWERS: bigint[] = [1n]

function powerOfTen(exponent: number): bigint {
  for (let next = POWERS.length; next <= exponent; next++) POWERS.push(10n ** BigInt(next))
  return POWERS[exponent]!
}

export class Amount {
  /** The value is `units` / 10^`scale`. */
  private constructor(
    readonly units: bigint,
    readonly scale: number,
  ) {}

  /**
   * @param text a decimal number as `-0.5` or `20000.50`, without an exponent; `isDecimal` tells.
   * @throws Error when the text is nothing of the kind.
   */
  static parse(text: string): Amount {
    const { length } = text
    if (length > SAFE_DIGITS) return Amount.#parseLong(text)
    let value = 0
    let point = -1
    const start = text.charCodeAt(0) === MINUS ? 1 : 0
    for (let index = start; index < length; index++) {
      const code = text.charCodeAt(index)
      if (code === POINT) point = index
      else value = value * 10 + code - DIGIT_ZERO
    }
    return new Amount(BigInt(start === 0 ? value : -value), point < 0 ? 0 : length - point - 1)
  }

  static #parseLong(text: string): Amount {
    const point = text.indexOf('.')
    if (point < 0) return new Amount(BigInt(text), 0)
    return new Amount(BigInt(text.slice(0, point) + text.slice(point + 1)), text.length - point - 1)
  }

  plus(other: Amount): Amount {
    if (this.scale === other.scale) return new Amount(this.units + other.units, this.scale)
    return this.scale > other.scale
      ? new Amount(this.units + other.#unitsAt(this.scale), this.scale)
      : new Amount(this.#unitsAt(other.scale) + other.units, other.scale)
  }

  minus(other: Amount): Amount {
    if (this.scale === other.scale) return new Amount(this.units - other.units, this.scale)
    return this.scale > other.scale
      ? new Amount(this.units - other.#unitsAt(this.scale), this.scale)
      : new Amount(this.#unitsAt(other.scale) - other.units, other.scale)
  }

  times(other: Amount): Amount {
    return new Amount(this.units * other.units, this.scale + other.scale)
  }

  /** This times 10^-`digits`, exactly. */
  shifted(digits: number): Amount {
    return new Amount(this.units, this.scale + digits)
  }

  /**
   * The quotient, rounded half to even.
   * @param scale the decimals that are kept.
   */
  dividedBy(divisor: Amount, scale: number): Amount {
    const natural = this.scale - divisor.scale
    // Most averages come out even: no need for more digits than they have.
    if (natural >= 0 && natural <= scale && this.units % divisor.units === 0n) {
      return new Amount(this.units / divisor.units, natural)
    }
    const shift = scale - natural
    const above = shift >= 0 ? this.units * powerOfTen(shift) : this.units
    const below = shift >= 0 ? divisor.units : divisor.units * powerOfTen(-shift)
    const quotient = above / below
    const twice = (above - quotient * below) * 2n
    const excess = (twice < 0n ? -twice : twice) - (below < 0n ? -below : below)
    const away = excess > 0n || (excess === 0n && quotient % 2n !== 0n)
    const sign = above < 0n === below < 0n ? 1n : -1n
    return new Amount(away ? quotient + sign : quotient, scale)
  }

  /** With at most `scale` decimals, half to even. */
  rounded(scale: number): Amount {
    return this.scale <= scale ? this : this.dividedBy(ONE, scale)
  }

  negated(): Amount {
    return new Amount(-this.units, this.scale)
  }

  absolute(): Amount {
    return this.units < 0n ? this.negated() : this
  }

  /** Negative when this is smaller, 0 when both are worth the same. */
  compare(other: Amount): number {
    const mine = this.scale >= other.scale ? this.units : this.#unitsAt(other.scale)
    const theirs = other.scale >= this.scale ? other.units : other.#unitsAt(this.scale)
    return mine < theirs ? -1 : mine > theirs ? 1 : 0
  }

  /** -1, 0 or 1. */
  get sign(): number {
    return this.units < 0n ? -1 : this.units > 0n ? 1 : 0
  }

  isMultipleOf(step: Amount): boolean {
    const scale = Math.max(this.scale, step.scale)
    return this.#unitsAt(scale) % step.#unitsAt(scale) === 0n
  }

  /** Without an exponent and without trailing zeros. */
  toString(): string {
    const printed = digitsOf(this.units < 0n ? -this.units : this.units)
    const digits = printed.length > this.scale ? printed : printed.padStart(this.scale + 1, '0')
    const whole = digits.length - this.scale
    let end = digits.length
    while (end > whole && digits.charCodeAt(end - 1) === DIGIT_ZERO) end--
    const text = end > whole ? `${digits.slice(0, whole)}.${digits.slice(whole, end)}` : digits.slice(0, whole)
    return this.units < 0n ? `-${text}` : text
  }

  #unitsAt(scale: number): bigint {
    return scale === this.scale ? this.units : this.units * powerOfTen(scale - this.scale)
  }
}

/** Printing a double is several times faster than printing a bigint. */
function digitsOf(magnitude: bigint): string {
  if (magnitude < SAFE) return String(Number(magnitude))
  if (magnitude >= SAFE * SAFE) return String(magnitude)
  const high = magnitude / SAFE
  return String(Number(high)) + String(Number(magnitude - high * SAFE)).padStart(SAFE_DIGITS, '0')
}

export const ZERO = Amount.parse('0')
const ONE = Amount.parse('1')

/** Decimals of an average price: enough for a coin that costs a millionth. */
const AVERAGE_SCALE = 16
/** Decimals to which the cost of a part of a position is cut; what is cut stays with the rest, so nothing is lost. */
const SHARE_SCALE = 18

export const averagePrice = (cost: Amount, quantity: Amount): Amount => cost.dividedBy(quantity, AVERAGE_SCALE)

/** The cost of `part` of a `whole` that cost `cost`. */
export const shareOfCost = (cost: Amount, part: Amount, whole: Amount): Amount =>
  cost.times(part).dividedBy(whole, SHARE_SCALE)

/** @param bps hundredths of a percent. */
export const basisPoints = (amount: Amount, bps: Amount): Amount => amount.times(bps).shifted(4)

export const smaller = (one: Amount, other: Amount): Amount => (one.compare(other) <= 0 ? one : other)

/** Whether the text is a decimal number that `Amount.parse` takes. */
export const isDecimal = (text: string): boolean => /^-?[0-9]+(\.[0-9]+)?$/.test(text)
