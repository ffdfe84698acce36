/** Candles and trades that tests make up, as files that are read as any other. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isUnwritable, shown } from '../../author/unwritable'
import { Failure } from '../../errors/failure'
import { decimalText } from '../../schema/risk-set'
import { writtenTime } from '../../schema/written-time'

const CANDLE = ['time', 'open', 'high', 'low', 'close', 'volume'] as const
const TRADE = ['time', 'price', 'quantity', 'side'] as const
type Column = (typeof CANDLE | typeof TRADE)[number]
const FILE = 'rows.csv'
/** What files are read for: four digits of the year. */
const [FIRST_MS, LAST_MS] = [Date.UTC(1970), Date.UTC(10_000) - 1]
const HINT =
  "a candle is { time: '2024-01-01T00:00:00Z', open: 1, high: 2, low: 1, close: 2 }, a trade { time, price: 1, quantity: 1 }"

/**
 * @param data as a test gives it. @param folder for files of rows.
 * @returns paths. @throws Failure usage for what is neither.
 */
export function dataPaths(data: unknown, folder: string): readonly string[] {
  if (typeof data === 'string') return [data]
  if (!Array.isArray(data) || data.length === 0)
    throw new Failure(
      'usage',
      'data is the path of a file, or a list of paths, candles or trades that is not empty',
      {},
      HINT,
    )
  const list: readonly unknown[] = data
  return list.every((one) => typeof one === 'string') ? list : [written(list, folder)]
}

/** The same rows are the same file. */
function written(rows: readonly unknown[], folder: string): string {
  const lines = linesOf(rows)
  const own = join(folder, new Bun.CryptoHasher('sha256').update(lines).digest('hex'))
  mkdirSync(own, { recursive: true })
  const path = join(own, FILE)
  if (!existsSync(path)) writeFileSync(path, lines)
  return path
}

function linesOf(rows: readonly unknown[]): string {
  const isCandles = isRow(rows[0]) && 'open' in rows[0]
  const columns: readonly Column[] = isCandles ? CANDLE : TRADE
  const opened = new Set<string>()
  const lines = rows.map((row, index) => {
    if (!isRow(row)) throw wrong(index, ` is ${shown(row)}, no candle and no trade`)
    const cells = columns.map((column) => cell(column, row[column], index))
    if (isCandles) refuseImpossible(row, index)
    if (isCandles && opened.size === opened.add(cells[0]!).size)
      throw wrong(index, `.time is that of another candle: ${shown(row.time)}`)
    return cells.join(',')
  })
  return `${['timestamp', ...columns.slice(1)].join(',')}\n${lines.join('\n')}\n`
}

/** What would be taken for other columns. @param candle of decimals. */
function refuseImpossible(candle: Readonly<Record<string, unknown>>, index: number): void {
  const value = (column: Column) => Number(candle[column])
  for (const column of ['low', 'open', 'close'] as const) {
    if (value(column) > value('high')) throw wrong(index, `.${column} is above its high: ${shown(candle[column])}`)
    if (value(column) < value('low')) throw wrong(index, `.${column} is below its low: ${shown(candle[column])}`)
  }
}

function cell(column: Column, value: unknown, index: number): string {
  switch (column) {
    case 'time':
      return time(value, index)
    case 'side':
      return side(value, index)
    case 'volume':
      return value === undefined ? '0' : decimal(column, value, index)
    case 'quantity':
      return decimal(column, value, index)
    default:
      return price(column, value, index)
  }
}

function price(column: Column, value: unknown, index: number): string {
  const text = decimal(column, value, index)
  if (!/[1-9]/.test(text)) throw wrong(index, `.${column} is not above zero: ${shown(value)}`)
  return text
}

function decimal(column: Column, value: unknown, index: number): string {
  const text = typeof value === 'number' ? plain(value) : value
  if (typeof text !== 'string' || !/^-?\d+(\.\d+)?$/.test(text))
    throw wrong(index, `.${column} is no decimal number: ${shown(value)}`)
  if (text.startsWith('-')) throw wrong(index, `.${column} is below zero: ${shown(value)}`)
  return text
}

/** Without an exponent. */
function plain(value: number): string {
  const text = String(value)
  return text.includes('e') ? decimalText(value) : text
}

function side(value: unknown, index: number): string {
  if (value === undefined || value === 'buy') return 'buy'
  if (value === 'sell') return value
  throw wrong(index, `.side is buy or sell, not ${shown(value)}`)
}

/** In a form that is taken for nothing else: counts of 13 digits are of milliseconds, others may be of anything. */
function time(value: unknown, index: number): string {
  const ms = typeof value === 'string' ? writtenTime(value) : value
  if (typeof ms !== 'number' || !Number.isInteger(ms))
    throw wrong(index, `.time is no time: ${shown(value)}; write 2024-01-01T00:00:00Z, or ms since 1970`)
  if (ms < FIRST_MS || ms > LAST_MS) throw wrong(index, `.time is not of the years 1970 to 9999: ${shown(value)}`)
  return /^\d{13}$/.test(String(ms)) ? String(ms) : new Date(ms).toISOString()
}

const isRow = (row: unknown): row is Readonly<Record<string, unknown>> =>
  typeof row === 'object' && row !== null && !isUnwritable(row)

/** @param what goes on after `data[3]`. */
const wrong = (index: number, what: string): Failure => new Failure('usage', `data[${index}]${what}`, {}, HINT)
