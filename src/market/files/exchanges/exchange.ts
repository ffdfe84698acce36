/** What is the same of all exchanges: what they can say, and how their messages are looked into. */
import type { Side } from '../../../schema/events'
import { plainDecimal } from '../decimals'
import type { FormatName } from '../formats'
import { RowProblem } from '../row'

/** Price and quantity; a quantity of 0 in a change removes the level. */
export type Level = readonly [price: string, quantity: string]
export type Message = Readonly<Record<string, unknown>>

/** Takes what an exchange says. Symbols are as the exchange writes them. */
export interface Speaker {
  trade(symbol: string, timeMs: number, id: string, side: Side, price: string, quantity: string): void
  quote(symbol: string, timeMs: number, bid: string, ask: string): void
  /** The whole book. */
  snapshot(symbol: string, timeMs: number, bids: readonly Level[], asks: readonly Level[], id?: number): void
  /** The levels that changed. */
  change(symbol: string, timeMs: number, bids: readonly Level[], asks: readonly Level[], id?: number): void
}

export interface Exchange {
  readonly format: FormatName
  /** Whether the message is one of this exchange's that is understood. */
  speaks(message: Message): boolean
  reader(speaker: Speaker): MessageReader
}

/** Reads the messages of one recording in their order. */
export interface MessageReader {
  /**
   * What is not understood is passed over.
   * @param localMs the recorder's clock, NaN when it kept none.
   * @throws RowProblem for what is understood and broken.
   */
  read(message: Message, localMs: number): void
  /** After the last message: says what was held back. */
  finish?(): void
}

export const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function decimalIn(message: Message, field: string): string {
  return decimalValue(message[field], field)
}

export function timeIn(message: Message, field: string): number {
  const value = message[field]
  if (typeof value === 'number' && value > 0) return value
  throw new RowProblem(`${field} ${JSON.stringify(value)} is not a time`)
}

export function textIn(message: Message, field: string): string {
  const value = message[field]
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  throw new RowProblem(`${field} is missing`)
}

/** The taker's side of a trade. @param words what the field says of either. */
export function sideIn(message: Message, field: string, words: Readonly<Record<Side, unknown>>): Side {
  const value = message[field]
  if (value === words.Buy) return 'Buy'
  if (value === words.Sell) return 'Sell'
  throw new RowProblem(`${field} ${JSON.stringify(value)} is neither buy nor sell`)
}

export const levelsIn = (message: Message, field: string) => levelsOf(message[field], field, ['0', '1'])

/** Lists of `[price, quantity]`, or of objects with the two fields named. */
export function levelsOf(value: unknown, name: string, fields: readonly [string, string]): Level[] {
  if (!Array.isArray(value)) throw new RowProblem(`${name} is no list of levels`)
  return value.map((level) => [decimalValue(level?.[fields[0]], name), decimalValue(level?.[fields[1]], name)] as const)
}

function decimalValue(value: unknown, field: string): string {
  if (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value)) return value
  const plain = typeof value === 'string' || typeof value === 'number' ? plainDecimal(String(value)) : undefined
  if (plain === undefined) throw new RowProblem(`${field} ${JSON.stringify(value)} is not a number of 0 or more`)
  return plain
}
