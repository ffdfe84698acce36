/**
 * Tables as texts: the names of their columns, then a line a row. What recognises, checks and counts the rows of texts
 * does the same for them.
 */
import { Failure } from '../../../errors/failure'
import { reasonOf } from '../../../files/reason'
import type { Entry } from '../entry'
import { sniff } from '../sniffing'
import { FIELD_SEPARATOR } from '../splitters'
import { bytesOf } from './bytes'
import { textCell } from './cells'
import type { Batch, Bytes, Table } from './table'

/** Rows that are made into text at once. */
const ROWS_AT_ONCE = 4096
/** What pandas calls an index without a name; in the CSV that it writes this column has no name. */
const NAMELESS = /^__index_level_\d+__$/

/** @throws Failure data_unreadable for what is damaged, or too large in one piece. */
export async function* rowPieces(entry: Entry, onBytes?: (count: number) => void): AsyncGenerator<string> {
  try {
    const table = await openTable(await bytesOf(entry, onBytes))
    yield lineOf(table.names.map((name) => textCell(NAMELESS.test(name) ? '' : name)))
    for await (const batch of table.batches()) {
      for (let begin = 0; begin < batch.rows; begin += ROWS_AT_ONCE) yield linesOf(batch, begin)
    }
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure('data_unreadable', `${entry.label} cannot be read: ${reasonOf(error)}`)
  }
}

/** The libraries are loaded when the first table is read. */
async function openTable(bytes: Bytes): Promise<Table> {
  const magic = await bytes.slice(0, 8)
  if (sniff(new Uint8Array(magic)) === 'arrow') return (await import('./arrow')).openArrow(bytes)
  return (await import('./parquet')).openParquet(bytes)
}

function linesOf({ rows, cells }: Batch, begin: number): string {
  const lines: string[] = []
  const end = Math.min(begin + ROWS_AT_ONCE, rows)
  for (let row = begin; row < end; row++) lines.push(lineOf(cells.map((cell) => cell(row))))
  return lines.join('')
}

const lineOf = (fields: readonly string[]) => `${fields.join(FIELD_SEPARATOR)}\n`
