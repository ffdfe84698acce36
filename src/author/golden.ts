/**
 * Golden files: what came of a backtest, kept beside its test, so that a change of the strategy shows.
 *
 * What ran (strategy, config, data) stands in the file to explain a difference, and is not compared: a change of the
 * strategy is why one looks. Keys that a later release adds to results are not compared either, until the file is
 * written anew.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { BacktestResult } from '../../sandbox/testing'
import { reasonOf } from '../files/reason'
import { goldenDifference } from './golden-difference'
import type { Golden, Row } from './golden-shape'

export interface GoldenTerms {
  /** The file, absolute. */
  readonly path: string
  /** As the test wrote it. */
  readonly name: string
  /** Writes it, whatever it was. */
  readonly update: boolean
  /** Nothing is written for the first time: nobody would commit it. */
  readonly isCi: boolean
}

/** @returns what differs, in lines; undefined when nothing does. @throws Error when there is nothing to compare with. */
export function compareWithGolden(result: BacktestResult, terms: GoldenTerms): string | undefined {
  const { path, name, update, isCi } = terms
  const now = goldenOf(result)
  const isThere = existsSync(path)
  if (isThere && !update) {
    const difference = goldenDifference(read(terms), now)
    return difference && `the result is not that of ${name}\n${difference}\nto accept it: meltica test -u`
  }
  if (!isThere && !update && isCi)
    throw new Error(`${name} is not there, and CI is set: run meltica test where you work, and commit the file`)
  write(terms, written(now))
  process.stderr.write(`written: ${name}\n`)
  return undefined
}

function goldenOf(result: BacktestResult): Golden {
  const { strategy, config, data, stats, orders, errors, liquidated, stopped, trades, fills } = result
  const title = strategy.tag === '' ? strategy.name : `${strategy.name}:${strategy.tag}`
  const sources = data.map(({ file, sha256 }) => ({ file, sha256 }))
  const ran = { strategy: title, config, data: sources }
  const golden = { ran, stats, orders, errors, liquidated, stopped, trades, fills }
  // as it comes back from the file
  return JSON.parse(JSON.stringify(golden)) as Golden
}

/** A line for each statistic, trade and fill, so that differences of versions are read line by line. */
function written({ ran, stats, orders, errors, liquidated, stopped, trades, fills }: Golden): string {
  const object = (value: object) =>
    `{\n${Object.entries(value)
      .map(([key, one]) => `    ${JSON.stringify(key)}: ${JSON.stringify(one)}`)
      .join(',\n')}\n  }`
  const list = (rows: readonly Row[]) =>
    rows.length === 0 ? '[]' : `[\n${rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]`
  const plain = Object.entries({ orders, errors, liquidated, stopped }).map(
    ([key, value]) => `  "${key}": ${JSON.stringify(value)}`,
  )
  const parts = [`  "ran": ${object(ran)}`, `  "stats": ${object(stats)}`, ...plain]
  return `{\n${[...parts, `  "trades": ${list(trades)}`, `  "fills": ${list(fills)}`].join(',\n')}\n}\n`
}

function read({ path, name }: GoldenTerms): Golden {
  const golden = parsed(text(path, name))
  if (isGolden(golden)) return golden
  throw new Error(`${name} is no golden file: remove it, and run meltica test to have it written`)
}

function text(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    // a cause would be printed with lines of ours
    throw new Error(`${name} cannot be read: ${reasonOf(error)}`)
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function isGolden(value: unknown): value is Golden {
  if (typeof value !== 'object' || value === null) return false
  const { ran, stats, trades, fills } = value as Partial<Golden>
  const isNamed = typeof ran === 'object' && ran !== null && Array.isArray(ran.data)
  return isNamed && typeof stats === 'object' && stats !== null && Array.isArray(trades) && Array.isArray(fills)
}

/** Whole or not at all. */
function write({ path, name }: GoldenTerms, content: string): void {
  const staged = `${dirname(path)}/.${basename(path)}.${process.pid}.tmp`
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(staged, content)
    renameSync(staged, path)
  } catch (error) {
    throw new Error(`${name} cannot be written: ${reasonOf(error)}`)
  } finally {
    if (existsSync(staged)) rmSync(staged)
  }
}
