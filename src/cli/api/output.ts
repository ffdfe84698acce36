/** How the commands over HTTP print: columns for people, JSON for programs, bare values for pipes. */

import { createColors } from 'picocolors'
import type { Colors } from 'picocolors/types'
import { csvCell } from '../../files/csv'
import { plainText } from '../../schema/plain-text'

const GAP = '   '
const SHORT_DIGITS = 12

/** A text, with its colour and what stands for it where programs read, as a hash that is not cut. */
export type Cell =
  | string
  | { readonly text: string; readonly colour?: (text: string) => string; readonly whole?: string | number | null }

/** A list as people read it, and as spreadsheets do. */
export interface Sheet {
  readonly titles: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** None where nobody sees them, or NO_COLOR asks for none. */
export function coloursFor(
  terminal: boolean,
  { NO_COLOR, TERM }: Readonly<Record<string, string | undefined>>,
): Colors {
  return createColors(terminal && !NO_COLOR && TERM !== 'dumb')
}

/** Left-aligned columns under their titles, without lines, as Docker prints them. */
export function columns(colours: Colors, titles: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return new Columns(titles.map(() => 0)).text([titleCells(colours, titles), ...rows])
}

export const titleCells = ({ bold }: Colors, titles: readonly string[]): Cell[] =>
  titles.map((text) => ({ text, colour: bold }))

/** Columns of rows that come one after the other: as wide as their widest cell so far. */
export class Columns {
  /** @param widths of each at least. */
  constructor(private readonly widths: number[]) {}

  text(rows: readonly (readonly Cell[])[]): string {
    const cells = rows.map((row) => row.map(cellOf))
    for (const row of cells) {
      for (const [at, cell] of row.entries()) this.widths[at] = Math.max(this.widths[at] ?? 0, widthOf(cell))
    }
    return cells.map((row) => `${lineOf(row, this.widths)}\n`).join('')
  }
}

/** Lines of CSV (RFC 4180), under their titles in small letters. */
export const csvText = ({ titles, rows }: Sheet): string =>
  csvLines([titles.map((title) => title.toLowerCase()), ...rows])

export const csvLines = (rows: readonly (readonly Cell[])[]): string =>
  rows.map((row) => `${row.map((cell) => csvCell(wholeOf(cell))).join(',')}\n`).join('')

function wholeOf(cell: Cell): string | number | null {
  const { text, whole = text } = typeof cell === 'string' ? { text: cell } : cell
  return typeof whole === 'string' ? plainText(whole) : whole
}

interface Plain {
  readonly text: string
  readonly colour: (text: string) => string
}

const uncoloured = (text: string) => text

function cellOf(cell: Cell): Plain {
  const { text, colour = uncoloured } = typeof cell === 'string' ? { text: cell } : cell
  return { text: plainText(text), colour }
}

const widthOf = ({ text }: Plain) => Bun.stringWidth(text)

/** Without spaces at its end. */
function lineOf(row: readonly Plain[], widths: readonly number[]): string {
  const last = row.findLastIndex(({ text }) => text !== '')
  return row
    .slice(0, last + 1)
    .map((cell, column) => {
      const space = column < last ? ' '.repeat((widths[column] ?? 0) - widthOf(cell)) + GAP : ''
      return cell.text === '' ? space : cell.colour(cell.text) + space
    })
    .join('')
}

/** The first digits, unless all of them are wanted. */
export function hashText(hash: string, trunc: boolean): string {
  return trunc ? hash.replace(/^sha256:/, '').slice(0, SHORT_DIGITS) : hash
}

/** A hash in a table; programs get it whole. */
export const hashCell = (hash: string, trunc: boolean): Cell => ({ text: hashText(hash, trunc), whole: hash })

/** A selector that never moves. */
export const pinnedText = (name: string, hash: string, trunc: boolean): string => `${name}@${hashText(hash, trunc)}`

export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** One on each line. */
export const lines = (values: readonly string[]): string => values.map((value) => `${plainText(value)}\n`).join('')

/** As `3.39kB`, in powers of a thousand like Docker. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB']
  const power = bytes < 999.5 ? 0 : bytes < 999_500 ? 1 : 2
  return `${Number((bytes / 1000 ** power).toPrecision(3))}${units[power]}`
}
