/** A curve in a line of a table: no axes, the colour says whether it has won. */
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { amount, toneOf } from '../format'
import { curveOf, watchCurve } from '../live/curves'
import { useStore } from '../store'

const WIDTH = 84
const HEIGHT = 22
/** So that the line is not cut. */
const EDGE = 2

export function Spark({ id }: { readonly id: string }): JSX.Element | null {
  const points = useStore(curveOf(id))
  useEffect(() => watchCurve(id), [id])
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last || first === last) return null
  const change = Number(last[1]) - Number(first[1])
  return (
    <svg
      class={`spark ${toneOf(change)}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={`${amount(change, 2, true)} within a day`}
    >
      <polyline points={lineOf(points)} />
    </svg>
  )
}

/** For the eye: what is drawn may be rounded. */
function lineOf(points: readonly (readonly [number, string])[]): string {
  const values = points.map(([, value]) => Number(value))
  const [lowest, highest] = [Math.min(...values), Math.max(...values)]
  const [begin = 0, end = 0] = [points[0]?.[0], points.at(-1)?.[0]]
  const x = (ms: number) => EDGE + ((ms - begin) / (end - begin || 1)) * (WIDTH - 2 * EDGE)
  const y = (value: number) => HEIGHT - EDGE - ((value - lowest) / (highest - lowest || 1)) * (HEIGHT - 2 * EDGE)
  return points.map(([ms, value]) => `${x(ms).toFixed(1)},${y(Number(value)).toFixed(1)}`).join(' ')
}
