import { describe, expect, test } from 'bun:test'
import { parseWalkForward, windowsOf } from '../../../src/backtest/validation/windows'

const DAY = 86_400_000
const day = (n: number) => Date.UTC(2024, 0, 1) + n * DAY

describe('--walk-forward', () => {
  test.each([
    ['train=90d,test=30d', { trainMs: 90 * DAY, testMs: 30 * DAY, anchored: false }],
    ['test=12h,train=2w,anchored', { trainMs: 14 * DAY, testMs: DAY / 2, anchored: true }],
    ['anchored, train=90m, test=1h', { trainMs: 5_400_000, testMs: 3_600_000, anchored: true }],
  ])('%s', (text, plan) => {
    expect(parseWalkForward(text)).toEqual(plan)
  })

  test.each([
    ['train=90d', '--walk-forward names no test'],
    ['anchored', '--walk-forward names no train'],
    ['train=0d,test=1d', '--walk-forward has "train=0d"'],
    ['train=90,test=30', '--walk-forward has "train=90"'],
    ['train=1d,train=2d,test=1d', '--walk-forward has "train=2d"'],
    ['train=1d,test=1d,anchored,anchored', '--walk-forward has "anchored"'],
    ['', '--walk-forward has ""'],
  ])('%p is refused', (text, message) => {
    expect(() => parseWalkForward(text)).toThrow(expect.objectContaining({ code: 'usage', message }))
  })
})

describe('the windows', () => {
  const data = { fromMs: day(0), toMs: day(10) }

  test('follow one another by the length of a test, and the last test ends with the data', () => {
    expect(windowsOf({ trainMs: 4 * DAY, testMs: 4 * DAY, anchored: false }, data)).toEqual([
      { train: { fromMs: day(0), toMs: day(4) }, test: { fromMs: day(4), toMs: day(8) } },
      { train: { fromMs: day(4), toMs: day(8) }, test: { fromMs: day(8), toMs: day(10) } },
    ])
  })

  test('train on all that was before, where they are anchored', () => {
    expect(windowsOf({ trainMs: 4 * DAY, testMs: 3 * DAY, anchored: true }, data)).toEqual([
      { train: { fromMs: day(0), toMs: day(4) }, test: { fromMs: day(4), toMs: day(7) } },
      { train: { fromMs: day(0), toMs: day(7) }, test: { fromMs: day(7), toMs: day(10) } },
    ])
  })

  test('begin with whole days, or hours, where their lengths are made of these', () => {
    const late = { fromMs: day(0) - 59 * 60_000, toMs: day(3) }
    const first = (trainMs: number, testMs: number) => windowsOf({ trainMs, testMs, anchored: false }, late)[0]!
    expect(first(DAY, DAY)).toEqual({
      train: { fromMs: day(0), toMs: day(1) },
      test: { fromMs: day(1), toMs: day(2) },
    })
    expect(first(DAY / 4, DAY / 8).test.fromMs).toBe(day(0.25))
    expect(first(90 * 60_000, 90 * 60_000).test.fromMs).toBe(late.fromMs + 90 * 60_000)
  })

  test('are refused where the first training takes all the data, which are named', () => {
    expect(() => windowsOf({ trainMs: 10 * DAY, testMs: DAY, anchored: false }, data)).toThrow(
      'the data cover 2024-01-01T00:00:00.000Z to 2024-01-10T23:59:59.999Z, and the first training takes all of them',
    )
  })

  test('are refused where nobody could wait for them', () => {
    expect(() => windowsOf({ trainMs: DAY, testMs: 60_000, anchored: false }, data)).toThrow('more than 10000 windows')
  })
})
