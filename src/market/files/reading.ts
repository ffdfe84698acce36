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
  readonly live?: LiveReading | undefined
}

/** For a process that has other things to do, and tells what it reads to others than those who put the files there. */
export interface LiveReading {
  /** Awaited after each piece of a text, of so many characters; what it throws ends the reading. */
  readonly afterPiece: (characters: number) => Promise<void>
}

/** Broken rows of which the first is told: there is no point in looking at more of them. */
const MOST_BROKEN = 1000
/** Characters that are told of a problem. */
const MOST_TOLD = 300

/** Events not yet numbered, ordered, in batches. @throws Failure data_broken, data_unrecognised, data_unreadable. */
export async function* readEvents(reading: Reading): AsyncGenerator<MarketEvent[]> {
  const { layout, entry, onBytes, tally, live } = reading
  const row = new Row()
  const split = splitter(layout.split, row)
  const reader = layout.reader(reading.context)
  const order = layout.newestFirst ? newestFirst() : oldestFirst()
  const problems = new Problems(reading)
  const add = (event: MarketEvent) => order.add(event)
  const { skip, columns } = layout
  const each = () => {
    if (row.number <= skip || problems.suffice) return
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
  const take = (text: string, last: boolean) => {
    try {
      const wrong = split(text, last, each)
      if (wrong !== undefined) problems.note(new RowProblem(wrong), row.number)
    } catch (error) {
      problems.refuse()
      throw problems.ofLong(error, row.number)
    }
  }
  const pieces = layout.split.by === 'rows' ? rowPieces(entry, onBytes) : (await piecesOf(entry, onBytes)).pieces
  for await (const piece of pieces) {
    take(piece, false)
    problems.refuse()
    const ready = order.take()
    if (ready.length > 0) yield ready
    await live?.afterPiece(piece.length)
  }
  take('', true)
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
    const { skipBadRows, tally } = this.reading
    const problem = this.told(error, number)
    if (error instanceof Contradiction) throw new Failure('data_unrecognised', problem, {}, error.advice)
    this.bad++
    if (skipBadRows) tally.bad(problem)
    else this.first ??= problem
  }

  /** Nothing that follows would be told. */
  get suffice(): boolean {
    return this.first !== undefined && this.bad >= MOST_BROKEN
  }

  /** A row that is too long: nothing behind it can be read, whether or not broken rows are skipped. */
  ofLong(error: unknown, number: number): unknown {
    if (!(error instanceof RowProblem)) return error
    return new Failure('data_broken', this.told(error, number), {}, 'it is no market data, or damaged')
  }

  private told({ message, discreet }: RowProblem, number: number): string {
    const { entry, layout, live } = this.reading
    const text = live ? discreet : message
    return `${entry.label}, ${placeOf(layout, number)}: ${text.length > MOST_TOLD ? `${text.slice(0, MOST_TOLD)}…` : text}`
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
