/** What an instance was given last, as it is given: raw until somebody asks. */
import { RecordCursor } from '../../sandbox/cursor'
import { decoded, type SeenEvent } from '../../sandbox/decoded'
import type { HandlerName } from '../../sandbox/layout'
import type { WordTable } from '../../sandbox/words'
import { isPriced, priceOf } from '../../sandbox-host/prices'

/** So many of the last portions are at hand: each has an event at least. */
const MOST_PORTIONS = 20

export class Given {
  /** Events that it has come to the end of, and those of them that it has a handler for; see `end`. */
  events = 0
  handled = 0
  private portions: Uint8Array[] = []
  /** By provider and symbol, of all portions but the last. */
  private readonly priced = new Map<string, Uint8Array>()

  /** @param handlers that it has now. */
  constructor(
    private readonly words: WordTable,
    private readonly handlers: () => readonly HandlerName[],
  ) {}

  delivering(portion: Uint8Array): void {
    const last = this.portions.at(-1)
    // what is left of a portion that was not taken as a whole comes again
    const isRest = last?.buffer === portion.buffer && portion.byteOffset < last.byteOffset + last.length
    if (last) this.count(isRest ? last.subarray(0, Math.max(0, portion.byteOffset - last.byteOffset)) : last)
    if (last)
      for (const [key, record] of pricedIn(last, Number.POSITIVE_INFINITY, this.words)) this.priced.set(key, record)
    this.portions = [...this.portions.slice(1 - MOST_PORTIONS), portion]
  }

  /** Nothing more is given. */
  end(): void {
    this.count(this.portions.at(-1) ?? new Uint8Array(0))
  }

  private count(records: Uint8Array): void {
    const handlers = this.handlers()
    const cursor = new RecordCursor(records)
    while (cursor.next()) {
      const { handler } = cursor
      if (!handler) continue
      this.events++
      if (handlers.includes(handler)) this.handled++
    }
  }

  /** The last ones up to a record of the last portion, oldest first. */
  upTo(record: number, most: number): SeenEvent[] {
    const found: Uint8Array[] = []
    for (const [age, portion] of this.portions.toReversed().entries()) {
      const records = [...recordsIn(portion, age === 0 ? record : Number.POSITIVE_INFINITY)]
      found.unshift(...records)
      if (found.length >= most) break
    }
    return found.slice(-most).map((one) => decoded(one, this.words))
  }

  /** The last price of a symbol up to a record of the last portion. */
  priceOf(provider: string, symbol: string, record: number): string | undefined {
    const key = keyOf(provider, symbol)
    const last = this.portions.at(-1)
    const priced = (last && pricedIn(last, record, this.words).get(key)) ?? this.priced.get(key)
    return priced && priceOf(priced)
  }
}

const keyOf = (provider: string, symbol: string) => `${provider}\n${symbol}`

function pricedIn(portion: Uint8Array, upTo: number, words: WordTable): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>()
  const cursor = new RecordCursor(portion)
  for (let index = 0; index <= upTo && cursor.next(); index++) {
    if (!isPriced(cursor)) continue
    const key = keyOf(words.text(cursor.providerWord), words.text(cursor.symbolWord))
    found.set(key, portion.subarray(cursor.start, cursor.end))
  }
  return found
}

function* recordsIn(portion: Uint8Array, upTo: number): Generator<Uint8Array> {
  const cursor = new RecordCursor(portion)
  for (let index = 0; index <= upTo && cursor.next(); index++)
    if (cursor.isEvent) yield portion.subarray(cursor.start, cursor.end)
}
