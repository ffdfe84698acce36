/** What became other than a golden file has it: few lines, however much differs. */
import { isDeepStrictEqual } from 'node:util'
import type { Golden, Row } from './golden-shape'

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

const change = (name: string, from: unknown, to: unknown): Change => [name, shown(from), shown(to)]

const shown = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'absent'))

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
  return [`  ${count}; number ${at + 1} is the first that differs:`, `    - ${row(from[at])}`, `    + ${row(to[at])}`]
}

const row = (one: Row | undefined): string =>
  one === undefined
    ? 'none'
    : Object.entries(one)
        .map(([key, value]) => `${key} ${shown(value)}`)
        .join(', ')

/** What explains the rest. */
function inputs(from: Golden['ran'], to: Golden['ran']): string[] {
  const said: string[] = []
  if (from.strategy !== to.strategy) said.push(`  it was of ${from.strategy}, now of ${to.strategy}`)
  const config = changesOf(
    { ...Object.fromEntries(Object.keys(to.config).map((key) => [key, undefined])), ...from.config },
    to.config,
  )
  said.push(...config.map(([key, before, after]) => `  config ${key}: ${before} → ${after}`))
  if (!isDeepStrictEqual(from.data, to.data)) {
    const names = (data: Golden['ran']['data']) =>
      data.map(({ file, sha256 }) => `${file} (${sha256.slice(0, 12)})`).join(', ')
    said.push(`  the data are others: ${names(from.data)} → ${names(to.data)}`)
  }
  return said
}
