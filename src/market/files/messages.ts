/** Recordings of what an exchange sent: a JSON message a line, each perhaps behind the recorder's own clock. */

import { bookDraft, tickerDraft, tradeDraft } from './drafts'
import { binance } from './exchanges/binance'
import { bybit } from './exchanges/bybit'
import type { Exchange, Speaker } from './exchanges/exchange'
import { hyperliquid } from './exchanges/hyperliquid'
import type { FeedKind, NamedFormat } from './formats'
import { type Ladder, ladders } from './ladder'
import type { Layout, ReaderContext, RowReader } from './layout'
import { RowProblem } from './row'
import { epochMs } from './times'

const EXCHANGES: readonly Exchange[] = [binance, bybit, hyperliquid]
const LINE = /^(?:(\d{10,19}) +)?(\{.*\})\s*$/
const KINDS: readonly FeedKind[] = ['trades', 'quotes', 'books']

/**
 * @param lines from the head of the text.
 * @param named the format that the user says it is.
 * @returns undefined when no exchange is known to speak like this.
 */
export function recogniseMessages(lines: readonly string[], named: NamedFormat | undefined): Layout | undefined {
  const messages = lines.map(parseLine).filter((parsed) => parsed !== undefined)
  const possible = EXCHANGES.filter(({ format }) => named === undefined || format === named.name)
  const exchange = possible.find((candidate) => messages.some(({ message }) => candidate.speaks(message)))
  if (!exchange) return undefined
  const heard: { kinds: Set<FeedKind>; symbols: Set<string>; times: number[] } = {
    kinds: new Set(),
    symbols: new Set(),
    times: [],
  }
  const note = (kind: FeedKind) => (symbol: string, timeMs: number) => {
    heard.kinds.add(kind)
    heard.symbols.add(symbol)
    heard.times.push(timeMs)
  }
  const reader = exchange.reader({
    trade: note('trades'),
    quote: note('quotes'),
    snapshot: note('books'),
    change: note('books'),
  })
  // Broken messages are met again, and named, when the text is read.
  for (const { message, localMs } of messages) {
    try {
      reader.read(message, localMs)
    } catch (error) {
      if (!(error instanceof RowProblem)) throw error
    }
  }
  reader.finish?.()
  const kind = KINDS.findLast((candidate) => heard.kinds.has(candidate))
  if (kind === undefined) return undefined
  return {
    format: exchange.format,
    kind,
    split: { by: 'lines' },
    skip: 0,
    newestFirst: false,
    // Recordings begin with trades from before: nothing is sure of the first time.
    startsAt: Number.NEGATIVE_INFINITY,
    symbols: [...heard.symbols],
    intervalMs: 0,
    reader: (context) => messageReader(exchange, context),
  }
}

function parseLine(line: string): { message: Record<string, unknown>; localMs: number } | undefined {
  const match = LINE.exec(line)
  if (!match) return undefined
  const [, clock = '', json = ''] = match
  try {
    const localMs = clock === '' ? Number.NaN : epochMs(clock, 0, clock.length, clock.length)
    return { message: JSON.parse(json), localMs }
  } catch {
    return undefined
  }
}

function messageReader(exchange: Exchange, context: ReaderContext): RowReader {
  let emit: Parameters<RowReader['read']>[1]
  const reader = exchange.reader(speaker(context, (event) => emit(event)))
  return {
    read(row, add) {
      const parsed = parseLine(row.line)
      if (!parsed) throw new RowProblem('it is no JSON message')
      emit = add
      reader.read(parsed.message, parsed.localMs)
    },
    finish(add) {
      emit = add
      reader.finish?.()
    },
  }
}

/** Makes events of what an exchange says: keeps the books and the last prices. */
function speaker(context: ReaderContext, add: Parameters<RowReader['read']>[1]): Speaker {
  const bookOf = ladders()
  const lasts = new Map<string, string>()
  const asked = (written: string, say: (symbol: string) => void) => {
    const symbol = context.resolve(written)
    if (symbol !== undefined) say(symbol)
  }
  const changed = (symbol: string, timeMs: number, id: number | undefined, apply: (book: Ladder) => void) => {
    const book = bookOf(symbol)
    apply(book)
    const sides = book.top()
    if (sides) add(bookDraft(context, symbol, timeMs, sides, id))
  }
  return {
    trade: (written, timeMs, id, side, price, quantity) =>
      asked(written, (symbol) => {
        lasts.set(symbol, price)
        add(tradeDraft(context, symbol, timeMs, id, side, price, quantity))
      }),
    quote: (written, timeMs, bid, ask) =>
      asked(written, (symbol) => add(tickerDraft(context, symbol, timeMs, bid, ask, lasts.get(symbol)))),
    snapshot: (written, timeMs, bids, asks, id) =>
      asked(written, (symbol) =>
        changed(symbol, timeMs, id, (book) => {
          book.clear()
          for (const [price, quantity] of bids) book.set('bid', price, quantity)
          for (const [price, quantity] of asks) book.set('ask', price, quantity)
        }),
      ),
    change: (written, timeMs, bids, asks, id) =>
      asked(written, (symbol) =>
        changed(symbol, timeMs, id, (book) => {
          for (const [price, quantity] of bids) book.set('bid', price, quantity)
          for (const [price, quantity] of asks) book.set('ask', price, quantity)
        }),
      ),
  }
}
