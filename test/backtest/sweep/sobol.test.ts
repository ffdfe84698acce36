/** Sobol's sequence beside that of scipy.stats.qmc.Sobol(21, scramble=False, bits=32), version 1.17.1. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { SOBOL_DIMENSIONS, sobol } from '../../../src/backtest/sweep/sobol'

/** Each line is an index and the coordinates of its point, in units of 2^-17. */
const POINTS = (await Bun.file(join(import.meta.dir, 'sobol-points.txt')).text())
  .trim()
  .split('\n')
  .map((line) => line.split(' ').map(Number))

test('points early and late in the sequence, in every dimension', () => {
  const wanted = new Map(POINTS.map(([index, ...coordinates]) => [index, coordinates]))
  const met = new Map<number, number[]>()
  let index = 0
  for (const point of sobol(SOBOL_DIMENSIONS)) {
    if (wanted.has(index))
      met.set(
        index,
        point.map((coordinate) => coordinate * 2 ** 17),
      )
    if (met.size === wanted.size) break
    index++
  }
  expect(SOBOL_DIMENSIONS).toBe(21)
  expect(met.size).toBe(24)
  expect(met).toEqual(wanted as Map<number, number[]>)
})

test('of a power of two points each of as many strips has one, in every dimension', () => {
  const points: (readonly number[])[] = []
  for (const point of sobol(7)) {
    points.push(point)
    if (points.length === 256) break
  }
  for (let dimension = 0; dimension < 7; dimension++) {
    const strips = points.map((point) => Math.floor(point[dimension]! * 256))
    expect(strips.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 256 }, (_, i) => i))
  }
})
