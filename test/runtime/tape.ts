/** An adapter whose events are those that a test hands it. */
import { Failure } from '../../src/errors/failure'
import type { Adapter, Provider, ProviderContext, ProviderState } from '../../src/market/provider'
import type { EventHead, MarketEvent } from '../../src/schema/events'

export class Tape implements Adapter {
  readonly identifier = 'tape'
  readonly displayName = 'Tape'
  readonly venue = 'tape'
  readonly description = 'Events of a test'
  readonly capabilities = ['market-data', 'trading'] as const
  readonly settings = [
    { name: 'key', type: 'string', description: 'a secret', required: false, secret: true },
    { name: 'broken', type: 'bool', description: 'it cannot be made', required: false },
    { name: 'unsound', type: 'bool', description: 'it is made and found to be of no use', required: false },
  ] as const
  readonly providers = new Map<string, TapeProvider>()
  /** Whoever asks a provider for its symbols waits for it. */
  held = (): Promise<void> => Promise.resolve()
  /** There are no such symbols, for the time being. */
  readonly absent = new Set<string>()
  private readonly made: TapeProvider[] = []

  /** How many were made and are not yet disposed of. */
  get open(): number {
    return this.made.filter(({ isDisposed }) => !isDisposed).length
  }

  create(context: ProviderContext, config: Readonly<Record<string, unknown>>): TapeProvider {
    if (config.broken) throw new Failure('invalid_provider', '"broken" is set')
    const provider = new TapeProvider(context, config.unsound === true, this.absent, () => this.held())
    this.made.push(provider)
    this.providers.set(context.name, provider)
    return provider
  }

  /** What a symbol is offered at, as [price, quantity], the best first. */
  book(provider: string, symbol: string, bids: readonly Offer[], asks: readonly Offer[]): void {
    this.providers.get(provider)!.book(symbol, bids, asks)
  }

  /** Trades of one symbol, a second after each other. */
  trades(provider: string, symbol: string, ...prices: string[]): void {
    this.providers.get(provider)!.trades(symbol, prices)
  }
}

type Offer = readonly [price: string, quantity: string]

class TapeProvider implements Provider {
  readonly adapter = 'tape'
  readonly name: string
  state: ProviderState = 'stopped'
  reason?: string
  isDisposed = false
  private readonly subscribed = new Set<string>()
  private sequence = 0

  constructor(
    private readonly context: ProviderContext,
    private readonly isUnsound: boolean,
    private readonly absent: ReadonlySet<string>,
    private readonly held: () => Promise<void>,
  ) {
    this.name = context.name
  }

  get symbols(): readonly string[] {
    return [...this.subscribed]
  }

  instrument(symbol: string) {
    const [baseCurrency, quoteCurrency] = symbol.split('-')
    if (!baseCurrency || !quoteCurrency || this.absent.has(symbol))
      throw new Failure('symbol_refused', `there is no ${symbol}`)
    const steps = { priceIncrement: '0.01', quantityIncrement: '0.0001' }
    return { symbol, type: 'spot', baseCurrency, quoteCurrency, venue: this.name, ...steps }
  }

  subscribe(symbols: readonly string[]): void {
    for (const symbol of symbols) this.subscribed.add(symbol)
  }

  async verify(): Promise<void> {
    if (this.isUnsound) throw new Failure('invalid_provider', '"unsound" is set')
  }

  serves(): Promise<void> {
    return this.held()
  }

  async start(): Promise<void> {
    this.enter('running')
  }

  async stop(): Promise<void> {
    this.enter('stopped')
  }

  fail(reason: string): void {
    this.reason = reason
    this.enter('failed')
  }

  trades(symbol: string, prices: readonly string[]): void {
    this.context.emit(
      prices.map((price): MarketEvent => {
        const head = this.next(symbol)
        const payload = { tradeId: head.eventId, side: 'Buy', price, quantity: '5', timestamp: head.timeMs } as const
        return { ...head, type: 'Trade', payload }
      }),
    )
  }

  book(symbol: string, bids: readonly Offer[], asks: readonly Offer[]): void {
    const head = this.next(symbol)
    const [below, above] = [bids, asks].map((side) => side.map(([price, quantity]) => ({ price, quantity })))
    const payload = { bids: below!, asks: above!, checksum: '', lastUpdate: head.timeMs }
    this.context.emit([{ ...head, type: 'BookSnapshot', payload }])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isDisposed = true
    if (this.state === 'running') await this.stop()
  }

  private next(symbol: string): EventHead {
    const sequence = ++this.sequence
    const timeMs = 1_700_000_000_000 + sequence * 1000
    return { eventId: `${this.name}-${sequence}`, provider: this.name, symbol, sequence, timeMs }
  }

  private enter(state: ProviderState): void {
    this.state = state
    this.context.changed()
  }
}
