/** The adapter `sim`: a market that makes itself up from a seed. The same seed and symbols give the same events. */
import { Failure } from '../errors/failure'
import type { MarketEvent } from '../schema/events'
import type { KlineEvent } from './candles/candle'
import { CandleMaker, madeEvent } from './candles/candle-maker'
import { type Adapter, isHurried, type Provider, type ProviderContext, type ProviderState } from './provider'
import { serials } from './serials'
import { declared } from './settings'
import { readSimulatorSettings, SIM_SETTINGS, type SimulatorSettings } from './sim-settings'
import { type Happening, type SimulatedSymbol, simulatedSymbol } from './simulated'

/** The timer need not be finer: steps that are due are made up for, evenly spaced. */
const LEAST_TIMER_MS = 5
/** After a longer pause (a laptop asleep, a clock set forward) the market goes on from now instead of making up for all of it. */
const MOST_CATCH_UP_MS = 10_000
/** As fast as possible, in turns of this many steps: between them others get their time. */
const STEPS_PER_TURN = 64

export const sim: Adapter = {
  identifier: 'sim',
  displayName: 'Simulator',
  venue: 'sim',
  description: 'A market made up from a seed: trades, tickers, order books and candles of any BASE-QUOTE symbol',
  capabilities: ['market-data', 'trading'],
  settings: declared(SIM_SETTINGS),
  create(context, config) {
    return new Simulator(context, readSimulatorSettings(config))
  },
}

class Simulator implements Provider {
  readonly adapter = 'sim'
  readonly name: string
  state: ProviderState = 'stopped'
  readonly #symbols = new Map<string, SimulatedSymbol>()
  readonly #unannounced: SimulatedSymbol[] = []
  readonly #candles: CandleMaker
  readonly #idOf: (sequence: number) => string
  #sequence = 0
  #disposed = false
  #timer: Timer | undefined
  /** Where market time stood when it was last started or shifted, and how many steps were made since. */
  #origin = { marketMs: 0, elapsedMs: 0 }
  #steps = 0

  constructor(
    readonly context: ProviderContext,
    readonly settings: SimulatorSettings,
  ) {
    this.name = context.name
    this.#candles = new CandleMaker(settings.timeframes)
    this.#idOf = serials(`${context.name}-`)
  }

  /** Faster than real time it waits at each step. */
  get lossless(): boolean {
    return isHurried(this.settings.speed)
  }

  get symbols(): readonly string[] {
    return [...this.#symbols.keys()]
  }

  instrument(symbol: string) {
    return (this.#symbols.get(symbol) ?? this.#simulate(symbol)).instrument
  }

  subscribe(symbols: readonly string[]): void {
    const fresh = symbols
      .filter((symbol) => !this.#symbols.has(symbol))
      .map((symbol) => [symbol, this.#simulate(symbol)] as const)
    for (const [symbol, simulated] of fresh) {
      this.#symbols.set(symbol, simulated)
      this.#unannounced.push(simulated)
    }
  }

  async start(): Promise<void> {
    if (this.#disposed || this.state === 'running' || this.state === 'finished') return
    this.#restartClock()
    this.#enter('running')
    this.#schedule()
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.state === 'running') this.#enter('stopped')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true
    await this.stop()
  }

  #simulate(symbol: string): SimulatedSymbol {
    if (!/^[A-Z0-9]{1,16}-[A-Z0-9]{1,16}$/.test(symbol)) {
      throw new Failure('symbol_refused', `the simulator cannot serve "${symbol}"; write it as BTC-USDT`)
    }
    return simulatedSymbol(symbol, this.settings)
  }

  #enter(state: ProviderState): void {
    this.state = state
    this.context.changed()
  }

  #schedule(): void {
    const { intervalMs, speed } = this.settings
    const delayMs =
      speed === 0 && this.#symbols.size > 0 ? 0 : Math.max(LEAST_TIMER_MS, intervalMs / (speed || intervalMs))
    const timer = setTimeout(() => {
      const goesOn = () => this.#timer === timer
      void this.#turn(goesOn).then(() => {
        if (goesOn() && this.state === 'running') this.#schedule()
      })
    }, delayMs)
    this.#timer = timer
  }

  /** Makes the steps that are due; faster than real time, each when everybody has done with the one before. */
  async #turn(goesOn: () => boolean): Promise<void> {
    const { speed } = this.settings
    const due = speed === 0 ? STEPS_PER_TURN : this.#due()
    let events: MarketEvent[] = []
    for (let i = 0; i < due && !this.#isFull() && goesOn(); i++) {
      this.#step(this.#marketMs(), events)
      this.#steps++
      if (!isHurried(speed) || events.length === 0) continue
      this.context.emit(events)
      events = []
      await this.context.drained()
    }
    if (!goesOn()) return
    if (events.length > 0) this.context.emit(events)
    // whoever handles an event may stop it
    if (this.#isFull() && goesOn()) this.#enter('finished')
  }

  #due(): number {
    const { intervalMs, speed } = this.settings
    const { now, elapsed } = this.context
    const lateMs = elapsed() - this.#origin.elapsedMs - (this.#steps * intervalMs) / speed
    const isLeftBehind = speed === 1 && now() - this.#marketMs() > MOST_CATCH_UP_MS
    if (lateMs > MOST_CATCH_UP_MS || isLeftBehind) {
      this.#restartClock()
      return 1
    }
    return Math.max(0, Math.floor((lateMs * speed) / intervalMs) + 1)
  }

  /** Market time goes on from now, and never back. */
  #restartClock(): void {
    const { now, elapsed } = this.context
    this.#origin = { marketMs: Math.max(now(), this.#marketMs()), elapsedMs: elapsed() }
    this.#steps = 0
  }

  /** Market time of the next step. */
  #marketMs(): number {
    return this.#origin.marketMs + this.#steps * this.settings.intervalMs
  }

  #isFull(): boolean {
    return this.settings.maxEvents > 0 && this.#sequence >= this.settings.maxEvents
  }

  #step(timeMs: number, events: MarketEvent[]): void {
    for (const made of this.#candles.over(timeMs)) events.push(this.#numbered(madeEvent(made, this.name)))
    for (const { instrument } of this.#unannounced.splice(0)) {
      events.push(this.#event(instrument.symbol, { type: 'InstrumentUpdate', timeMs, payload: { instrument } }))
    }
    for (const [symbol, simulated] of this.#symbols) {
      for (const happening of simulated.step(timeMs)) {
        const event = this.#event(symbol, happening)
        this.#candles.take(event)
        events.push(event)
      }
    }
  }

  #event(symbol: string, happening: Happening): MarketEvent {
    const sequence = ++this.#sequence
    return { eventId: this.#idOf(sequence), provider: this.name, symbol, sequence, ...happening }
  }

  #numbered(candle: KlineEvent): MarketEvent {
    const sequence = ++this.#sequence
    return { ...candle, eventId: this.#idOf(sequence), sequence }
  }
}
