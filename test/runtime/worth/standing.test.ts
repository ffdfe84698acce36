/** Profits and drawdowns of accounts that come, go and change hands. */
import { expect, test } from 'bun:test'
import { Standing } from '../../../src/runtime/worth/standing'
import { Decimal } from '../../../src/trading/decimal'

const DAY = 86_400_000
const d = (text: string) => Decimal.parse(text)

/** @param steps change and capital after it, an hour after each other. */
function after(steps: readonly (readonly [string, string])[], startMs = 0): Standing {
  const standing = new Standing(startMs)
  for (const [index, [change, capital]] of steps.entries()) {
    standing.add(d(change), d(capital), startMs + index * 3_600_000)
  }
  return standing
}

test('a drawdown is measured from the best so far, in percent of what there was then', () => {
  const standing = after([
    ['0', '1000'],
    ['250', '1250'],
    ['-500', '750'],
    ['125', '875'],
  ])
  expect(standing.performance(0)).toEqual({
    pnl: '-125',
    pnlToday: '-125',
    drawdownPct: -30,
    maxDrawdownPct: -40,
    drawdownPctToday: -30,
    maxDrawdownPctToday: -40,
  })
})

test('money that comes with another account is no profit, and none that goes with one a loss', () => {
  const standing = after([
    ['100', '1100'],
    ['0', '11100'],
    ['-111', '10989'],
    ['0', '989'],
  ])
  // 111 below the best, of 11100 that there were
  expect(standing.performance(0)).toMatchObject({ pnl: '-11', maxDrawdownPct: -1, drawdownPct: -1 })
})

test('a day begins at midnight UTC with what the day before has left, also one in which nothing changes', () => {
  const standing = after([
    ['100', '1100'],
    ['-55', '1045'],
  ])
  expect(standing.performance(DAY)).toMatchObject({
    pnl: '45',
    pnlToday: '0',
    maxDrawdownPctToday: 0,
    maxDrawdownPct: -5,
  })
  standing.add(d('-104.5'), d('940.5'), DAY)
  expect(standing.performance(DAY + 1)).toEqual({
    pnl: '-59.5',
    pnlToday: '-104.5',
    drawdownPct: -14.5,
    maxDrawdownPct: -14.5,
    drawdownPctToday: -10,
    maxDrawdownPctToday: -10,
  })
  expect(standing.performance(2 * DAY, d('3')).pnlToday).toBe('3')
})

test('nothing is left: a drawdown of all that there was, and none of what was never there', () => {
  expect(after([['-1000', '0']]).performance(0)).toMatchObject({ pnl: '-1000', drawdownPct: -100 })
  expect(after([['-5', '-5']]).performance(0)).toMatchObject({ pnl: '-5', drawdownPct: 0, maxDrawdownPct: 0 })
})

test('what is kept of it goes on as it was', () => {
  const whole = after([
    ['100', '1100'],
    ['-55', '1045'],
    ['0.000000001', '1045.000000001'],
  ])
  const restored = Standing.restored(JSON.parse(JSON.stringify(whole.state)))
  for (const standing of [whole, restored]) standing.add(d('10'), d('1055.000000001'), DAY + 5)
  expect(restored.performance(DAY + 6)).toEqual(whole.performance(DAY + 6))
  expect(restored.state).toEqual(whole.state)
})
