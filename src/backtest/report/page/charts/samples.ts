/** A curve that changes at its points, seen in stretches of the same length: so that time is even along the axis. */
import { placeOf } from './candle-bars'

export interface Points {
  /** ms since 1970, rising or the same. */
  readonly times: Float64Array
  readonly values: Float64Array
}

/** The value at the end of each stretch, and the lowest within; NaN before the first point. */
export interface Samples {
  /** 1 where there is a point within. */
  readonly own: Uint8Array
  readonly last: Float64Array
  readonly lowest: Float64Array
}

export function sampled({ times, values }: Points, fromMs: number, stepMs: number, count: number): Samples {
  const last = new Float64Array(count)
  const lowest = new Float64Array(count)
  const own = new Uint8Array(count)
  let index = placeOf(times, fromMs - 1)
  let value = values[index] ?? Number.NaN
  for (let stretch = 0; stretch < count; stretch++) {
    const endMs = fromMs + (stretch + 1) * stepMs
    let low = value
    while (index + 1 < times.length && times[index + 1]! < endMs) {
      value = values[++index]!
      own[stretch] = 1
      // NaN is no lowest
      if (!(low <= value)) low = value
    }
    last[stretch] = value
    lowest[stretch] = low
  }
  return { last, lowest, own }
}

/** At each point the highest value so far. */
export function peaksOf(values: Float64Array): Float64Array {
  const peaks = new Float64Array(values.length)
  let peak = Number.NEGATIVE_INFINITY
  for (let index = 0; index < values.length; index++) {
    if (values[index]! > peak) peak = values[index]!
    peaks[index] = peak
  }
  return peaks
}

/** At each point how far it is below the highest one so far, in percent, 0 or negative. */
export function drawdownsOf({ times, values }: Points): Points {
  const peaks = peaksOf(values)
  return { times, values: values.map((value, index) => (peaks[index]! > 0 ? 100 * (value / peaks[index]! - 1) : 0)) }
}
