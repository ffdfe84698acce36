/** The events of one simulated symbol, step by step: trades, a ticker, a book, and candles made of them. */
import type { BookLevel, Instrument, MarketEvent } from '../schema/events'
import { intervalName } from './files/lengths'
import { type FlowTrade, orderFlow, sizes } from './order-flow'
import { decimalOf, type PathSettings } from './pricepath'
import { random } from './random'

export interface SimulationSettings extends PathSettings {
  /** Length of a candle, ms; rounded to whole steps. */
  readonly klineMs: number
}

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
  /** The candle that ends just before this step, if one does; to be asked for ahead of every step. */
  closing(timeMs: number): Happening[]
  /** What happens at this step. The same step of the same seed and symbol is always the same. */
  step(timeMs: number): Happening[]
}

export function simulatedSymbol(symbol: string, settings: SimulationSettings): SimulatedSymbol {
  const flow = orderFlow(symbol, settings)
  const { pricePlaces, quantityPlaces } = flow.scale
  const price = (ticks: number) => decimalOf(ticks, pricePlaces)
  const quantity = (lots: number) => decimalOf(lots, quantityPlaces)
  const stepsPerKline = Math.max(1, Math.round(settings.klineMs / settings.intervalMs))
  const interval = intervalName(stepsPerKline * settings.intervalMs)
  const candle = { openTime: 0, open: 0, high: 0, low: 0, close: 0, lots: 0 }
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
    if (candle.lots === 0) candle.open = candle.high = candle.low = ticks
    candle.high = Math.max(candle.high, ticks)
    candle.low = Math.min(candle.low, ticks)
    candle.close = ticks
    candle.lots += lots
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

  function kline(closeTime: number): Happening {
    const payload = {
      openPrice: price(candle.open),
      closePrice: price(candle.close),
      highPrice: price(candle.high),
      lowPrice: price(candle.low),
      volume: quantity(candle.lots),
      openTime: candle.openTime,
      closeTime,
      ...(interval !== undefined && { interval }),
    }
    candle.lots = 0
    return { type: 'KlineSummary', timeMs: closeTime, payload }
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
    closing(timeMs) {
      if (steps % stepsPerKline !== 0) return []
      const ended = steps > 0 ? [kline(timeMs - 1)] : []
      candle.openTime = timeMs
      return ended
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
