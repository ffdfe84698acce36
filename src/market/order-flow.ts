/** What is quoted and traded on a made-up path of prices, in whole ticks and lots: samples and the simulator tell of it. */
import { type PathSettings, pricePath, type Scale } from './pricepath'
import { type Random, random } from './random'

export interface FlowTrade {
  /** It took the ask; else it took the bid. */
  readonly buys: boolean
  readonly ticks: number
  readonly lots: number
}

export interface FlowStep {
  readonly bid: number
  readonly ask: number
  /** Ticks from the middle to either. */
  readonly half: number
  /** One at least, at the bid or the ask. */
  readonly trades: readonly FlowTrade[]
}

export interface OrderFlow {
  readonly scale: Scale
  next(): FlowStep
}

/** A typical trade, in the quote currency. */
const TRADE_NOTIONAL = 400

/** Sizes in lots at prices in ticks: worth a tenth to twice the typical trade. */
export function sizes({ pricePlaces, quantityPlaces }: Scale, draw: Random): (ticks: number) => number {
  const lotsTimesTicks = TRADE_NOTIONAL * 10 ** pricePlaces * 10 ** quantityPlaces
  return (ticks) => Math.max(1, Math.round((lotsTimesTicks / ticks) * (0.1 + 1.9 * draw())))
}

/** Half of the spread in usual times, as a share of the price; in lively times it is wider. */
const HALF_SPREAD = 0.00002
/** A step has one to so many trades. */
const MOST_TRADES = 3
/** So many of the trades go the way of the price. */
const ALONG = 0.65

export function orderFlow(symbol: string, settings: PathSettings): OrderFlow {
  const path = pricePath(symbol, settings)
  const draw = random(settings.seed, `${symbol}/trades`)
  const size = sizes(path.scale, draw)
  let before = 0

  return {
    scale: path.scale,
    next() {
      const middle = path.next()
      // half of it goes along with how lively the market is, and so does half of a size
      const activity = 0.5 + 0.5 * path.liveliness
      const half = Math.max(1, Math.round(middle * HALF_SPREAD * activity))
      const [bid, ask] = [middle - half, middle + half]
      const share = middle >= before ? ALONG : 1 - ALONG
      before = middle
      const trades: FlowTrade[] = []
      for (let count = 1 + Math.floor(draw() * MOST_TRADES); count > 0; count--) {
        const buys = draw() < share
        const ticks = buys ? ask : bid
        trades.push({ buys, ticks, lots: Math.max(1, Math.round(size(ticks) * activity)) })
      }
      return { bid, ask, half, trades }
    },
  }
}
