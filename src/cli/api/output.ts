/** How the commands over HTTP print: columns for people, JSON for programs, bare values for pipes. */
import { plainText } from '../../telemetry/plain-text'

const GAP = '   '
const SHORT_DIGITS = 12

/** Left-aligned columns under their titles, without lines, as Docker prints them. */
export function columns(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [titles, ...rows].map((row) => row.map(plainText))
  const widths = titles.map((_, column) => Math.max(...cells.map((row) => Bun.stringWidth(row[column] ?? ''))))
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - Bun.stringWidth(cell))).join(GAP)
  return cells.map((row) => `${line(row).trimEnd()}\n`).join('')
}

/** The first digits, unless all of them are wanted. */
export function hashText(hash: string, truncate: boolean): string {
  return truncate ? hash.replace('sha256:', '').slice(0, SHORT_DIGITS) : hash
}

export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** One on each line. */
export const lines = (values: readonly string[]): string => values.map((value) => `${plainText(value)}\n`).join('')

export function sizeText(bytes: number): string {
  return bytes < 1000 ? `${bytes}B` : `${(bytes / 1000).toFixed(bytes < 100_000 ? 1 : 0)}kB`
}
