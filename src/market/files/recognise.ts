/** Tells from the head of a text what it is. The name helps only where a format leaves things to it. */
import { Failure } from '../../errors/failure'
import { assemble, type Traits } from './assemble'
import type { Columns } from './columns'
import { isHeader, readHeader, wordsOf } from './headed'
import { readShape } from './headless'
import type { Layout } from './layout'
import { readLean } from './lean'
import { recogniseMessages } from './messages'
import { Row } from './row'
import { elementSplitter, type Split, scalarsOf, splitter } from './splitters'

/** How much of a text is looked at, in characters. */
export const HEAD_SIZE = 65_536
const EXPECTED =
  'expected are candles (time, open, high, low, close, volume), trades (time, price, quantity, side), quotes (time, bid, ask), order books, or the recorded messages of an exchange'

export interface Origin {
  /** Base name of the file on the disk. */
  readonly file: string
  /** Name of the text inside, see Entry. */
  readonly entry: string
  readonly timezone?: string | undefined
}

export interface Recognised {
  readonly layout: Layout
  /** The symbol that the file's name tells by its format's own rules. */
  readonly symbol?: string | undefined
}

/**
 * @param head the first characters of the text; `complete` when they are all of it.
 * @throws Failure data_unrecognised, saying what was seen and what is expected.
 */
export function recognise(head: string, complete: boolean, origin: Origin): Recognised {
  const found = /^\s*\[\s*\[/.test(head)
    ? fromLists(head, complete)
    : /^\s*(\[\s*)?\{|^\d{10,19} +\{/.test(head)
      ? (fromMessages(head, complete) ?? fromObjects(head, complete))
      : fromLines(head, complete, origin)
  if (found) return found
  if (head.trim() === '') throw new Failure('data_unreadable', `${origin.file} is blank`)
  throw new Failure('data_unrecognised', `${origin.file} has an unknown layout: it has ${seen(head)}; ${EXPECTED}`)
}

function fromMessages(head: string, complete: boolean): Recognised | undefined {
  const lines = head.split('\n')
  if (!complete) lines.pop()
  const layout = recogniseMessages(lines)
  return layout && { layout }
}

/** A list of objects, or an object a line; the keys of the first are the columns. */
function fromObjects(head: string, complete: boolean): Recognised | undefined {
  const row = new Row()
  let keys: string[] | undefined
  elementSplitter('{', row, (element) => {
    keys ??= Object.keys(scalarsOf(element) ?? {})
  })(head, complete, () => undefined)
  if (!keys) return undefined
  const { columns, format } = readHeader(wordsOf(keys))
  return recognised(
    columns,
    { format, split: { by: 'objects', keys }, skip: 0, fieldCount: keys.length },
    head,
    complete,
  )
}

function fromLists(head: string, complete: boolean): Recognised | undefined {
  const split: Split = { by: 'lists' }
  const rows = rowsOf(head, complete, split, 0)
  const shape = readShape(rows, ',')
  if (!shape) return undefined
  const format = shape.kind === 'klines' ? 'freqtrade-ohlcv' : shape.format
  return recognised(shape.columns, { format, split, skip: 0, fieldCount: rows[0]!.length }, head, complete)
}

function fromLines(head: string, complete: boolean, origin: Origin): Recognised | undefined {
  const lines = head.split(/\r?\n/)
  if (!complete) lines.pop()
  const skip = lines.findIndex((line) => line.trim() !== '' && !/^(#|https?:\/\/)/.test(line))
  if (skip < 0) return undefined
  const delimiter = delimiterOf(lines.slice(skip, skip + 20))
  const split: Split = { by: 'fields', delimiter }
  const rows = rowsOf(head, complete, split, skip)
  const [first = [], second] = rows
  const common = { split, zone: origin.timezone }
  if (isHeader(first)) {
    const { columns, format, namedByEnd } = readHeader(wordsOf(first))
    const traits = { ...common, format, namedByEnd, skip: skip + 1, fieldCount: first.length }
    const found = recognised(columns, traits, head, complete)
    if (found && second === undefined) throw new Failure('data_unreadable', `${origin.file} has a header and no rows`)
    return found
  }
  const lean = readLean(rows, origin.entry, origin.file, origin.timezone)
  const fieldCount = first.length
  if (lean) {
    const { columns, symbol, ...rest } = lean
    const traits = { ...common, ...rest, skip, fieldCount }
    return recognised(columns, traits, head, complete, symbol)
  }
  const shape = readShape(rows, delimiter)
  if (!shape) return undefined
  const zone = origin.timezone ?? shape.zone
  return recognised(shape.columns, { ...common, format: shape.format, zone, skip, fieldCount }, head, complete)
}

function recognised(
  columns: Columns,
  traits: Traits,
  head: string,
  complete: boolean,
  symbol?: string,
): Recognised | undefined {
  const layout = assemble(columns, traits, (each) => eachRow(head, complete, traits.split, traits.skip, each))
  return layout && { layout, symbol }
}

function eachRow(head: string, complete: boolean, split: Split, skip: number, each: (row: Row) => void): void {
  const row = new Row()
  splitter(split, row)(head, complete, () => {
    if (row.number > skip) each(row)
  })
}

function rowsOf(head: string, complete: boolean, split: Split, skip: number): string[][] {
  const rows: string[][] = []
  eachRow(head, complete, split, skip, (row) => rows.push(row.fields()))
  return rows
}

/** The separator that the first lines have most of. */
function delimiterOf(lines: readonly string[]): string {
  const counts = [',', ';', '\t', '|'].map((char) => ({ char, count: lines.join('').split(char).length }))
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).char
}

function seen(head: string): string {
  const line = head.split(/\r?\n/).find((text) => text.trim() !== '') ?? ''
  if (/^\s*[[{]/.test(line)) return `JSON that begins with ${line.slice(0, 60)}`
  const fields = line.split(delimiterOf([line])).slice(0, 12)
  return `${isHeader(fields) ? 'the columns' : 'no header and the fields'} ${fields.join(', ').slice(0, 200)}`
}
