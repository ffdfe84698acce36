/**
 * Candles of events as they come: of trades, or of smaller candles where the data are candles. The same for files, for
 * recordings that are replayed, and for the simulator.
 *
 * A candle is told when it is over and the next event shows it, dated at its last millisecond: before whatever happens
 * later, and after all that happened until then. Of those that end together the shorter ones come first. One in which
 * nothing happened is not told, and neither is one that the data cut off at their beginning or at their end.
 */
import { Failure } from '../../errors/failure'
import type { KlinePayload, MarketEvent } from '../../schema/events'
import { Candle, type KlineEvent, type TradeEvent } from './candle'
import type { Timeframe } from './timeframe'

/** A candle that is over, without what its provider adds. */
export interface MadeCandle {
  readonly symbol: string
  readonly timeMs: number
  readonly payload: KlinePayload
}

export class CandleMaker {
  /** By symbol, the shortest timeframe first. */
  readonly #candles = new Map<string, readonly Candle[]>()
  /** The first moment at which a candle is over. */
  #dueMs = Number.POSITIVE_INFINITY
  #lastMs = Number.NEGATIVE_INFINITY
  /** Candles of the data, which the longer ones are made of. */
  #ofKlines = false

  /** @param timeframes the shortest first. */
  constructor(private readonly timeframes: readonly Timeframe[]) {}

  /** Those that are over before anything happens at a time: to be asked before the event of that time is taken in. */
  over(timeMs: number): MadeCandle[] {
    if (timeMs > this.#lastMs) this.#lastMs = timeMs
    return timeMs < this.#dueMs ? [] : this.#collect(timeMs)
  }

  /** Takes in what happened. @throws Failure data_unreadable of a candle that lies in no single one of a timeframe. */
  take(event: MarketEvent): void {
    if (event.type === 'Trade') this.#trade(event)
    else if (event.type === 'KlineSummary') this.#kline(event)
  }

  /** No event follows: those that are over by the last one. */
  finish(): MadeCandle[] {
    return this.#ofKlines ? this.#collect(this.#lastMs + 1) : []
  }

  /** Whether there has been anything to make candles of. */
  get hasAny(): boolean {
    return this.#candles.size > 0
  }

  #trade(event: TradeEvent): void {
    const { symbol, timeMs, uncut } = event
    const price = uncut ? uncut.text.slice(uncut.priceStart, uncut.priceEnd) : event.payload.price
    const quantity = uncut ? uncut.text.slice(uncut.quantityStart, uncut.quantityEnd) : event.payload.quantity
    const number = uncut?.price ?? Number(price)
    for (const candle of this.#candles.get(symbol) ?? this.#enter(symbol)) {
      if (timeMs >= candle.endMs) this.#begin(candle, timeMs)
      candle.trade(price, number, quantity)
    }
  }

  #kline({ symbol, payload }: KlineEvent): void {
    this.#ofKlines = true
    const { openTime, closeTime } = payload
    for (const candle of this.#candles.get(symbol) ?? this.#enter(symbol)) {
      if (closeTime >= candle.endMs) this.#begin(candle, openTime)
      if (openTime < candle.openMs || closeTime >= candle.endMs) throw unfit(symbol, payload, candle)
      candle.kline(payload)
    }
  }

  #enter(symbol: string): readonly Candle[] {
    const candles = this.timeframes.map((timeframe) => new Candle(timeframe))
    this.#candles.set(symbol, candles)
    return candles
  }

  #begin(candle: Candle, timeMs: number): void {
    candle.begin(timeMs, candle.endMs === Number.NEGATIVE_INFINITY)
    this.#dueMs = Math.min(this.#dueMs, candle.endMs)
  }

  #collect(timeMs: number): MadeCandle[] {
    const over: { readonly made: MadeCandle; readonly rank: number }[] = []
    this.#dueMs = Number.POSITIVE_INFINITY
    for (const [symbol, candles] of this.#candles) {
      for (const [rank, candle] of candles.entries()) {
        if (candle.empty) continue
        if (candle.endMs > timeMs) {
          this.#dueMs = Math.min(this.#dueMs, candle.endMs)
          continue
        }
        if (!candle.cut) over.push({ made: { symbol, timeMs: candle.endMs - 1, payload: candle.payload() }, rank })
        candle.empty = true
      }
    }
    over.sort((one, other) => one.made.timeMs - other.made.timeMs || one.rank - other.rank)
    return over.map(({ made }) => made)
  }
}

/** As an event that its source has still to number. */
export const madeEvent = ({ symbol, timeMs, payload }: MadeCandle, provider: string): KlineEvent => ({
  eventId: '',
  provider,
  symbol,
  sequence: 0,
  timeMs,
  type: 'KlineSummary',
  payload,
  audience: 'strategies',
})

function unfit(symbol: string, { openTime, closeTime }: KlinePayload, candle: Candle): Failure {
  const [from, to] = [openTime, closeTime + 1].map((ms) => new Date(ms).toISOString())
  const [open, end] = [candle.openMs, candle.endMs].map((ms) => new Date(ms).toISOString())
  const { name } = candle.timeframe
  return new Failure(
    'data_unreadable',
    `the candle of ${symbol} from ${from} to ${to} does not lie within the one of ${name} from ${open} to ${end}`,
    {},
    'candles of the data begin and end at times of their own: choose shorter timeframes, or finer data',
  )
}
