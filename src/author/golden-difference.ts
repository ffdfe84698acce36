/** What became other than a golden file has it: few lines, however much differs. */
import { isDeepStrictEqual } from 'node:util'
import type { Golden, Row } from './golden-shape'

/** Digits behind the point. */
const DIGITS = 2
const MOST_DIGITS = 17

const SINGLE = ['orders', 'errors', 'liquidated', 'stopped'] as const

/** @returns undefined when all that the golden file has is so now. */
export function goldenDifference(golden: Golden, now: Golden): string | undefined {
  const changes = [
    ...changesOf(golden.stats, now.stats),
    ...SINGLE.flatMap((key) => (isDeepStrictEqual(golden[key], now[key]) ? [] : [change(key, golden[key], now[key])])),
  ]
  const lists = [
    ...listDifference('trade', golden.trades, now.trades),
    ...listDifference('fill', golden.fills, now.fills),
  ]
  if (changes.length + lists.length === 0) return undefined
  return [...inputs(golden.ran, now.ran), ...aligned(changes), ...lists].join('\n')
}

type Change = readonly [name: string, from: string, to: string]

function changesOf(from: Row, to: Row): Change[] {
  return Object.keys(from)
    .filter((key) => !isDeepStrictEqual(from[key], to[key]))
    .map((key) => change(key, from[key], to[key]))
}

const change = (name: string, from: unknown, to: unknown): Change => [name, ...figures(from, to)]

const shown = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'absent'))

/** As the table of a backtest has figures, and as many digits more as show what differs. */
function figures(from: unknown, to: unknown): readonly [string, string] {
  if (isDeepStrictEqual(from, to)) return [figure(from, DIGITS), figure(to, DIGITS)]
  for (let digits = DIGITS; digits < MOST_DIGITS; digits++) {
    const texts = [figure(from, digits), figure(to, digits)] as const
    if (texts[0] !== texts[1]) return texts
  }
  return [shown(from), shown(to)]
}

function figure(value: unknown, digits: number): string {
  if (typeof value !== 'number') return shown(value)
  // annualised figures of short files say little
  if (Math.abs(value) >= 1e15) return value.toExponential(digits)
  return Number.isInteger(value) ? String(value) : value.toFixed(digits).replace(/^-(?=[0.]+$)/, '')
}

function aligned(changes: readonly Change[]): string[] {
  const width = (column: 0 | 1) => Math.max(...changes.map((one) => one[column].length))
  return changes.map(([name, from, to]) => `  ${name.padEnd(width(0))}  ${from.padStart(width(1))} → ${to}`)
}

/** The first row that differs, and how many there are. */
function listDifference(what: string, from: readonly Row[], to: readonly Row[]): string[] {
  const first = from.findIndex((row, index) => to[index] === undefined || changesOf(row, to[index]).length > 0)
  if (first < 0 && from.length === to.length) return []
  const at = first < 0 ? from.length : first
  const count = from.length === to.length ? `${to.length} ${what}s` : `${from.length} → ${to.length} ${what}s`
  const [before, after] = [row(from[at], to[at]), row(to[at], from[at])]
  return [`  ${count}; number ${at + 1} is the first that differs:`, `    - ${before}`, `    + ${after}`]
}

/** @param other beside which it is read. */
function row(one: Row | undefined, other: Row | undefined): string {
  if (one === undefined) return 'none'
  const parts = Object.entries(one).map(([key, value]) => `${key} ${figures(value, (other ?? one)[key])[0]}`)
  return parts.join(', ')
}

/** What explains the rest. */
function inputs(from: Golden['ran'], to: Golden['ran']): string[] {
  const said: string[] = []
  if (from.strategy !== to.strategy) said.push(`  it was of ${from.strategy}, now of ${to.strategy}`)
  const fields = Object.keys({ ...to.config, ...from.config })
  const others = fields.filter((key) => !isDeepStrictEqual(from.config[key], to.config[key]))
  said.push(...others.map((key) => `  config ${key}: ${shown(from.config[key])} → ${shown(to.config[key])}`))
  if (!isDeepStrictEqual(from.data, to.data)) {
    const names = (data: Golden['ran']['data']) =>
      data.map(({ file, sha256 }) => `${file} (${sha256.slice(0, 12)})`).join(', ')
    said.push(`  the data are others: ${names(from.data)} → ${names(to.data)}`)
  }
  return said
}
