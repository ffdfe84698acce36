/** Money for people: as many digits as its currency and its size call for. */
import { grouped } from './grouped'

const NATIONAL: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))
/** Coins that stand for dollars or euros: USDT, FDUSD, PYUSD, EURC. */
const STABLE = /USD|^EUR|^DAI$/
/** Two decimals are six digits from here on. */
const SIX_DIGITS = 1000
/** From here on a double has no decimals that could be told. */
const LARGE = 1e15

const CENTS = 2
/** What is smaller than a cent is shown all the same. */
const BELOW_CENTS = { maximumSignificantDigits: 2 }
/** A fee of 0.000012 BTC is a dollar. */
const COINS = { minimumSignificantDigits: 6, maximumSignificantDigits: 6 }

/** With two decimals; more of a coin, and of what would look like nothing. @param value in the currency. */
export function moneyText(value: number, currency: string): string {
  const size = Math.abs(value)
  if (size >= LARGE) return `${value.toExponential(5)} ${currency}`
  const options = digitsOf(size, currency)
  return `${options ? value.toLocaleString('en-US', options) : grouped(value, CENTS)} ${currency}`
}

/** Undefined for cents. */
function digitsOf(size: number, currency: string): Intl.NumberFormatOptions | undefined {
  if (size === 0 || size >= SIX_DIGITS) return undefined
  if (!NATIONAL.has(currency) && !STABLE.test(currency)) return COINS
  return size < 0.005 ? BELOW_CENTS : undefined
}
