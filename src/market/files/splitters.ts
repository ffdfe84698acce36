/** From text in pieces to rows: delimited lines, whole lines, or the elements of a JSON list. Never the whole text at once. */
import { type Row, RowProblem } from './row'

export type Split =
  /** Lines of fields. */
  | { readonly by: 'fields'; readonly delimiter: string }
  /** Lines as they are. */
  | { readonly by: 'lines' }
  /** `[[…], […]]`: each inner list is a row of fields. */
  | { readonly by: 'lists' }
  /** `[{…}, {…}]` or an object a line: the values of these keys are the fields. */
  | { readonly by: 'objects'; readonly keys: readonly string[] }
  /** Rows of a table: a line each, its fields parted by FIELD_SEPARATOR. */
  | { readonly by: 'rows' }

/**
 * Takes the next piece of text (`last` with the end of it) and calls `each` for every row complete by now.
 * @returns with the end of a text that does not stand whole, what is wrong with it.
 */
export type Splitter = (text: string, last: boolean, each: () => void) => string | undefined

/** Characters that a row may have: what is longer is no row of market data, and would be held whole until it ends. */
const MAX_ROW = 1 << 20

/** @throws RowProblem of a row, of which the text so far may be all that there is. */
function refuseLong(row: Row, length: number): void {
  if (length <= MAX_ROW) return
  row.number++
  throw new RowProblem('it is longer than 1 MiB')
}

/**
 * @param row set anew before every call of `each`; rows without content are passed over.
 * Each call throws the RowProblem of a row that is too long: nothing can be read behind it.
 */
export function splitter(split: Split, row: Row): Splitter {
  switch (split.by) {
    case 'fields':
      return fieldSplitter(split.delimiter.charCodeAt(0), row)
    case 'lines':
      return lineSplitter(row)
    case 'lists':
      return elementSplitter('[', row, (text) => row.scan(text.slice(1, -1).replace(/["\s]/g, ''), 0, 44, true))
    case 'objects':
      return elementSplitter('{', row, (text) => row.scan(valuesOf(text, split.keys), 0, SEPARATOR_CODE, true))
    case 'rows':
      return fieldSplitter(SEPARATOR_CODE, row)
  }
}

/** ASCII's own unit separator: no value has it. */
export const FIELD_SEPARATOR = '\u001f'
const SEPARATOR_CODE = FIELD_SEPARATOR.charCodeAt(0)
const BYTE_ORDER_MARK = 0xfeff
const CUT_SHORT = 'it does not end: the file is cut short'
const STRING_OR_NUMBER = /("(?:[^"\\]|\\.)*")|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/** An object's scalar values as texts, numbers exactly as they are written; undefined when it is no JSON. */
export function scalarsOf(text: string): Record<string, string> | undefined {
  try {
    const parsed: unknown = JSON.parse(text.replace(STRING_OR_NUMBER, (match, string) => string ?? `"${match}"`))
    const entries = Object.entries(parsed ?? {}).map(([key, value]) => [key, isScalar(value) ? String(value) : ''])
    return Object.fromEntries(entries)
  } catch {
    return undefined
  }
}

const isScalar = (value: unknown) => typeof value === 'string' || typeof value === 'boolean'

/** A text that is no JSON stays one field, which is too few for every layout. */
function valuesOf(text: string, keys: readonly string[]): string {
  const scalars = scalarsOf(text)
  return scalars ? keys.map((key) => scalars[key] ?? '').join(FIELD_SEPARATOR) : text
}

function fieldSplitter(delimiter: number, row: Row): Splitter {
  let rest = ''
  return (text, last, each) => {
    const data = rest === '' ? text : rest + text
    let begin = 0
    while (begin < data.length) {
      const next = row.scan(data, begin, delimiter, last)
      if (next < 0) break
      refuseLong(row, next - begin - 1)
      begin = next
      row.number++
      if (row.count > 0) each()
    }
    refuseLong(row, data.length - begin)
    rest = data.slice(begin)
    return undefined
  }
}

function lineSplitter(row: Row): Splitter {
  let rest = ''
  return (text, last, each) => {
    const data = rest === '' ? text : rest + text
    let begin = 0
    while (begin < data.length) {
      let end = data.indexOf('\n', begin)
      if (end < 0 && !last) break
      if (end < 0) end = data.length
      refuseLong(row, end - begin)
      row.number++
      row.whole(data, begin, data.charCodeAt(end - 1) === 13 ? end - 1 : end)
      if (row.line !== '') each()
      begin = end + 1
    }
    refuseLong(row, data.length - begin)
    rest = data.slice(begin)
    return undefined
  }
}

/**
 * Elements of the outermost list, by counting brackets outside of strings. What stands between two of them and is no part
 * of a list is a row as it stands, which no layout fits.
 */
export function elementSplitter(opener: '[' | '{', row: Row, take: (element: string) => void): Splitter {
  let rest = ''
  /** Lists that are open where the text has come to. */
  let open = 0
  let stray = ''
  const pass = (data: string, begin: number, end: number) => {
    for (let i = begin; i < end; i++) {
      const code = data.charCodeAt(i)
      if (code === 44 || code <= 32 || code === BYTE_ORDER_MARK) continue
      if (code === 91) open++
      else if (code === 93) open--
      else {
        stray += data[i]
        refuseLong(row, stray.length)
      }
    }
  }
  const tellStray = (each: () => void) => {
    row.number++
    row.whole(stray, 0, stray.length)
    stray = ''
    each()
  }
  return (text, last, each) => {
    const data = rest + text
    let begin = nextElement(data, 0, opener)
    let consumed = 0
    while (begin >= 0) {
      const end = elementEnd(data, begin)
      if (end < 0) break
      pass(data, consumed, begin)
      if (stray !== '') tellStray(each)
      refuseLong(row, end - begin)
      row.number++
      take(data.slice(begin, end))
      if (row.count > 0) each()
      consumed = end
      begin = nextElement(data, end, opener)
    }
    pass(data, consumed, begin < 0 ? data.length : begin)
    if (last && stray !== '') tellStray(each)
    if (begin >= 0) refuseLong(row, data.length - begin)
    rest = begin < 0 ? '' : data.slice(begin)
    if (!last || (begin < 0 && open <= 0)) return undefined
    row.number++
    return CUT_SHORT
  }
}

/** Where the next element opens; the bracket of the outermost list itself is passed over. */
function nextElement(data: string, from: number, opener: '[' | '{'): number {
  const at = data.indexOf(opener, from)
  if (opener === '{' || at < 0) return at
  const inner = /^\[\s*\[/.exec(data.slice(at, at + 100))
  return inner ? at + inner[0].length - 1 : at
}

function elementEnd(data: string, begin: number): number {
  let depth = 0
  for (let i = begin; i < data.length; i++) {
    const code = data.charCodeAt(i)
    if (code === 34) {
      i = stringEnd(data, i)
      if (i < 0) return -1
    } else if (code === 91 || code === 123) depth++
    else if ((code === 93 || code === 125) && --depth === 0) return i + 1
  }
  return -1
}

function stringEnd(data: string, open: number): number {
  for (let i = open + 1; i < data.length; i++) {
    const code = data.charCodeAt(i)
    if (code === 92) i++
    else if (code === 34) return i
  }
  return -1
}
