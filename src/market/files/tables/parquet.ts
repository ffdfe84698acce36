/** Parquet files, a page of each column at a time. */
import { parquetSchema } from 'hyparquet'
import { cellWriter, type Value } from './cells'
import { pagesOf } from './pages'
import { readFooter } from './parquet-footer'
import { cellOf, isFlat } from './parquet-types'
import { type Bytes, CELL, damaged, holdable, type Table, TableProblem } from './table'

/** @throws Error, here and from the batches, for what is damaged or too large. */
export async function openParquet(bytes: Bytes): Promise<Table> {
  const { metadata, groups } = await readFooter(bytes)
  const fields = parquetSchema(metadata).children
  const writers = fields.map((field) => {
    const { type, value } = cellOf(field)
    const write = cellWriter(type)
    return (raw: Value) => write(raw === null ? raw : value(raw))
  })
  return {
    names: fields.map(({ element }) => element.name),
    async *batches() {
      for (const { rows, chunks } of groups) {
        const columns = new Map<number, Pages>()
        for (const [i, field] of fields.entries()) {
          const { element } = field
          if (!isFlat(field)) continue
          const chunk = chunks.get(element.name)
          if (!chunk) throw damaged()
          const packed = new Uint8Array(await bytes.slice(chunk.start, chunk.end))
          columns.set(i, new Pages(element.name, pagesOf(chunk, packed, element, bytes.spend)))
        }
        if (columns.size === 0) throw new TableProblem('it has no column of single values')
        const all = [...columns.values()]
        for (let left = rows; left > 0; ) {
          for (const column of all) column.load()
          const held = all.reduce((sum, { values }) => sum + values.length * CELL, 0)
          holdable(held, 'the values of its pages have', 'write it in smaller ones')
          const count = all.reduce((least, column) => Math.min(least, column.left), left)
          yield {
            rows: count,
            cells: writers.map((write, i) => {
              const column = columns.get(i)
              return column ? (row) => write(column.value(row)) : () => ''
            }),
          }
          for (const column of all) column.pass(count)
          left -= count
        }
        if (all.some(({ left }) => left > 0)) throw damaged()
      }
    },
  }
}

/** The values of a column, a page at a time. */
class Pages {
  values: ArrayLike<Value> = []
  #at = 0

  constructor(
    readonly name: string,
    readonly pages: Iterator<ArrayLike<Value>>,
  ) {}

  get left(): number {
    return this.values.length - this.#at
  }

  /** The next page, when all of this one has passed. */
  load(): void {
    if (this.left > 0) return
    const { value, done } = this.pages.next()
    if (done) throw new TableProblem(`its column ${this.name} has too few values`)
    this.values = value
    this.#at = 0
  }

  /** @param row from 0, of those that have not passed. */
  value(row: number): Value {
    const value = this.values[this.#at + row]
    // It is in no dictionary, or there are fewer values than the page says.
    if (value === undefined) throw damaged()
    return value
  }

  pass(rows: number): void {
    this.#at += rows
  }
}
