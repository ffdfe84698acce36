/** What a backup adds to what is there already: created in one step with its entries in the audit, or not at all. */
import { isDeepStrictEqual } from 'node:util'
import type { ContextRestored } from '../../schema/backup'
import type { BackupRollout } from '../../schema/backup-rollout'
import type { RiskLimitSet } from '../../schema/risk-limits'
import type { StoredInstance } from '../../store/instances'
import type { StoredProvider } from '../../store/providers'
import type { Store } from '../../store/store'
import type { AuditLog } from '../audit-log'
import { creationOf } from '../instances/audit-entries'
import type { InstanceIndex } from '../instances/instance-index'
import type { InstanceLifecycle } from '../instances/instance-lifecycle'
import type { ProviderLifecycle } from '../operations/provider-lifecycle'
import type { RiskControl } from '../operations/risk-control'
import { Problems } from '../problems'
import type { LiveProvider } from '../providers/managed-provider'
import type { Providers } from '../providers/providers'
import type { RiskBook } from '../risk/risk-book'
import { restoredFrom, restoredState } from '../rollout/rollout-backup'
import type { Rollouts } from '../rollout/rollouts'
import type { NewInstance } from './instance-check'
import { isSame, nameOf } from './rollout-check'

export interface AdditionsDeps {
  readonly store: Store
  readonly providers: Providers
  readonly providerLifecycle: ProviderLifecycle
  readonly instanceIndex: InstanceIndex
  readonly instances: InstanceLifecycle
  readonly book: RiskBook
  readonly risk: RiskControl
  readonly rollouts: Rollouts
  readonly auditLog: AuditLog
  readonly now: () => number
}

export interface NewProvider {
  readonly name: string
  readonly adapter: string
  /** As the backup has it, perhaps without secrets. */
  readonly config: Readonly<Record<string, unknown>>
  /** Absent when there was one of its name already. */
  readonly made: { readonly stored: StoredProvider; readonly live: LiveProvider } | undefined
}

/** All that the backup asks for, and that could be made. */
export interface Wanted {
  readonly providers: readonly NewProvider[]
  readonly instances: readonly NewInstance[]
  readonly limits: RiskLimitSet | undefined
  readonly rollouts: readonly BackupRollout[]
}

export class Additions {
  private readonly conflicts = new Problems()
  private readonly providers: readonly NewProvider[]
  private readonly instances: readonly NewInstance[]
  private readonly limits: RiskLimitSet | undefined
  private readonly rollouts: readonly BackupRollout[]

  constructor(
    private readonly deps: AdditionsDeps,
    private readonly wanted: Wanted,
  ) {
    this.providers = wanted.providers.filter((one, index) => this.isNewProvider(one, index))
    this.instances = wanted.instances.filter((one, index) => this.isNewInstance(one, index))
    this.limits = this.newLimits(wanted.limits)
    this.rollouts = wanted.rollouts.filter((one, index) => this.isNewRollout(one, index))
  }

  /**
   * In the turn of the event loop in which this was made: it knows of no later change.
   * @throws Failure backup_conflict, with every one; storage_full, data_unwritable.
   */
  make(actor: string): ContextRestored {
    const { providers, instances, risk, rollouts } = this.deps
    this.conflicts.refuseIfAny('backup_conflict')
    const nowMs = this.deps.now()
    const times = { createdMs: nowMs, updatedMs: nowMs }
    const { keys, restored } = this.keep(actor, times)
    for (const { made } of this.providers) if (made) providers.admit(made.stored, made.live)
    for (const [index, instance] of this.instances.entries())
      instances.admit({ ...instance, ...times, key: keys[index]! })
    if (this.limits) risk.enforce(this.limits)
    for (const { decided, kept } of restored) rollouts.admit(decided, kept, actor)
    return this.outcome()
  }

