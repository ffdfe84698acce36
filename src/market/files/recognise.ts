/** Tells from the head of a text what it is. The name helps only where a format leaves things to it. */
import { Failure } from '../../errors/failure'
import { assemble, type Traits } from './assemble'
import { bare, type Columns, isColumn } from './columns'
import { recogniseEvents } from './events'
import type { NamedFormat } from './formats'
import { isHeader, readHeader, wordsOf } from './headed'
import { isNamedOnly, readShape } from './headless'
import type { Layout } from './layout'
import { readLean } from './lean'
import { lengthOfName } from './lengths'
import { recogniseMessages } from './messages'
import { isBlank, Row } from './row'
import { elementSplitter, FIELD_SEPARATOR, type Split, scalarsOf, splitter } from './splitters'
import { readStackedHeader, type StackedHeader } from './stacked'

/** How much of a text is looked at, in characters. */
export const HEAD_SIZE = 65_536
const EXPECTED =
  'expected are candles (time, open, high, low, close, volume), trades (time, price, quantity, side), quotes (time, bid, ask), order books, or the recorded messages of an exchange'

export interface Origin {
  /** Base name of the file on the disk. */
  readonly file: string
  /** Name of the text inside, see Entry. */
  readonly entry: string
  /** What refusals call it. */
  readonly label: string
  readonly timezone?: string | undefined
  /** What the user says that it is. */
  readonly named?: NamedFormat | undefined
  /** Refusals quote nothing but names of columns. */
  readonly confidential?: boolean
}

export interface Recognised {
  readonly layout: Layout
  /** The symbol that the file's name tells by its format's own rules. */
  readonly symbol?: string | undefined
}

/** The first characters of a text; `complete` when they are all of it. */
export interface Head {
  readonly text: string
  readonly complete: boolean
  /** Rows of a table, see Split. */
  readonly isTable: boolean
}

