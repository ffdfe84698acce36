/**
 * Exact decimals for prices, quantities and money: a whole number of units and a scale.
 * Sums and products lose nothing, however many digits they take. Only a quotient has to be rounded: half to even, at a
 * scale that the caller names. Units are doubles while these hold them exactly, which most do, and bigints beyond that:
 * no fraction and no rounded number is ever among them.
 */

const DIGIT_ZERO = 48
const POINT = 46
const MINUS = 45
/** So many digits always fit into a double without loss. */
const SAFE_DIGITS = 15
const SHORT = 10 ** SAFE_DIGITS
/** The largest power of ten that is a double without loss. */
const MAX_EXACT_POWER = 22

/** A whole number: a double only up to MAX_SAFE_INTEGER on either side of zero. */
type Units = number | bigint

/** A sum, difference or product of whole doubles that comes out in here is exact: what is rounded never falls back below. */
const isExact = (units: number): boolean => units <= Number.MAX_SAFE_INTEGER && units >= Number.MIN_SAFE_INTEGER

const sum = (one: Units, other: Units): Units => {
  if (typeof one === 'number' && typeof other === 'number') {
    const units = one + other
    if (isExact(units)) return units
  }
  return shortest(BigInt(one) + BigInt(other))
}

const difference = (one: Units, other: Units): Units => {
  if (typeof one === 'number' && typeof other === 'number') {
    const units = one - other
    if (isExact(units)) return units
  }
  return shortest(BigInt(one) - BigInt(other))
}

const product = (one: Units, other: Units): Units => {
  if (typeof one === 'number' && typeof other === 'number') {
    const units = one * other
    // Zero would get the sign of its factors.
    if (isExact(units)) return units + 0
  }
  return shortest(BigInt(one) * BigInt(other))
}

const shortest = (units: bigint): Units => {
  const double = Number(units)
  return isExact(double) ? double : units
}

const POWERS: Units[] = [1]

function powerOfTen(exponent: number): Units {
  for (let next = POWERS.length; next <= exponent; next++) POWERS.push(shortest(10n ** BigInt(next)))
  return POWERS[exponent]!
}

export class Decimal {
  /** The value is `units` / 10^`scale`. */
  private constructor(
    private readonly units: Units,
    readonly scale: number,
  ) {}

  /**
   * @param text a decimal number as `-0.5` or `20000.50`, without an exponent; `isDecimal` tells.
   * @throws Error when the text is nothing of the kind.
   */
  static parse(text: string): Decimal {
    const { length } = text
    if (length > SAFE_DIGITS) return Decimal.parseLong(text)
    let value = 0
    let point = -1
    const start = text.charCodeAt(0) === MINUS ? 1 : 0
    for (let index = start; index < length; index++) {
      const code = text.charCodeAt(index)
      if (code === POINT) point = index
      else value = value * 10 + code - DIGIT_ZERO
    }
    if (!isExact(value)) throw new SyntaxError(`${JSON.stringify(text)} is not a decimal number`)
    return new Decimal(start === 0 ? value : 0 - value, point < 0 ? 0 : length - point - 1)
  }

  static parseLong(text: string): Decimal {
    const point = text.indexOf('.')
    if (point < 0) return new Decimal(shortest(BigInt(text)), 0)
    return new Decimal(shortest(BigInt(text.slice(0, point) + text.slice(point + 1))), text.length - point - 1)
  }

  plus(other: Decimal): Decimal {
    if (this.scale === other.scale) return new Decimal(sum(this.units, other.units), this.scale)
    return this.scale > other.scale
      ? new Decimal(sum(this.units, other.unitsAt(this.scale)), this.scale)
      : new Decimal(sum(this.unitsAt(other.scale), other.units), other.scale)
  }

  minus(other: Decimal): Decimal {
    if (this.scale === other.scale) return new Decimal(difference(this.units, other.units), this.scale)
    return this.scale > other.scale
      ? new Decimal(difference(this.units, other.unitsAt(this.scale)), this.scale)
      : new Decimal(difference(this.unitsAt(other.scale), other.units), other.scale)
  }

  times(other: Decimal): Decimal {
    return new Decimal(product(this.units, other.units), this.scale + other.scale)
  }

  /** This times 10^-`digits`, exactly. */
  shifted(digits: number): Decimal {
    return new Decimal(this.units, this.scale + digits)
  }

  /**
   * The quotient, rounded half to even.
   * @param scale the decimals that are kept.
   */
  dividedBy(divisor: Decimal, scale: number): Decimal {
    const natural = this.scale - divisor.scale
    // Most averages come out even: no need for more digits than they have.
    if (natural >= 0 && natural <= scale) {
      const { units } = this
      const { units: parts } = divisor
      if (typeof units === 'number' && typeof parts === 'number' && units % parts === 0) {
        return new Decimal(units / parts + 0, natural)
      }
    }
    const shift = scale - natural
    const above = BigInt(this.units) * (shift >= 0 ? BigInt(powerOfTen(shift)) : 1n)
    const below = BigInt(divisor.units) * (shift >= 0 ? 1n : BigInt(powerOfTen(-shift)))
    const quotient = above / below
    const twice = (above - quotient * below) * 2n
    const excess = (twice < 0n ? -twice : twice) - (below < 0n ? -below : below)
    const away = excess > 0n || (excess === 0n && quotient % 2n !== 0n)
    const sign = above < 0n === below < 0n ? 1n : -1n
    return new Decimal(shortest(away ? quotient + sign : quotient), scale)
  }

