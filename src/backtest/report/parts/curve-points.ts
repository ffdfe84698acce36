/** Points of a curve of money as columns. */
import type { CurvePoint } from '../../statistics/fine-bars'
import type { ColumnWriter } from '../columns'
import type { Curve } from '../sections'

/** Decimals of money in a picture. */
export const MONEY_DIGITS = 2
/** Digits of the largest value, at least: rounding shows in no picture, however closely it is looked at. */
const FEWEST_DIGITS = 10
const MOST_DECIMALS = 15

export function curvePoints(points: readonly CurvePoint[], columns: ColumnWriter): Pick<Curve, 'times' | 'values'> {
  const times: number[] = []
  const values: number[] = []
  let [lowest, highest] = [0, 0]
  for (const { timeMs, near } of points) {
    times.push(timeMs)
    values.push(near)
    if (near < lowest) lowest = near
    if (near > highest) highest = near
  }
  return { times: columns.wholes(times), values: columns.numbers(values, decimalsOf(Math.max(highest, -lowest))) }
}

function decimalsOf(largest: number): number {
  const digits = largest > 0 ? Math.floor(Math.log10(largest)) + 1 : 1
  return Math.min(MOST_DECIMALS, Math.max(MONEY_DIGITS, FEWEST_DIGITS - digits))
}
