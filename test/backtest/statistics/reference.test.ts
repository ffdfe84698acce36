/** Five runs, whose figures empyrical and quantstats reckon from their equity and their prices alone. */
import { beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { FigureName } from '../../../src/backtest/statistics/figures'
import { lacks } from '../../tools'
import { backtest, type Options, strategy, type Told } from '../backtests'

const DAY_MS = 86_400_000
const PYTHON = join(import.meta.dir, '../../../.venv/bin/python')
const REFERENCE = join(import.meta.dir, 'reference.py')
const TOLERANCE = 1e-9

interface Curve {
  readonly name: string
  readonly opens: readonly number[]
  readonly closes: readonly number[]
  readonly periods: number
  readonly days: number
  readonly options?: Options
}

interface Reference {
  readonly figures: { readonly [name in FigureName]?: readonly number[] }
  readonly monthly: { readonly [source: string]: { readonly [month: string]: number } }
}

/** Numbers of [0, 1) that are the same on every run. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Prices whose changes are now and then large. */
function closes(count: number, seed: number, drift: number, size: number): number[] {
  const roll = dice(seed)
  let price = 100
  return Array.from({ length: count }, () => {
    const change = (roll() + roll() + roll() - 1.5) * size * (roll() < 0.05 ? 4 : 1)
    price *= 1 + drift + change
    return Number(price.toFixed(2))
  })
}

const every = (count: number, days: number, start = Date.UTC(2023, 0, 2)) =>
  Array.from({ length: count }, (_, index) => start + index * days * DAY_MS)

const isWeekday = (ms: number) => ![0, 6].includes(new Date(ms).getUTCDay())

const CURVES: readonly Curve[] = [
  { name: 'two years of days', opens: every(730, 1), closes: closes(730, 1, 0.001, 0.03), periods: 365, days: 1 },
  { name: 'a market that falls', opens: every(200, 1), closes: closes(200, 2, -0.004, 0.04), periods: 365, days: 1 },
  {
    name: 'stocks, without weekends',
    opens: every(700, 1).filter(isWeekday),
    closes: closes(500, 3, 0.0005, 0.02),
    periods: 252,
    days: 1,
    options: { periods: 252, leverage: '2' },
  },
  { name: 'weeks', opens: every(150, 7), closes: closes(150, 4, 0.003, 0.05), periods: 52, days: 7 },
  {
    name: 'few days, with fees and a borrowed part',
    opens: every(41, 1, Date.UTC(2024, 0, 31)),
    closes: closes(41, 5, 0, 0.05),
    periods: 365,
    days: 1,
    options: { leverage: '3', rules: { takerBps: '25' } },
  },
]

/** Turns its position round, adds to it or leaves it, at every third candle. */
const RESTLESS = strategy(
  `onKlineSummary() {
    if (++n % 3 !== 1) return
    const side = n % 2 === 1 ? 'buy' : 'sell'
    runtime.submit({ side, type: 'market', quantity: 10 + (n % 7) * 5 })
  }`,
  'let n = 0',
)

const csv = ({ opens, closes: prices }: Curve) =>
  [
    'timestamp,open,high,low,close,volume',
    ...opens.map((open, index) => {
      const close = prices[index]!
      const before = prices[index - 1] ?? close
      return [open, before, Math.max(before, close), Math.min(before, close), close, 1].join(',')
    }),
    '',
  ].join('\n')

/** What the two programs are told: returns of the equity in the result, and those of the prices. */
function told({ opens, closes: prices, days, periods }: Curve, { equity }: Told) {
  const equities = opens.map((open) => Number(equity.findLast(([timeMs]) => timeMs <= open + days * DAY_MS)![1]))
  const changes = (values: readonly number[]) => values.slice(1).map((value, index) => value / values[index]! - 1)
  const lastDays = opens.slice(1).map((open) => new Date(open + (days - 1) * DAY_MS).toISOString().slice(0, 10))
  const hold = changes(prices.slice(0, opens.length))
  return { returns: changes(equities), hold, days: lastDays, periods }
}

const close = (one: number, other: number) => Math.abs(one - other) <= TOLERANCE * Math.max(1, Math.abs(other))

describe.skipIf(lacks('quantstats'))('empyrical and quantstats agree', () => {
  let runs: Told[]
  let references: Reference[]

  beforeAll(async () => {
    runs = await Promise.all(CURVES.map((curve) => backtest(RESTLESS, csv(curve), curve.options)))
    const input = JSON.stringify(CURVES.map((curve, index) => told(curve, runs[index]!)))
    const python = Bun.spawnSync([PYTHON, REFERENCE], { stdin: new TextEncoder().encode(input) })
    references = JSON.parse(python.stdout.toString() || python.stderr.toString())
  })

  test.each(CURVES.map(({ name }, index) => [name, index] as const))('on %s', (_, index) => {
    const { stats, monthly, orders } = runs[index]!
    const { figures, monthly: months } = references[index]!
    const differing = Object.entries(figures).flatMap(([name, values]) => {
      const ours = stats[name as FigureName]
      return values.filter((value) => ours === null || !close(ours, value)).map((value) => [name, ours, value])
    })
    expect(differing).toEqual([])
    expect(Object.keys(figures)).toHaveLength(17)
    expect(orders).toBeGreaterThan(10)
    for (const [source, listed] of Object.entries(months)) {
      expect(monthly.map(({ month }) => month)).toEqual(Object.keys(listed))
      const wrong = monthly.filter(({ month, returnPct }) => returnPct === null || !close(returnPct, listed[month]!))
      expect([source, wrong]).toEqual([source, []])
    }
  })
})
