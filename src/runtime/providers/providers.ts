/** The providers: made by adapters, kept in the store, each with its venue. One that cannot be made stays listed as failed. */
import { Failure } from '../../errors/failure'
import type { OrderManager, OrderManagerDeps } from '../../execution/order-manager'
import type { Owner } from '../../execution/owner-reports'
import { openPaperOrders } from '../../execution/paper-orders'
import type { PaperVenue } from '../../execution/paper-venue'
import { reasonOf } from '../../files/reason'
import type { HostPool } from '../../hosts/pool'
import type { Adapter, Provider } from '../../market/provider'
import type { MarketEvent } from '../../schema/events'
import type { ReadinessProblem } from '../../schema/health'
import type { Fill } from '../../schema/orders'
import type { AdapterView, ProviderBody, ProviderReplacement, ProviderView } from '../../schema/providers'
import type { StoredProvider } from '../../store/providers'
import type { Store } from '../../store/store'
import type { Log } from '../../telemetry/log'
import type { Metrics } from '../../telemetry/metrics'
import type { Liquidation } from '../../trading/exchange/liquidation'
import type { AuditLog } from '../audit-log'
import type { KeyedMutex } from '../keyed-mutex'
import { adapterOf, checkProviderName, checkSymbols, type MadeProvider, makeProvider } from './making'
import { type LiveProvider, type ManagedProvider, providerView, standingOf, withoutSecrets } from './managed-provider'

export interface ProvidersDeps {
  readonly adapters: readonly Adapter[]
  readonly hosts: HostPool
  readonly store: Store
  readonly metrics: Metrics
  readonly auditLog: AuditLog
  readonly mutex: KeyedMutex
  readonly log: Log
  /** Milliseconds since 1970, never less than before. */
  readonly now: () => number
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
  /** No event for so long, and a running provider is no longer fresh. */
  readonly staleAfterMs: number
  /** Ids of the instances with the provider in their scope. */
  readonly dependents: (provider: string) => string[]
  /** After each change that concerns the instances: started, stopped, failed, stale, fresh again. */
  readonly changed: (provider: string) => void
  readonly filled: (owner: Owner, provider: string, fill: Fill) => void
  readonly liquidated: (owner: Owner, provider: string, liquidation: Liquidation) => void
  /** Why an order may not be placed at its provider. */
  readonly refusal: OrderManagerDeps['refusal']
  /** Its venue is open, with no accounts yet. */
  readonly onCreated: (provider: string) => void
  /** Of the instances with the provider in their scope. @throws Failure of one that it cannot serve. */
  readonly checkScopes: (name: string, live: LiveProvider) => Promise<void>
  /** Another one has taken its place: what runs on it is to run on that one. */
  readonly replaced: (provider: string, actor: string) => Promise<void>
}

export class Providers implements AsyncDisposable {
  private readonly slots = new Map<string, ManagedProvider>()
  private readonly watch: ReturnType<typeof setInterval>

  constructor(private readonly settings: ProvidersDeps) {
    this.watch = setInterval(() => this.lookForStale(), settings.staleAfterMs / 4)
  }

  /** Those of the last run, none of them running. One that cannot be made says so and stops no other. */
  load(): void {
    for (const stored of this.settings.store.providers.all()) {
      const slot: ManagedProvider = { stored, ...IDLE }
      this.slots.set(stored.name, slot)
      void this.attempt(slot, () => this.revive(slot))
    }
  }

  /** Starts those that ran before. */
  async resume(): Promise<void> {
    for (const slot of this.slots.values()) if (slot.stored.wanted) await this.launch(slot)
  }

  adapters(): AdapterView[] {
    return this.settings.adapters.map(adapterView)
  }

  /** @throws Failure adapter_not_found. */
  adapterOf(identifier: string): AdapterView {
    return adapterView(this.adapter(identifier))
  }

  list(): ProviderView[] {
    return [...this.slots.values()].map((slot) => this.view(slot))
  }

