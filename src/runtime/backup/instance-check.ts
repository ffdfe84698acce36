/** What an instance is to be, each part checked by itself, so that all that is wrong with it is told at once. */
import type { Revision } from '../../registry/revision'
import type { InstanceReplacement, Scope } from '../../schema/instances'
import type { Metadata } from '../../schema/metadata'
import { isIdentifier } from '../../schema/names'
import { DEFAULT_RESTART, type RestartPolicy } from '../../schema/restart-terms'
import { NO_RESTARTS, type StoredInstance } from '../../store/instances'
import { selectorOf, withoutRepeats } from '../instances/instance-definitions'
import { configFor } from '../instances/launch-planner'
import type { Path, Problems } from '../problems'

export type NewInstance = Omit<StoredInstance, 'key' | 'createdMs' | 'updatedMs'>

/** What it is to fit. */
export interface Ground {
  readonly registry: {
    /** @throws Failure of the selector. */
    resolve(selector: string): Revision
    /** @throws Failure of the revision. */
    launchable(revision: Revision): Promise<{ readonly metadata: Metadata }>
  }
  /** @throws Failure provider_not_found, and the provider's own for symbols that it cannot serve. */
  readonly checkScope: (provider: string, symbols: readonly string[]) => Promise<void>
}

/** One that does not exist yet and is not to run. */
export interface WantedInstance {
  readonly id: string
  readonly strategy: InstanceReplacement['strategy']
  readonly scope: Scope
  readonly restart?: RestartPolicy
}

/**
 * @param at where it stands, for the paths of problems.
 * @returns undefined when its strategy cannot be had; whether all fits is what `problems` says.
 */
export async function checkInstance(
  { id, strategy, scope, restart = DEFAULT_RESTART }: WantedInstance,
  at: Path,
  { registry, checkScope }: Ground,
  problems: Problems,
): Promise<NewInstance | undefined> {
  const { config = {} } = strategy
  if (!isIdentifier(id)) problems.note([...at, 'id'], `${JSON.stringify(id.slice(0, 200))} is no instance id`)
  for (const [provider, { symbols }] of Object.entries(scope)) {
    // what is wrong with the provider's own settings is not in the scope
    await problems.attempt([...at, 'scope', provider], () => checkScope(provider, symbols), 'elsewhere')
  }
  return problems.attempt([...at, 'strategy', 'identifier'], async () => {
    const selector = selectorOf(strategy)
    const revision = registry.resolve(selector)
    const { metadata } = await registry.launchable(revision)
    const place = [...at, 'strategy']
    await problems.attempt([...place, 'config'], () => configFor(metadata, config), place)
    const { name, hash, tag } = revision
    const plan = { selector, strategy: name, hash, tag, config, scope: withoutRepeats(scope) }
    const idle = { wanted: false, state: 'created' as const, reason: undefined }
    return { id, ...plan, ...idle, restart, restarts: NO_RESTARTS }
  })
}
