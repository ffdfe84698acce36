/** How the commands over HTTP print: columns for people, JSON for programs, bare values for pipes. */

import { createColors } from 'picocolors'
import type { Colors } from 'picocolors/types'
import { plainText } from '../../schema/plain-text'

const GAP = '   '
const SHORT_DIGITS = 12

/** A text with its colour. */
export type Cell = string | { readonly text: string; readonly colour: (text: string) => string }

/** None where nobody sees them, or NO_COLOR asks for none. */
export function coloursFor(
  terminal: boolean,
  { NO_COLOR, TERM }: Readonly<Record<string, string | undefined>>,
): Colors {
  return createColors(terminal && !NO_COLOR && TERM !== 'dumb')
}

/** Left-aligned columns under their titles, without lines, as Docker prints them. */
export function columns({ bold }: Colors, titles: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = [titles.map((text) => ({ text, colour: bold })), ...rows.map((row) => row.map(cellOf))]
  const widths = titles.map((_, column) => cells.reduce((most, row) => Math.max(most, widthOf(row[column])), 0))
  return cells.map((row) => `${lineOf(row, widths)}\n`).join('')
}

interface Plain {
  readonly text: string
  readonly colour: (text: string) => string
}

const uncoloured = (text: string) => text

function cellOf(cell: Cell): Plain {
  const { text, colour } = typeof cell === 'string' ? { text: cell, colour: uncoloured } : cell
  return { text: plainText(text), colour }
}

const widthOf = (cell: Plain | undefined) => Bun.stringWidth(cell?.text ?? '')

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
