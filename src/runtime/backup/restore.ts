/**
 * Restores a backup: checked whole, with every problem told; then all that is not there yet is created in one step, or
 * nothing is. What is there stays: the same is left as it is, and anything else of the same name is in the way. Nothing
 * is started.
 */
import { Failure } from '../../errors/failure'
import type { Registry } from '../../registry/registry'
import type { ContextRestored, RestoreBody } from '../../schema/backup'
import type { BackupRollout } from '../../schema/backup-rollout'
import { parseDigest } from '../../schema/digest'
import type { ProviderBody } from '../../schema/providers'
import { Problems } from '../problems'
import { checkSymbols } from '../providers/provider-factory'
import { tagFollowedBy } from '../rollout/targets'
import { Additions, type AdditionsDeps, type NewProvider, type Wanted } from './additions'
import { secretPath } from './backup'
import { checkInstance, type Ground, type NewInstance } from './instance-check'
import { checkLaunchable, checkRollout, isSame, nameOf, revisionOf } from './rollout-check'

export interface RestoreDeps extends AdditionsDeps {
  readonly registry: Registry
}

/** @throws Failure invalid_backup, backup_conflict, each with every problem; storage_full, data_unwritable. */
export async function restore(deps: RestoreDeps, body: RestoreBody, actor: string): Promise<ContextRestored> {
  const restoration = new Restoration(deps, body)
  try {
    const wanted = await restoration.check()
    // From here on in one turn of the event loop: nobody else changes anything meanwhile.
    restoration.refuseGone()
    return new Additions(deps, wanted).make(actor)
  } finally {
    await restoration.disposeUnused()
  }
}

class Restoration {
  private readonly problems = new Problems()
  /** By name. */
  private readonly providers = new Map<string, NewProvider>()
  /** Names of providers in the backup that could not be made. */
  private readonly refused = new Set<string>()
  /** By id. */
  private readonly instances = new Map<string, NewInstance>()

  constructor(
    private readonly deps: RestoreDeps,
    private readonly body: RestoreBody,
  ) {}

  async check(): Promise<Wanted> {
    const { problems, deps } = this
    const { providers = [], lambdas = [], risk, rollouts = [], omitted = [] } = this.body
    const names = providers.map(({ name }) => name)
    const ids = lambdas.map(({ id }) => id)
    problems.noteRepeats('providers', names)
    problems.noteRepeats('lambdas', ids)
    for (const [index, body] of providers.entries()) await this.checkProvider(index, body, omitted)
    problems.noteRepeats('rollouts', rollouts.map(nameOf))
    for (const [index, one] of this.newRollouts()) {
      checkRollout(one, ['rollouts', index], deps.registry, problems)
      await checkLaunchable(one, ['rollouts', index], deps.registry, problems)
    }
    for (const [index, body] of lambdas.entries()) {
      const instance = await checkInstance(body, ['lambdas', index], this.groundOf(body.id), problems)
      if (instance) this.instances.set(instance.id, instance)
    }
    const limits = risk && (await problems.attempt(['risk'], () => deps.risk.checked(risk)))
    problems.refuseIfAny('invalid_backup')
    return {
      providers: names.map((name) => this.providers.get(name)!),
      instances: ids.map((id) => this.instances.get(id)!),
      limits,
      rollouts,
    }
  }

  /** One that a rollout has moved pins the new revision, whatever its tag names. */
  private groundOf(id: string): Ground {
    const { registry } = this.deps
    const moving = (this.body.rollouts ?? []).filter(({ moved }) => moved.includes(id))
    return {
      registry: {
        launchable: (revision) => registry.launchable(revision),
        resolve: (selector) => {
          const revision = registry.resolve(selector)
          const { name: strategy } = revision
          const tag = tagFollowedBy({ selector, strategy })
          const rollout = moving.find((one) => one.strategy === strategy && one.tag === tag && !this.isOver(one))
          return (rollout && revisionOf(registry, strategy, rollout.to)) ?? revision
        },
      },
      checkScope: (provider, symbols) => this.checkScope(provider, symbols),
    }
  }

  /** Those that are not there yet, each with its place. */
  private newRollouts(): (readonly [number, BackupRollout])[] {
    const { rollouts = [] } = this.body
    return [...rollouts.entries()].filter(([, one]) => {
      const last = this.deps.rollouts.last(one.strategy, one.tag)
      return !last || !isSame(one, last)
    })
  }

  /** It went on here, and has come to its end. */
  private isOver(backup: BackupRollout): boolean {
    const last = this.deps.rollouts.last(backup.strategy, backup.tag)
    return last?.outcome !== undefined && isSame(backup, last)
  }

  async disposeUnused(): Promise<void> {
    const used = new Set(this.deps.providers.stored())
    const unused = [...this.providers.values()].flatMap(({ made }) => (made && !used.has(made.stored) ? [made] : []))
    await Promise.all(unused.map(({ live }) => live[Symbol.asyncDispose]()))
  }

  private async checkProvider(index: number, body: ProviderBody, omitted: readonly string[]): Promise<void> {
    const { problems, deps } = this
    const { name, adapter } = body
    if (this.providers.has(name)) return
    const at = ['providers', index]
    const config = adapter.config ?? {}
    const provider = { name, adapter: adapter.identifier, config, made: undefined }
    this.providers.set(name, provider)
    if (deps.providers.stored().some((one) => one.name === name)) return
    const inConfig = secretPath(index, '')
    const left = omitted.filter((path) => path.startsWith(inConfig)).map((path) => path.slice(inConfig.length))
    for (const field of left.filter((one) => !Object.hasOwn(config, one))) {
      problems.note(
        [...at, 'adapter', 'config', field],
        'was left out of the backup: give it, or take it out of "omitted"',
      )
    }
    const made = await problems.attempt(at, () => deps.providers.prepare(body, false), [...at, 'adapter', 'config'])
    if (made) this.providers.set(name, { ...provider, made })
    else this.refused.add(name)
  }

  private async checkScope(provider: string, symbols: readonly string[]): Promise<void> {
    const asked = this.providers.get(provider)
    if (asked?.made) await checkSymbols(asked.made.live.provider, symbols)
    else if (!this.refused.has(provider)) await this.deps.providers.check(provider, symbols)
  }

  /** What was there when it was checked may have been removed meanwhile. */
  refuseGone(): void {
    const { registry, providers } = this.deps
    for (const { strategy, hash, scope } of this.instances.values()) {
      const digest = parseDigest(hash)
      if (!digest || !registry.stays(strategy, digest))
        throw new Failure('hash_not_found', `${strategy}@${hash} was deleted meanwhile`)
      for (const name of Object.keys(scope)) if (!this.providers.has(name)) providers.get(name)
    }
    for (const [index, one] of this.newRollouts()) checkRollout(one, ['rollouts', index], registry, this.problems)
    this.problems.refuseIfAny('invalid_backup')
  }
}
