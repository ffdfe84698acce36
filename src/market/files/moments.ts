/** How the rows of a text tell their time. */
import type { Columns } from './columns'
import { type Row, RowProblem } from './row'
import type { Head } from './survey'
import { isCompactTime, timeReader } from './times'

export interface Moments {
  readonly time: (row: Row) => number
  /** The end of a candle, where a column has it. */
  readonly closeTime: ((row: Row) => number) | undefined
  /** There is a clock beside the date, and it stands at midnight: the rows name days. */
  readonly clockless: boolean
}

interface Known {
  /** Zone of times that name none; UTC when absent. */
  readonly zone?: string | undefined
  /** Reads a row's time in place of the usual reading. */
  readonly time?: (row: Row) => number
}

export function momentsOf({ time, clock, closeTime }: Columns, known: Known, head: Head): Moments {
  const written = timeReader(known.zone)
  const column = (at: number): ((row: Row) => number) => {
    if (!isCompact(at, head)) return (row) => row.time(at, written)
    return (row) => {
      const text = row.text(at)
      const ms = isCompactTime(text) ? written(text) : Number.NaN
      if (Number.isNaN(ms)) throw new RowProblem(`time ${JSON.stringify(text)} is not of digits like 202001130930`)
      return ms
    }
  }
  const clockless = clock !== undefined && isClockless(clock, head)
  return {
    time: known.time ?? (clock === undefined ? column(time!) : dated(time!, clock, clockless, written)),
    closeTime: closeTime === undefined ? undefined : column(closeTime),
    clockless,
  }
}

/** A date and a clock beside it. */
function dated(date: number, clock: number, clockless: boolean, written: (text: string) => number) {
  return (row: Row): number => {
    const text = `${row.text(date)} ${row.text(clock)}`
    const ms = written(text)
    if (Number.isNaN(ms)) throw new RowProblem(`time ${JSON.stringify(text)} is not understood`)
    if (clockless && isRunning(row.text(clock))) {
      throw new RowProblem(`time ${JSON.stringify(text)} is within a day, and the first rows name days`)
    }
    return ms
  }
}

/** Whether a column has times in digits alone, as `202001130930`, that would else be taken for counts since 1970. */
function isCompact(column: number, head: Head): boolean {
  let [rows, compact] = [0, 0]
  head((row) => {
    rows++
    if (isCompactTime(row.text(column))) compact++
  })
  return compact > 0 && compact * 5 >= rows * 4
}

function isClockless(column: number, head: Head): boolean {
  let clockless = true
  head((row) => {
    if (isRunning(row.text(column))) clockless = false
  })
  return clockless
}

const isRunning = (clock: string) => /[1-9]/.test(clock)
