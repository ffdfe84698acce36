/** What an instance is launched with: its revision, config, accounts and memory. */
import { checkConfig } from '../../compiler/config'
import { Failure } from '../../errors/failure'
import type { HostPool } from '../../hosts/pool'
import type { LaunchSpec, ProviderScope } from '../../protocol/launch'
import type { Stopped } from '../../protocol/reported'
import type { Registry } from '../../registry/registry'
import type { Revision } from '../../registry/revision'
import { parseDigest } from '../../schema/digest'
import type { InstanceRates } from '../../schema/instance-rates'
import type { Metadata } from '../../schema/metadata'
import type { Store } from '../../store/store'
import type { Log } from '../../telemetry/log'
import type { Providers } from '../providers/providers'
import type { InstanceRecord } from './instance'

export interface LaunchPlannerDeps {
  readonly registry: Registry
  readonly hosts: HostPool
  readonly store: Store
  readonly providers: Providers
  readonly log: Log
  readonly now: () => number
  /** The most CPU time that an instance may use, as a part of one core. */
  readonly cpuBudget?: number
  readonly rates: InstanceRates
}

/** Everything but the accounts, which are taken at the last moment. */
export type Preparation = Omit<LaunchSpec, 'scope'>

/** The seed of `Math.random` in a replay, so that two runs are equal; a backtest has the same. */
const RECORDED_SEED = 1n

export class LaunchPlanner {
  /** Accounts of an instance are about to be closed: the last moment in which they can be looked at. */
  closing: (record: InstanceRecord) => void = () => undefined

  constructor(private readonly deps: LaunchPlannerDeps) {}

  /** The revision that it pins. @throws Failure hash_not_found. */
  pinned({ stored: { strategy, hash } }: InstanceRecord): Revision {
    const digest = parseDigest(hash)
    const revision = digest && this.deps.registry.find(strategy, digest)
    if (!revision) throw new Failure('hash_not_found', `${strategy}@${hash} is no longer in the catalogue`)
    return revision
  }

  /** @throws Failure of the revision, invalid_config. */
  async prepare(record: InstanceRecord, revision: Revision): Promise<Preparation> {
    const { registry, store, providers, cpuBudget, rates } = this.deps
    const recorded = record.providers.every((provider) => providers.isRecorded(provider))
    const awaited = record.providers.some((provider) => providers.isLossless(provider))
    const { program, metadata } = await registry.launchable(revision)
    const config = configFor(metadata, record.stored.config)
    const checkpoint = this.checkpointFor(record, revision.hash, config)
    return {
      instanceId: record.id,
      program,
      config,
      dryRun: config.dry_run !== false,
      state: store.instances.state(record.key),
      ...(checkpoint ? { checkpoint } : {}),
      recorded,
      awaited,
      seed: recorded ? RECORDED_SEED : crypto.getRandomValues(new BigUint64Array(1))[0]!,
      rates,
      ...(cpuBudget !== undefined && { cpuBudget }),
    }
  }

  /** The accounts as they are at this very moment: what is reported from now on comes on top. */
  accounts(record: InstanceRecord): ProviderScope[] {
    return Object.entries(record.stored.scope).map(([name, { symbols }]) => {
      const orders = this.deps.providers.orders(name)
      if (!orders.knows(record)) orders.openAccounts(record, symbols, this.deps.now())
      return orders.scopeOf(record, symbols)
    })
  }

  /** Opens its accounts at the venues of its scope, as its journal tells of them. */
  openAccounts(record: InstanceRecord): void {
    for (const [name, { symbols }] of Object.entries(record.stored.scope)) {
      this.deps.providers.orders(name).openAccounts(record, symbols, this.deps.now())
    }
  }

  /** Opens accounts at a venue that has just come up. One that cannot be opened is in the log and stops no other. */
  openAccountsAt(records: readonly InstanceRecord[], provider: string): void {
    for (const record of records) {
      try {
        const { symbols } = record.stored.scope[provider]!
        this.deps.providers.orders(provider).openAccounts(record, symbols, this.deps.now())
      } catch (error) {
        this.deps.log('error', 'account not opened', { instance: record.id, provider, error })
      }
    }
  }

  /** Closes its accounts at these providers. */
  closeAccounts(record: InstanceRecord, providers: readonly string[]): void {
    if (providers.length > 0) this.closing(record)
    for (const name of providers) this.deps.providers.openOrders(name)?.leave(record, this.deps.now())
  }

  /** What an instance leaves behind when it stops, for the next start. */
  keep(record: InstanceRecord, config: Readonly<Record<string, unknown>>, { state, checkpoint }: Stopped): void {
    const { store, providers, hosts } = this.deps
    const { hash } = record.stored
    const { engineHash: engine } = hosts.compiler
    providers.held(record.providers, () => {
      store.instances.writeState(record.key, state)
      if (!checkpoint) return
      const kept = { hash, engine, launch: launchText(record, config), memory: checkpoint }
      store.instances.keepCheckpoint(record.key, kept)
    })
  }

  private checkpointFor(record: InstanceRecord, hash: string, config: Readonly<Record<string, unknown>>) {
    const kept = this.deps.store.instances.checkpoint(record.key)
    const { engineHash } = this.deps.hosts.compiler
    const fits = kept?.hash === hash && kept.engine === engineHash && kept.launch === launchText(record, config)
    return fits ? kept.memory : undefined
  }
}

/** All that a strategy was told when it was created: its memory is of no use to one that is told otherwise. */
const launchText = ({ stored: { scope } }: InstanceRecord, config: Readonly<Record<string, unknown>>) =>
  JSON.stringify({ config, scope })

/** With its defaults. @throws Failure invalid_config, with every problem. */
export function configFor(metadata: Metadata, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const checked = checkConfig(metadata, given)
  if ('config' in checked) return checked.config
  const message = checked.problems.map((problem) => problem.message).join('; ')
  throw new Failure('invalid_config', message, { problems: checked.problems })
}
