/** Reads one text by its layout: bytes to rows to events, in the order of time. */
import { Failure } from '../../errors/failure'
import { reasonOf } from '../../files/reason'
import type { MarketEvent } from '../../schema/events'
import type { Entry } from './container'
import type { Layout, ReaderContext } from './layout'
import { newestFirst, oldestFirst } from './ordering'
import { Row, RowProblem } from './row'
import { splitter } from './splitters'
import type { Tally } from './tally'

export interface Reading {
  readonly file: string
  readonly entry: Entry
  readonly layout: Layout
  readonly context: ReaderContext
  readonly skipBadRows: boolean
  readonly onBytes: (count: number) => void
  readonly tally: Tally
}

/** Events not yet numbered, ordered, in batches. @throws Failure data_broken, data_unreadable. */
export async function* readEvents(reading: Reading): AsyncGenerator<MarketEvent[]> {
  const { layout, entry, onBytes } = reading
  const row = new Row()
  const split = splitter(layout.split, row)
  const reader = layout.reader(reading.context)
  const order = layout.newestFirst ? newestFirst() : oldestFirst()
  const add = (event: MarketEvent) => order.add(event)
  const { skip, columns } = layout
  const each = () => {
    if (row.number <= skip) return
    try {
      if (columns !== undefined && row.count !== columns) {
        throw new RowProblem(`it has ${row.count} fields, ${columns} are expected`)
      }
      reader.read(row, add)
      reading.tally.rows++
    } catch (error) {
      refuse(reading, error, row.number)
    }
  }
  const decoder = new TextDecoder()
  for await (const chunk of chunksOf(reading.file, entry.open(onBytes))) {
    split(decoder.decode(chunk, { stream: true }), false, each)
    const ready = order.take()
    if (ready.length > 0) yield ready
  }
  split(decoder.decode(), true, each)
  reader.finish?.(add)
  yield order.rest()
}

/** Turns what the decompression throws into a refusal. */
async function* chunksOf(file: string, stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) yield chunk
  } catch (error) {
    throw new Failure('data_unreadable', `${file} is cut short or damaged: ${reasonOf(error)}`)
  }
}

function refuse({ file, layout, skipBadRows, tally }: Reading, error: unknown, number: number): void {
  if (!(error instanceof RowProblem)) throw error
  const place = layout.split.by === 'lists' || layout.split.by === 'objects' ? `element ${number}` : `line ${number}`
  const problem = `${file}, ${place}: ${error.message}`
  if (!skipBadRows) throw new Failure('data_broken', problem)
  tally.bad(problem)
}

/** The first characters of a text. */
export async function headOf(file: string, entry: Entry, size: number): Promise<{ head: string; complete: boolean }> {
  const decoder = new TextDecoder()
  let head = ''
  for await (const chunk of chunksOf(file, entry.open())) {
    head += decoder.decode(chunk, { stream: true })
    if (head.length >= size) return { head: head.slice(0, size), complete: false }
  }
  return { head: head + decoder.decode(), complete: true }
}
