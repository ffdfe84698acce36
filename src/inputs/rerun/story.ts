/** What an instance did with its inputs: told as it does it, by who does them again. */
import type { Act, LogLine } from '../../protocol/reported'
import type { SeenEvent } from '../../sandbox/decoded'

/** A handler at work: it was called for an event, or the strategy was created. */
export interface HandlerCall {
  /** As `onTrade`; `create` before there is any. */
  readonly handler: string
  readonly event: SeenEvent | undefined
  /** The time of the event, ms. */
  readonly timeMs: number
  /** What it asked its host for, in order. */
  readonly calls: HostCall[]
}

export interface HostCall {
  /** As the strategy calls it: `runtime.submitOrder`. */
  readonly name: string
  readonly arguments: readonly unknown[]
  readonly answer?: unknown
  /** What was thrown at it in place of an answer. */
  readonly refused?: string
}

/** Where it is in what it is given. */
export interface Moment {
  /** The last events that it was given, oldest first. */
  recent(most: number): SeenEvent[]
  /** The last price of a symbol, in the quote currency. */
  priceOf(provider: string, symbol: string): string | undefined
}

export interface StoryTeller {
  /** A handler asks for something for the first time. */
  readonly called?: (call: HandlerCall) => void
  /** It sleeps for so long, ms. */
  readonly slept?: (ms: number) => void
  readonly acted: (act: Act, moment: Moment) => void
  readonly logged: (line: LogLine) => void
  readonly failed: (reason: string) => void
}
