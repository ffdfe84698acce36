/** Candles put together to longer ones, for as wide as the screen is. */

export interface Candles {
  /** Openings, ms since 1970, rising. */
  readonly times: Float64Array
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
}

export interface Candle {
  readonly timeMs: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
}

/** Those from `from` up to but without `to`, `step` of them in each. */
export function putTogether(candles: Candles, from: number, to: number, step: number): Candle[] {
  const { times, open, high, low, close } = candles
  const made: Candle[] = []
  for (let first = from; first < to; first += step) {
    const end = Math.min(first + step, times.length)
    let highest = high[first]!
    let lowest = low[first]!
    for (let index = first + 1; index < end; index++) {
      if (high[index]! > highest) highest = high[index]!
      if (low[index]! < lowest) lowest = low[index]!
    }
    made.push({ timeMs: times[first]!, open: open[first]!, high: highest, low: lowest, close: close[end - 1]! })
  }
  return made
}

/** The last place whose value is not above `value`; -1 when all are. @param sorted rising. */
export function placeOf(sorted: ArrayLike<number>, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low - 1
}
