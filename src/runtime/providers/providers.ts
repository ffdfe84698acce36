/**
 * The providers, each with its venue: made by adapters, kept in the store. One that cannot be made stays listed as
 * failed. They know nothing of instances; what they have to say is published.
 */
import { Failure } from '../../errors/failure'
import type { OrderManager } from '../../execution/order-manager'
import { openPaperOrders } from '../../execution/paper-orders'
import type { PaperVenue } from '../../execution/paper-venue'
import { reasonOf } from '../../files/reason'
import type { HostPool } from '../../hosts/pool'
import type { Provider } from '../../market/provider'
import type { MarketEvent } from '../../schema/events'
import type { ReadinessProblem } from '../../schema/health'
import type { ProviderBody } from '../../schema/providers'
import type { StoredProvider } from '../../store/providers'
import type { Store } from '../../store/store'
import type { Log } from '../../telemetry/log'
import type { Metrics } from '../../telemetry/metrics'
import type { ActivityStream } from '../activity/activity-stream'
import type { RiskBook } from '../risk/risk-book'
import type { Adapters } from './adapters'
import { CutSchedule } from './cut-schedule'
import { Cutter } from './cutter'
import { type LiveProvider, ManagedProvider, withoutSecrets } from './managed-provider'
import { checkProviderName, checkSymbols, type MadeProvider, makeProvider } from './provider-factory'
import { ProviderStandings } from './provider-standings'
import { TotalLimits } from './total-limits'
import { publishedBy } from './venue-activity'

export interface ProvidersDeps {
  readonly adapters: Adapters
  readonly hosts: HostPool
  readonly store: Store
  readonly metrics: Metrics
  readonly activity: ActivityStream
  /** Asked why an order may not be placed, when it arrives at its venue. */
  readonly book: RiskBook
  readonly log: Log
  /** Milliseconds since 1970, never less than before. */
  readonly now: () => number
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
  /** No event for so long, and a running provider is stale. */
  readonly staleAfterMs: number
}

/** What comes next is dated later than that, however late it comes. */
const QUIET_MS = 10_000

export class Providers implements AsyncDisposable {
  private readonly byName = new Map<string, ManagedProvider>()
  readonly standings: ProviderStandings
  readonly totals: TotalLimits
  private readonly schedule: CutSchedule
  private isPlaying = false

  constructor(private readonly deps: ProvidersDeps) {
    this.standings = new ProviderStandings(deps, () => this.byName.values())
    this.totals = new TotalLimits({
      ...deps,
      venues: () =>
        this.all().flatMap(({ name, live }) => (live ? [[name, live.orders] as [string, OrderManager]] : [])),
      timeAt: (provider) => this.timeAt(provider),
    })
    this.schedule = new CutSchedule({ ...deps, cutters: () => this.cutters() })
    deps.store.whenHeld(() => this.schedule.began())
  }

  /** What is to go on has done so: recordings play. */
  playOn(): void {
    this.isPlaying = true
    for (const { live } of this.all()) live?.cutter?.open()
    this.schedule.opened()
  }

  /** Recordings play no more: their instances are about to end. */
  async rest(): Promise<void> {
    await Promise.all(this.cutters().map((cutter) => cutter.rest()))
  }

  /** The recording whose cuts an instance with these providers is a part of: the only one that it has. */
  holderOf(names: readonly string[]): string | undefined {
    const [name = ''] = names
    return names.length === 1 && this.byName.get(name)?.live?.cutter ? name : undefined
  }

  /** What `work` writes of an instance with these providers is durable with its recording. */
  held<T>(names: readonly string[], work: () => T): T {
    return this.deps.store.held(this.holderOf(names), work)
  }

  /** Resolves when all that was written of instances with these providers is durable, or waits for the disk. */
  async settled(names: readonly string[]): Promise<void> {
    await Promise.all(names.map(async (name) => this.byName.get(name)?.live?.cutter?.settled()))
  }

  /** Does something while none of these gives an event and the journal has all that there is; of recordings alone. */
  async atRest<T>(names: readonly string[], work: () => T | Promise<T>): Promise<T> {
    const [name, ...others] = names
    if (name === undefined) return await work()
    const rest = () => this.atRest(others, work)
    const cutter = this.byName.get(name)?.live?.cutter
    return cutter ? await cutter.atRest(rest) : await rest()
  }

  all(): ManagedProvider[] {
    return [...this.byName.values()]
  }

  has(name: string): boolean {
    return this.byName.has(name)
  }

  /** @throws Failure provider_not_found. */
  get(name: string): ManagedProvider {
    const managed = this.byName.get(name)
    if (!managed) throw new Failure('provider_not_found', `no provider "${name}"`)
    return managed
  }

