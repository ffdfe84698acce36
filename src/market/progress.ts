/** How far a recording has been played, and whether its files are still those that were. */
import { Failure } from '../errors/failure'
import type { EventMark, Played } from '../schema/cuts'
import { digestOf } from '../schema/digest'
import type { MarketEvent } from '../schema/events'

export class Progress {
  /** Symbols that were asked for, and the position from which on. */
  readonly symbols = new Map<string, number>()
  position = 0
  isOver = false
  /** The last event before the position, or what is known of it. */
  #last: MarketEvent | EventMark | undefined

  get played(): Played {
    const last = this.#last && markOf(this.#last)
    return { position: this.position, symbols: [...this.symbols], ...(last && { last }), isOver: this.isOver }
  }

  subscribe(symbols: readonly string[]): void {
    for (const symbol of symbols) if (!this.symbols.has(symbol)) this.symbols.set(symbol, this.position)
  }

  goOnFrom({ position, symbols, last, isOver }: Played): void {
    this.position = position
    this.isOver = isOver
    this.#last = last
    for (const [symbol, from] of symbols) this.symbols.set(symbol, from)
  }

  /** From the beginning. */
  rewind(): void {
    this.position = 0
    this.isOver = false
    this.#last = undefined
    for (const symbol of this.symbols.keys()) this.symbols.set(symbol, 0)
  }

  /** So many more were passed on. @param last the last of them. */
  advance(events: number, last: MarketEvent): void {
    this.position += events
    this.#last = last
  }

  /** The time of the last event, ms. */
  get lastMs(): number | undefined {
    return this.#last?.timeMs
  }

  /** Which of the events from a position on were asked for when they came. */
  asked(events: readonly MarketEvent[], position: number): MarketEvent[] {
    return events.filter(({ symbol }, at) => (this.symbols.get(symbol) ?? Number.POSITIVE_INFINITY) <= position + at)
  }

  /** That the event before the position is the one that it was. @throws Failure invalid_provider. */
  verify(event: MarketEvent): void {
    const [was, is] = [this.#last && markOf(this.#last), markOf(event)]
    if (was && !isSame(was, is)) throw changed(`event ${this.position} was ${told(was)}, and is ${told(is)} now`)
  }

  /** The files have ended before the position. */
  tooShort(events: number): Failure {
    return changed(`${this.position} events were played, and there are ${events} now`)
  }
}

function markOf(event: MarketEvent | EventMark): EventMark {
  if ('digest' in event) return event
  const { timeMs, type, symbol, payload } = event
  return { timeMs, type, symbol, digest: digestOf(new TextEncoder().encode(JSON.stringify(payload))) }
}

const isSame = (one: EventMark, other: EventMark): boolean =>
  one.timeMs === other.timeMs && one.type === other.type && one.symbol === other.symbol && one.digest === other.digest

const told = ({ type, symbol, timeMs, digest }: EventMark): string =>
  `a ${type} of ${symbol} at ${new Date(timeMs).toISOString()} (${digest.slice(0, 19)})`

const changed = (how: string): Failure =>
  new Failure(
    'invalid_provider',
    `the files are not those that were played before the gateway ended: ${how}`,
    {},
    'put them back and restart the gateway, or start the provider: it begins at the beginning then',
  )
