/** From the bytes of an entry to its text, in pieces: decoded, or made of the rows of a table. */
import { Failure } from '../../errors/failure'
import { reasonOf } from '../../files/reason'
import type { Entry } from './entry'
import type { Head } from './recognise'
import { isTable, REFUSED, sniff } from './sniffing'
import { rowPieces } from './tables/rows'

/** So much of a text is read without a pause, in bytes: some milliseconds. */
const PIECE_BYTES = 262_144

interface Pieces {
  readonly isTable: boolean
  readonly pieces: AsyncIterable<string>
}

/** @throws Failure data_unrecognised for what is neither a text nor a table; data_unreadable, here and while reading. */
export async function piecesOf(entry: Entry, onBytes?: (count: number) => void): Promise<Pieces> {
  const chunks = chunksOf(entry, onBytes)
  const { value: first } = await chunks.next()
  const what = first ? sniff(first) : 'text'
  if (what === 'text') return { isTable: false, pieces: decoded(first, chunks) }
  await chunks.return(undefined)
  if (isTable(what)) return { isTable: true, pieces: rowPieces(entry, onBytes) }
  throw new Failure('data_unrecognised', `${entry.label} ${REFUSED[what]}`)
}

async function* decoded(
  first: Uint8Array | undefined,
  others: AsyncGenerator<Uint8Array, undefined>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  try {
    if (first) yield decoder.decode(first, { stream: true })
    for await (const chunk of others) yield decoder.decode(chunk, { stream: true })
    yield decoder.decode()
  } finally {
    // who has enough with the first piece has not begun with the others
    await others.return(undefined)
  }
}

/** Turns what the decompression throws into a refusal. */
async function* chunksOf(entry: Entry, onBytes?: (count: number) => void): AsyncGenerator<Uint8Array, undefined> {
  try {
    // what was packed well comes in pieces of any size
    for await (const chunk of entry.open(onBytes))
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) yield chunk.subarray(at, at + PIECE_BYTES)
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure('data_unreadable', `${entry.label} is cut short or damaged: ${reasonOf(error)}`)
  }
}

/** The first characters of an entry's text. @throws Failure as piecesOf. */
export async function headOf(entry: Entry, size: number): Promise<Head> {
  const { pieces, isTable } = await piecesOf(entry)
  let text = ''
  for await (const piece of pieces) {
    text += piece
    if (text.length >= size) return { text: text.slice(0, size), complete: false, isTable }
  }
  return { text, complete: true, isTable }
}
