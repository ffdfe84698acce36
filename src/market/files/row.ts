/** One row of a text file, its fields found but not yet cut out: cutting costs more than finding. */
import { plainDecimal, scaledDown } from './decimals'
import { epochMs } from './times'

/** What is wrong with a row. The reader of the file adds where it stands. */
export class RowProblem extends Error {
  /** @param discreet the same without anything of the row, where more than what stands in quotes is of it. */
  constructor(
    message: string,
    readonly discreet = message.replace(QUOTED, '…'),
  ) {
    super(message)
  }
}

const QUOTED = /"(?:[^"\\]|\\.)*"/g

/** Also the end-of-file mark of DOS is blank. */
export const isBlank = (text: string) => text.replaceAll('\u001a', '').trim() === ''

/** Marks a field that stands in quotes; more than any other can have. */
const QUOTED_MARK = 2 ** 30
const QUOTE = 34
const MAX_FIELDS = 256
/** Characters of a number, an id or a symbol. */
const MAX_FIELD = 1024
/** So many digits are exact in a double, and so are these powers of ten: their quotient is rounded once, to the nearest. */
const SAFE_DIGITS = 15
const POWERS = Array.from({ length: SAFE_DIGITS + 1 }, (_, exponent) => 10 ** exponent)

export class Row {
  /** Line of the file, or element of a JSON list; from 1. */
  number = 0
  count = 0
  #text = ''
  #begin = 0
  #end = 0
  readonly #starts = new Int32Array(MAX_FIELDS)
  readonly #ends = new Int32Array(MAX_FIELDS)
  /** The sum over a field's characters: 0 for digits only, 1 with one dot, more: not a plain number. */
  readonly #marks = new Int32Array(MAX_FIELDS)

  /** A row without fields: a line of its own. */
  whole(text: string, begin: number, end: number): void {
    this.#text = text
    this.#begin = begin
    this.#end = end
    this.count = 1
    this.#set(0, begin, end, 256)
  }

