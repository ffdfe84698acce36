/**
 * A made-up market of one symbol: the middle between its best bid and ask, in whole ticks. Its returns are not correlated,
 * and lively and quiet times take turns.
 */
import { hash, type Random, random } from './random'
import { spells } from './volatility'

export interface PathSettings {
  readonly seed: number
  /** Typical relative move from one step to the next, as 0.0001. */
  readonly volatility: number
  /** In the quote currency; 0: one that suits the symbol. */
  readonly startPrice: number
  /** Market time from step to step, ms. */
  readonly intervalMs: number
}

/** Prices and sizes of a symbol as whole numbers of their smallest unit. */
export interface Scale {
  /** Digits behind the point of prices; a tick is 10^-n. */
  readonly pricePlaces: number
  readonly quantityPlaces: number
}

export interface PricePath {
  readonly scale: Scale
  /** The next middle price in ticks. */
  next(): number
  /** How lively the last step was: 1 is usual. */
  readonly liveliness: number
}

/** No step moves the price by more than this share, whatever the volatility. */
const MOST_MOVED = 0.5
/** A price has at least so many ticks: there is room for a spread, and for levels of a book. */
const LEAST_TICKS = 10

const KNOWN_PRICES: Record<string, number> = {
  BTC: 43_000,
  ETH: 2300,
  BNB: 310,
  SOL: 100,
  XRP: 0.62,
  ADA: 0.6,
  DOGE: 0.09,
}
/**
 * In the long run the logarithm of the price is spread so far around where it began: a pull back, too weak to be seen
 * within days at usual volatilities, keeps a path of any length within bounds.
 */
const LONG_RUN_DEVIATION = 0.25

/** Only what IEEE 754 rounds exactly is used (no logarithm, no power), so that all machines agree to the bit. */
export function pricePath(symbol: string, settings: PathSettings): PricePath {
  const { seed, volatility, startPrice, intervalMs } = settings
  const draw = random(seed, symbol)
  const start = startPrice > 0 ? startPrice : suitablePrice(symbol)
  const scale = scaleOf(start)
  const ticksPerUnit = 10 ** scale.pricePlaces
  const deviationOf = spells(draw, intervalMs)
  // Pulled back by k of its distance at each step of deviation s, a process has the variance s^2 / 2k in the long run.
  const pull = (volatility * volatility) / (2 * LONG_RUN_DEVIATION * LONG_RUN_DEVIATION)
  let price = start
  let liveliness = 1
  return {
    scale,
    next() {
      liveliness = deviationOf()
      // ln(price / start), near enough
      const distance = (2 * (price - start)) / (price + start)
      const move = volatility * liveliness * roughlyNormal(draw) - pull * distance
      price *= 1 + Math.min(Math.max(move, -MOST_MOVED), MOST_MOVED)
      return Math.max(Math.round(price * ticksPerUnit), LEAST_TICKS)
    },
    get liveliness() {
      return liveliness
    },
  }
}

/** The sum of four even numbers, brought to mean 0 and deviation 1. */
function roughlyNormal(draw: Random): number {
  return (draw() + draw() + draw() + draw() - 2) * 1.7320508075688772
}

function suitablePrice(symbol: string): number {
  return KNOWN_PRICES[symbol.split('-')[0] ?? ''] ?? 10 + (hash(symbol) % 490)
}

/** Fine enough that a tick is about a millionth of the price or less, and that a lot costs little. */
function scaleOf(price: number): Scale {
  let pricePlaces = 2
  for (let size = price; size < 1000 && pricePlaces < 8; size *= 10) pricePlaces++
  return { pricePlaces, quantityPlaces: price >= 1000 ? 5 : price >= 1 ? 3 : 1 }
}

/** A whole number of smallest units as a decimal. */
export function decimalOf(units: number, places: number): string {
  if (places === 0) return String(units)
  const digits = String(units).padStart(places + 1, '0')
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`
}