  /** It does not run, or has given no event for a while. */
  isStale(name: string): boolean {
    const managed = this.byName.get(name)
    return !managed?.isRunning || managed.isStale
  }

  /** Its events are those of a recording. @throws Failure provider_not_found, adapter_not_found. */
  isRecorded(name: string): boolean {
    return this.deps.adapters.named(this.get(name).stored.adapter).recorded === true
  }

  /** It waits for those who handle its events. @throws Failure provider_not_found, invalid_provider. */
  isLossless(name: string): boolean {
    return this.live(name).provider.lossless === true
  }

  /**
   * The time of its last event, ms, so that no event after it is earlier; a while after that it is the gateway's. A
   * recording has a time of its own.
   * @param beforeFirst answered while a recording has not begun.
   */
  timeAt(name: string, beforeFirst = this.deps.now()): number {
    const marketMs = this.byName.get(name)?.live?.exchange.marketMs ?? 0
    if (this.has(name) && this.isRecorded(name)) return marketMs || beforeFirst
    const nowMs = this.deps.now()
    return marketMs > nowMs - QUIET_MS ? marketMs : nowMs
  }

  /** Those that were started and do not run. */
  problems(): ReadinessProblem[] {
    return this.all().flatMap(({ problem }) => problem ?? [])
  }

  /** Those that are to run and give no events, and why. */
  silent(): { readonly provider: string; readonly reason: string }[] {
    return this.all().flatMap(({ name: provider, problem, isRunning, isStale, standing }) => {
      if (problem) return [{ provider, reason: standing.reason ?? 'it failed' }]
      return isRunning && isStale ? [{ provider, reason: 'it gives no events' }] : []
    })
  }

  /** Orders of which a venue's answer was lost. */
  unknownOrders(): { readonly provider: string; readonly instance: string; readonly clientOrderId: string }[] {
    return this.all().flatMap(({ name: provider, live }) =>
      (live?.orders.unknownOrders() ?? []).map((order) => ({ provider, ...order })),
    )
  }

  /** Names of those that run, and of those that are to run whenever the gateway does. */
  running(): { readonly now: string[]; readonly next: string[] } {
    return {
      now: this.all().flatMap(({ name, standing }) => (standing.status === 'running' ? [name] : [])),
      next: this.all().flatMap(({ name, stored }) => (stored.wanted ? [name] : [])),
    }
  }

  /** @throws Failure provider_not_found, invalid_provider when it could not be made. */
  orders(name: string): OrderManager {
    return this.live(name).orders
  }

  /** Undefined when there is none, or when it could not be made. */
  openOrders(name: string): OrderManager | undefined {
    return this.byName.get(name)?.live?.orders
  }

  /** @throws Failure provider_not_found, and the provider's own for a symbol it cannot serve. */
  async check(name: string, symbols: readonly string[]): Promise<void> {
    await checkSymbols(this.live(name).provider, symbols)
  }

  subscribe(name: string, symbols: readonly string[]): void {
    this.live(name).provider.subscribe(symbols)
  }

  /** As they were created, secrets included: never to be answered. */
  stored(): StoredProvider[] {
    return this.all().map(({ stored }) => stored)
  }

  /** What of it may be shown. */
  shown(stored: StoredProvider): { adapter: string; config: Record<string, unknown> } {
    return withoutSecrets(stored, this.deps.adapters.all)
  }

  /** Made, known to nobody yet: to be admitted or disposed of. @throws Failure invalid_provider, adapter_not_found. */
  async prepare(
    { name, adapter: { identifier: adapter, config = {} } }: ProviderBody,
    wanted: boolean,
  ): Promise<{ stored: StoredProvider; live: LiveProvider }> {
    checkProviderName(name)
    const stored = { name, adapter, config, wanted }
    const live = this.make(stored)
    try {
      await live.provider.verify?.()
    } catch (error) {
      await live[Symbol.asyncDispose]()
      throw error
    }
    return { stored, live }
  }

  /** One that is in the store exists from now on. */
  admit(stored: StoredProvider, live?: LiveProvider): ManagedProvider {
    const managed = new ManagedProvider(stored, live)
    this.byName.set(stored.name, managed)
    return managed
  }

  /** One that is no longer in the store is gone. */
  async remove(managed: ManagedProvider): Promise<void> {
    this.byName.delete(managed.name)
    await managed.live?.[Symbol.asyncDispose]()
    this.standings.publish(managed, 'removed')
  }