  /**
   * Finds the fields of the line that begins at a position.
   * @returns where the next line begins; -1 when the text ends before the line does (and `last` is not set).
   */
  scan(text: string, begin: number, delimiter: number, last: boolean): number {
    const length = text.length
    this.#text = text
    let count = 0
    let start = begin
    let mark = 0
    let i = begin
    for (; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code >= 48 && code <= 57) continue
      if (code === delimiter) {
        if (count < MAX_FIELDS) this.#set(count, start, i, mark)
        count++
        start = i + 1
        mark = 0
      } else if (code === 10) {
        break
      } else if (code === 34 && i === start) {
        const close = closingQuote(text, i)
        if (close > 0) {
          i = close
          mark = QUOTED_MARK
        }
      } else {
        mark += code === 46 ? 1 : 256
      }
    }
    if (i === length && !last) return -1
    let end = i
    if (end > start && text.charCodeAt(end - 1) === 13) {
      end--
      mark -= 256
    }
    if (count < MAX_FIELDS) this.#set(count, start, end, mark)
    this.#begin = begin
    this.#end = end
    this.count = end === begin ? 0 : count + 1
    return i + 1
  }

  #set(index: number, start: number, end: number, mark: number): void {
    this.#starts[index] = start
    this.#ends[index] = end
    this.#marks[index] = mark
    if (mark === QUOTED_MARK) this.#unquote(index, start + 1, end - 1)
  }

  /** What stands in quotes is what the field has, unless there are quotes within: these are undoubled when it is cut. */
  #unquote(index: number, start: number, end: number): void {
    let mark = 0
    for (let i = start; i < end; i++) {
      const code = this.#text.charCodeAt(i)
      if (code === QUOTE) return
      if (code < 48 || code > 57) mark += code === 46 ? 1 : 256
    }
    if (this.#text.charCodeAt(end) !== QUOTE) return
    this.#starts[index] = start
    this.#ends[index] = end
    this.#marks[index] = mark
  }

  /** The text that fields stand in. */
  get source(): string {
    return this.#text
  }

  /** Where a field begins in the source. */
  start(index: number): number {
    return this.#starts[index]!
  }

  /** The place behind its last character. */
  end(index: number): number {
    return this.#ends[index]!
  }

  get line(): string {
    return this.#text.slice(this.#begin, this.#end)
  }

  /** Nothing but blanks, whether or not separators are among them. */
  isBlank(): boolean {
    return this.fields().every(isBlank)
  }

  fields(): string[] {
    return Array.from({ length: Math.min(this.count, MAX_FIELDS) }, (_, i) => this.#cut(i))
  }

  length(index: number): number {
    return this.#ends[index]! - this.#starts[index]!
  }

  /** Whether a field is not too long to be a number, an id or a symbol. */
  fits(index: number): boolean {
    return this.length(index) <= MAX_FIELD
  }

  /** The code of one character of a field. */
  code(index: number, at: number): number {
    return this.#text.charCodeAt(this.#starts[index]! + at)
  }

  /** @throws RowProblem of one too long to be anything. */
  text(index: number): string {
    if (!this.fits(index)) throw new RowProblem(`a field of it is longer than ${MAX_FIELD} characters`)
    return this.#cut(index)
  }

  #cut(index: number): string {
    const start = this.#starts[index]!
    const end = this.#ends[index]!
    const quoted = this.#text.charCodeAt(start) === 34 && end - start >= 2 && this.#text.charCodeAt(end - 1) === 34
    return quoted ? this.#text.slice(start + 1, end - 1).replaceAll('""', '"') : this.#text.slice(start, end)
  }

  /** A number of digits with at most one point, which is among them. */
  isPlain(index: number): boolean {
    const start = this.#starts[index]!
    const end = this.#ends[index]!
    const mark = this.#marks[index]!
    return (
      mark <= 1 &&
      end > start &&
      this.fits(index) &&
      this.#text.charCodeAt(start) !== 46 &&
      this.#text.charCodeAt(end - 1) !== 46
    )
  }

  /** The double nearest to a plain number. */
  plainNumber(index: number): number {
    const start = this.#starts[index]!
    const end = this.#ends[index]!
    if (end - start > SAFE_DIGITS) return Number(this.#text.slice(start, end))
    let digits = 0
    let point = end - 1
    for (let i = start; i < end; i++) {
      const code = this.#text.charCodeAt(i)
      if (code === 46) point = i
      else digits = digits * 10 + code - 48
    }
    return digits / POWERS[end - 1 - point]!
  }

  /** A non-negative decimal number, as it stands when it is written plainly. */
  decimal(index: number, name: string): string {
    if (this.isPlain(index)) return this.#text.slice(this.#starts[index]!, this.#ends[index]!)
    const text = this.text(index)
    const plain = plainDecimal(text)
    if (plain === undefined) throw new RowProblem(`${name} ${JSON.stringify(text)} is not a number of 0 or more`)
    return plain
  }

  /** A decimal above zero. @param places digits behind the point of prices that are written as whole numbers. */
  price(index: number, name: string, places = 0): string {
    const plain = this.decimal(index, name)
    // Looked at in the row: the first look at a text cut out makes a copy of it.
    const first = this.code(index, 0)
    if ((first <= 48 || first > 57) && !/[1-9]/.test(plain)) throw new RowProblem(`${name} is ${plain}`)
    return places === 0 ? plain : scaledDown(plain, places)
  }

  /** Milliseconds since 1970. @param written reads what is not a count of seconds, ms, µs or ns. */
  time(index: number, written: (text: string) => number): number {
    const mark = this.#marks[index]!
    const start = this.#starts[index]!
    const end = this.#ends[index]!
    const point = mark === 1 ? this.#text.indexOf('.', start) : end
    const epoch = mark <= 1 ? epochMs(this.#text, start, point, end) : Number.NaN
    if (!Number.isNaN(epoch)) return epoch
    const text = this.text(index)
    const ms = written(text)
    if (!Number.isNaN(ms)) return ms
    if (/^\d(\.\d+)?e\+?\d+$/i.test(text)) {
      throw new RowProblem(`time ${text} has lost its digits (a spreadsheet rounded it); export the file anew`)
    }
    throw new RowProblem(`time ${JSON.stringify(text)} is not understood`)
  }
}

/** @returns the position of the quote that ends the field opened at `open`, on the same line; -1 when there is none. */
function closingQuote(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 10) return -1
    if (code === 34) {
      if (text.charCodeAt(i + 1) !== 34) return i
      i++
    }
  }
  return -1
}
