/** A made-up market of one symbol: prices that trend, turn and tremble, counted in whole ticks. */
import { hash, type Random, random } from './random'

export interface PathSettings {
  readonly seed: number
  /** Typical relative move from one step to the next, as 0.0003. */
  readonly volatility: number
  /** In the quote currency; 0: one that suits the symbol. */
  readonly startPrice: number
}

/** Prices and sizes of a symbol as whole numbers of their smallest unit. */
export interface Scale {
  /** Digits behind the point of prices; a tick is 10^-n. */
  readonly pricePlaces: number
  readonly quantityPlaces: number
}

export interface PricePath {
  readonly scale: Scale
  /** The path's own random numbers, for whatever else is made up of the symbol. */
  readonly random: Random
  /** The next middle price in ticks. */
  next(): number
}

const KNOWN_PRICES: Record<string, number> = {
  BTC: 43_000,
  ETH: 2300,
  BNB: 310,
  SOL: 100,
  XRP: 0.62,
  ADA: 0.6,
  DOGE: 0.09,
}
/** A trend lasts this many steps, and moves this share of the volatility per step. */
const TREND = { least: 60, most: 240, share: 0.6 }
/** How strongly the price is drawn back to where it began; keeps a path of any length within bounds. */
const PULL = 0.0005

/** Only additions and multiplications are used, so that all machines agree to the bit. */
export function pricePath(symbol: string, settings: PathSettings): PricePath {
  const draw = random(settings.seed, symbol)
  const start = settings.startPrice > 0 ? settings.startPrice : suitablePrice(symbol)
  const scale = scaleOf(start)
  const ticksPerUnit = 10 ** scale.pricePlaces
  let price = start
  let drift = 0
  let left = 0
  return {
    scale,
    random: draw,
    next() {
      if (left === 0) {
        left = TREND.least + Math.floor(draw() * (TREND.most - TREND.least))
        const direction = draw() < 0.5 ? -1 : 1
        drift = direction * (0.5 + draw()) * TREND.share * settings.volatility
      }
      left--
      const pull = (PULL * (start - price)) / start
      price *= 1 + drift + pull + settings.volatility * roughlyNormal(draw)
      return Math.max(Math.round(price * ticksPerUnit), 10)
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