  /** With at most `scale` decimals, half to even. */
  rounded(scale: number): Decimal {
    return this.scale <= scale ? this : this.dividedBy(ONE, scale)
  }

  /** The next multiple of `step`, this one included; both above zero. */
  steppedTo(step: Decimal, direction: 'down' | 'up'): Decimal {
    const scale = Math.max(this.scale, step.scale)
    const units = BigInt(this.unitsAt(scale))
    const stride = BigInt(step.unitsAt(scale))
    const rest = units % stride
    const isUp = direction === 'up' && rest !== 0n
    return new Decimal(shortest(units - rest + (isUp ? stride : 0n)), scale)
  }

  negated(): Decimal {
    return new Decimal(typeof this.units === 'number' ? 0 - this.units : -this.units, this.scale)
  }

  absolute(): Decimal {
    return this.units < 0 ? this.negated() : this
  }

  /** It has so few digits that the double nearest to it tells them all. */
  get isShort(): boolean {
    return typeof this.units === 'number' && Math.abs(this.units) < SHORT && this.scale < SAFE_DIGITS
  }

  /** Negative when this is smaller, 0 when both are worth the same. */
  compare(other: Decimal): number {
    const mine = this.scale >= other.scale ? this.units : this.unitsAt(other.scale)
    const theirs = other.scale >= this.scale ? other.units : other.unitsAt(this.scale)
    return mine < theirs ? -1 : mine > theirs ? 1 : 0
  }

  /** -1, 0 or 1. */
  get sign(): number {
    return this.units < 0 ? -1 : this.units > 0 ? 1 : 0
  }

  isMultipleOf(step: Decimal): boolean {
    const scale = Math.max(this.scale, step.scale)
    return BigInt(this.unitsAt(scale)) % BigInt(step.unitsAt(scale)) === 0n
  }

  /** Without an exponent and without trailing zeros. */
  toString(): string {
    const negative = this.units < 0
    const printed = String(this.units)
    const magnitude = negative ? printed.slice(1) : printed
    const digits = magnitude.length > this.scale ? magnitude : magnitude.padStart(this.scale + 1, '0')
    const whole = digits.length - this.scale
    let end = digits.length
    while (end > whole && digits.charCodeAt(end - 1) === DIGIT_ZERO) end--
    const text = end > whole ? `${digits.slice(0, whole)}.${digits.slice(whole, end)}` : digits.slice(0, whole)
    return negative ? `-${text}` : text
  }

  /** The double nearest to it, or next to the nearest when it has more than 15 digits; the same for all that are worth the same. */
  toNumber(): number {
    const { units, scale } = this
    // both exact, so that the quotient is the nearest whatever zeros they end in
    return typeof units === 'number' && scale <= MAX_EXACT_POWER ? units / 10 ** scale : this.shortestNumber()
  }

  /**
   * A double next to it, quickly: of two that are worth the same it may differ in the last bit. For what is kept on the
   * safe side, not for figures.
   */
  roughly(): number {
    return Number(this.units) / 10 ** this.scale
  }

  /** Rounded twice: of two that are worth the same, only without trailing zeros is it the same twice. */
  private shortestNumber(): number {
    let units = BigInt(this.units)
    let { scale } = this
    // what is odd ends in no zero, which is told sooner than by a division
    for (; scale > 0 && (units & 1n) === 0n && units % 10n === 0n; scale--) units /= 10n
    return Number(units) / 10 ** scale
  }

  unitsAt(scale: number): Units {
    return scale === this.scale ? this.units : product(this.units, powerOfTen(scale - this.scale))
  }
}

/** The amounts of a fill, which are handed on beside their texts so that these are read but once. */
export interface FillAmounts {
  readonly quantity: Decimal
  readonly price: Decimal
  readonly fee: Decimal
}

/** @param fill its decimals as text. */
export const amountsOf = (fill: { readonly [name in keyof FillAmounts]: string }): FillAmounts => ({
  quantity: Decimal.parse(fill.quantity),
  price: Decimal.parse(fill.price),
  fee: Decimal.parse(fill.fee),
})

export const ZERO = Decimal.parse('0')
const ONE = Decimal.parse('1')

/** Decimals of an average price: enough for a coin that costs a millionth. */
const AVERAGE_SCALE = 16
/** Decimals to which the cost of a part of a position is cut; what is cut stays with the rest, so nothing is lost. */
const SHARE_SCALE = 18

export const averagePrice = (cost: Decimal, quantity: Decimal): Decimal => cost.dividedBy(quantity, AVERAGE_SCALE)

/** The cost of `part` of a `whole` that cost `cost`. */
export const shareOfCost = (cost: Decimal, part: Decimal, whole: Decimal): Decimal =>
  cost.times(part).dividedBy(whole, SHARE_SCALE)

/** @param bps hundredths of a percent. */
export const basisPoints = (amount: Decimal, bps: Decimal): Decimal => amount.times(bps).shifted(4)

export const smaller = (one: Decimal, other: Decimal): Decimal => (one.compare(other) <= 0 ? one : other)

/** Whether the text is a decimal number that `Decimal.parse` takes. */
export const isDecimal = (text: string): boolean => /^-?[0-9]+(\.[0-9]+)?$/.test(text)
