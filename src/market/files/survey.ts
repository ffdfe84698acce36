/** What the rows at the head of a text have in common: the guesses that all later rows are held against. */
import type { Columns } from './columns'
import { impossible } from './price-order'
import { type Row, RowProblem } from './row'

/** Calls back for each row at the head of a text. */
export type Head = (each: (row: Row) => void) => void

export interface Survey {
  /** Times of the rows of the first symbol. */
  readonly times: readonly number[]
  /** The earliest time of all rows; Infinity when none has one. */
  readonly earliestMs: number
  readonly symbols: readonly string[]
  /** Every candle has one price. */
  readonly flat: boolean
  /** Most rows are no candle, or have the bid above the ask: their columns are not what they seem. */
  readonly doubtful: boolean
  /** Lengths of candles that name their end, ms. */
  readonly lengths: readonly number[]
}

/** @param closeTime reads the end of a candle. */
export function survey(
  columns: Columns,
  time: (row: Row) => number,
  closeTime: ((row: Row) => number) | undefined,
  head: Head,
): Survey {
  const { open, high, low, close, bid, ask, volume, symbol } = columns
  const isKline = open !== undefined && high !== undefined && low !== undefined && close !== undefined
  const times: number[] = []
  const lengths: number[] = []
  const symbols = new Set<string>()
  let flat = isKline && volume !== undefined
  let first: string | undefined
  let rows = 0
  let odd = 0
  let earliestMs = Number.POSITIVE_INFINITY
  head((row) => {
    const written = symbol === undefined ? '' : row.text(symbol)
    if (written !== '') symbols.add(written)
    first ??= written
    rows++
    if (isKline) {
      const [o, h, l, c] = [row.text(open), row.text(high), row.text(low), row.text(close)]
      if (o !== c || h !== l) flat = false
      if (impossible(o, h, l, c) !== undefined) odd++
    } else if (bid !== undefined && ask !== undefined && Number(row.text(bid)) > Number(row.text(ask))) odd++
    // Broken rows are met again, and named, when the text is read.
    try {
      const ms = time(row)
      earliestMs = Math.min(earliestMs, ms)
      if (written !== first) return
      times.push(ms)
      if (closeTime) lengths.push(lengthFrom(ms, closeTime(row)))
    } catch (error) {
      if (!(error instanceof RowProblem)) throw error
    }
  })
  return { times, earliestMs, symbols: [...symbols], flat, doubtful: odd * 2 > rows, lengths }
}

/** The end is the last moment of the candle, or the first one after it. */
const lengthFrom = (openMs: number, closeMs: number) => closeMs - openMs + ((closeMs - openMs) % 1000 === 999 ? 1 : 0)