  /** @throws Failure provider_not_found. */
  get(name: string): ProviderView {
    return this.view(this.slot(name))
  }

  /** Running, and with an event not long ago. */
  isFresh(name: string): boolean {
    const slot = this.slots.get(name)
    return slot?.live?.provider.state === 'running' && slot.fresh
  }

  /** Its events are those of a recording. @throws Failure provider_not_found, adapter_not_found. */
  isRecorded(name: string): boolean {
    return this.adapter(this.slot(name).stored.adapter).recorded === true
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
  timeAt(name: string, beforeFirst = this.settings.now()): number {
    const marketMs = this.slots.get(name)?.live?.exchange.marketMs ?? 0
    if (this.slots.has(name) && this.isRecorded(name)) return marketMs || beforeFirst
    const nowMs = this.settings.now()
    return marketMs > nowMs - QUIET_MS ? marketMs : nowMs
  }

  /** What is wrong with it: it was started and does not run. */
  problems(): ReadinessProblem[] {
    return [...this.slots.values()].flatMap((slot) => {
      const { name, wanted } = slot.stored
      const { status, reason } = standingOf(slot)
      if (!wanted || status !== 'failed') return []
      const hint = `put right what it says, then POST /providers/${name}/start`
      return [{ provider: name, message: `provider ${name} failed: ${reason}`, hint }]
    })
  }

  /** Names of those that run, and of those that are to run whenever the gateway does. */
  running(): { readonly now: string[]; readonly next: string[] } {
    const slots = [...this.slots.values()]
    return {
      now: slots.filter((slot) => standingOf(slot).status === 'running').map(({ stored }) => stored.name),
      next: slots.filter(({ stored }) => stored.wanted).map(({ stored }) => stored.name),
    }
  }

  /** @throws Failure provider_not_found, invalid_provider when it could not be made. */
  venue(name: string): OrderManager {
    return this.live(name).orders
  }

  /** Undefined when there is none, or when it could not be made. */
  openVenue(name: string): OrderManager | undefined {
    return this.slots.get(name)?.live?.orders
  }

  /** @throws Failure provider_not_found, and the provider's own for a symbol it cannot serve. */
  async check(name: string, symbols: readonly string[]): Promise<void> {
    await checkSymbols(this.live(name).provider, symbols)
  }

  subscribe(name: string, symbols: readonly string[]): void {
    this.live(name).provider.subscribe(symbols)
  }

  /** Kept and started; that it fails to start is said in the answer's status. @throws Failure invalid_provider, provider_exists, adapter_not_found. */
  create(body: ProviderBody, actor: string): Promise<ProviderView> {
    const { name, enabled = true } = body
    return this.inTurn(name, async () => {
      this.refuseTaken(name)
      const { stored, live } = await this.prepare(body, enabled)
      // a restore may have brought one meanwhile
      this.refuseTaken(name)
      this.settings.store.providers.save(stored)
      const slot = this.admit(stored, live)
      this.settings.auditLog.record({ who: actor, ...this.creationOf(stored) })
      if (enabled) await this.launch(slot)
      this.settings.store.commit()
      return this.view(slot)
    })
  }

  /**
   * Puts another one in its place, which runs if this one was to run; the instances that run on it go on there, with
   * their accounts as they stood. @throws Failure as create, and of the symbol of an instance that it cannot serve.
   */
  replace(name: string, body: ProviderReplacement, actor: string): Promise<ProviderView> {
    return this.inTurn(name, async () => {
      const slot = this.slot(name)
      if (body.name !== undefined && body.name !== name) {
        throw new Failure('invalid_request', `"name" is not "${name}"`)
      }
      const wanted = body.enabled ?? slot.stored.wanted
      const { stored, live } = await this.prepare({ name, adapter: body.adapter }, wanted)
      const former = slot.live
      try {
        await this.settings.checkScopes(name, live)
        this.exchange(slot, stored, live, actor)
      } catch (error) {
        await live.provider[Symbol.asyncDispose]()
        throw error
      }
      await former?.provider[Symbol.asyncDispose]()
      if (wanted) await this.launch(slot)
      else this.settings.changed(name)
      await this.settings.replaced(name, actor)
      this.settings.store.commit()
      return this.view(slot)
    })
  }

  /** All at once: the accounts that the new venue opens are those of the last fill at the old one. */
  private exchange(slot: ManagedProvider, stored: StoredProvider, live: LiveProvider, actor: string): void {
    const { auditLog, store, onCreated: made } = this.settings
    const [before, after] = [this.spoken(slot.stored), this.spoken(stored)]
    const entry = { who: actor, what: 'provider_replaced', subject: stored.name, before, after } as const
    auditLog.recordWith([entry], () => store.providers.save(stored))
    slot.stored = stored
    slot.live = live
    slot.fresh = false
    delete slot.reason
    made(stored.name)
  }

  private refuseTaken(name: string): void {
    if (this.slots.has(name)) throw new Failure('provider_exists', `a provider "${name}" exists`)
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
      await live.provider[Symbol.asyncDispose]()
      throw error
    }
    return { stored, live }
  }

