/** A provider: a source of market events by symbol. Adapters (`sim`, `replay`) make them. */
import type { Played } from '../schema/cuts'
import type { Instrument, MarketEvent } from '../schema/events'
import type { Capability } from '../schema/providers'

export type ProviderState = 'stopped' | 'running' | 'finished' | 'failed'

export interface Provider extends AsyncDisposable {
  readonly name: string
  /** The adapter's identifier, as `sim`. */
  readonly adapter: string
  readonly state: ProviderState
  /** Why it failed. */
  readonly reason?: string
  /** The symbols subscribed so far. */
  readonly symbols: readonly string[]
  /** The rules of a symbol. @throws Failure provider's own refusal of a symbol it cannot serve. */
  instrument(symbol: string): Instrument
  /** Looks at what it needs, as the files of a recording. Absent: it needs nothing. @throws Failure invalid_provider. */
  verify?(): Promise<void>
  /** Absent: `instrument` has said all. @throws Failure symbol_refused that lists those that it has. */
  serves?(symbols: readonly string[]): Promise<void>
  /** None of its events may be left out, for it waits for those who handle them: `ProviderContext.drained`. */
  readonly lossless?: boolean
  /**
   * Each of its events is emitted when the one before is handled, and what it causes at the venue is handled before it
   * is passed on itself: as in a backtest.
   */
  readonly inTurn?: boolean
  /** It is a recording, which goes on where it was when the gateway has died. */
  readonly recorded?: Recorded
  /** More symbols; takes effect at once when running. */
  subscribe(symbols: readonly string[]): void
  /**
   * Emits events in batches (one or more at a time, in order) until stopped; idempotent. A stop or a disposal that comes
   * while it starts holds; one that has been disposed of is not started again.
   */
  start(): Promise<void>
  /** Nothing is emitted after it, nor after the call of it. One that has finished or failed stays so. */
  stop(): Promise<void>
}

export interface Recorded {
  /** How far it has come. */
  readonly played: Played
  /** The next start goes on there; those after it begin at the beginning again. */
  goOnFrom(played: Played): void
}

/** What a recording has to mind so that it can go on. */
export interface Cuts {
  /** To be waited for before another event is emitted; undefined: nothing is. */
  readonly pending: Promise<void> | undefined
  /** These were emitted before the gateway died: the market is told of them again, and nobody else. */
  seen(events: readonly MarketEvent[]): void
  /** They were all. Resolves when others may be emitted. */
  arrived(): Promise<void>
  /** Every event was emitted. Resolves when that is kept, with all that came of it. */
  ended(): Promise<void>
}

/** What a provider is given. */
export interface ProviderContext {
  readonly name: string
  /** Takes events in their order; never throws. */
  readonly emit: (events: readonly MarketEvent[]) => void
  /**
   * Resolves when everybody has handled what was emitted so far, and what they did of it has been done: a provider
   * whose events must not be left out waits for it, and one faster than real time, or orders would come late.
   */
  readonly drained: () => Promise<void>
  /** For a recording alone. */
  readonly cuts?: Cuts
  /** Told once after each change of state, and after each start that fails. */
  readonly changed: () => void
  /** Milliseconds since 1970, never less than before. */
  readonly now: () => number
  /** Milliseconds that only go forward, as fast as time does. */
  readonly elapsed: () => number
}

export interface AdapterSetting {
  readonly name: string
  /** `list`: of texts. */
  readonly type: 'string' | 'int' | 'float' | 'bool' | 'list'
  readonly description: string
  readonly default?: string | number | boolean | readonly string[]
  readonly required: boolean
  /** Never answered by the API. */
  readonly secret?: boolean
}

export interface Adapter {
  readonly identifier: string
  readonly displayName: string
  /** Where the instruments are traded. */
  readonly venue: string
  readonly description: string
  readonly capabilities: readonly Capability[]
  readonly settings: readonly AdapterSetting[]
  /** Its events are of the past: what happens is to happen again in the same way. */
  readonly recorded?: true
  /** @throws Failure invalid_provider naming every wrong setting. */
  create(context: ProviderContext, config: Readonly<Record<string, unknown>>): Provider
}

/** Whether a provider's `speed`, market time against real time, is as fast as possible (0) or faster than real time. */
export const isHurried = (speed: number): boolean => speed === 0 || speed > 1
