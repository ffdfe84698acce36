/**
 * A moment of a recording at which all that was told so far is handled and all that came of it is done: where it goes on
 * when the gateway has died. Amounts and prices are decimal strings.
 */
import type { Order } from './orders'

/** Tells an event from another one in its place. */
export interface EventMark {
  readonly timeMs: number
  readonly type: string
  readonly symbol: string
  /** SHA-256 of its payload. */
  readonly digest: string
}

/** How far a recording was played. */
export interface Played {
  /** So many events of its files, also of symbols that nobody has asked for. */
  readonly position: number
  /** Symbols that were asked for, each with the position from which on. */
  readonly symbols: readonly (readonly [symbol: string, from: number])[]
  /** The last of these events; absent: there was none. */
  readonly last?: EventMark
  /** There are no more. */
  readonly isOver: boolean
}

/** An open order as the simulated exchange has it. */
export interface KeptOrder {
  readonly owner: string
  readonly order: Order
  readonly stage: 'market' | 'limit' | 'stop'
  readonly takes: boolean
  /** Its place among those that have arrived. */
  readonly sequence: number
  /** When it is at the venue, ms. */
  readonly dueMs: number
  readonly filled: string
  /** What was filled has cost this, in points. */
  readonly cost: string
  /** In percent, while its size is not settled. */
  readonly share?: string
  /** The price that it counts with, in the quote currency. */
  readonly valuedAt?: string
}

/** What an owner does ahead of the market. */
export type KeptAction = { readonly owner: string; readonly dueMs: number } & (
  | { readonly kind: 'submit'; readonly order: Order; readonly given: Order }
  | { readonly kind: 'cancel'; readonly clientOrderId: string }
)

/** What is left of the levels of a book, the best first; null: nobody knows how much there is. */
export interface KeptQuotes {
  readonly symbol: string
  readonly bids: readonly (string | null)[]
  readonly asks: readonly (string | null)[]
}

/** The simulated exchange, without accounts and the market: the journal has the ones, and the files have the other. */
export interface KeptExchange {
  /** The time of its newest event, ms. */
  readonly timeMs: number
  /** In the order in which they left their owners. */
  readonly orders: readonly KeptOrder[]
  /** Client order ids of those that have not arrived, the first to arrive first. */
  readonly inFlight: readonly string[]
  /** Those that may only reduce a position, in the order in which they end with it. */
  readonly reducing: readonly string[]
  /** How many have arrived. */
  readonly arrived: number
  readonly quotes: readonly KeptQuotes[]
  /** The last price of each symbol, in its quote currency: what positions are worth when no event follows. */
  readonly marks: readonly (readonly [symbol: string, price: string])[]
}

export interface KeptVenue extends KeptExchange {
  /** The time of the event that its owners were shown last, ms. */
  readonly marketMs: number
  readonly actions: readonly KeptAction[]
}

export interface Cut extends Played {
  readonly venue: KeptVenue
  /** How many batches each sandbox host was sent. */
  readonly batches: readonly number[]
}