  /** One that is in the store exists from now on. */
  admit(stored: StoredProvider, live: LiveProvider): ManagedProvider {
    const slot: ManagedProvider = { stored, live, ...IDLE }
    this.slots.set(stored.name, slot)
    return slot
  }

  /** For the audit. */
  creationOf(stored: StoredProvider) {
    return { what: 'provider_created' as const, subject: stored.name, after: this.spoken(stored) }
  }

  /** As they were created, secrets included: never to be answered. */
  stored(): StoredProvider[] {
    return [...this.slots.values()].map((slot) => slot.stored)
  }

  /** @throws Failure provider_not_found, provider_in_use. */
  remove(name: string, actor: string): Promise<void> {
    return this.inTurn(name, async () => {
      const { stored, live } = this.slot(name)
      const dependents = this.settings.dependents(name)
      if (dependents.length > 0) {
        throw new Failure('provider_in_use', `${dependents.join(', ')} use the provider "${name}"`, {
          instances: dependents,
        })
      }
      this.settings.store.providers.remove(name)
      this.slots.delete(name)
      await live?.provider[Symbol.asyncDispose]()
      this.settings.auditLog.record({
        who: actor,
        what: 'provider_removed',
        subject: name,
        before: this.spoken(stored),
      })
      this.settings.store.commit()
      this.settings.changed(name)
    })
  }

  start(name: string, actor: string): Promise<ProviderView> {
    return this.inTurn(name, async () => {
      const slot = this.slot(name)
      if (slot.live?.provider.state === 'running') return this.view(slot)
      this.setDesired(slot, true)
      this.settings.auditLog.record({ who: actor, what: 'provider_started', subject: name })
      await this.launch(slot)
      this.settings.store.commit()
      return this.view(slot)
    })
  }

  stop(name: string, actor: string): Promise<ProviderView> {
    return this.inTurn(name, async () => {
      const slot = this.slot(name)
      if (!slot.stored.wanted && slot.live?.provider.state !== 'running') return this.view(slot)
      this.setDesired(slot, false)
      this.settings.auditLog.record({ who: actor, what: 'provider_stopped', subject: name })
      await slot.live?.provider.stop()
      this.settings.store.commit()
      this.settings.changed(name)
      return this.view(slot)
    })
  }