  /** @returns the keys of the instances, and the rollouts as they are kept. */
  private keep(actor: string, times: Pick<StoredInstance, 'createdMs' | 'updatedMs'>) {
    const { store, providerLifecycle, risk, auditLog } = this.deps
    const { status: _, ...after } = this.outcome()
    const keys: number[] = []
    const restored: ReturnType<typeof restoredFrom>[] = []
    const entries = [
      { what: 'context_restored' as const, subject: 'context', after },
      ...this.providers.flatMap(({ made }) => (made ? [providerLifecycle.creationOf(made.stored)] : [])),
      ...this.instances.map(creationOf),
      ...(this.limits ? [risk.changeTo(this.limits)] : []),
      ...this.rollouts.map(({ state, strategy, tag, to }) => ({
        what: 'rollout_restored' as const,
        subject: nameOf({ strategy, tag }),
        strategy,
        after: { hash: to, state: restoredState(state) },
      })),
    ]
    auditLog.recordWith(
      entries.map((entry) => ({ who: actor, ...entry })),
      () => {
        for (const { made } of this.providers) if (made) store.providers.save(made.stored)
        for (const instance of this.instances) keys.push(store.instances.create({ ...instance, ...times }))
        if (this.limits) store.risk.saveLimits(this.limits)
        for (const one of this.rollouts) restored.push(restoredFrom(one, (id) => this.keyOf(id, keys)))
        for (const { decided, kept } of restored) store.rollouts.save(decided, kept)
      },
    )
    return { keys, restored }
  }

  /** @param keys of the instances that are created. */
  private keyOf(id: string, keys: readonly number[]): number | undefined {
    const index = this.instances.findIndex((one) => one.id === id)
    return keys[index] ?? this.deps.instanceIndex.records.get(id)?.key
  }

  private outcome(): ContextRestored {
    const { providers, instances, rollouts } = this.wanted
    const outcome = (isNew: boolean) => (isNew ? 'restored' : 'unchanged')
    return {
      status: 'restored',
      providers: providers.map((one) => ({ name: one.name, outcome: outcome(this.providers.includes(one)) })),
      lambdas: instances.map((one) => ({ id: one.id, outcome: outcome(this.instances.includes(one)) })),
      risk: outcome(this.limits !== undefined),
      ...(rollouts.length > 0 && {
        rollouts: rollouts.map((one) => ({ name: nameOf(one), outcome: outcome(this.rollouts.includes(one)) })),
      }),
    }
  }

  /** The same one is the same with its secrets or without. */
  private isNewProvider({ name, adapter, config, made }: NewProvider, index: number): boolean {
    const { providers } = this.deps
    const before = providers.stored().find((stored) => stored.name === name)
    if (!before && made) return true
    const configs = before ? [before.config, providers.shown(before).config] : []
    const isSame = before?.adapter === adapter && configs.some((one) => isDeepStrictEqual(one, config))
    if (!isSame) this.conflicts.note(['providers', index], `another provider "${name}" exists, or has until now`)
    return false
  }

  private isNewInstance({ id, selector, config, scope, restart }: NewInstance, index: number): boolean {
    const before = this.deps.instanceIndex.records.get(id)?.stored
    if (!before) return true
    // the first provider and the first symbol are the default of orders
    const hasScope = JSON.stringify(before.scope) === JSON.stringify(scope)
    const isAlike = before.selector === selector && before.restart === restart
    const isSame = isAlike && hasScope && isDeepStrictEqual(before.config, config)
    if (!isSame) this.conflicts.note(['lambdas', index], `another instance "${id}" exists`)
    return false
  }

  /** The same one is the same however far it has come; one that is over is in nobody's way. */
  private isNewRollout(backup: BackupRollout, index: number): boolean {
    const last = this.deps.rollouts.last(backup.strategy, backup.tag)
    if (last && isSame(backup, last)) return false
    if (last && last.outcome === undefined) {
      this.conflicts.note(['rollouts', index], `another rollout of ${nameOf(backup)} is ${last.state}`)
    }
    return true
  }

  private newLimits(limits: RiskLimitSet | undefined): RiskLimitSet | undefined {
    const { limits: before } = this.deps.book
    if (!limits || isDeepStrictEqual(limits, before ?? {})) return undefined
    if (before && Object.keys(before).length > 0) this.conflicts.note(['risk'], 'other limits are set')
    return limits
  }
}
