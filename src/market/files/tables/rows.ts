/**
 * Tables as texts: the names of their columns, then a line a row. What recognises, checks and counts the rows of texts
 * does the same for them.
 */
import { Failure } from '../../../errors/failure'
import { breathe } from '../../../files/breathe'
import { errnoOf, reasonOf } from '../../../files/reason'
import type { Entry } from '../entry'
import { sniff } from '../sniffing'
import { FIELD_SEPARATOR } from '../splitters'
import { bytesOf } from './bytes'
import { textCell } from './cells'
import { metered } from './metering'
import { type Batch, type Bytes, damaged, MOST_COLUMNS, type Table, TableProblem, tooManyColumns } from './table'

/** What is made into text at once, in rows and in characters. */
const [ROWS_AT_ONCE, TEXT_AT_ONCE] = [4096, 1024 * 1024]
/** In characters. */
const [MOST_OF_ROW, MOST_OF_NAME] = [4 * 1024 * 1024, 1024]
/** What pandas calls an index without a name; in the CSV that it writes this column has no name. */
const NAMELESS = /^__index_level_\d+__$/

/** @throws Failure data_unreadable for what is damaged, too large in one piece, or too much for the file's size. */
export async function* rowPieces(entry: Entry, onBytes?: (count: number) => void): AsyncGenerator<string> {
  try {
    const bytes = metered(await bytesOf(entry, onBytes), entry.size)
    const table = await openTable(bytes)
    yield headOf(table)
    for await (const batch of table.batches()) {
      for (let row = 0; row < batch.rows; ) {
        const [text, next] = linesOf(batch, row)
        bytes.spend(text.length)
        yield text
        row = next
        await breathe()
      }
    }
  } catch (error) {
    if (error instanceof Failure) throw error
    // What the libraries say of bytes that are not there, or not what they expect, helps nobody.
    const told = error instanceof TableProblem || errnoOf(error) !== undefined ? error : damaged()
    throw new Failure('data_unreadable', `${entry.label} cannot be read: ${reasonOf(told)}`)
  }
}

/** The libraries are loaded when the first table is read. */
async function openTable(bytes: Bytes): Promise<Table> {
  const magic = await bytes.slice(0, Math.min(8, bytes.size))
  if (sniff(new Uint8Array(magic)) === 'arrow') return (await import('./arrow')).openArrow(bytes)
  return (await import('./parquet')).openParquet(bytes)
}

function headOf({ names }: Table): string {
  if (names.length > MOST_COLUMNS) throw tooManyColumns()
  if (names.some((name) => name.length > MOST_OF_NAME)) {
    throw new TableProblem(`the name of one of its columns has over ${MOST_OF_NAME} characters`)
  }
  return lineOf(names.map((name) => textCell(NAMELESS.test(name) ? '' : name)))
}

/** Lines from a row on, and the row behind them. */
function linesOf({ rows, cells }: Batch, begin: number): [string, number] {
  let text = ''
  let row = begin
  const end = Math.min(begin + ROWS_AT_ONCE, rows)
  while (row < end && text.length < TEXT_AT_ONCE) {
    let size = 0
    const fields = cells.map((cell) => {
      const field = cell(row)
      size += field.length
      if (size > MOST_OF_ROW)
        throw new TableProblem(`one of its rows has over ${MOST_OF_ROW / 1024 / 1024} MiB of text`)
      return field
    })
    text += lineOf(fields)
    row++
  }
  return [text, row]
}

const lineOf = (fields: readonly string[]) => `${fields.join(FIELD_SEPARATOR)}\n`
