/** Candles of one symbol for a picture: as they come while they are few, and in memory that never grows beyond `most`. */

/**
 * Lengths of bars that are made of prices, ms. Each divides the next one, so that bars can be put together; what is longer
 * is a number of weeks.
 */
const SECOND_MS = 1000
const LENGTHS_MS = [1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400, 604_800].map((seconds) => seconds * SECOND_MS)

/** Prices of a bar, in the mean, at least. */
const BODY = 4
/** Fewer bars are not put together any more. */
const FEWEST = 400

export class Bars {
  readonly times: number[] = []
  readonly open: number[] = []
  readonly high: number[] = []
  readonly low: number[] = []
  readonly close: number[] = []
  /** ms; bars that were put together begin at a multiple of it. */
  lengthMs: number
  /** What is before it belongs to the last bar. */
  private endMs = Number.NEGATIVE_INFINITY
  /** The end of the last candle that was taken in. */
  private coveredMs = Number.NEGATIVE_INFINITY
  /** Prices that were taken in. */
  private taken = 0
  /** Candles are kept as they came. */
  private single: boolean

  /**
   * @param most bars that are kept; when there would be more they are put together.
   * @param candleMs length of the candles that come; 0 for single prices.
   */
  constructor(
    private readonly most: number,
    candleMs = 0,
  ) {
    this.single = candleMs > 0
    this.lengthMs = candleMs || SECOND_MS
  }

  /** Makes bars of prices long enough to have a body, where there are bars enough; nothing may follow. */
  settle(): void {
    while (!this.single && this.times.length > FEWEST && this.taken < BODY * this.times.length) this.lengthen()
  }

  /** Takes in a price. Times must not fall. */
  price(timeMs: number, price: number): void {
    this.taken++
    this.take(timeMs, price, price, price, price)
  }

  /** Takes in a candle, unless it tells again what candles before it have told, as one of an hour after those of its minutes. */
  candle(openMs: number, closeMs: number, open: number, high: number, low: number, close: number): void {
    if (openMs < this.coveredMs) return
    this.coveredMs = closeMs
    this.take(openMs, open, high, low, close)
  }

  private take(timeMs: number, open: number, high: number, low: number, close: number): void {
    if (timeMs >= this.endMs) {
      this.begin(timeMs, open, high, low, close)
      return
    }
    const last = this.close.length - 1
    if (high > this.high[last]!) this.high[last] = high
    if (low < this.low[last]!) this.low[last] = low
    this.close[last] = close
  }

  private begin(timeMs: number, open: number, high: number, low: number, close: number): void {
    const startMs = this.single ? timeMs : timeMs - (timeMs % this.lengthMs)
    this.times.push(startMs)
    this.open.push(open)
    this.high.push(high)
    this.low.push(low)
    this.close.push(close)
    // the next candle is a bar of its own, however long this one is
    this.endMs = this.single ? timeMs + 1 : startMs + this.lengthMs
    while (this.times.length > this.most) this.lengthen()
  }

  /** Puts bars together to longer ones. */
  private lengthen(): void {
    this.single = false
    const { times, open, high, low, close } = this
    this.lengthMs = LENGTHS_MS.find((ms) => ms > this.lengthMs) ?? 2 * this.lengthMs
    let last = -1
    for (let index = 0; index < times.length; index++) {
      const startMs = times[index]! - (times[index]! % this.lengthMs)
      if (last >= 0 && times[last] === startMs) {
        high[last] = Math.max(high[last]!, high[index]!)
        low[last] = Math.min(low[last]!, low[index]!)
        close[last] = close[index]!
        continue
      }
      last++
      times[last] = startMs
      open[last] = open[index]!
      high[last] = high[index]!
      low[last] = low[index]!
      close[last] = close[index]!
    }
    for (const column of [times, open, high, low, close]) column.length = last + 1
    this.endMs = times[last]! + this.lengthMs
  }
}
