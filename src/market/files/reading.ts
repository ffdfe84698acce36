/** Reads one text by its layout: bytes to rows to events, in the order of time. */
import { Failure } from '../../errors/failure'
import type { MarketEvent } from '../../schema/events'
import { Contradiction } from './contradiction'
import type { Entry } from './entry'
import type { Layout, ReaderContext } from './layout'
import { newestFirst, oldestFirst } from './ordering'
import { piecesOf } from './pieces'
import { Row, RowProblem } from './row'
import { splitter } from './splitters'
import { rowPieces } from './tables/rows'
import type { Tally } from './tally'

export interface Reading {
  readonly entry: Entry
  readonly layout: Layout
  readonly context: ReaderContext
  readonly skipBadRows: boolean
  readonly onBytes: (count: number) => void
  readonly tally: Tally
}

/** Events not yet numbered, ordered, in batches. @throws Failure data_broken, data_unrecognised, data_unreadable. */
export async function* readEvents(reading: Reading): AsyncGenerator<MarketEvent[]> {
  const { layout, entry, onBytes, tally } = reading
  const row = new Row()
  const split = splitter(layout.split, row)
  const reader = layout.reader(reading.context)
  const order = layout.newestFirst ? newestFirst() : oldestFirst()
  const problems = new Problems(reading)
  const add = (event: MarketEvent) => order.add(event)
  const { skip, columns } = layout
  const each = () => {
    if (row.number <= skip) return
    try {
      if (columns !== undefined && row.count !== columns) {
        throw new RowProblem(`it has ${row.count} fields, ${columns} are expected`)
      }
      reader.read(row, add)
      tally.rows++
      problems.good++
    } catch (error) {
      if (!row.isBlank()) problems.note(error, row.number)
    }
  }
  const pieces = layout.split.by === 'rows' ? rowPieces(entry, onBytes) : (await piecesOf(entry, onBytes)).pieces
  for await (const piece of pieces) {
    split(piece, false, each)
    problems.refuse()
    const ready = order.take()
    if (ready.length > 0) yield ready
  }
  split('', true, each)
  try {
    reader.finish?.(add)
  } catch (error) {
    problems.note(error, row.number)
  }
  problems.refuse()
  yield order.rest()
}

/** Rows of a table count without the names of its columns. */
function placeOf({ split, skip }: Layout, number: number): string {
  switch (split.by) {
    case 'rows':
      return `row ${number - skip}`
    case 'lists':
    case 'objects':
      return `element ${number}`
    default:
      return `line ${number}`
  }
}

/** The first problem waits for the rows that were read with it: whether they are alike decides what is advised. */
class Problems {
  good = 0
  private bad = 0
  private first: string | undefined

  constructor(private readonly reading: Reading) {}

  note(error: unknown, number: number): void {
    if (!(error instanceof RowProblem)) throw error
    const { entry, layout, skipBadRows, tally } = this.reading
    const problem = `${entry.label}, ${placeOf(layout, number)}: ${error.message}`
    if (error instanceof Contradiction) throw new Failure('data_unrecognised', problem, {}, error.advice)
    this.bad++
    if (skipBadRows) tally.bad(problem)
    else this.first ??= problem
  }

  /** @throws Failure data_broken after a piece of the text that had a problem. */
  refuse(): void {
    if (this.first === undefined) return
    const { bad, good, reading } = this
    const alike = bad === 1 ? 'its only row is' : `all of its first ${bad} rows are`
    const advice = `${alike} broken for ${reading.layout.format}; if it is of another format, name it with --format, which --format help lists`
    throw good > 0 ? new Failure('data_broken', this.first) : new Failure('data_broken', this.first, {}, advice)
  }
}
