/**
 * Providers come and go here: created, replaced, removed, started and stopped, each change in its turn, and with what it
 * means for the instances that use them.
 */

import { Failure } from '../../errors/failure'
import type { KeyedMutex } from '../../flow/keyed-mutex'
import type { ProviderBody, ProviderReplacement, ProviderView } from '../../schema/providers'
import type { StoredProvider } from '../../store/providers'
import type { Store } from '../../store/store'
import type { AuditLog } from '../audit-log'
import type { InstanceIndex } from '../instances/instance-index'
import type { InstanceLifecycle } from '../instances/instance-lifecycle'
import type { LaunchPlanner } from '../instances/launch-planner'
import { type LiveProvider, type ManagedProvider, providerView } from '../providers/managed-provider'
import type { Providers } from '../providers/providers'

export interface ProviderLifecycleDeps {
  readonly providers: Providers
  readonly instanceIndex: InstanceIndex
  readonly instances: InstanceLifecycle
  readonly planner: LaunchPlanner
  readonly store: Store
  readonly auditLog: AuditLog
  readonly mutex: KeyedMutex
}

export class ProviderLifecycle {
  constructor(private readonly deps: ProviderLifecycleDeps) {}

  /** Those of the last run, none of them running. One that cannot be made says so and stops no other. */
  load(): void {
    const { providers, store } = this.deps
    for (const stored of store.providers.all()) {
      const managed = providers.admit(stored)
      void providers.attempt(managed, () => this.revive(managed))
    }
  }

  /** Starts those that ran before. */
  async resume(): Promise<void> {
    for (const managed of this.deps.providers.all()) if (managed.stored.wanted) await this.launch(managed)
  }

  list(): ProviderView[] {
    return this.deps.providers.all().map((managed) => this.view(managed))
  }

  /** @throws Failure provider_not_found. */
  get(name: string): ProviderView {
    return this.view(this.deps.providers.get(name))
  }

  /** Kept and started; that it fails to start is said in the answer's status. @throws Failure invalid_provider, provider_exists, adapter_not_found. */
  create(body: ProviderBody, actor: string): Promise<ProviderView> {
    const { name, enabled = true } = body
    const { providers, store, auditLog } = this.deps
    return this.inTurn(name, async () => {
      this.refuseTaken(name)
      const { stored, live } = await providers.prepare(body, enabled)
      // a restore may have brought one meanwhile
      this.refuseTaken(name)
      store.providers.save(stored)
      const managed = providers.admit(stored, live)
      auditLog.record({ who: actor, ...this.creationOf(stored) })
      if (enabled) await this.launch(managed)
      store.commit()
      return this.view(managed)
    })
  }

  /**
   * Puts another one in its place, which runs if this one was to run; the instances that run on it go on there, with
   * their accounts as they stood. @throws Failure as create, and of the symbol of an instance that it cannot serve.
   */
  replace(name: string, body: ProviderReplacement, actor: string): Promise<ProviderView> {
    const { providers, instanceIndex, instances, store } = this.deps
    return this.inTurn(name, async () => {
      const managed = providers.get(name)
      if (body.name !== undefined && body.name !== name) {
        throw new Failure('invalid_request', `"name" is not "${name}"`)
      }
      const wanted = body.enabled ?? managed.stored.wanted
      const { stored, live } = await providers.prepare({ name, adapter: body.adapter }, wanted)
      const former = managed.live
      try {
        await instanceIndex.checkScopes(name, live.provider)
        await providers.atRest([name], () => this.exchange(managed, stored, live, actor))
      } catch (error) {
        await live[Symbol.asyncDispose]()
        throw error
      }
      await former?.[Symbol.asyncDispose]()
      if (wanted) await this.launch(managed)
      else providers.standings.publish(managed)
      await instances.restartAt(name, actor)
      store.commit()
      return this.view(managed)
    })
  }

  /** @throws Failure provider_not_found, provider_in_use. */
  remove(name: string, actor: string): Promise<void> {
    const { providers, store, auditLog } = this.deps
    return this.inTurn(name, async () => {
      const managed = providers.get(name)
      const instances = this.dependents(name)
      if (instances.length > 0) {
        throw new Failure('provider_in_use', `${instances.join(', ')} use the provider "${name}"`, { instances })
      }
      store.cuts.drop(name)
      store.providers.remove(name)
      await providers.remove(managed)
      const before = providers.shown(managed.stored)
      auditLog.record({ who: actor, what: 'provider_removed', subject: name, before })
      store.commit()
    })
  }

  start(name: string, actor: string): Promise<ProviderView> {
    const { providers, store, auditLog } = this.deps
    return this.inTurn(name, async () => {
      const managed = providers.get(name)
      if (managed.isRunning) return this.view(managed)
      this.setDesired(managed, true)
      auditLog.record({ who: actor, what: 'provider_started', subject: name })
      await this.launch(managed)
      // nothing of an earlier time goes on
      await managed.live?.cutter?.cut()
      store.commit()
      return this.view(managed)
    })
  }

  stop(name: string, actor: string): Promise<ProviderView> {
    const { providers, store, auditLog } = this.deps
    return this.inTurn(name, async () => {
      const managed = providers.get(name)
      if (!managed.stored.wanted && !managed.isRunning) return this.view(managed)
      this.setDesired(managed, false)
      auditLog.record({ who: actor, what: 'provider_stopped', subject: name })
      await managed.live?.provider.stop()
      await managed.live?.cutter?.cut()
      store.commit()
      providers.standings.publish(managed)
      return this.view(managed)
    })
  }

  /** For the audit. */
  creationOf(stored: StoredProvider) {
    return { what: 'provider_created' as const, subject: stored.name, after: this.deps.providers.shown(stored) }
  }

  private inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.deps.mutex.run(`provider ${name}`, work)
  }

  private refuseTaken(name: string): void {
    if (this.deps.providers.has(name)) throw new Failure('provider_exists', `a provider "${name}" exists`)
  }

  private setDesired(managed: ManagedProvider, wanted: boolean): void {
    managed.stored = { ...managed.stored, wanted }
    this.deps.store.providers.save(managed.stored)
  }

  private async launch(managed: ManagedProvider): Promise<void> {
    const { providers } = this.deps
    await providers.attempt(managed, () => {
      this.revive(managed)
      return providers.start(managed)
    })
    providers.standings.publish(managed)
  }

  /** A venue that is new has no accounts yet. */
  private revive(managed: ManagedProvider): void {
    if (!this.deps.providers.revive(managed)) return
    this.openAccounts(managed.name)
    managed.live?.exchange.putBack()
  }

  /** All at once: the accounts that the new venue opens are those of the last fill at the old one. */
  private exchange(managed: ManagedProvider, stored: StoredProvider, live: LiveProvider, actor: string): void {
    const { providers, auditLog, store } = this.deps
    const [before, after] = [providers.shown(managed.stored), providers.shown(stored)]
    const entry = { who: actor, what: 'provider_replaced', subject: stored.name, before, after } as const
    auditLog.recordWith([entry], () => store.providers.save(stored))
    store.cuts.drop(stored.name)
    managed.replaceBy(stored, live)
    this.openAccounts(stored.name)
  }

  private openAccounts(name: string): void {
    this.deps.planner.openAccountsAt(this.deps.instanceIndex.at(name), name)
  }

  private dependents(name: string): string[] {
    return this.deps.instanceIndex.dependents(name).map(({ id }) => id)
  }

  private view(managed: ManagedProvider): ProviderView {
    return providerView(managed, this.deps.providers.shown(managed.stored), this.dependents(managed.name))
  }
}