  /** Tries again one that could not be made. @returns whether its venue is a new one. */
  revive(managed: ManagedProvider): boolean {
    if (managed.live) return false
    const { name, wanted } = managed.stored
    const live = this.make(managed.stored)
    managed.live = live
    const cut = live.cutter && this.deps.store.cuts.get(name)
    if (!cut) return true
    live.exchange.goOnFrom(cut.venue)
    live.cutter?.goOnFrom(cut)
    if (wanted) live.provider.recorded?.goOnFrom(cut)
    return true
  }

  async start(managed: ManagedProvider): Promise<void> {
    await managed.live?.provider.start()
    this.standings.started(managed)
  }

  /** What goes wrong with one is its reason, and stops no other. */
  async attempt(managed: ManagedProvider, work: () => void | Promise<void>): Promise<void> {
    try {
      await work()
      managed.reason = undefined
    } catch (error) {
      managed.reason = reasonOf(error)
      this.deps.log('error', 'provider failed', { provider: managed.name, error })
    }
  }

  /** They run again at the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.standings[Symbol.dispose]()
    await this.rest()
    this.schedule[Symbol.dispose]()
    await Promise.all(this.all().map(async ({ live }) => live?.[Symbol.asyncDispose]()))
  }

  private make(stored: StoredProvider): LiveProvider {
    const { name } = stored
    const { adapters, hosts, store, metrics, now, elapsed, log, activity, book } = this.deps
    const isRecorded = adapters.all.some(({ identifier, recorded }) => identifier === stored.adapter && recorded)
    const cutter = isRecorded
      ? new Cutter({
          recording: name,
          provider: () => provider,
          venue: () => exchange,
          isHeld: (owner) => orders.isHeld(owner),
          batches: () => hosts.batches(),
          taken: () => this.cutTaken(),
          store,
          log,
          elapsed,
        })
      : undefined
    const { provider, paper }: MadeProvider = makeProvider(stored, adapters, {
      name,
      emit: (events) => this.emit(provider, exchange, events),
      drained: () => exchange.drained(),
      ...(cutter && { cuts: cutter }),
      changed: () => this.stateChanged(provider),
      now,
      elapsed,
    })
    const instrument = (symbol: string) => provider.instrument(symbol)
    const { exchange, orders } = openPaperOrders({
      provider: name,
      paper,
      instrument,
      lossless: provider.lossless === true,
      inTurn: provider.inTurn === true,
      store,
      hosts,
      metrics,
      ...publishedBy(name, activity),
      refusal: (owner, order, market) =>
        book.refusalOf(owner, order, () => ({
          ...market(),
          isStale: this.isStale(name),
          fillsTo: order.type === 'market' ? exchange.reach(order) : undefined,
        })) ?? (book.isFree(order) ? undefined : this.totals.refusal(owner, order, market)),
      holder: (owner) => this.holderOf(owner.providers ?? []),
      reducing: (owner) => book.reducingOf(owner, name) !== undefined,
      log,
      now,
    })
    if (this.isPlaying && cutter) {
      cutter.open()
      this.schedule.opened()
    }
    return {
      provider,
      exchange,
      orders,
      cutter,
      async [Symbol.asyncDispose]() {
        cutter?.[Symbol.dispose]()
        orders[Symbol.dispose]()
        await provider[Symbol.asyncDispose]()
      },
    }
  }

  private cutters(): Cutter[] {
    return this.all().flatMap(({ live }) => live?.cutter ?? [])
  }

  /** No recording goes back to before the last cut of any. */
  private cutTaken(): void {
    const { hosts } = this.deps
    const cuts = this.cutters().flatMap(({ batches }) => (batches ? [batches] : []))
    hosts.cutAt(hosts.batches().map((sent, slot) => Math.min(sent, ...cuts.map((batches) => batches[slot] ?? 0))))
  }

  /** One that fails by itself is told in the log, as one that cannot be started is. */
  private stateChanged(provider: Provider): void {
    const { name, state, reason } = provider
    const managed = this.byName.get(name)
    // one that has no place yet, or no longer, says nothing
    if (managed?.live?.provider !== provider) return
    if (state === 'failed') this.deps.log('error', 'provider failed', { provider: name, reason })
    this.standings.publish(managed)
  }

  private emit(provider: Provider, exchange: PaperVenue, events: readonly MarketEvent[]): void {
    const managed = this.byName.get(provider.name)
    // one that was replaced has nothing more to say
    if (managed?.live?.provider !== provider || events.length === 0) return
    this.standings.heard(managed, events.length)
    exchange.observe(events)
  }

  private live(name: string): LiveProvider {
    const { live, reason } = this.get(name)
    if (!live) throw new Failure('invalid_provider', `the provider "${name}" could not be made: ${reason}`)
    return live
  }
}