/** @throws Failure data_unrecognised, saying what was seen and what is expected; data_unreadable when there are no rows. */
export function recognise(head: Head, origin: Origin): Recognised {
  const { label, named, confidential = false } = origin
  const found = head.isTable
    ? fromTable(head, origin)
    : /^\s*\[\s*\[/.test(head.text)
      ? fromLists(head, origin)
      : /^\s*(\[\s*)?\{|^\d{10,19} +\{/.test(head.text)
        ? (fromMessages(head, origin) ?? fromObjects(head, origin))
        : fromLines(head, origin)
  if (found) return found
  if (isBlank(head.text)) throw new Failure('data_unreadable', `${label} is blank`)
  const advice = 'name the format with --format (of a provider the setting format); --format help lists the formats'
  if (named) {
    throw new Failure(
      'data_unrecognised',
      `${label} cannot be read as ${named.name}: it has ${seen(head, confidential)}`,
      {},
      advice,
    )
  }
  throw new Failure(
    'data_unrecognised',
    `${label} has an unknown layout: it has ${seen(head, confidential)}; ${EXPECTED}`,
    {},
    advice,
  )
}

function fromMessages(head: Head, { named }: Origin): Recognised | undefined {
  const lines = head.text.split('\n')
  if (!head.complete) lines.pop()
  const layout = recogniseEvents(lines, named) ?? recogniseMessages(lines, named)
  return layout && { layout }
}

/** A list of objects, or an object a line; the keys of the first are the columns. */
function fromObjects(head: Head, origin: Origin): Recognised | undefined {
  const row = new Row()
  let keys: string[] | undefined
  elementSplitter('{', row, (element) => {
    keys ??= Object.keys(scalarsOf(element) ?? {})
  })(head.text, head.complete, () => undefined)
  if (!keys) return undefined
  const { columns, ...traits } = readHeader(wordsOf(keys), origin.label)
  const common = { split: { by: 'objects', keys } as const, skip: 0, fieldCount: keys.length, zone: origin.timezone }
  return recognised(columns, { ...common, ...traits }, head, origin)
}

function fromLists(head: Head, origin: Origin): Recognised | undefined {
  const split: Split = { by: 'lists' }
  const rows = rowsOf(head, split, 0)
  const { named } = origin
  const shape = readShape(rows, ',', named?.name === 'freqtrade-ohlcv' ? { name: 'ohlcv' } : named)
  if (!shape) return undefined
  const format = shape.kind === 'klines' ? 'freqtrade-ohlcv' : shape.format
  const traits = { format, split, skip: 0, fieldCount: rows[0]!.length, headless: true, zone: origin.timezone }
  return recognised(shape.columns, traits, head, origin)
}

function fromLines(head: Head, origin: Origin): Recognised | undefined {
  const lines = head.text.split(/\r?\n/)
  if (!head.complete) lines.pop()
  const skip = lines.findIndex((line) => !isBlank(line) && !/^(#|https?:\/\/)/.test(line))
  if (skip < 0) return undefined
  const delimiter = delimiterOf(lines.slice(skip, skip + 20))
  const split: Split = { by: 'fields', delimiter }
  const rows = rowsOf(head, split, skip)
  const stacked = readStackedHeader(rows)
  if (stacked)
    return withRows(rows.length > stacked.rows, head, origin, fromStacked(stacked, split, skip, head, origin))
  const [first = [], ...others] = rows
  if (isHeader(first)) return fromHeaded(first, others, { split, skip: skip + 1 }, delimiter, head, origin)
  const common = { split, skip, zone: origin.timezone, fieldCount: first.length }
  return fromPositions(rows, delimiter, common, head, origin)
}

/** The names of a table's columns are its header, be they numbers. */
function fromTable(head: Head, origin: Origin): Recognised | undefined {
  const split: Split = { by: 'rows' }
  const [names = [], ...rows] = rowsOf(head, split, 0)
  return fromHeaded(names, rows, { split, skip: 1 }, FIELD_SEPARATOR, head, origin)
}

function fromHeaded(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  place: Pick<Traits, 'split' | 'skip'>,
  delimiter: string,
  head: Head,
  origin: Origin,
): Recognised | undefined {
  const { named, label, timezone: zone } = origin
  const common = { ...place, zone, fieldCount: header.length }
  if (!isHeader(header) || (named && isNamedOnly(named.name))) {
    return fromPositions(rows, delimiter, common, head, origin)
  }
  const { columns, ...traits } = readHeader(wordsOf(header), label)
  return withRows(rows.length > 0, head, origin, recognised(columns, { ...common, ...traits }, head, origin))
}

/** Recognises columns by what the fields look like and where they stand. */
function fromPositions(
  rows: readonly (readonly string[])[],
  delimiter: string,
  common: Omit<Traits, 'format'>,
  head: Head,
  origin: Origin,
): Recognised | undefined {
  const { named } = origin
  const lean = readLean(rows, origin.entry, origin.file, origin.timezone)
  if (lean && (named === undefined || named.name === lean.format)) {
    const { columns, symbol, ...rest } = lean
    return recognised(columns, { ...common, ...rest }, head, origin, symbol)
  }
  const shape = readShape(rows, delimiter, named)
  if (!shape) return undefined
  const zone = origin.timezone ?? shape.zone
  // An end of the candle at its place says that the prices are at theirs.
  const headless = shape.columns.closeTime === undefined
  return recognised(shape.columns, { ...common, format: shape.format, zone, headless }, head, origin)
}

function fromStacked(
  { words, rows, symbols }: StackedHeader,
  split: Split,
  skip: number,
  head: Head,
  origin: Origin,
): Recognised | undefined {
  const { label, timezone: zone } = origin
  if (symbols.length > 1) {
    const some = symbols.slice(0, 5).join(', ')
    throw new Failure('data_unrecognised', `${label} has several tickers side by side (${some}); save a file of each`)
  }
  const { columns } = readHeader(words, label)
  const traits: Traits = { format: 'yfinance-ohlcv', split, skip: skip + rows, fieldCount: words.length, zone }
  return recognised(columns, traits, head, origin, symbols[0])
}

/** @throws Failure data_unreadable for a header that nothing follows, or nothing that was looked at. */
function withRows(any: boolean, head: Head, { label }: Origin, found: Recognised | undefined): Recognised | undefined {
  if (!found || any) return found
  const none = head.complete ? 'no rows' : `no whole row in its first ${HEAD_SIZE / 1024} KiB`
  throw new Failure('data_unreadable', `${label} has a header and ${none}`)
}

function recognised(
  columns: Columns,
  traits: Traits,
  head: Head,
  { entry, file, named }: Origin,
  symbol?: string,
): Recognised | undefined {
  const known = { ...traits, named, nameMs: lengthOfName(entry) ?? lengthOfName(file) }
  const layout = assemble(columns, known, (each) => eachRow(head, traits.split, traits.skip, each))
  return layout && { layout, symbol }
}

function eachRow({ text, complete }: Head, split: Split, skip: number, each: (row: Row) => void): void {
  const row = new Row()
  splitter(split, row)(text, complete, () => {
    if (row.number > skip && !row.isBlank()) each(row)
  })
}

function rowsOf(head: Head, split: Split, skip: number): string[][] {
  const rows: string[][] = []
  eachRow(head, split, skip, (row) => rows.push(row.fields()))
  return rows
}

/** The separator that the first lines have most of. */
function delimiterOf(lines: readonly string[]): string {
  const counts = [',', ';', '\t', '|'].map((char) => ({ char, count: lines.join('').split(char).length }))
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).char
}

function seen({ text, isTable }: Head, confidential: boolean): string {
  const line = text.split(/\r?\n/).find((candidate) => !isBlank(candidate)) ?? ''
  if (/^\s*[[{]/.test(line)) return confidential ? 'other JSON' : `JSON that begins with ${line.slice(0, 60)}`
  const fields = line.split(isTable ? FIELD_SEPARATOR : delimiterOf([line])).slice(0, 12)
  if (confidential) return seenColumns(fields)
  return `${isTable || isHeader(fields) ? 'the columns' : 'no header and the fields'} ${fields.join(', ').slice(0, 200)}`
}

/** Only words that columns have: a first line may be anything. */
function seenColumns(fields: readonly string[]): string {
  const known = isHeader(fields) ? fields.map(bare).filter(isColumn) : []
  return known.length > 0 ? `the columns ${known.join(', ')}` : 'no columns of known names'
}