  /** They run again at the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.watch)
    await Promise.all([...this.slots.values()].map(async ({ live }) => live?.provider[Symbol.asyncDispose]()))
  }

  private inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.settings.mutex.run(`provider ${name}`, work)
  }

  private setDesired(slot: ManagedProvider, wanted: boolean): void {
    slot.stored = { ...slot.stored, wanted }
    this.settings.store.providers.save(slot.stored)
  }

  private async launch(slot: ManagedProvider): Promise<void> {
    await this.attempt(slot, async () => {
      this.revive(slot)
      await slot.live?.provider.start()
      slot.lastEventMs = this.settings.elapsed()
      slot.fresh = true
    })
    this.settings.changed(slot.stored.name)
  }

  private revive(slot: ManagedProvider): void {
    if (slot.live) return
    slot.live = this.make(slot.stored)
    this.settings.onCreated(slot.stored.name)
  }

  private async attempt(slot: ManagedProvider, work: () => void | Promise<void>): Promise<void> {
    try {
      await work()
      delete slot.reason
    } catch (error) {
      slot.reason = reasonOf(error)
      this.settings.log('error', 'provider failed', { provider: slot.stored.name, error })
    }
  }

  private make(stored: StoredProvider): LiveProvider {
    const { name } = stored
    const { adapters, hosts, store, metrics, now, elapsed, log, filled, liquidated, refusal } = this.settings
    const { provider, paper }: MadeProvider = makeProvider(stored, adapters, {
      name,
      emit: (events) => this.emit(provider, exchange, events),
      drained: () => exchange.drained(),
      changed: () => this.providerChanged(provider),
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
      filled: (owner, fill) => filled(owner, name, fill),
      liquidated: (owner, liquidation) => liquidated(owner, name, liquidation),
      refusal,
      log,
      now,
    })
    return { provider, exchange, orders }
  }

  /** One that fails by itself is told in the log, as one that cannot be started is. */
  private providerChanged(provider: Provider): void {
    const { name, state, reason } = provider
    if (state === 'failed' && this.slots.get(name)?.live?.provider === provider)
      this.settings.log('error', 'provider failed', { provider: name, reason })
    this.settings.changed(name)
  }

  /** One that was replaced has nothing more to say. */
  private emit(provider: Provider, exchange: PaperVenue, events: readonly MarketEvent[]): void {
    const { name } = provider
    const slot = this.slots.get(name)
    if (slot?.live?.provider !== provider || events.length === 0) return
    slot.events += events.length
    slot.lastEventMs = this.settings.elapsed()
    if (!slot.fresh) {
      slot.fresh = true
      this.settings.changed(name)
    }
    exchange.observe(events)
  }

  private lookForStale(): void {
    const before = this.settings.elapsed() - this.settings.staleAfterMs
    for (const [name, slot] of this.slots) {
      if (!slot.fresh || slot.lastEventMs > before) continue
      slot.fresh = false
      this.settings.changed(name)
    }
  }

  private adapter(identifier: string): Adapter {
    return adapterOf(this.settings.adapters, identifier)
  }

  private slot(name: string): ManagedProvider {
    const slot = this.slots.get(name)
    if (!slot) throw new Failure('provider_not_found', `no provider "${name}"`)
    return slot
  }

  private live(name: string): LiveProvider {
    const { live, reason } = this.slot(name)
    if (!live) throw new Failure('invalid_provider', `the provider "${name}" could not be made: ${reason}`)
    return live
  }

  private view(slot: ManagedProvider): ProviderView {
    return providerView(slot, this.spoken(slot.stored), this.settings.dependents(slot.stored.name))
  }

  /** What of it may be shown. */
  spoken(stored: StoredProvider): { adapter: string; config: Record<string, unknown> } {
    return withoutSecrets(stored, this.settings.adapters)
  }
}

function adapterView(adapter: Adapter): AdapterView {
  const { identifier, displayName, venue, description, capabilities, settings } = adapter
  return {
    identifier,
    displayName,
    venue,
    description,
    capabilities: [...capabilities],
    settingsSchema: [...settings],
  }
}

/** What comes next is dated later than that, however late it comes. */
const QUIET_MS = 10_000
const IDLE = { events: 0, lastEventMs: 0, fresh: false }
