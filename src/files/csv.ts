/** Cells of the CSV files that we write, as RFC 4180 has them. */

/** What spreadsheets run as a formula, whoever wrote it: a strategy, or a file of data. Numbers below zero are none. */
const FORMULA = /^(?:[=+@\t\r]|-(?!\d))/

/** What is absent, or null, is empty. Text that would be a formula stands behind an apostrophe, as spreadsheets have it. */
export function csvCell(value: unknown): string {
  const text = value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)
  const plain = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}
