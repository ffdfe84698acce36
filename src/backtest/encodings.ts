/** Events as records, and those of batches that are kept for other runs over them. */
import { AT, type HandlerName } from '../sandbox/layout'
import { RecordWriter } from '../sandbox/records'
import type { WordTable } from '../sandbox/words'
import type { MarketEvent } from '../schema/events'

const HANDLER_BY_TYPE = {
  Trade: 'onTrade',
  Ticker: 'onTicker',
  BookSnapshot: 'onBookSnapshot',
  KlineSummary: 'onKlineSummary',
  InstrumentUpdate: 'onInstrumentUpdate',
  Extension: 'onExtensionEvent',
} as const satisfies Record<MarketEvent['type'], HandlerName>

/** Which record belongs to which event; both are counted from the first event of a part of a batch. */
export interface Places {
  /** The first record from each event on, and the one after the last of all. */
  readonly starts: number[]
  /** The event of each record. */
  readonly events: number[]
}

/** Writes the events `first` up to but without `end` of which the strategy has a handler. */
export function encodeEvents(
  writer: RecordWriter,
  handlers: ReadonlySet<HandlerName>,
  events: readonly MarketEvent[],
  [first, end]: readonly [number, number],
  places: Places,
): void {
  for (let index = first; index < end; index++) {
    const event = events[index]!
    places.starts.push(writer.count)
    if (!handlers.has(HANDLER_BY_TYPE[event.type])) continue
    if (event.type === 'KlineSummary' && event.audience === 'venue') continue
    writer.event(event)
    places.events.push(index - first)
  }
  places.starts.push(writer.count)
}

/** A part of a batch. */
export interface EncodedPart {
  readonly places: Places
  readonly records: Uint8Array
  /** Where each record begins, and where the last one ends. */
  readonly offsets: Uint32Array
  /** Words that had been numbered when it was encoded. */
  readonly words: number
}

/** The records of each batch are made once for each set of handlers. */
export class Encodings {
  readonly #byHandlers = new Map<string, Encoding>()

  for(handlers: ReadonlySet<HandlerName>): Encoding {
    const heard = new Set(Object.values(HANDLER_BY_TYPE).filter((handler) => handlers.has(handler)))
    const key = [...heard].join()
    const encoding = this.#byHandlers.get(key) ?? new Encoding(heard)
    this.#byHandlers.set(key, encoding)
    return encoding
  }
}

export class Encoding {
  readonly #writer = new RecordWriter()
  readonly #parts = new WeakMap<readonly MarketEvent[], Map<number, EncodedPart>>()

  constructor(private readonly handlers: ReadonlySet<HandlerName>) {}

  /** Those that its records name by number, in the order in which the batches name them. */
  get words(): WordTable {
    return this.#writer.words
  }

  /** @param events a batch that nobody changes any more. */
  part(events: readonly MarketEvent[], first: number, end: number): EncodedPart {
    const parts = this.#parts.get(events) ?? new Map<number, EncodedPart>()
    this.#parts.set(events, parts)
    const part = parts.get(first) ?? this.#encode(events, first, end)
    parts.set(first, part)
    return part
  }

  #encode(events: readonly MarketEvent[], first: number, end: number): EncodedPart {
    const writer = this.#writer
    const places: Places = { starts: [], events: [] }
    writer.clear()
    encodeEvents(writer, this.handlers, events, [first, end], places)
    const records = writer.from().slice()
    const isWhole = places.events.length === end - first
    return {
      places: isWhole ? inTurn(end - first) : places,
      records,
      offsets: offsetsOf(records, writer.count),
      words: writer.words.count,
    }
  }
}

const IN_TURN = new Map<number, Places>()

/** Where each event has its record, as nearly always. */
function inTurn(count: number): Places {
  const numbers = Array.from({ length: count + 1 }, (_, index) => index)
  const places = IN_TURN.get(count) ?? { starts: numbers, events: numbers.slice(0, count) }
  IN_TURN.set(count, places)
  return places
}

function offsetsOf(records: Uint8Array, count: number): Uint32Array {
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength)
  const offsets = new Uint32Array(count + 1)
  for (let record = 0; record < count; record++) {
    offsets[record + 1] = offsets[record]! + view.getUint32(offsets[record]! + AT.size, true)
  }
  return offsets
}
