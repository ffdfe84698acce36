/** The events of one simulated symbol, step by step: trades, a ticker and a book. */
import type { BookLevel, Instrument, MarketEvent } from '../schema/events'
import { type FlowTrade, orderFlow, sizes } from './order-flow'
import { decimalOf, type PathSettings } from './pricepath'
import { random } from './random'

/** Price levels on each side of a book. */
const DEPTH = 10

/** An event without what the provider adds. */
export type Happening = MarketEvent extends infer E
  ? E extends MarketEvent
    ? Pick<E, 'type' | 'payload' | 'timeMs'>
    : never
  : never

export interface SimulatedSymbol {
  readonly instrument: Instrument
  /** What happens at this step. The same step of the same seed and symbol is always the same. */
  step(timeMs: number): Happening[]
}

export function simulatedSymbol(symbol: string, settings: PathSettings): SimulatedSymbol {
  const flow = orderFlow(symbol, settings)
  const { pricePlaces, quantityPlaces } = flow.scale
  const price = (ticks: number) => decimalOf(ticks, pricePlaces)
  const quantity = (lots: number) => decimalOf(lots, quantityPlaces)
  let steps = 0
  let tradeIds = 0
  let last = 0
  let totalLots = 0

  const size = sizes(flow.scale, random(settings.seed, `${symbol}/book`))
  const levels = (best: number, direction: 1 | -1, gap: number): BookLevel[] =>
    Array.from({ length: DEPTH }, (_, i) => {
      const ticks = Math.max(best + direction * i * gap, 1)
      return { price: price(ticks), quantity: quantity(size(ticks) * (i + 1)) }
    })

  function trade({ buys, ticks, lots }: FlowTrade, timeMs: number): Happening {
    last = ticks
    totalLots += lots
    return {
      type: 'Trade',
      timeMs,
      payload: {
        tradeId: String(++tradeIds),
        side: buys ? 'Buy' : 'Sell',
        price: price(ticks),
        quantity: quantity(lots),
        timestamp: timeMs,
      },
    }
  }

  return {
    instrument: {
      ...instrumentParts(symbol),
      priceIncrement: decimalOf(1, pricePlaces),
      quantityIncrement: decimalOf(1, quantityPlaces),
      pricePrecision: pricePlaces,
      quantityPrecision: quantityPlaces,
      minQuantity: decimalOf(1, quantityPlaces),
    },
    step(timeMs) {
      const happenings: Happening[] = []
      steps++
      const { bid, ask, half, trades } = flow.next()
      for (const one of trades) happenings.push(trade(one, timeMs))
      happenings.push({
        type: 'Ticker',
        timeMs,
        payload: {
          lastPrice: price(last),
          bidPrice: price(bid),
          askPrice: price(ask),
          volume24h: quantity(totalLots),
          timestamp: timeMs,
        },
      })
      const book = { bids: levels(bid, -1, half), asks: levels(ask, 1, half), checksum: '', lastUpdate: timeMs }
      happenings.push({
        type: 'BookSnapshot',
        timeMs,
        payload: { ...book, firstUpdateId: steps, finalUpdateId: steps },
      })
      return happenings
    },
  }
}

function instrumentParts(symbol: string) {
  const [baseCurrency = '', quoteCurrency = ''] = symbol.split('-')
  return { symbol, type: 'spot', baseCurrency, quoteCurrency, venue: 'sim' }
}
