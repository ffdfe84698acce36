/** Candles and trades that tests make up, as files that are read as any other. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../errors/failure'
import { writtenTime } from '../../schema/written-time'

const CANDLE = ['time', 'open', 'high', 'low', 'close', 'volume'] as const
const TRADE = ['time', 'price', 'quantity', 'side'] as const
const FILE = 'rows.csv'
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
  const columns: readonly string[] = isCandles ? CANDLE : TRADE
  const lines = rows.map((row, index) => columns.map((column) => cell(row, column, index)).join(','))
  return `${['timestamp', ...columns.slice(1)].join(',')}\n${lines.join('\n')}\n`
}

function cell(row: unknown, column: string, index: number): string {
  if (!isRow(row)) throw wrong(index, 'is no candle and no trade')
  const value = row[column]
  if (column === 'time') return String(timeMs(value, index))
  if (column === 'volume' && value === undefined) return '0'
  if (column === 'side') return side(value, index)
  if (typeof value === 'number' && Number.isFinite(value)) return plain(value)
  if (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value)) return value
  throw wrong(index, `.${column} is no decimal number: ${JSON.stringify(value) ?? 'undefined'}`)
}

/** Without an exponent. */
function plain(value: number): string {
  const text = String(value)
  return text.includes('e') ? value.toFixed(20).replace(/\.?0+$/, '') : text
}

function side(value: unknown, index: number): string {
  if (value === undefined || value === 'buy') return 'buy'
  if (value === 'sell') return value
  throw wrong(index, `.side is buy or sell, not ${JSON.stringify(value)}`)
}

function timeMs(value: unknown, index: number): number {
  const ms = typeof value === 'string' ? writtenTime(value) : value
  if (typeof ms === 'number' && Number.isSafeInteger(ms)) return ms
  throw wrong(
    index,
    `.time is no time: ${JSON.stringify(value) ?? 'undefined'}; write 2024-01-01T00:00:00Z, or ms since 1970`,
  )
}

const isRow = (row: unknown): row is Readonly<Record<string, unknown>> => typeof row === 'object' && row !== null

const wrong = (index: number, what: string): Failure =>
  new Failure('usage', `data[${index}]${what.startsWith('.') ? '' : ' '}${what}`, {}, HINT)
