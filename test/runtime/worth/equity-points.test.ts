/** Curves in bounded memory: what is kept of which age. */
import { expect, test } from 'bun:test'
import { EquityPoints, type Kept, type Point, RECENT, TIERS, thinned } from '../../../src/runtime/worth/equity-points'

const MINUTE = 60_000

/** A store as the database is one: a point for each tier and span. */
function curveOf(samples: Iterable<readonly [number, string]>) {
  const curve = new EquityPoints()
  const rows = new Map<string, Kept>()
  const keep = (kept: Kept[]) => {
    for (const row of kept) rows.set(`${row.tier} ${row.span}`, row)
  }
  for (const [timeMs, equity] of samples) keep(curve.add(timeMs, equity))
  const stored = () =>
    TIERS.map((_, tier) =>
      [...rows.values()]
        .filter((row) => row.tier === tier)
        .map(({ point }) => point)
        .sort((a, b) => a[0] - b[0]),
    )
  return { curve, stored, keep }
}

const everySecond = function* (seconds: number, equity = (second: number) => String(1000 + (second % 977))) {
  for (let second = 0; second < seconds; second++) yield [second * 1000, equity(second)] as const
}

test('the newest minutes are fine, what is older is coarser, and times only go forward', () => {
  const seconds = 3 * 3600
  const { curve, stored } = curveOf(everySecond(seconds))
  const points = curve.merged(stored())
  expect(points.at(-1)).toEqual([(seconds - 1) * 1000, String(1000 + ((seconds - 1) % 977))])
  for (let index = 1; index < points.length; index++) expect(points[index]![0]).toBeGreaterThan(points[index - 1]![0])
  const fine = points.filter(([timeMs]) => timeMs >= (seconds - 600) * 1000)
  expect(fine.length).toBe(120)
  // the last second of each minute
  const coarse = points.filter(([timeMs]) => timeMs < (seconds - 1300) * 1000)
  expect(coarse.every(([timeMs]) => timeMs % MINUTE === 59_000)).toBe(true)
  expect(coarse.length).toBe(Math.floor((seconds - 1300) / 60))
  for (const [timeMs, equity] of points) expect(equity).toBe(String(1000 + ((timeMs / 1000) % 977)))
})

test('a value that holds takes no points', () => {
  const { curve, stored } = curveOf(everySecond(7200, (second) => (second < 3600 ? '1000' : '1001')))
  expect(curve.merged(stored())).toEqual([
    [0, '1000'],
    [3_600_000, '1001'],
  ])
})

test('memory holds no more however long it goes', () => {
  const { curve } = curveOf(everySecond(20_000))
  expect(curve.merged(TIERS.map(() => [])).length).toBeLessThanOrEqual(2 * RECENT.kept + TIERS.length)
})

test('after an end without notice at most a minute is missing, after an orderly one nothing', () => {
  const samples = [...everySecond(3_000)]
  const crashed = curveOf(samples)
  const left = new EquityPoints().merged(crashed.stored())
  expect(left.at(-1)![0]).toBeGreaterThanOrEqual(2_999_000 - 2 * MINUTE)
  crashed.keep(crashed.curve.rest())
  expect(new EquityPoints().merged(crashed.stored()).at(-1)).toEqual([2_999_000, samples.at(-1)![1]])
})

test('a clock that goes back makes no point before the last', () => {
  const { curve, stored } = curveOf([
    [100_000, '1'],
    [40_000, '2'],
    [130_000, '3'],
  ])
  expect(curve.merged(stored()).map(([timeMs]) => timeMs)).toEqual([100_000, 130_000])
})

test('fewer points keep the lowest and the highest of each part', () => {
  const points: Point[] = Array.from({ length: 1000 }, (_, n) => [
    n,
    String(n === 333 ? -50 : n === 777 ? 9000 : n % 10),
  ])
  const thin = thinned(points, 100)
  expect(thin.length).toBeLessThanOrEqual(100)
  expect(thin).toContainEqual([333, '-50'])
  expect(thin).toContainEqual([777, '9000'])
  expect(thin.map(([timeMs]) => timeMs)).toEqual(thin.map(([timeMs]) => timeMs).sort((a, b) => a - b))
  expect(thinned(points, 1000)).toEqual(points)
  expect(thinned([], 10)).toEqual([])
  expect(
    thinned(
      [
        [5, '1'],
        [5, '2'],
        [5, '0'],
      ],
      2,
    ),
  ).toEqual([
    [5, '2'],
    [5, '0'],
  ])
})
